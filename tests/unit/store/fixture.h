/* fixture.h - a repository in a temporary folder, for the tests of lib/store. */
#ifndef STORE_FIXTURE_H
#define STORE_FIXTURE_H

#include <stdlib.h>

#include "store/fsck.h"
#include "store/odb.h"
#include "store/repo.h"
#include "../tap.h"

static char top[64];

__attribute__((unused)) static struct repo *
open_repo(const struct os *os)
{
	struct repo_opts o = { .os = os };
	struct err e = ERR_INIT;
	struct repo *s = NULL;

	if (repo_open(&s, top, &o, &e) < 0)
		printf("# %s\n", e.msg);
	return s;
}

__attribute__((unused)) static uint64_t
errors_in(struct repo *s, enum fsck_level level)
{
	struct fsck_report report;
	struct err e = ERR_INIT;

	if (fsck_repo(&report, s, &(struct fsck_request){ .level = level },
	    &e) < 0) {
		printf("# fsck: %s\n", e.msg);
		return 999;
	}
	return report.errors;
}

static struct repo *
begin_repo(void)
{
	struct err e = ERR_INIT;
	bool made;

	snprintf(top, sizeof(top), "/tmp/mlv-store.XXXXXX");
	if (mkdtemp(top) == NULL)
		return NULL;
	ok(repo_init(&made, top, &(struct repo_opts){ 0 }, &e) == 0 && made,
	    "a repository is made");
	return open_repo(NULL);
}

static int
end_repo(struct repo *s)
{
	char cmd[128];

	is_int(errors_in(s, FSCK_STRONG), 0, "the repository is whole at the end");
	repo_close(s);
	snprintf(cmd, sizeof(cmd), "rm -rf %s", top);
	if (system(cmd) != 0)
		ok(0, "the repository is removed");
	return tap_done();
}

#endif
