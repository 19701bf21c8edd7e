/* The index opened, and fields of runs looked up in it. */
#include "track/index/index.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "store/repo.h"
#include "track/field.h"
#include "track/index/internal.h"

#define VARIANTS 2

struct part {
	const struct segment_column *column;
	const struct segment_entry *entry;
	size_t near;			/* behind the one found last */
};

struct run_field {
	/* by the name itself, else among the facts */
	struct part part[SEGMENTS][VARIANTS];
	struct json cell;
};

void
run_index_forget(struct catalog *c)
{
	for (int i = 0; i < SEGMENTS; i++) {
		char *path = index_path(c, i);

		(void)repo_os(catalog_repo(c))->unlink(path);
		free(path);
	}
}

/* ---- in order ---- */

/* Rows of both, those of the base left out that are buried; oldest first
 * they are in order of their ids. */
static bool
put_in_order(struct run_index *x)
{
	struct segment *base = &x->segment[BASE], *over = &x->segment[DELTA];
	size_t n = (size_t)base->head.n_rows + over->head.n_rows, at = n;
	uint32_t b = 0, d = 0, k = 0;
	struct id_reader ids[SEGMENTS];
	bool both = over->head.n_rows > 0;

	if (both && (!ids_open(&ids[BASE], base) ||
	    !ids_open(&ids[DELTA], over)))
		return false;
	x->place = xalloc(n + 1, sizeof(*x->place));
	while (b < base->head.n_rows || d < over->head.n_rows) {
		const char *one, *other;

		if (b < base->head.n_rows && k < over->head.n_dead &&
		    over->dead[k] == b) {
			b++;
			k++;
			continue;
		}
		if (b < base->head.n_rows && d < over->head.n_rows) {
			one = ids_at(&ids[BASE], b);
			other = ids_at(&ids[DELTA], d);
			if (one == NULL || other == NULL)
				return false;
			at--;
			x->place[at] = strcmp(one, other) < 0 ?
			    (struct place){ BASE, b++ } :
			    (struct place){ DELTA, d++ };
		} else {
			at--;
			x->place[at] = b < base->head.n_rows ?
			    (struct place){ BASE, b++ } :
			    (struct place){ DELTA, d++ };
		}
	}
	x->n = n - at;
	memmove(x->place, x->place + at, x->n * sizeof(*x->place));
	return true;
}

/* ---- opened ---- */

/* What cannot be opened is empty. */
static void
open_files(struct run_index *x)
{
	const struct os *os = repo_os(catalog_repo(x->c));
	struct err ignored = ERR_INIT;

	for (int i = 0; i < SEGMENTS; i++) {
		struct segment *s = &x->segment[i];
		char *path = index_path(x->c, i);
		int fd;

		s->fd = -1;
		if (file_open_own(&fd, os, path, O_RDONLY, 0, &ignored) == 0 &&
		    !segment_open(s, fd))
			segment_release(s);
		free(path);
	}
	if (x->segment[DELTA].head.base != x->segment[BASE].head.id)
		segment_release(&x->segment[DELTA]);
}

static bool
is_current(const struct run_index *x)
{
	const struct segment *over = &x->segment[DELTA];
	const struct segment *last = over->head.id ? over : &x->segment[BASE];
	struct ref_moment now;

	ref_kind_moment(&now, catalog_repo(x->c), "run");
	return last->head.id && last->head.moment.ns == now.ns &&
	    last->head.moment.folder == now.folder && now.ns;
}

int
run_index_open(struct run_index **out, struct catalog *c, struct err *e)
{
	struct run_index *x = xalloc(1, sizeof(*x));

	x->c = c;
	open_files(x);
	if (!is_current(x) && index_refresh(x, e) < 0) {
		run_index_close(x);
		return -1;
	}
	if (!put_in_order(x))
		x->n = 0;
	*out = x;
	return 0;
}

void
run_index_close(struct run_index *x)
{
	if (x == NULL)
		return;
	for (int i = 0; i < SEGMENTS; i++)
		segment_release(&x->segment[i]);
	arena_free(&x->arena);
	free(x->place);
	free(x);
}

bool
run_index_damaged(const struct run_index *x)
{
	return x->segment[BASE].damaged || x->segment[DELTA].damaged;
}

size_t
run_index_count(const struct run_index *x)
{
	return x->n;
}

/* ---- fields ---- */

static void
part_open(struct part *p, struct segment *s, const char *name)
{
	*p = (struct part){ .column = segment_column(s, name, strlen(name)) };
	if (p->column)
		p->entry = segment_entries(s, p->column);
}

struct run_field *
run_index_field(struct run_index *x, const char *name)
{
	struct run_field *f = arena_alloc(&x->arena, sizeof(*f));
	char path[FIELD_PATH];
	bool facts;

	if (!field_path(path, &facts, name))
		return f;
	for (int i = 0; i < SEGMENTS; i++) {
		part_open(&f->part[i][0], &x->segment[i], path);
		if (facts)
			part_open(&f->part[i][1], &x->segment[i],
			    arena_printf(&x->arena, "facts.%s", name));
	}
	return f;
}

/* The entry of a row, or NULL. */
static const struct segment_entry *
entry_of(struct part *p, uint32_t row)
{
	size_t low = 0, high;

	if (p->entry == NULL)
		return NULL;
	if (p->near > 0 && p->entry[p->near - 1].row == row)
		return &p->entry[--p->near];
	high = p->column->n;
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (p->entry[mid].row < row)
			low = mid + 1;
		else
			high = mid;
	}
	p->near = low;
	return low < p->column->n && p->entry[low].row == row ?
	    &p->entry[low] : NULL;
}

const struct json *
run_field_at(struct run_index *x, struct run_field *f, size_t i)
{
	struct place at = x->place[i];

	for (int v = 0; v < VARIANTS; v++) {
		struct part *p = &f->part[at.segment][v];
		const struct segment_entry *entry = entry_of(p, at.row);

		if (entry)
			return segment_value(&f->cell, &x->segment[at.segment],
			    p->column, p->entry, (size_t)(entry - p->entry)) ?
			    &f->cell : NULL;
	}
	return NULL;
}

bool
run_field_any(struct run_index *x, struct run_field *f)
{
	bool there = false;

	for (int i = 0; i < SEGMENTS; i++)
		for (int v = 0; v < VARIANTS; v++)
			there |= f->part[i][v].entry != NULL;
	for (size_t i = 0; there && i < x->n; i++)
		if (run_field_at(x, f, i))
			return true;
	return false;
}

/* ---- rows ---- */

struct json *
run_index_row(struct run_index *x, struct arena *a, size_t i)
{
	struct segment *s = &x->segment[x->place[i].segment];
	struct err ignored = ERR_INIT;
	struct json *row;
	size_t n;
	const char *text = segment_json(&n, s, x->place[i].row);

	if (text == NULL)
		return NULL;
	if (json_parse(&row, a, text, n, 0, &ignored) < 0 ||
	    row->type != JSON_MAP) {
		s->damaged = true;
		return NULL;
	}
	return row;
}

bool
run_index_manifest(struct oid *id, struct run_index *x, size_t i)
{
	struct segment *s = &x->segment[x->place[i].segment];
	const struct segment_ref *refs = segment_refs(s);

	if (refs == NULL)
		return false;
	*id = refs[x->place[i].row].manifest;
	return true;
}
