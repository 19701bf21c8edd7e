/* Parts of files mapped for reading. */
#define _GNU_SOURCE
#include "base/mapping.h"

#include <sys/mman.h>
#include <unistd.h>

int
mapping_init(struct mapping *m, int fd, uint64_t from, uint64_t n,
    const char *name, struct err *e)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	uint64_t begin = from / page * page;

	*m = (struct mapping){ .n = (size_t)(from - begin + n) };
	m->at = mmap(NULL, m->n, PROT_READ, MAP_SHARED, fd, (off_t)begin);
	if (m->at == MAP_FAILED) {
		m->at = NULL;
		return err_sys(e, "cannot map '%s'", name);
	}
	m->data = (const uint8_t *)m->at + (from - begin);
	return 0;
}

void
mapping_release(struct mapping *m)
{
	if (m->at)
		munmap(m->at, m->n);
	m->at = NULL;
}

/* A page that is but touched may be wanted by its neighbour: it stays. */
void
mapping_let_go(const void *p, size_t n)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t from = ((uintptr_t)p + page - 1) / page * page;
	uintptr_t to = ((uintptr_t)p + n) / page * page;

	if (to > from)
		(void)madvise((void *)from, to - from, MADV_DONTNEED);
}
