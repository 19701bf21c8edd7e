/* Answers and late labels: read, joined, measured. */
#include "flow/perf/perf.h"

#include <string.h>

#include "flow/perf/internal.h"

static int
read_predictions(struct perf *p, struct err *e)
{
	bool log = strcmp(p->o->path[0], "-") != 0 &&
	    reqlog_is(p->o->path[0]);

	if (!log && p->o->n_paths > 1)
		return err_set(e, ERR_USAGE, "'%s' is no request log: a table "
		    "of answers stands alone", p->o->path[0]);
	for (size_t i = 1; log && i < p->o->n_paths; i++)
		if (!reqlog_is(p->o->path[i]))
			return err_set(e, ERR_FORMAT, "'%s' is no request log",
			    p->o->path[i]);
	if (log)
		return perf_read_log(p, e);
	return perf_read_table(p, p->o->path[0], e);
}

int
perf_run(struct late_report *r, struct perf_found *found,
    const struct perf_opts *o, struct err *e)
{
	struct perf p = { .o = o, .found = found };
	int status;

	memset(r, 0, sizeof(*r));
	memset(found, 0, sizeof(*found));
	status = read_predictions(&p, e);
	if (status == 0)
		status = perf_read_labels(&p, e);
	if (status == 0)
		status = late_judge(r, p.late, e);
	if (status == 0 && r->predictions == 0)
		status = err_set(e, ERR_UNSUPPORTED, "no prediction to judge");
	else if (status == 0 && r->unkeyed == r->predictions)
		status = err_set(e, ERR_NOENT, "no prediction has a key '%s': "
		    "name with --key a column of both sides, or id or unit of "
		    "the requests", o->key);
	if (status == 0 && perf_needs_columns(o))
		status = dle_open(&p, e);
	if (status == 0 && o->weak_rows > 0)
		status = dle_find_weak(&p, e);
	if (status == 0 && o->estimate == PERF_DLE)
		status = dle_estimate(r, &p, e);
	late_free(p.late);
	dle_release(&p);
	return status;
}
