/*
 * many_runs N M: seals N runs of M metrics and two parameters in the
 * repository around, without a sync: for tests and benchmarks.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/os.h"
#include "base/rng.h"
#include "catalog/catalog.h"
#include "store/odb.h"
#include "track/ended.h"

#define BEGIN_US INT64_C(1700000000000000)

static int
no_sync(int fd)
{
	(void)fd;
	return 0;
}

/* Numbers that look drawn, the same for every call. */
static double
draw(int64_t i, int64_t k)
{
	struct rng r;

	rng_seed(&r, (uint64_t)i, (uint64_t)k);
	return rng_f64(&r);
}

static int
put_run(struct catalog *c, int64_t i, int metrics, struct err *e)
{
	struct journal_start start = { .verb = "log", .name = "many" };
	int64_t us = BEGIN_US + i * 1000000;
	struct arena a = { NULL, 0 };
	char id[ENDED_ID], name[32];
	struct catalog_put put;
	struct ended p;
	int r;

	snprintf(name, sizeof(name), "many %lld", (long long)i);
	ended_id(id, us, name);
	ended_begin(&p, id, us, "many", &start);
	snprintf(name, sizeof(name), "0.%lld", (long long)(i % 10));
	ended_param(&p, "lr", journal_value(&a, name));
	ended_param(&p, "learner", journal_value(&a, i % 3 ? "gbdt" : "glm"));
	for (int k = 0; k < metrics; k++) {
		snprintf(name, sizeof(name), k ? "m%d" : "auc", k);
		ended_metric(&p, name, 1, draw(i, k), us);
	}
	ended_end(&p, RUN_FINISHED, 0, us + 500000);
	r = ended_put(&put, c, id, &p.text, e);
	ended_release(&p);
	arena_free(&a);
	return r;
}

int
main(int argc, char **argv)
{
	int64_t n = argc == 3 ? atoll(argv[1]) : 0;
	int metrics = argc == 3 ? atoi(argv[2]) : 0, r;
	struct repo_opts o = { .os = NULL };
	struct err e = ERR_INIT;
	struct os os = *os_real();
	struct catalog *c;

	os.fsync = os.fdatasync = no_sync;
	o.os = &os;
	r = catalog_open_repository(&c, NULL, &o, &e);
	for (int64_t i = 0; r == 0 && i < n; i++)
		r = put_run(c, i, metrics, &e);
	if (r < 0)
		fprintf(stderr, "many_runs: %s\n", e.msg);
	catalog_close(c);
	return r < 0 ? 3 : 0;
}
