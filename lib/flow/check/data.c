/* The tables and profiles that a check needs are opened, and it is done. */
#include "flow/check/data.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "catalog/open_table.h"
#include "profile/profile.h"

struct beside {
	struct catalog_bytes *other;		/* (references) */
	struct table_read_opts *read;
	struct check_other *table;
	size_t others;
	struct check_past *past;
	size_t n_past;
	struct arena arena;
};

static int
open_others(struct beside *s, const struct check_data *o, struct err *e)
{
	size_t n = o->schema->references;

	s->other = xalloc(n + 1, sizeof(*s->other));
	s->read = xalloc(n + 1, sizeof(*s->read));
	s->table = xalloc(n + 1, sizeof(*s->table));
	for (size_t i = 0; i < n; i++) {
		struct catalog_bytes *b = &s->other[i];

		if (catalog_open_bytes(b, o->catalog,
		    o->schema->reference[i].data, e) != 0)
			return err_wrap(e, "reference");
		s->others++;
		if (catalog_read_opts(&s->read[i], b, NULL, e) != 0)
			return -1;
		s->table[i] = (struct check_other){ b->data, b->n,
		    &s->read[i] };
	}
	return 0;
}

static void
take_past(struct beside *s, const struct profile *p)
{
	struct check_past *past = &s->past[s->n_past++];
	struct profile_column c;

	past->rows = profile_rows(p);
	past->cols = profile_cols(p);
	past->col = arena_alloc(&s->arena, (past->cols + 1) *
	    sizeof(*past->col));
	for (size_t i = 0; i < past->cols; i++) {
		profile_column(&c, p, i);
		past->col[i] = (struct check_past_column){
		    arena_strdup(&s->arena, c.name), c.is_number &&
		    c.finite > 0 ? c.mean : NAN, c.rows > 0 ?
		    (double)c.missing / (double)c.rows : NAN };
	}
}

/* A version that was removed is passed over. */
static int
read_past(struct beside *s, const struct check_data *o, uint32_t version,
    struct err *e)
{
	char *name = xprintf("profile:%s@%u", o->schema->trend.profile,
	    version);
	struct catalog_bytes b;
	struct profile *p;
	int r = catalog_open_bytes(&b, o->catalog, name, e);

	if (r == 0) {
		r = profile_parse(&p, b.data, b.n, e);
		if (r == 0) {
			take_past(s, p);
			profile_free(p);
		} else {
			err_wrap(e, "%s", name);
		}
		catalog_bytes_close(&b);
	} else if (e->code == ERR_NOENT) {
		r = 0;
	}
	free(name);
	return r;
}

static int
open_past(struct beside *s, const struct check_data *o, struct err *e)
{
	const struct schema_trend *t = &o->schema->trend;
	struct catalog_item item;
	uint32_t newest;
	char *name;
	int r;

	s->past = xalloc((size_t)t->last + 1, sizeof(*s->past));
	if (t->profile == NULL)
		return 0;
	name = xprintf("profile:%s", t->profile);
	r = catalog_resolve(&item, o->catalog, name, e);
	free(name);
	if (r != 0)
		return e->code == ERR_NOENT ? 0 : -1;
	newest = item.version;
	catalog_item_free(&item);
	for (uint32_t v = newest; v > 0 && s->n_past < (size_t)t->last; v--)
		if (read_past(s, o, v, e) != 0)
			return -1;
	return 0;
}

static int
open_rows(void *ctx, struct typed_rows *rows, struct err *e)
{
	return catalog_delta_rows(rows, ctx, e);
}

/* Rows of a Delta table; those whose words for missing are said, as text. */
static int
open_input(struct check_input *in, struct catalog_bytes *b,
    const struct schema *s, struct err *e)
{
	if (b->delta && (in->read->n_na > 0 || s->read.n_na > 0)) {
		if (catalog_delta_text(b, e) != 0)
			return -1;
	} else if (b->delta) {
		in->open_rows = open_rows;
		in->rows_ctx = b;
	}
	in->bytes = b->data;
	in->n = b->n;
	return 0;
}

int
check_data(struct check *out, struct catalog_bytes *b,
    const struct check_data *o, struct err *e)
{
	struct beside s = { 0 };
	struct table_read_opts read;
	struct check_input in = { .read = &read, .has_now = o->has_now,
	    .now = o->now, .folder = o->folder, .memory = o->memory };
	int r = -1;

	if (catalog_read_opts(&read, b, o->user, e) == 0 &&
	    open_input(&in, b, o->schema, e) == 0 &&
	    open_others(&s, o, e) == 0 && open_past(&s, o, e) == 0) {
		in.others = s.table;
		in.n_others = s.others;
		in.past = s.past;
		in.n_past = s.n_past;
		r = check_table(out, o->to, &in, o->schema, e);
	}
	for (size_t i = 0; i < s.others; i++)
		catalog_bytes_close(&s.other[i]);
	free(s.other);
	free(s.read);
	free(s.table);
	free(s.past);
	arena_free(&s.arena);
	return r;
}
