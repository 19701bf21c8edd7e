/* Making sessions, and keeping those that are free. */
#include "deploy/session.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/brlock.h"
#include "table/column_set.h"

#define FIRST_ROOM 16
#define TEXTS_MAX 8192		/* that a session remembers */
#define ROWS_KEPT 65536		/* beyond these a session is not kept */

/* One free list a slot of the lock: a thread takes back the session it gave,
 * whose memory is in its cache, and does not contend with other threads. */
struct session_pool {
	struct brlock lock;
	struct session *free[BRLOCK_SLOTS];
};

struct session_pool *
session_pool_new(void)
{
	struct session_pool *all = xalloc(1, sizeof(*all));

	brlock_init(&all->lock);
	return all;
}

static void
session_free(struct session *s)
{
	scorer_free(s->scorer);
	table_free(s->block);
	json_rows_free(s->rows);
	free(s->mark);
	buf_free(&s->id);
	arena_free(&s->arena);
	free(s);
}

void
session_pool_free(struct session_pool *all)
{
	struct session *s, *next;

	for (int i = 0; i < BRLOCK_SLOTS; i++)
		for (s = all->free[i]; s; s = next) {
			next = s->next;
			session_free(s);
		}
	brlock_release(&all->lock);
	free(all);
}

/* Room for more rows.  The bits that say missing have the same room from the
 * start, however few rows are the first to need them. */
static int
grow_block(struct session *s, size_t room, struct err *e)
{
	for (size_t i = 0; i < s->block->cols; i++)
		if (column_grow(&s->block->col[i], room, e) < 0 ||
		    column_track_missing(&s->block->col[i], e) < 0)
			return -1;
	s->room = room;
	return 0;
}

static int
make_block(struct session *s, const struct table_want *want, size_t n,
    struct err *e)
{
	s->block = table_new(n);
	for (size_t i = 0; i < n; i++)
		if (column_init(&s->block->col[i], want[i].name, want[i].type,
		    FIRST_ROOM, e) < 0)
			return -1;
	return grow_block(s, FIRST_ROOM, e);
}

static struct session *
session_new(const struct version *v, struct err *e)
{
	struct session *s = xalloc(1, sizeof(*s));
	size_t n = v->n_wants, n_out = model_outputs(binding_model(v->binding));

	s->version = v;
	s->scorer = scorer_new(v->binding);
	s->mark = xalloc((n > n_out ? n : n_out) + 1, sizeof(*s->mark));
	buf_init(&s->id, BUF_CAP_DOC);
	if (make_block(s, v->want, n, e) == 0 &&
	    json_rows_new(&s->rows, v->want, n, NULL, 0, e) == 0)
		return s;
	session_free(s);
	return NULL;
}

struct session *
session_take(struct version *v, struct err *e)
{
	struct session_pool *all = v->sessions;
	struct session *s;
	int slot = brlock_read_enter(&all->lock);

	s = all->free[slot];
	if (s)
		all->free[slot] = s->next;
	brlock_read_leave(&all->lock, slot);
	return s ? s : session_new(v, e);
}

void
session_give(struct version *v, struct session *s)
{
	struct session_pool *all = v->sessions;
	int slot;

	if (s->room > ROWS_KEPT || s->id.len > 4096 ||
	    json_rows_block(s->rows)->rows > ROWS_KEPT) {
		session_free(s);
		return;
	}
	if (s->arena.block)
		arena_free(&s->arena);
	slot = brlock_read_enter(&all->lock);
	s->next = all->free[slot];
	all->free[slot] = s;
	brlock_read_leave(&all->lock, slot);
}

/* What is filled in later is missing until then. */
static void
clear_filled(struct session *s, size_t from, size_t to)
{
	for (size_t i = 0; s->version->filled && i < s->block->cols; i++)
		for (size_t k = from; s->version->want[i].optional && k < to;
		    k++)
			column_set_missing(&s->block->col[i], k);
}

int
session_set_rows(struct session *s, size_t n, struct err *e)
{
	/* the dicts do not grow for ever with what clients send */
	for (size_t i = 0; i < s->block->cols; i++)
		column_clear(&s->block->col[i], TEXTS_MAX);
	if (n > s->room && grow_block(s, n, e) < 0)
		return -1;
	s->block->rows = n;
	for (size_t i = 0; i < s->block->cols; i++)
		s->block->col[i].rows = n;
	clear_filled(s, 0, n);
	return 0;
}

int
session_add_row(struct session *s, struct err *e)
{
	if (s->block->rows == s->room && grow_block(s, s->room * 2, e) < 0)
		return -1;
	s->block->rows++;
	for (size_t i = 0; i < s->block->cols; i++)
		s->block->col[i].rows = s->block->rows;
	clear_filled(s, s->block->rows - 1, s->block->rows);
	return 0;
}
