/* Segments made: the rows' leaves sorted into columns. */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/intern.h"
#include "base/mem.h"
#include "base/rng.h"
#include "track/index/segment.h"

#define NAME_MAX_BYTES 2048	/* of a column; longer ones have none */

struct growing {
	struct segment_entry *v;
	size_t n, room;
	char *text;
	size_t text_n, text_room;
};

struct segment_writer {
	struct buf json;
	struct segment_row *row;
	struct segment_ref *ref;
	size_t n, room;
	uint32_t *dead;
	size_t n_dead, room_dead;
	struct intern *names;
	struct growing *column;		/* (names) */
	size_t room_columns;
};

struct segment_writer *
segment_writer_new(void)
{
	struct segment_writer *w = xalloc(1, sizeof(*w));

	buf_init(&w->json, BUF_CAP_DATA);
	w->names = intern_new();
	return w;
}

static void
writer_free(struct segment_writer *w)
{
	for (size_t i = 0; i < intern_count(w->names); i++) {
		free(w->column[i].v);
		free(w->column[i].text);
	}
	free(w->column);
	intern_free(w->names);
	free(w->row);
	free(w->ref);
	free(w->dead);
	buf_free(&w->json);
	free(w);
}

/* ---- leaves ---- */

/* The place of a text in the column; what was said last is not said again. */
static uint64_t
put_text(struct growing *g, const char *s, uint32_t n)
{
	uint64_t at;
	uint32_t old;

	for (size_t i = g->n; i > 0 && i + 4 > g->n; i--) {
		if (g->v[i - 1].type != JSON_TEXT)
			continue;
		at = g->v[i - 1].v.at;
		memcpy(&old, g->text + at, sizeof(old));
		if (old == n && memcmp(g->text + at + 4, s, n) == 0)
			return at;
	}
	while (g->text_room - g->text_n < (size_t)n + 5) {
		g->text_room = g->text_room ? g->text_room * 2 : 64;
		g->text = xresize(g->text, g->text_room, 1);
	}
	at = g->text_n;
	memcpy(g->text + at, &n, sizeof(n));
	memcpy(g->text + at + 4, s, n);
	g->text[at + 4 + n] = '\0';
	g->text_n += (size_t)n + 5;
	return at;
}

static struct growing *
column_named(struct segment_writer *w, const char *name, size_t n)
{
	uint32_t c = intern_add(w->names, name, n);

	if (c >= w->room_columns) {
		size_t room = w->room_columns ? w->room_columns * 2 : 64;

		w->column = xresize(w->column, room, sizeof(*w->column));
		memset(w->column + w->room_columns, 0, (room -
		    w->room_columns) * sizeof(*w->column));
		w->room_columns = room;
	}
	return &w->column[c];
}

static void
add_entry(struct segment_writer *w, const char *name, size_t n,
    const struct json *value, const struct json *top)
{
	struct growing *g = column_named(w, name, n);
	uint32_t row = (uint32_t)w->n;
	struct segment_entry *v;

	if (g->n && g->v[g->n - 1].row == row) {
		/* {"a.b": 1, "a": {"b": 2}}: which one a.b means is said by
		 * json_path */
		value = json_path(top, name);
		g->n--;
	}
	if (g->n == g->room) {
		g->room = g->room ? g->room * 2 : 8;
		g->v = xresize(g->v, g->room, sizeof(*g->v));
	}
	v = &g->v[g->n];
	*v = (struct segment_entry){ .row = row, .type = value->type };
	if (value->type == JSON_INT)
		v->v.i = value->i;
	else if (value->type == JSON_REAL)
		v->v.d = value->d;
	else if (value->type == JSON_BOOL)
		v->v.i = value->b;
	else if (value->type == JSON_TEXT)
		v->v.at = put_text(g, value->s, (uint32_t)value->n);
	g->n++;
}

/* Every member below a map, by its path; `name` is a buffer, n bytes used. */
static void
add_members(struct segment_writer *w, char *name, size_t n,
    const struct json *map, const struct json *top)
{
	bool words = n && strcmp(name, "facts.tags") == 0;

	for (const struct json *m = map->child; m; m = m->next) {
		size_t k = strlen(m->key), at = n ? n + 1 : 0;

		if (at + k + 1 > NAME_MAX_BYTES)
			continue;
		if (n)
			name[n] = '.';
		memcpy(name + at, m->key, k + 1);
		add_entry(w, name, at + k, m, top);
		/* a tag's name is one word, whatever it says */
		if (m->type == JSON_MAP && !words)
			add_members(w, name, at + k, m, top);
		name[n] = '\0';
	}
}

void
segment_add(struct segment_writer *w, const struct segment_ref *ref,
    const struct json *row)
{
	char name[NAME_MAX_BYTES + 1] = "";
	size_t at = w->json.len;

	if (w->n == w->room) {
		w->room = w->room ? w->room * 2 : 64;
		w->row = xresize(w->row, w->room, sizeof(*w->row));
		w->ref = xresize(w->ref, w->room, sizeof(*w->ref));
	}
	json_write(&w->json, row);
	w->row[w->n] = (struct segment_row){ .at = at,
	    .n = (uint32_t)(w->json.len - at),
	    .hash = (uint32_t)hash64(w->json.data + at, w->json.len - at, 0) };
	w->ref[w->n] = *ref;
	add_members(w, name, 0, row, row);
	w->n++;
}

void
segment_bury(struct segment_writer *w, uint32_t row)
{
	if (w->n_dead == w->room_dead) {
		w->room_dead = w->room_dead ? w->room_dead * 2 : 64;
		w->dead = xresize(w->dead, w->room_dead, sizeof(*w->dead));
	}
	w->dead[w->n_dead++] = row;
}

/* ---- the file ---- */

static void
pad(struct buf *b)
{
	while (b->len % 8 && !b->failed)
		buf_addc(b, '\0');
}

struct named_column {
	const char *name;
	size_t n;
	const struct growing *g;
};

static int
by_name(const void *a, const void *b)
{
	const struct named_column *x = a, *y = b;
	int d = memcmp(x->name, y->name, x->n < y->n ? x->n : y->n);

	return d ? d : (x->n > y->n) - (x->n < y->n);
}

/* Their entries into the file, where they are into *map, their names behind
 * that. */
static void
put_columns(struct buf *out, struct buf *map, const struct segment_writer *w)
{
	size_t n = intern_count(w->names);
	struct named_column *v = xalloc(n + 1, sizeof(*v));
	struct buf names;

	buf_init(&names, BUF_CAP_DOC);
	for (size_t i = 0; i < n; i++) {
		v[i].name = intern_text(w->names, (uint32_t)i, &v[i].n);
		v[i].g = &w->column[i];
	}
	qsort(v, n, sizeof(*v), by_name);
	for (size_t i = 0; i < n; i++) {
		const struct growing *g = v[i].g;
		struct segment_column c = { .name_at = names.len,
		    .name_n = (uint32_t)v[i].n, .n = (uint32_t)g->n,
		    .at = out->len, .text_n = g->text_n };

		buf_add(out, g->v, g->n * sizeof(*g->v));
		if (g->text_n)
			buf_add(out, g->text, g->text_n);
		c.hash = out->failed ? 0 : hash64(out->data + c.at, out->len -
		    c.at, 0);
		pad(out);
		buf_add(map, &c, sizeof(c));
		buf_add(&names, v[i].name, v[i].n);
	}
	buf_add(map, names.data, names.len);
	map->failed |= names.failed;
	buf_free(&names);
	free(v);
}

static void
put_rows(struct buf *out, struct buf *map, const struct segment_writer *w)
{
	for (size_t i = 0; i < w->n; i++)
		w->row[i].at += out->len;
	buf_add(out, w->json.data, w->json.len);
	pad(out);
	if (w->n)
		buf_add(map, w->row, w->n * sizeof(*w->row));
	if (w->n_dead)
		buf_add(map, w->dead, w->n_dead * sizeof(*w->dead));
	pad(map);
}

bool
segment_writer_done(struct buf *out, struct segment_writer *w,
    const struct ref_moment *moment, uint64_t base)
{
	struct segment_head h = { .magic = SEGMENT_MAGIC,
	    .order = SEGMENT_ORDER, .n_rows = (uint32_t)w->n,
	    .moment = *moment, .base = base, .n_dead = (uint32_t)w->n_dead,
	    .n_columns = (uint32_t)intern_count(w->names) };
	struct buf map;
	bool good;

	buf_init(out, BUF_CAP_DATA);
	buf_init(&map, BUF_CAP_DATA);
	rng_system(&h.id, sizeof(h.id));
	h.id |= 1;
	buf_add(out, &h, sizeof(h));
	pad(out);
	put_rows(out, &map, w);
	put_columns(out, &map, w);
	h.refs_at = out->len;
	if (w->n)
		buf_add(out, w->ref, w->n * sizeof(*w->ref));
	h.refs_hash = hash64(w->ref, w->n * sizeof(*w->ref), 0);
	h.map_at = out->len;
	h.map_n = map.len;
	h.map_hash = hash64(map.data, map.len, 0);
	buf_add(out, map.data, map.len);
	h.size = out->len;
	h.hash = hash64(&h, offsetof(struct segment_head, hash), 0);
	good = !out->failed && !map.failed && !w->json.failed;
	if (good)
		memcpy(out->data, &h, sizeof(h));
	else
		buf_clear(out);
	buf_free(&map);
	writer_free(w);
	return good;
}
