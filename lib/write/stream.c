/* CSV to another format in bounded memory. */
#include "write/stream.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "read/forms.h"
#include "read/stream.h"
#include "table/cell.h"
#include "table/column_set.h"
#include "table/write.h"
#include "write/parquet.h"

/* ---- types ---- */

/* The texts of a column, each looked at once. */
struct texts {
	bool looked_at;			/* nobody said what they are */
	struct form_look look;
	uint32_t seen;			/* of the dict of this generation: */
	uint32_t generation;
};

struct shape {
	struct table_want *want;
	struct texts *texts;
	char **name;
	size_t cols;
};

static void
shape_release(struct shape *s)
{
	for (size_t i = 0; i < s->cols; i++)
		free(s->name[i]);
	free(s->name);
	free(s->texts);
	free(s->want);
}

/* Whole columns come as they are written: what means missing says nothing. */
static void
note_kinds(unsigned *kinds, const struct table *t, const struct na_words *na)
{
	for (size_t i = 0; i < t->cols; i++) {
		const struct raw_cell *c = t->col[i].raw;

		for (size_t row = 0; row < t->rows; row++)
			if (c[row].s != NULL && c[row].n > 0 &&
			    !na_words_match(na, c[row].s, c[row].n,
			    c[row].quoted))
				kinds[i] |= cell_kind(c[row].s, c[row].n);
	}
}

static void
settle_type(struct table_want *want, struct texts *texts,
    const struct table_read_opts *how, unsigned kinds)
{
	want->type = kinds_type(kinds);
	texts->looked_at = col_type_is_text(want->type);
	form_look_init(&texts->look);
	for (size_t i = 0; i < how->n_types; i++)
		if (strcmp(how->types[i].name, want->name) == 0) {
			want->type = readable_type(how->types[i].type);
			texts->looked_at = false;
		}
}

/* 1, 0: it cannot be read so. */
static int
read_kinds(struct shape *s, struct table_reader *r,
    const struct table_read_opts *how)
{
	struct err ignored = ERR_INIT;
	const char *const *name;
	struct na_words na;
	unsigned *kinds;
	struct table *t;
	int got;

	if (table_reader_format(r) != TABLE_CSV)
		return 0;
	name = table_reader_names(r, &s->cols);
	kinds = xalloc(s->cols + 1, sizeof(*kinds));
	s->want = xalloc(s->cols + 1, sizeof(*s->want));
	s->texts = xalloc(s->cols + 1, sizeof(*s->texts));
	s->name = xalloc(s->cols + 1, sizeof(*s->name));
	na_words_init(&na, how->na, how->n_na);
	while ((got = table_reader_next(&t, r, &ignored)) > 0)
		note_kinds(kinds, t, &na);
	for (size_t i = 0; i < s->cols; i++) {
		s->name[i] = xstrdup(name[i]);
		s->want[i].name = s->name[i];
		settle_type(&s->want[i], &s->texts[i], how, kinds[i]);
	}
	free(kinds);
	return got == 0;
}

/* Packed, Parquet and UTF-16 are not text as it stands: what has types in
 * there would lose them here.  1, 0, -1. */
static int
is_plain(struct source *s, struct err *e)
{
	char head[512];
	int64_t n = source_read_full(s, head, sizeof(head), e);

	if (n < 0)
		return -1;
	return memchr(head, '\0', (size_t)n) == NULL && (n < 4 ||
	    (memcmp(head, "PAR1", 4) != 0 && memcmp(head, "PK", 2) != 0 &&
	    memcmp(head, "\x1f\x8b", 2) != 0 &&
	    memcmp(head, "\x28\xb5\x2f\xfd", 4) != 0));
}

static int
find_shape(struct shape *s, const struct text_again *text,
    const struct table_read_opts *how, struct err *e)
{
	struct table_reader_opts o = { .read = *how, .keep_all = true };
	struct err ignored = ERR_INIT;
	struct table_reader *r;
	struct source from;
	int got = 0;

	o.read.log = NULL;		/* once is enough */
	if (text->open(text->ctx, &from, e) != 0)
		return -1;
	got = is_plain(&from, e);
	source_close(&from);
	if (got <= 0 || text->open(text->ctx, &from, e) != 0)
		return got <= 0 ? got : -1;
	got = 0;
	if (table_reader_open(&r, &from, &o, &ignored) == 0) {
		got = read_kinds(s, r, how);
		table_reader_free(r);
	}
	source_close(&from);
	return got;
}

/* ---- rows ---- */

/* Where blocks go: on as text, or together until they are a row group. */
struct onward {
	struct target *to;
	const struct write_opts *o;
	struct buf text;
	const struct column **col;
	struct table *group;		/* of Parquet */
	size_t room;			/* rows of it */
	struct parquet_table *f;
};

static int
put_text(struct onward *w, const struct table *t, struct err *e)
{
	int r;

	for (size_t i = 0; i < t->cols; i++)
		w->col[i] = &t->col[i];
	if (w->o->format == WRITE_CSV)
		table_write_csv(&w->text, w->col, t->cols, 0, t->rows, NULL);
	else
		table_write_jsonl(&w->text, w->col, t->cols, 0, t->rows);
	if ((r = buf_check(&w->text, e)) == 0)
		r = target_add(w->to, w->text.data, w->text.len, e);
	buf_clear(&w->text);
	return r;
}

static int
put_group(struct onward *w, struct err *e)
{
	struct table *g = w->group;
	int r = 0;

	if (g->rows > 0 && (r = parquet_check_texts(g, e)) == 0)
		r = parquet_table_group(w->f, g, 0, g->rows, e);
	for (size_t i = 0; i < g->cols; i++)
		column_clear(&g->col[i], 0);
	g->rows = 0;
	return r;
}

/* Rows [from, from + n) behind those of the group. */
static void
copy_cells(struct column *to, size_t at, const struct column *c, size_t from,
    size_t n)
{
	size_t size = col_type_size(c->type), len;

	if (c->dict == NULL)
		memcpy((char *)to->data + at * size, (const char *)c->data +
		    from * size, n * size);
	for (size_t i = 0; i < n; i++) {
		if (column_missing(c, from + i)) {
			column_set_missing(to, at + i);
		} else if (c->dict != NULL) {
			const char *s = column_text(c, from + i, &len);

			to->code[at + i] = intern_add(to->dict, s, len);
		}
	}
}

static int
put_rows(struct onward *w, const struct table *t, struct err *e)
{
	size_t from = 0, n;

	for (; from < t->rows; from += n) {
		struct table *g = w->group;

		n = t->rows - from < w->room - g->rows ? t->rows - from :
		    w->room - g->rows;
		for (size_t i = 0; i < g->cols; i++)
			copy_cells(&g->col[i], g->rows, &t->col[i], from, n);
		g->rows += n;
		if (g->rows == w->room && put_group(w, e) != 0)
			return -1;
	}
	return 0;
}

static int
begin_text(struct onward *w, const struct shape *s, struct err *e)
{
	struct table *t = table_new(s->cols);
	int r = 0;

	for (size_t i = 0; i < s->cols && r == 0; i++) {
		r = column_init(&t->col[i], s->name[i], COL_BOOL, 0, e);
		w->col[i] = &t->col[i];
	}
	if (r == 0)
		table_write_header(&w->text, w->col, s->cols, NULL);
	table_free(t);
	if (r == 0)
		r = target_add(w->to, w->text.data, w->text.len, e);
	buf_clear(&w->text);
	return r;
}

static int
onward_begin(struct onward *w, const struct shape *s, struct err *e)
{
	buf_init(&w->text, BUF_CAP_DATA);
	w->col = xalloc(s->cols + 1, sizeof(*w->col));
	if (w->o->format == WRITE_CSV)
		return begin_text(w, s, e);
	if (w->o->format != WRITE_PARQUET)
		return 0;
	w->room = parquet_table_rows(s->cols);
	w->group = table_new(s->cols);
	for (size_t i = 0; i < s->cols; i++)
		if (column_init(&w->group->col[i], s->name[i],
		    s->want[i].type, w->room, e) != 0 ||
		    column_track_missing(&w->group->col[i], e) != 0)
			return -1;
	w->f = parquet_table_new(w->to, w->group, w->o->pages, w->room);
	return 0;
}

static int
onward_end(struct onward *w, struct err *e)
{
	return w->f == NULL ? 0 : put_group(w, e) != 0 ? -1 :
	    parquet_table_end(w->f, e);
}

static void
onward_release(struct onward *w)
{
	parquet_table_free(w->f);
	table_free(w->group);
	free(w->col);
	buf_free(&w->text);
}

/* What is new in the dicts of a block. */
static void
look_at_texts(struct shape *s, const struct table *t)
{
	for (size_t i = 0; i < s->cols; i++) {
		const struct column *c = &t->col[i];
		struct texts *x = &s->texts[i];
		size_t n;

		if (!x->looked_at)
			continue;
		if (c->dict_generation != x->generation)
			x->seen = 0;
		x->generation = c->dict_generation;
		for (; x->seen < intern_count(c->dict); x->seen++) {
			const char *text = intern_text(c->dict, x->seen, &n);

			form_look_add(&x->look, text, n);
		}
	}
}

/* As who reads the whole table says it. */
static void
tell_forms(const struct shape *s, const struct table_read_opts *how)
{
	struct odd_forms odd;
	struct form_guess g;

	forms_init(&odd);
	for (size_t i = 0; i < s->cols; i++)
		if (s->texts[i].looked_at && form_look_end(&g,
		    &s->texts[i].look))
			forms_note_guess(&odd, s->name[i], &g);
	forms_tell(&odd, how->name ? how->name : "input", how->log);
}

static int
write_rows(struct onward *w, struct shape *s,
    const struct text_again *text, const struct table_read_opts *how,
    struct err *e)
{
	const struct table_reader_opts o = { .read = *how, .want = s->want,
	    .n_want = s->cols };
	struct table_reader *r;
	struct source from;
	struct table *t;
	int got = -1;

	if (text->open(text->ctx, &from, e) != 0)
		return -1;
	if (table_reader_open(&r, &from, &o, e) == 0) {
		got = 1;
		while (got > 0 && (got = table_reader_next(&t, r, e)) > 0) {
			look_at_texts(s, t);
			if ((w->f ? put_rows(w, t, e) : put_text(w, t, e)) != 0)
				got = -1;
		}
		table_reader_free(r);
	}
	source_close(&from);
	return got;
}

int
table_write_stream(struct target *to, const struct text_again *text,
    const struct table_read_opts *how, const struct write_opts *o,
    struct err *e)
{
	struct onward w = { .to = to, .o = o };
	struct shape s = { 0 };
	int got = find_shape(&s, text, how, e), r;

	if (got > 0) {
		r = onward_begin(&w, &s, e);
		if (r == 0)
			r = write_rows(&w, &s, text, how, e);
		if (r == 0)
			r = onward_end(&w, e);
		if (r == 0)
			tell_forms(&s, how);
		got = r == 0 ? 1 : -1;
		onward_release(&w);
	}
	shape_release(&s);
	return got;
}
