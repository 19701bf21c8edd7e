/* The fields of several runs, in columns. */
#include "track/diff.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/intern.h"
#include "base/mem.h"
#include "base/num.h"
#include "catalog/manifest.h"
#include "track/find.h"
#include "track/journal.h"
#include "track/run.h"

struct diff_builder {
	struct run_diff *t;
	struct intern *fields;		/* number = place in line */
	size_t runs, room;
};

static struct run_diff_line *
line_of(struct diff_builder *b, const char *field)
{
	uint32_t at = intern_add(b->fields, field, strlen(field));
	struct run_diff_line *l;

	if (at < b->t->n_lines)
		return &b->t->line[at];
	if (b->t->n_lines == b->room) {
		b->room = b->room ? b->room * 2 : 64;
		b->t->line = xresize(b->t->line, b->room, sizeof(*l));
	}
	l = &b->t->line[b->t->n_lines++];
	l->field = arena_strdup(&b->t->arena, field);
	l->text = arena_alloc(&b->t->arena, b->runs * sizeof(*l->text));
	l->values = NULL;
	l->differs = false;
	return l;
}

static void
set_field(struct diff_builder *b, size_t run, const char *field,
    const struct json *v)
{
	struct run_diff_line *l = line_of(b, field);
	struct buf text;

	buf_init(&text, BUF_CAP_DOC);
	if (v->type == JSON_TEXT)
		buf_add(&text, v->s, v->n);
	else
		json_write(&text, v);
	l->text[run] = arena_strdup(&b->t->arena, text.data);
	buf_free(&text);
}

/* Every leaf below j, under a dotted name. */
static void
add_tree(struct diff_builder *b, size_t run, const char *prefix,
    const struct json *j)
{
	struct arena a = { 0 };

	if (j->type != JSON_MAP) {
		set_field(b, run, prefix, j);
		return;
	}
	for (const struct json *m = j->child; m; m = m->next)
		add_tree(b, run, arena_printf(&a, "%s.%s", prefix, m->key), m);
	arena_free(&a);
}

static void
add_links(struct diff_builder *b, size_t run, const struct run *r)
{
	struct arena a = { 0 };
	char id[OID_TEXT];

	for (size_t i = 0; i < r->n_links; i++) {
		const struct link *l = &r->link[i];
		struct json text = { .type = JSON_TEXT };

		text.s = oid_print(id, &l->id);
		text.n = strlen(id);
		set_field(b, run, arena_printf(&a, "%s %s", l->rel, l->name), &text);
	}
	arena_free(&a);
}

static void
add_metrics(struct diff_builder *b, size_t run, const struct run *r)
{
	struct arena a = { 0 };
	char text[NUM_TEXT_MAX];

	for (size_t i = 0; i < r->n_metrics; i++) {
		const struct run_metric *m = &r->metric[i];
		struct json value = { .type = JSON_TEXT, .s = text };

		num_print_f64(text, m->summary);
		value.n = strlen(text);
		set_field(b, run, arena_printf(&a, "metrics.%s", m->name), &value);
	}
	arena_free(&a);
}

static int
add_run(struct diff_builder *b, size_t i, struct catalog *c, const char *name,
    struct err *e)
{
	static const char *const parts[] = { "status", "params", "git",
	    "usage" };
	struct arena a = { 0 };
	struct json *all, id = { .type = JSON_TEXT };
	struct run r;

	if (run_read(&r, c, name, e) < 0)
		return -1;
	id.s = arena_printf(&a, "run:%s", r.id);
	id.n = strlen(id.s);
	set_field(b, i, "run", &id);
	all = run_to_json(&a, &r);
	for (size_t k = 0; k < sizeof(parts) / sizeof(*parts); k++) {
		const struct json *part = json_get(all, parts[k]);

		if (part == NULL)
			part = json_get(r.facts, parts[k]);
		if (part)
			add_tree(b, i, parts[k], part);
	}
	add_metrics(b, i, &r);
	add_links(b, i, &r);
	arena_free(&a);
	run_free(&r);
	return 0;
}

static int
by_field(const void *a, const void *b)
{
	const struct run_diff_line *x = a, *y = b;

	return strcmp(x->field, y->field);
}

static void
finish_line(struct diff_builder *b, struct run_diff_line *l)
{
	struct arena *a = &b->t->arena;

	l->values = json_new(a, JSON_LIST);
	for (size_t i = 0; i < b->runs; i++) {
		if (l->text[i])
			json_add_text(a, l->values, NULL, l->text[i]);
		else
			json_add_null(a, l->values, NULL);
		if (i && (!l->text[i] != !l->text[0] || (l->text[i] &&
		    strcmp(l->text[i], l->text[0]) != 0)))
			l->differs = true;
	}
}

int
run_diff_read(struct run_diff *out, struct catalog *c, const char *const *runs,
    size_t n, struct err *e)
{
	struct diff_builder b = { .t = out, .fields = intern_new(), .runs = n };
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++)
		r = add_run(&b, i, c, runs[i], e);
	for (size_t i = 0; i < out->n_lines; i++)
		finish_line(&b, &out->line[i]);
	/* "run" was added first and stays there */
	if (out->n_lines > 2)
		qsort(out->line + 1, out->n_lines - 1, sizeof(*out->line),
		    by_field);
	intern_free(b.fields);
	return r;
}

void
run_diff_release(struct run_diff *t)
{
	free(t->line);
	arena_free(&t->arena);
}
