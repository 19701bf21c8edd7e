/* Memory that is set aside is there when no other is; arenas that are cleared. */
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/arena.h"
#include "base/intern.h"
#include "base/mem.h"
#include "../tap.h"

#define RESERVE ((size_t)32 << 20)
#define MORE ((size_t)16 << 20)

static size_t
address_space(void)
{
	unsigned long pages = 0;
	FILE *f = fopen("/proc/self/statm", "re");

	if (f && fscanf(f, "%lu", &pages) != 1)
		pages = 0;
	if (f)
		fclose(f);
	return pages * 4096;
}

static void
test_reserve(void)
{
	size_t now = address_space();
	struct arena a = { NULL, 0 };
	struct intern *t = intern_new();
	struct rlimit most;
	char *big = xalloc(MORE, 1), *p;

	memset(big, 'x', MORE);
	ok(mem_keep_reserve(RESERVE), "set aside");
	ok(mem_keep_reserve(RESERVE), "set aside already");
	if (now == 0 || getrlimit(RLIMIT_AS, &most) < 0)
		return;
	now = address_space();
	most.rlim_cur = now + (1 << 20);
	ok(setrlimit(RLIMIT_AS, &most) == 0, "no more for us");
	ok(mem_zeroed(MORE, 1) == NULL, "what may fail does");
	ok(arena_try(&a, MORE) == NULL && a.used == 0, "an arena that tries, too");
	ok(intern_try(t, big, MORE) == INTERN_NONE && intern_count(t) == 0,
	    "a dictionary that tries, too");
	p = xalloc(MORE, 1);
	ok(p && p[MORE - 1] == 0, "what may not fail is taken from the reserve");
	ok(!mem_keep_reserve(RESERVE), "which is gone");
	free(p);
	most.rlim_cur = most.rlim_max;
	(void)setrlimit(RLIMIT_AS, &most);
	ok(mem_keep_reserve(RESERVE), "and comes back");
	is_int(intern_try(t, "a", 1), 0, "the dictionary goes on");
	intern_free(t);
	arena_free(&a);
	free(big);
}

static void
arenas_are_cleared(void)
{
	struct arena a = { NULL, 0 };
	char *p;
	bool zero = true;

	for (int i = 0; i < 3; i++) {
		p = arena_alloc(&a, 20000);
		memset(p, 1, 20000);
	}
	arena_clear(&a);
	is_int(a.used, 0, "an arena that was cleared is empty");
	p = arena_alloc(&a, 20000);
	for (size_t i = 0; i < 20000; i++)
		zero &= p[i] == 0;
	ok(zero, "and gives out zeroed memory again");
	arena_clear(&a);
	memset(arena_alloc(&a, 100000), 1, 100000);
	arena_clear(&a);
	ok(*(char *)arena_alloc(&a, 100000) == 0, "large pieces, too");
	arena_free(&a);
}

int
main(void)
{
	test_reserve();
	arenas_are_cleared();
	return tap_done();
}
