/* What stat says of a file, to be compared later. */
#include "base/stamp.h"

#include <string.h>
#include <sys/stat.h>

bool
stamp_of_file(struct stamp *s, const char *path)
{
	struct stat st;

	memset(s, 0, sizeof(*s));
	if (stat(path, &st) < 0)
		return false;
	s->written = st.st_mtim;
	s->changed = st.st_ctim;
	s->size = st.st_size;
	s->inode = st.st_ino;
	return true;
}

static bool
same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

bool
stamp_same(const struct stamp *a, const struct stamp *b)
{
	return same_time(&a->written, &b->written) &&
	    same_time(&a->changed, &b->changed) && a->size == b->size &&
	    a->inode == b->inode;
}
