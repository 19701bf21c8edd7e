/* Rows of request logs, of a table of answers, and of labels. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/utf8.h"
#include "codec/json.h"
#include "flow/perf/internal.h"

/* ---- a request log ---- */

static int
add_logged(void *ctx, const struct reqlog_row *row, struct err *e)
{
	struct perf *p = ctx;
	char (*room)[NUM_TEXT_MAX] = xalloc(p->names, sizeof(*room));
	int r;

	for (size_t i = 0; i < p->names; i++) {
		const struct json *v = row->value[i];
		struct late_text *t = &p->text[i];

		*t = (struct late_text){ room[i], 0 };
		if (v == NULL)
			t->s = NULL;
		else if (v->type == JSON_TEXT)
			*t = (struct late_text){ v->s, v->n };
		else if (v->type == JSON_BOOL)
			*t = (struct late_text){ v->b ? "true" : "false",
			    v->b ? 4 : 5 };
		else
			t->n = v->type == JSON_INT ? num_print_i64(room[i],
			    v->i) : num_print_f64(room[i], v->d);
	}
	r = perf_add_row(p, row->time_us, row->timed, e);
	free(room);
	return r;
}

/* Every name that a row of the log answers to. */
static const char **
logged_names(size_t *n, struct arena *a, const struct json *line)
{
	static const char *const own[] = {
		"id", "unit", "model", "version", "variant", "mlv.id",
		"mlv.unit", "mlv.model", "mlv.version", "mlv.variant"
	};
	const size_t owns = sizeof(own) / sizeof(*own);
	const struct json *in = json_get(line, "inputs");
	const struct json *answers = json_get(line, "outputs");
	const char **name = arena_alloc(a, (in->n + answers->n + owns) *
	    sizeof(*name));

	*n = 0;
	for (const struct json *v = in->child; v; v = v->next)
		name[(*n)++] = v->key;
	for (const struct json *v = answers->child; v; v = v->next)
		name[(*n)++] = json_get(in, v->key) == NULL ? v->key :
		    arena_printf(a, "output.%s", v->key);
	for (size_t i = 0; i < owns; i++)
		name[(*n)++] = own[i];
	return name;
}

int
perf_read_log(struct perf *p, struct err *e)
{
	struct arena *a = &p->found->arena;
	struct reqlog_wanted w = { .row = add_logged, .ctx = p };
	struct json *line = NULL;
	int r = 0;

	for (size_t i = 0; r == 0 && line == NULL && i < p->o->n_paths; i++)
		r = reqlog_first(&line, a, p->o->path[i], e);
	if (r == 0 && line == NULL)
		return err_set(e, ERR_UNSUPPORTED, "no request in the log");
	if (r == 0) {
		size_t n;
		const char **name = logged_names(&n, a, line);

		r = perf_find_columns(p, name, n, e);
	}
	w.name = p->name;
	w.n = p->names;
	for (size_t i = 0; r == 0 && i < p->o->n_paths; i++)
		r = reqlog_each(&p->found->skipped, p->o->path[i],
		    &p->o->filter, &w, e);
	return r;
}

/* ---- tables, in blocks of raw cells ---- */

static int
find_raw(const struct column **out, const struct raw_reader *r,
    const char *name, const char *path, struct err *e)
{
	size_t at;

	if (table_index(&at, r->block, name, e) < 0)
		return err_wrap(e, "%s", path);
	*out = &r->block->col[at];
	return 0;
}

static struct late_text
raw_text(const struct column *c, size_t row)
{
	return (struct late_text){ c->raw[row].s, c->raw[row].n };
}

static int
add_block(struct perf *p, const struct raw_reader *r, const char *path,
    struct err *e)
{
	const struct column **col = xalloc(p->names + 1, sizeof(*col));
	const struct column *when = NULL;
	int got = 0;

	for (size_t i = 0; got == 0 && i < p->names; i++)
		got = find_raw(&col[i], r, p->name[i], path, e);
	if (got == 0 && p->o->time != NULL)
		got = find_raw(&when, r, p->o->time, path, e);
	for (size_t row = 0; got == 0 && row < r->block->rows; row++) {
		struct late_text t = { NULL, 0 };
		int64_t us = 0;

		for (size_t i = 0; i < p->names; i++)
			p->text[i] = raw_text(col[i], row);
		if (when != NULL)
			t = raw_text(when, row);
		if (t.s != NULL && !clock_parse(t.s, t.n, &us))
			got = err_set(e, ERR_FORMAT, "%s: line %llu: '%.*s' is "
			    "no time", path, (unsigned long long)
			    table_reader_line(r->rd, row), (int)utf8_cut(t.s,
			    t.n, 40), t.s);
		else if ((got = perf_add_row(p, us, t.s != NULL, e)) < 0)
			err_wrap(e, "%s", path);
	}
	free(col);
	return got;
}

int
perf_read_table(struct perf *p, const char *path, struct err *e)
{
	struct raw_reader r = { .open = false };
	int got = perf_open_raw(&r, path, &p->o->read, e);

	while (got == 0 && (got = table_reader_next(&r.block, r.rd, e)) > 0) {
		got = 0;
		if (p->late == NULL) {
			size_t n;
			const char *const *name = table_reader_names(r.rd, &n);

			got = perf_find_columns(p, name, n, e);
			if (got < 0)
				err_wrap(e, "%s", path);
		}
		if (got == 0)
			got = add_block(p, &r, path, e);
	}
	if (got == 0 && p->late == NULL)
		got = err_set(e, ERR_UNSUPPORTED, "no row in '%s'", path);
	perf_close_raw(&r);
	return got;
}

/* The labels' column: the one named, else the only one beside the key. */
static int
find_target(struct perf *p, const struct raw_reader *r, const char *key,
    struct err *e)
{
	size_t n;
	const char *const *name = table_reader_names(r->rd, &n);

	p->found->target = p->o->target;
	for (size_t i = 0; p->o->target == NULL && i < n; i++) {
		if (strcmp(name[i], key) == 0)
			continue;
		if (p->found->target != NULL)
			return err_set(e, ERR_USAGE, "say with --target which "
			    "column of '%s' is the label: '%s', '%s' ...",
			    p->o->labels, p->found->target, name[i]);
		p->found->target = arena_strdup(&p->found->arena, name[i]);
	}
	if (p->found->target == NULL)
		return err_set(e, ERR_NOENT, "'%s' has no column beside '%s'",
		    p->o->labels, key);
	return 0;
}

static int
add_labels(struct perf *p, const struct raw_reader *r, const char *key,
    struct err *e)
{
	const struct column *k = NULL, *y = NULL;

	if (find_raw(&k, r, key, p->o->labels, e) < 0 || find_raw(&y, r,
	    p->found->target, p->o->labels, e) < 0)
		return -1;
	for (size_t row = 0; row < r->block->rows; row++) {
		struct late_text a = raw_text(k, row), b = raw_text(y, row);

		if (late_label(p->late, &a, &b, e) < 0)
			return err_wrap(e, "%s: line %llu", p->o->labels,
			    (unsigned long long)table_reader_line(r->rd,
			    row));
	}
	return 0;
}

int
perf_read_labels(struct perf *p, struct err *e)
{
	const char *key = p->o->label_key != NULL ? p->o->label_key :
	    p->o->key;
	struct raw_reader r = { .open = false };
	int got = perf_open_raw(&r, p->o->labels, &p->o->read, e);

	while (got == 0 && (got = table_reader_next(&r.block, r.rd, e)) > 0) {
		got = p->found->target == NULL ? find_target(p, &r, key, e) :
		    0;
		if (got == 0)
			got = add_labels(p, &r, key, e);
	}
	perf_close_raw(&r);
	return got;
}
