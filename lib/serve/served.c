#include "serve/served.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"
#include "base/path.h"

#define DICT_MAX 8192		/* texts a desk remembers */

struct desks {
	pthread_mutex_t lock;
	struct desk *free;
};

static void
name_it(struct served *s, const struct catalog_bytes *b)
{
	char text[NUM_TEXT_MAX];

	num_print_u64(text, b->item.version ? b->item.version : 1);
	s->version = xstrdup(text);
	s->name = b->item.kind == NAME_PATH ?
	    path_stem(b->item.base) : b->item.base[0] ?
	    xstrdup(b->item.base) : xstrdup("model");
}

int
served_load(struct served **out, struct catalog *c, const char *name,
    const char *variant, const struct score_opts *o, struct err *e)
{
	struct served *s;
	struct desks *d;
	struct catalog_bytes b;

	if (catalog_open_bytes(&b, c, name, e) < 0)
		return -1;
	s = xalloc(1, sizeof(*s));
	if (score_open(&s->plan, b.data, b.n, o, e) < 0) {
		err_wrap(e, "%s", name);
		catalog_bytes_close(&b);
		free(s);
		return -1;
	}
	oid_print(s->digest, catalog_bytes_id(&b));
	name_it(s, &b);
	snprintf(s->variant, sizeof(s->variant), "%s", variant);
	catalog_bytes_close(&b);
	d = xalloc(1, sizeof(*d));
	pthread_mutex_init(&d->lock, NULL);
	s->desks = d;
	atomic_init(&s->users, 1);
	*out = s;
	return 0;
}

void
served_hold(struct served *s)
{
	atomic_fetch_add(&s->users, 1);
}

static void
desk_free(struct desk *d)
{
	scorer_free(d->scorer);
	table_free(d->block);
	table_rows_free(d->rows);
	arena_free(&d->arena);
	free(d);
}

void
served_release(struct served *s)
{
	struct desks *d;
	struct desk *k, *next;

	if (s == NULL || atomic_fetch_sub(&s->users, 1) != 1)
		return;
	d = s->desks;
	for (k = d->free; k; k = next) {
		next = k->next;
		desk_free(k);
	}
	pthread_mutex_destroy(&d->lock);
	free(d);
	score_close(s->plan);
	free(s->name);
	free(s->version);
	free(s);
}

static int
make_block(struct desk *d, const struct served *s, size_t room,
    struct err *e)
{
	size_t n;
	const struct table_want *want = score_wants(s->plan, &n);
	struct table *t = table_new(n);

	for (size_t i = 0; i < n; i++) {
		struct column *c = &t->col[i];

		if (column_init(c, want[i].name, want[i].type, room, e) < 0)
			goto fail;
		/* as long as the room, however few rows the first request has */
		c->valid = mem_array(room / 64 + 1, sizeof(*c->valid));
		if (c->valid == NULL) {
			err_set(e, ERR_NOMEM, "no memory for %zu rows", room);
			goto fail;
		}
	}
	table_free(d->block);
	d->block = t;
	d->room = room;
	return 0;
fail:
	table_free(t);
	return -1;
}

struct desk *
desk_take(struct served *s, struct err *e)
{
	struct desks *all = s->desks;
	struct desk *d;
	const struct table_want *want;
	size_t n;

	pthread_mutex_lock(&all->lock);
	d = all->free;
	if (d)
		all->free = d->next;
	pthread_mutex_unlock(&all->lock);
	if (d)
		return d;
	d = xalloc(1, sizeof(*d));
	want = score_wants(s->plan, &n);
	d->scorer = scorer_new(s->plan);
	if (make_block(d, s, 16, e) < 0 ||
	    table_rows_new(&d->rows, want, n, NULL, 0, e) < 0) {
		desk_free(d);
		return NULL;
	}
	return d;
}

void
desk_give(struct served *s, struct desk *d)
{
	struct desks *all = s->desks;

	arena_free(&d->arena);
	table_rows_clear(d->rows);
	pthread_mutex_lock(&all->lock);
	d->next = all->free;
	all->free = d;
	pthread_mutex_unlock(&all->lock);
}

/* A dictionary does not grow for ever with what clients send. */
static bool
is_crowded(const struct desk *d)
{
	for (size_t i = 0; i < d->block->cols; i++)
		if (d->block->col[i].dict &&
		    intern_count(d->block->col[i].dict) > DICT_MAX)
			return true;
	return false;
}

int
desk_rows(struct desk *d, const struct served *s, size_t n, struct err *e)
{
	if ((n > d->room || is_crowded(d)) &&
	    make_block(d, s, n > d->room ? n * 2 : d->room, e) < 0)
		return -1;
	d->block->rows = n;
	for (size_t i = 0; i < d->block->cols; i++) {
		struct column *c = &d->block->col[i];

		c->rows = n;
		c->missing = 0;
		memset(c->valid, 0xff, (n / 64 + 1) * sizeof(*c->valid));
	}
	return 0;
}
