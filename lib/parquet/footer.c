/* The footer of a Parquet file: schema, row groups, where columns lie. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "parquet/internal.h"
#include "parquet/thrift.h"

#define MAGIC "PAR1"
#define MAGIC_N 4
#define FOOTER_MAX ((size_t)1 << 28)
#define GROUPS_MAX ((size_t)1 << 20)

static int
corrupt(struct err *e, const char *what)
{
	return err_set(e, ERR_CORRUPT, "corrupt Parquet: %s", what);
}

static int
read_unit(struct thrift *t, const struct thrift_struct *at)
{
	struct thrift_struct s = THRIFT_STRUCT_INIT;
	int unit = 0;

	if (!thrift_enter(t, at))
		return 0;
	while (thrift_field(t, &s)) {
		if (s.id >= 1 && s.id <= 3)
			unit = 3 * s.id;
		thrift_skip(t, &s);
	}
	thrift_leave(t);
	return unit;
}

/* One member of the union: DECIMAL, TIME, TIMESTAMP and INTEGER say more. */
static void
read_logical_member(struct thrift *t, struct schema_element *el,
    const struct thrift_struct *at)
{
	struct thrift_struct s = THRIFT_STRUCT_INIT;

	if (!thrift_enter(t, at))
		return;
	while (thrift_field(t, &s)) {
		if (at->id == 5 && s.id == 1)
			el->scale = (int32_t)thrift_int(t, &s);
		else if (at->id == 5 && s.id == 2)
			el->precision = (int32_t)thrift_int(t, &s);
		else if ((at->id == 7 || at->id == 8) && s.id == 2)
			el->unit = read_unit(t, &s);
		else if (at->id == 10 && s.id == 2)
			el->is_signed = thrift_bool(t, &s);
		else
			thrift_skip(t, &s);
	}
	thrift_leave(t);
}

static void
read_logical(struct thrift *t, struct schema_element *el,
    const struct thrift_struct *at)
{
	struct thrift_struct s = THRIFT_STRUCT_INIT;

	if (!thrift_enter(t, at))
		return;
	while (thrift_field(t, &s)) {
		el->logical = s.id;
		read_logical_member(t, el, &s);
	}
	thrift_leave(t);
}

static void
read_element(struct thrift *t, struct arena *a, struct schema_element *el)
{
	struct thrift_struct s = THRIFT_STRUCT_INIT;
	const char *name;
	size_t n;

	el->physical = el->converted = -1;
	el->name = "";
	while (thrift_field(t, &s))
		switch (s.id) {
		case 1: el->physical = (int)thrift_int(t, &s); break;
		case 2: el->length = (int32_t)thrift_int(t, &s); break;
		case 3: el->repetition = (int)thrift_int(t, &s); break;
		case 4:
			name = thrift_bytes(t, &s, &n);
			if (memchr(name, '\0', n) != NULL)
				t->bad = true;
			el->name = arena_strndup(a, name, n);
			break;
		case 5: el->children = (int32_t)thrift_int(t, &s); break;
		case 6: el->converted = (int)thrift_int(t, &s); break;
		case 7: el->scale = (int32_t)thrift_int(t, &s); break;
		case 8: el->precision = (int32_t)thrift_int(t, &s); break;
		case 10: read_logical(t, el, &s); break;
		default: thrift_skip(t, &s);
		}
}

/* Minimum and maximum: the newer pair of fields; the older, whose order was
 * never written down, only says something of signed numbers. */
static void
read_stats(struct thrift *t, struct parquet_stats *st, bool ordered,
    const struct thrift_struct *at)
{
	struct thrift_struct s = THRIFT_STRUCT_INIT;

	if (!thrift_enter(t, at))
		return;
	while (thrift_field(t, &s)) {
		if ((s.id == 1 && ordered && !st->max_known) || s.id == 5) {
			st->max = thrift_bytes(t, &s, &st->max_n);
			st->max_known = true;
		} else if ((s.id == 2 && ordered && !st->min_known) ||
		    s.id == 6) {
			st->min = thrift_bytes(t, &s, &st->min_n);
			st->min_known = true;
		} else if (s.id == 3) {
			st->nulls = thrift_int(t, &s);
		} else {
			thrift_skip(t, &s);
		}
	}
	thrift_leave(t);
}

static void
read_chunk_meta(struct thrift *t, struct chunk_meta *m,
    const struct thrift_struct *at)
{
	struct thrift_struct s = THRIFT_STRUCT_INIT;

	if (!thrift_enter(t, at))
		return;
	m->there = true;
	while (thrift_field(t, &s))
		switch (s.id) {
		case 1: m->physical = (enum parquet_physical)thrift_int(t, &s);
			break;
		case 4: m->codec = (int)thrift_int(t, &s); break;
		case 5: m->values = thrift_int(t, &s); break;
		case 7: m->packed = thrift_int(t, &s); break;
		case 9: m->data_at = thrift_int(t, &s); break;
		case 11: m->dict_at = thrift_int(t, &s); break;
		case 12:
			read_stats(t, &m->stats, m->physical < PARQUET_BYTES &&
			    m->physical != PARQUET_INT96, &s);
			break;
		default: thrift_skip(t, &s);
		}
	thrift_leave(t);
}

static void
read_chunk(struct thrift *t, struct chunk_meta *m)
{
	struct thrift_struct s = THRIFT_STRUCT_INIT;
	size_t n;

	m->data_at = m->dict_at = -1;
	m->stats.nulls = -1;
	while (thrift_field(t, &s)) {
		if (s.id == 3) {
			read_chunk_meta(t, m, &s);
		} else if (s.id == 8 || s.id == 9) {
			m->encrypted = true;
			thrift_skip(t, &s);
		} else if (s.id == 1) {
			thrift_bytes(t, &s, &n);
			if (n > 0)	/* the values lie in another file */
				t->bad = true;
		} else {
			thrift_skip(t, &s);
		}
	}
}

static void
read_group(struct thrift *t, struct arena *a, struct group_meta *g)
{
	struct thrift_struct s = THRIFT_STRUCT_INIT;

	while (thrift_field(t, &s)) {
		if (s.id == 1 && g->chunk == NULL) {
			g->chunks = thrift_list(t, &s, THRIFT_STRUCT);
			if (g->chunks > PARQUET_COLUMNS_MAX)
				t->bad = true;
			if (t->bad)
				return;
			g->chunk = arena_alloc(a, (g->chunks + 1) *
			    sizeof(*g->chunk));
			for (size_t i = 0; i < g->chunks && !t->bad; i++)
				read_chunk(t, &g->chunk[i]);
		} else if (s.id == 3) {
			g->rows = thrift_int(t, &s);
		} else {
			thrift_skip(t, &s);
		}
	}
}

struct footer {
	struct schema_element *el;
	size_t n;
	bool encrypted;
};

static void
read_lists(struct thrift *t, struct footer *to, struct parquet_file *f,
    const struct thrift_struct *s)
{
	size_t n = thrift_list(t, s, THRIFT_STRUCT);

	if (s->id == 2) {
		if (n > 2 * PARQUET_COLUMNS_MAX || to->el != NULL)
			t->bad = true;
		if (t->bad)
			return;
		to->n = n;
		to->el = arena_alloc(&f->arena, (n + 1) * sizeof(*to->el));
		for (size_t i = 0; i < n && !t->bad; i++)
			read_element(t, &f->arena, &to->el[i]);
		return;
	}
	if (n > GROUPS_MAX || f->group != NULL)
		t->bad = true;
	if (t->bad)
		return;
	f->groups = n;
	f->group = arena_alloc(&f->arena, (n + 1) * sizeof(*f->group));
	for (size_t i = 0; i < n && !t->bad; i++)
		read_group(t, &f->arena, &f->group[i]);
}

static int
read_footer(struct footer *to, struct parquet_file *f, struct err *e)
{
	struct thrift t = { 0 };
	struct thrift_struct s = THRIFT_STRUCT_INIT;

	t.p = (const uint8_t *)f->bytes + f->body;
	t.end = (const uint8_t *)f->bytes + f->n - MAGIC_N - 4;
	while (thrift_field(&t, &s))
		switch (s.id) {
		case 2:
		case 4: read_lists(&t, to, f, &s); break;
		case 3: f->rows = thrift_int(&t, &s); break;
		case 8:
			to->encrypted = true;
			thrift_skip(&t, &s);
			break;
		default: thrift_skip(&t, &s);
		}
	if (t.bad || to->el == NULL)
		return corrupt(e, "its footer cannot be read");
	return 0;
}

/* What the row groups say of themselves must add up. */
static int
check_groups(struct parquet_file *f, struct err *e)
{
	int64_t rows = 0;

	for (size_t g = 0; g < f->groups; g++) {
		const struct group_meta *m = &f->group[g];

		if (m->rows < 0 || m->rows > INT64_MAX - rows ||
		    m->chunks != f->cols)
			return corrupt(e, "a row group without its columns or "
			    "rows");
		rows += m->rows;
		for (size_t i = 0; i < m->chunks; i++)
			if (m->chunk[i].there && m->chunk[i].physical !=
			    f->col[i].physical)
				return err_set(e, ERR_CORRUPT, "corrupt "
				    "Parquet: column '%s' is of two types",
				    f->col[i].name);
	}
	if (f->rows == 0)		/* as an early writer has it */
		f->rows = rows;
	if (rows != f->rows)
		return corrupt(e, "the row groups do not have as many rows as "
		    "the footer says");
	return 0;
}

bool
parquet_is(const char *bytes, size_t n)
{
	char next = n > MAGIC_N ? bytes[MAGIC_N] : ' ';

	/* a page header or padding follows, no text */
	return n > MAGIC_N && memcmp(bytes, "PAR", 3) == 0 &&
	    (bytes[3] == '1' || bytes[3] == 'E') && (unsigned char)next < 0x20 &&
	    next != '\t' && next != '\n' && next != '\r';
}

static int
open_footer(struct parquet_file *f, struct err *e)
{
	struct footer to = { 0 };
	size_t len;

	if (f->n >= MAGIC_N && memcmp(f->bytes, "PARE", MAGIC_N) == 0)
		return err_set(e, ERR_UNSUPPORTED, "encrypted Parquet: write "
		    "it without encryption first");
	if (f->n < 3 * MAGIC_N || memcmp(f->bytes + f->n - MAGIC_N, MAGIC,
	    MAGIC_N) != 0)
		return corrupt(e, "no footer at its end: it is cut short");
	len = get_le32(f->bytes + f->n - MAGIC_N - 4);
	if (len > FOOTER_MAX || len > f->n - 3 * MAGIC_N)
		return corrupt(e, "its footer is longer than the file");
	f->body = f->n - 2 * MAGIC_N - len;
	if (read_footer(&to, f, e) != 0)
		return -1;
	if (to.encrypted)
		return err_set(e, ERR_UNSUPPORTED, "encrypted Parquet: write "
		    "it without encryption first");
	return parquet_leaves(f, to.el, to.n, e) != 0 ? -1 :
	    check_groups(f, e);
}

int
parquet_open(struct parquet_file **out, const char *bytes, size_t n,
    struct err *e)
{
	struct parquet_file *f = xalloc(1, sizeof(*f));

	f->bytes = bytes;
	f->n = n;
	if (open_footer(f, e) != 0) {
		parquet_close(f);
		return -1;
	}
	*out = f;
	return 0;
}

void
parquet_close(struct parquet_file *f)
{
	if (f == NULL)
		return;
	arena_free(&f->arena);
	free(f);
}

int64_t
parquet_rows(const struct parquet_file *f)
{
	return f->rows;
}

size_t
parquet_columns(const struct parquet_file *f)
{
	return f->cols;
}

const struct parquet_column *
parquet_column(const struct parquet_file *f, size_t col)
{
	return &f->col[col];
}

size_t
parquet_groups(const struct parquet_file *f)
{
	return f->groups;
}

int64_t
parquet_group_rows(const struct parquet_file *f, size_t group)
{
	return f->group[group].rows;
}

void
parquet_group_stats(struct parquet_stats *s, const struct parquet_file *f,
    size_t group, size_t col)
{
	*s = f->group[group].chunk[col].stats;
}
