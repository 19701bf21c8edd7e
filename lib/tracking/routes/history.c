/* Routes of metrics: all points of one. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "track/find.h"
#include "tracking/internal.h"

#define PAGE_USUAL 25000
#define INTERVAL_USUAL 2500
#define INTERVAL_RUNS 100

/* Out of its journal: 1 there are some, 0 none, -1: answered. */
static int
read_points(struct run *r, const struct run_metric **m, struct call *k,
    const char *id, const char *key)
{
	struct err e = ERR_INIT;
	char *name = xprintf("run:%s", id);
	int result = run_read(r, k->t->c, name, &e);

	free(name);
	if (result < 0)
		return call_fail_err(k, &e);
	*m = run_find_metric(r, key);
	return *m != NULL;
}

static void
put_point(struct call *k, const char *run, const struct run_metric *m,
    size_t i)
{
	put_open(k->out, NULL, '{');
	put_text(k->out, "key", m->name);
	put_num(k->out, "value", m->value[i]);
	put_int(k->out, "timestamp", m->time_us[i] / 1000);
	put_int(k->out, "step", m->step[i]);
	if (run)
		put_text(k->out, "run_id", run);
	put_close(k->out, '}');
}

static int
get_history(struct call *k)
{
	struct tracked_run *t = find_run(k, call_text(k, "run_id"), true);
	int64_t most = call_max_results(k, PAGE_USUAL, INT32_MAX), from;
	bool pages = json_get(k->q, "max_results") != NULL;
	const struct run_metric *m = NULL;
	struct run r;
	size_t end;

	if (t == NULL || most < 0 || (from = call_page(k)) < 0 ||
	    read_points(&r, &m, k, t->id, call_text(k, "metric_key")) < 0)
		return -1;
	end = m == NULL ? 0 : pages && (size_t)(from + most) < m->n ?
	    (size_t)(from + most) : m->n;
	put_open(k->out, NULL, '{');
	put_open(k->out, "metrics", '[');
	for (size_t i = (size_t)from; i < end; i++)
		put_point(k, NULL, m, i);
	put_close(k->out, ']');
	if (m && end < m->n)
		put_page_token(k->out, end);
	put_close(k->out, '}');
	run_free(&r);
	return 0;
}

/* ---- several runs, thinned out to steps they share ---- */

struct steps {
	int64_t *v;
	size_t n, room;
};

static int
by_step(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void
add_step(struct steps *s, int64_t step)
{
	if (s->n == s->room) {
		s->room = s->room ? s->room * 2 : 256;
		s->v = xresize(s->v, s->room, sizeof(*s->v));
	}
	s->v[s->n++] = step;
}

struct interval {
	int64_t low, high;
};

static bool
is_within(const struct interval *in, int64_t step)
{
	return step >= in->low && step <= in->high;
}

static void
add_steps(struct steps *s, const struct run_metric *m,
    const struct interval *in)
{
	for (size_t i = 0; i < m->n; i++)
		if (is_within(in, m->step[i]))
			add_step(s, m->step[i]);
}

/* The first and last step of each run stay, so that no curve is cut. */
static void
add_ends(struct steps *s, const struct run_metric *m,
    const struct interval *in)
{
	int64_t low = INT64_MAX, high = INT64_MIN;

	for (size_t i = 0; i < m->n; i++) {
		low = m->step[i] < low ? m->step[i] : low;
		high = m->step[i] > high ? m->step[i] : high;
	}
	if (m->n && is_within(in, low))
		add_step(s, low);
	if (m->n && is_within(in, high))
		add_step(s, high);
}

/* Each once, in order. */
static void
sort_steps(struct steps *s)
{
	size_t kept = 0;

	if (s->n)
		qsort(s->v, s->n, sizeof(*s->v), by_step);
	for (size_t i = 0; i < s->n; i++)
		if (kept == 0 || s->v[kept - 1] != s->v[i])
			s->v[kept++] = s->v[i];
	s->n = kept;
}

/* At most so many of them, evenly, the last one always. */
static void
thin_steps(struct steps *s, size_t most)
{
	size_t kept, n;

	sort_steps(s);
	kept = s->n;
	if (kept <= most)
		return;
	for (n = 0; n < most; n++)
		s->v[n] = s->v[(size_t)((double)n * (double)kept /
		    (double)most)];
	if (s->v[n - 1] != s->v[kept - 1])
		s->v[n++] = s->v[kept - 1];
	s->n = n;
}

struct bulk {
	struct run run[INTERVAL_RUNS];
	const struct run_metric *metric[INTERVAL_RUNS];
	size_t n;
};

static int
read_bulk(struct bulk *b, struct call *k, const struct json *ids)
{
	const char *key = call_text(k, "metric_key");
	size_t n = 0;

	for (const struct json *c = ids; c; c = c->next)
		n++;
	if (n > INTERVAL_RUNS)
		return call_fail(k, CALL_INVALID, json_get(k->q, "run_ids") ?
		    "GetMetricHistoryBulkInterval request must specify at most "
		    "%d run_ids." : "GetMetricHistoryBulk request cannot "
		    "specify more than %d run_ids.", INTERVAL_RUNS);
	for (b->n = 0; ids; ids = ids->next) {
		if (find_run(k, ids->s, true) == NULL ||
		    read_points(&b->run[b->n], &b->metric[b->n], k, ids->s,
		    key) < 0)
			return -1;
		b->n++;
	}
	return 0;
}

static void
put_sampled(struct call *k, const struct bulk *b, const struct steps *s,
    size_t most)
{
	put_open(k->out, NULL, '{');
	put_open(k->out, "metrics", '[');
	for (size_t i = 0; i < b->n; i++) {
		const struct run_metric *m = b->metric[i];

		for (size_t j = 0; m && s->n && most && j < m->n; j++)
			if (bsearch(&m->step[j], s->v, s->n, sizeof(*s->v),
			    by_step)) {
				put_point(k, b->run[i].id, m, j);
				most--;
			}
	}
	put_close(k->out, ']');
	put_close(k->out, '}');
}

static void
sample_steps(struct steps *s, const struct bulk *b, const struct interval *in,
    size_t most)
{
	for (size_t i = 0; i < b->n; i++)
		if (b->metric[i])
			add_steps(s, b->metric[i], in);
	thin_steps(s, most);
	for (size_t i = 0; i < b->n; i++)
		if (b->metric[i])
			add_ends(s, b->metric[i], in);
	sort_steps(s);
}

/* `points`: at most so many are told. */
static int
answer_bulk(struct call *k, const struct json *ids, struct interval in,
    int64_t most, size_t points)
{
	struct bulk *b = xalloc(1, sizeof(*b));
	struct steps s = { NULL, 0, 0 };
	int r = read_bulk(b, k, ids);

	if (r == 0) {
		sample_steps(&s, b, &in, (size_t)most);
		put_sampled(k, b, &s, points);
	}
	for (size_t i = 0; i < b->n; i++)
		run_free(&b->run[i]);
	free(s.v);
	free(b);
	return r;
}

static int
get_interval(struct call *k)
{
	int64_t low = call_int(k, "start_step", INT64_MIN);
	int64_t high = call_int(k, "end_step", INT64_MAX);
	int64_t most = call_int(k, "max_results", INTERVAL_USUAL);

	if ((json_get(k->q, "start_step") == NULL) !=
	    (json_get(k->q, "end_step") == NULL))
		return call_fail(k, CALL_INVALID, "If either start step or end "
		    "step are specified, both must be specified.");
	if (low > high)
		return call_fail(k, CALL_INVALID, "end_step must be greater "
		    "than start_step. Found start_step=%lld and "
		    "end_step=%lld.", (long long)low, (long long)high);
	if (most < 1 || most > INTERVAL_USUAL)
		return call_fail(k, CALL_INVALID, "max_results must be between "
		    "1 and %d.", INTERVAL_USUAL);
	return answer_bulk(k, call_list(k, "run_ids"), (struct interval){ low,
	    high }, most, SIZE_MAX);
}

static int
get_bulk(struct call *k)
{
	const struct json *ids = call_list(k, "run_id");
	int64_t most = call_max_results(k, PAGE_USUAL, INT32_MAX);

	if (most < 0)
		return -1;
	if (ids == NULL)
		return call_fail(k, CALL_INVALID, "GetMetricHistoryBulk "
		    "request must specify at least one run_id.");
	if (*call_text(k, "metric_key") == '\0')
		return call_fail(k, CALL_INVALID, "GetMetricHistoryBulk "
		    "request must specify a metric_key.");
	return answer_bulk(k, ids, (struct interval){ INT64_MIN, INT64_MAX },
	    INT32_MAX, (size_t)most);
}

const struct tracking_route history_routes[] = {
	{ "GET", "mlflow/metrics/get-history", get_history,
	    "run_id:s! metric_key:s! max_results:i page_token:s" },
	{ "GET", "mlflow/metrics/get-history-bulk-interval", get_interval,
	    "run_ids:t! metric_key:s! start_step:i end_step:i max_results:i" },
	{ "GET", "mlflow/metrics/get-history-bulk", get_bulk,
	    "run_id:t metric_key:s max_results:i" },
	{ NULL, NULL, NULL, NULL }
};
