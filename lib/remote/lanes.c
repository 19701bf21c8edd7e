/* Several files carried at once, each over a connection of its own. */
#include "remote/lanes.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/pool.h"

struct job {
	struct remote *r;
	lanes_fn *fn;
	void *ctx;
	struct err *err;	/* one a file */
};

static void
run_job(void *ctx, size_t i, int worker)
{
	struct job *j = ctx;
	struct transport *t = worker ? j->r->lane[worker - 1] : j->r->t;

	(void)j->fn(j->ctx, i, t, &j->err[i]);
}

static int
open_lanes(struct remote *r, size_t n, struct err *e)
{
	for (size_t i = 0; i + 1 < n; i++)
		if (r->lane[i] == NULL &&
		    transport_open(&r->lane[i], r->url, &r->env, e) < 0)
			return -1;
	return 0;
}

int
lanes_run(struct remote *r, size_t n, lanes_fn *fn, void *ctx, struct err *e)
{
	struct job j = { r, fn, ctx, NULL };
	size_t lanes = r->t->ops->lanes;
	struct pool *p;
	int result = 0;

	if (lanes > REMOTE_LANES)
		lanes = REMOTE_LANES;
	if (lanes > n)
		lanes = n;
	if (lanes <= 1) {
		for (size_t i = 0; result == 0 && i < n; i++)
			result = fn(ctx, i, r->t, e);
		return result;
	}
	if (open_lanes(r, lanes, e) < 0)
		return -1;
	j.err = xalloc(n, sizeof(*j.err));
	p = pool_new((int)lanes);
	pool_run(p, n, run_job, &j);
	pool_free(p);
	for (size_t i = 0; result == 0 && i < n; i++)
		if (j.err[i].code != ERR_NONE) {
			*e = j.err[i];
			result = -1;
		}
	free(j.err);
	return result;
}

void
lanes_close(struct remote *r)
{
	for (size_t i = 0; i < REMOTE_LANES; i++)
		transport_free(r->lane[i]);
}
