/* Did the model learn from these rows?  The runs that made it, all of them,
 * and what they read tell. */
#include "judge/leakage.h"

#include <stdio.h>
#include <string.h>

#include "catalog/bytes.h"
#include "catalog/lineage.h"
#include "catalog/manifest.h"
#include "track/find.h"

/* --- the runs that made some bytes ---------------------------------------- */

/* Bytes whose makers are sought: the model's, then what these were made of,
 * as a model that was converted.  Each once. */
#define BYTES_MAX 64

struct makers {
	struct catalog *c;
	const struct oid *data;		/* the rows that are judged by */
	struct oid bytes[BYTES_MAX];
	size_t n, at;			/* those before `at` are done */
	struct seen_data *out;
};

static void
seek_makers(struct makers *m, const struct oid *id)
{
	for (size_t i = 0; i < m->n; i++)
		if (oid_eq(&m->bytes[i], id))
			return;
	if (m->n < BYTES_MAX)
		m->bytes[m->n++] = *id;
}

struct content_search {
	const struct oid *content;
	bool found;
};

static int
is_content(void *ctx, int depth, const struct link *l, struct err *e)
{
	struct content_search *w = ctx;

	(void)depth;
	(void)e;
	w->found = oid_eq(&l->id, w->content);
	return w->found;
}

/* Is the input these bytes, or a dataset that they are in the lineage of?
 * What they were split from holds their rows. */
static int
rests_on(bool *yes, struct catalog *c, const struct link *input,
    const struct oid *content, struct err *e)
{
	struct content_search w = { content, oid_eq(&input->id, content) };
	struct err mine = ERR_INIT;

	if (!w.found && strcmp(input->type, TYPE_DATASET) == 0 &&
	    catalog_lineage(c, &input->id, is_content, &w, &mine) < 0 &&
	    mine.code != ERR_NOENT) {
		*e = mine;
		return -1;
	}
	*yes = w.found;
	return 0;
}

/* What the run read, held against the rows.  A fit links its validation data
 * as such, or did so as its second input; another command may learn from all
 * it reads. */
static int
judge_run(struct makers *m, const struct run *r, struct err *e)
{
	bool fit = strcmp(r->verb, "fit") == 0, same;
	size_t inputs = 0;

	for (size_t i = 0; i < r->n_links; i++) {
		const struct link *l = &r->link[i];
		enum seen seen;

		bool train = strcmp(l->rel, "train") == 0;
		bool valid = strcmp(l->rel, "valid") == 0;

		if (!run_reads(l))
			continue;
		if (rests_on(&same, m->c, l, m->data, e) < 0)
			return -1;
		seen = !same ? SEEN_NOT : valid || (fit && inputs && !train) ?
		    SEEN_VALID : SEEN_TRAIN;
		if (seen > m->out->seen) {
			m->out->seen = seen;
			snprintf(m->out->run, sizeof(m->out->run), "run:%s",
			    r->id);
		}
		if (strcmp(l->type, TYPE_DATASET) != 0)
			seek_makers(m, &l->id);
		inputs++;
	}
	return 0;
}

static int
judge_maker(void *ctx, const struct run *r, struct err *e)
{
	struct makers *m = ctx;

	for (size_t i = 0; i < r->n_links; i++)
		if (strcmp(r->link[i].rel, "output") == 0 &&
		    oid_eq(&r->link[i].id, &m->bytes[m->at]))
			return judge_run(m, r, e);
	return 0;
}

int
seen_data(struct seen_data *out, struct catalog *c,
    struct catalog_bytes *model, struct catalog_bytes *data, struct err *e)
{
	struct makers m = { .c = c, .out = out };

	memset(out, 0, sizeof(*out));
	if (catalog_repo(c) == NULL)
		return 0;
	m.data = catalog_bytes_id(data);
	seek_makers(&m, catalog_bytes_id(model));
	for (; m.at < m.n && out->seen != SEEN_TRAIN; m.at++)
		if (run_each(c, judge_maker, &m, e) < 0)
			return -1;
	return 0;
}

const char *
seen_label(enum seen s)
{
	return s == SEEN_TRAIN ? "train" : s == SEEN_VALID ? "valid" : "test";
}
