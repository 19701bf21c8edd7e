/* Fingerprints of files, by what stat says, and of catalog names, by the
 * stamp of the references behind them. */
#include "deploy/fingerprint.h"

#include <string.h>
#include <sys/stat.h>

#include "catalog/name.h"
#include "catalog/resolve.h"

bool
fingerprint_of_file(struct fingerprint *f, const char *path)
{
	struct stat st;

	memset(f, 0, sizeof(*f));
	if (stat(path, &st) < 0)
		return false;
	f->written = st.st_mtim;
	f->changed = st.st_ctim;
	f->size = st.st_size;
	f->inode = st.st_ino;
	return true;
}

bool
fingerprint_of_name(struct fingerprint *f, struct catalog *c,
    const char *name)
{
	struct err ignored;
	struct name n;

	memset(f, 0, sizeof(*f));
	if (name_parse(&n, name, &ignored) < 0)
		return false;
	f->stamp = catalog_stamp(c, &n);
	name_free(&n);
	return true;
}

static bool
same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

bool
fingerprint_same(const struct fingerprint *a, const struct fingerprint *b)
{
	return a->stamp == b->stamp && same_time(&a->written, &b->written) &&
	    same_time(&a->changed, &b->changed) && a->size == b->size &&
	    a->inode == b->inode;
}
