/* Parts of files mapped for reading. */
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
