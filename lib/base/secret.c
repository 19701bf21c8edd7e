/* Who may open a file that holds a secret. */
#include "base/secret.h"

#include <sys/stat.h>
#include <unistd.h>

static int
check_rights(const struct stat *st, const char *path, const char *what,
    struct err *e)
{
	if ((st->st_mode & 037) || ((st->st_mode & 040) && st->st_uid != 0 &&
	    st->st_uid == geteuid()))
		return err_set(e, ERR_USAGE, "'%s' %s, and others can open it: "
		    "chmod 600 it (640 where root owns it)", path, what);
	return 0;
}

int
secret_check(const char *path, const char *what, struct err *e)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return err_sys(e, "cannot read '%s'", path);
	return check_rights(&st, path, what, e);
}

int
secret_check_fd(int fd, const char *path, const char *what, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_sys(e, "cannot read '%s'", path);
	return check_rights(&st, path, what, e);
}
