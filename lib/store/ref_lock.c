/* The lock that every writer of refs holds, and who wants them of one moment. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "store/internal.h"

int
refs_lock(int *fd, struct repo *repo, bool shared, struct err *e)
{
	char *path = repo_path(repo, "locks/refs");
	struct err mine = ERR_INIT;
	int r;

	*fd = -1;
	if (!shared && layout_make(&repo->layout, e) < 0) {
		free(path);
		return -1;
	}
	r = file_open_own(fd, shared ? os_real() : repo->os, path,
	    shared ? O_RDONLY : O_RDWR | O_CREAT, 0666, &mine);
	free(path);
	if (r < 0 && shared && mine.code == ERR_NOENT)
		return 0;		/* no writer yet */
	if (r < 0) {
		*e = mine;
		return -1;
	}
	if (file_lock(*fd, shared ? FILE_SHARED : FILE_EXCLUSIVE, 0, 0,
	    repo->wait_ms, e) < 0) {
		if (e->code == ERR_BUSY)
			err_set(e, ERR_BUSY, "another process is moving refs "
			    "in this repository; try again");
		refs_unlock(*fd);
		return -1;
	}
	return 0;
}

void
refs_unlock(int fd)
{
	if (fd >= 0)
		close(fd);
}
