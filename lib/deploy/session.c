#include "deploy/session.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/brlock.h"

#define FIRST_ROOM 16
#define TEXTS_MAX 8192		/* that a desk remembers */
#define ROWS_KEPT 65536		/* beyond these a desk is not kept */

/* A thread takes back the desk that it gave: its memory is near, and it waits
 * for nobody. */
struct desks {
	struct brlock lock;
	struct desk *free[BRLOCK_SLOTS];
};

struct desks *
desks_new(void)
{
	struct desks *all = xalloc(1, sizeof(*all));

	brlock_init(&all->lock);
	return all;
}

static void
desk_free(struct desk *d)
{
	scorer_free(d->scorer);
	table_free(d->block);
	table_rows_free(d->rows);
	free(d->mark);
	buf_free(&d->id);
	arena_free(&d->arena);
	free(d);
}

void
desks_free(struct desks *all)
{
	struct desk *d, *next;

	for (int i = 0; i < BRLOCK_SLOTS; i++)
		for (d = all->free[i]; d; d = next) {
			next = d->next;
			desk_free(d);
		}
	brlock_release(&all->lock);
	free(all);
}

/* Room for more rows.  The bits that say missing have the same room from the
 * start, however few rows are the first to need them. */
static int
grow(struct desk *d, size_t room, struct err *e)
{
	for (size_t i = 0; i < d->block->cols; i++) {
		struct column *c = &d->block->col[i];
		void *data = mem_resize(c->data, room, col_type_size(c->type));
		uint64_t *valid;
		size_t old = c->valid ? d->room / 64 + 1 : 0;

		if (data == NULL)
			return err_set(e, ERR_NOMEM, "no memory for %zu rows",
			    room);
		c->data = data;
		valid = mem_resize(c->valid, room / 64 + 1, sizeof(*valid));
		if (valid == NULL)
			return err_set(e, ERR_NOMEM, "no memory for %zu rows",
			    room);
		memset(valid + old, 0xff, (room / 64 + 1 - old) *
		    sizeof(*valid));
		c->valid = valid;
	}
	d->room = room;
	return 0;
}

static int
make_block(struct desk *d, const struct table_want *want, size_t n,
    struct err *e)
{
	d->block = table_new(n);
	for (size_t i = 0; i < n; i++)
		if (column_init(&d->block->col[i], want[i].name, want[i].type,
		    FIRST_ROOM, e) < 0)
			return -1;
	return grow(d, FIRST_ROOM, e);
}

static struct desk *
desk_new(const struct served *s, struct err *e)
{
	struct desk *d = xalloc(1, sizeof(*d));
	size_t n, n_out = model_outputs(binding_model(s->binding));
	const struct table_want *want = binding_wants(s->binding, &n);

	d->served = s;
	d->scorer = scorer_new(s->binding);
	d->mark = xalloc((n > n_out ? n : n_out) + 1, sizeof(*d->mark));
	buf_init(&d->id, BUF_CAP_DOC);
	if (make_block(d, want, n, e) == 0 &&
	    table_rows_new(&d->rows, want, n, NULL, 0, e) == 0)
		return d;
	desk_free(d);
	return NULL;
}

struct desk *
desk_take(struct served *s, struct err *e)
{
	struct desks *all = s->desks;
	struct desk *d;
	int slot = brlock_read_enter(&all->lock);

	d = all->free[slot];
	if (d)
		all->free[slot] = d->next;
	brlock_read_leave(&all->lock, slot);
	return d ? d : desk_new(s, e);
}

void
desk_give(struct served *s, struct desk *d)
{
	struct desks *all = s->desks;
	int slot;

	if (d->room > ROWS_KEPT || d->id.len > 4096 ||
	    table_rows_block(d->rows)->rows > ROWS_KEPT) {
		desk_free(d);
		return;
	}
	if (d->arena.block)
		arena_free(&d->arena);
	slot = brlock_read_enter(&all->lock);
	d->next = all->free[slot];
	all->free[slot] = d;
	brlock_read_leave(&all->lock, slot);
}

int
desk_rows(struct desk *d, size_t n, struct err *e)
{
	for (size_t i = 0; i < d->block->cols; i++) {
		struct column *c = &d->block->col[i];

		c->missing = 0;
		memset(c->valid, 0xff, (d->room / 64 + 1) * sizeof(*c->valid));
		/* it does not grow for ever with what clients send */
		if (c->dict && intern_count(c->dict) > TEXTS_MAX) {
			intern_free(c->dict);
			c->dict = intern_new();
			c->dict_generation++;
		}
	}
	if (n > d->room && grow(d, n, e) < 0)
		return -1;
	d->block->rows = n;
	for (size_t i = 0; i < d->block->cols; i++)
		d->block->col[i].rows = n;
	return 0;
}

int
desk_add_row(struct desk *d, struct err *e)
{
	if (d->block->rows == d->room && grow(d, d->room * 2, e) < 0)
		return -1;
	d->block->rows++;
	for (size_t i = 0; i < d->block->cols; i++)
		d->block->col[i].rows = d->block->rows;
	return 0;
}
