#include "deploy/version.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/path.h"
#include "catalog/bytes.h"
#include "deploy/session.h"

static void
find_ports(struct served *s)
{
	const struct model *m = score_model(s->plan);
	size_t n_wants, at = 0, input, place;

	(void)score_wants(s->plan, &n_wants);
	s->n_ports = model_inputs(m);
	s->port = xalloc(s->n_ports + 1, sizeof(*s->port));
	for (size_t i = 0; i < s->n_ports; i++) {
		struct served_port *p = &s->port[i];

		p->name = model_input(m, i)->name;
		p->n = strlen(p->name);
		for (p->first = at; at < n_wants; at++) {
			score_want_port(s->plan, at, &input, &place);
			if (input != i)
				break;
		}
		p->width = at - p->first;
	}
}

#define LACKS_NAMED 5

static const char *
kind_of(const struct served *s, const struct served_port *p)
{
	size_t n;
	enum col_type t = p->width ? score_wants(s->plan, &n)[p->first].type :
	    COL_FLOAT64;

	return col_type_is_text(t) ? "text" : t == COL_DATETIME ? "a date" :
	    "a number";
}

static const struct served_port *
port_called(const struct served *s, const char *name)
{
	for (size_t i = 0; i < s->n_ports; i++)
		if (strcmp(s->port[i].name, name) == 0)
			return &s->port[i];
	return NULL;
}

char *
served_lacks(const struct served *s, const struct served *other)
{
	size_t lacks = 0;
	struct buf b;

	buf_init(&b, BUF_CAP_SMALL);
	for (size_t i = 0; i < other->n_ports; i++) {
		const struct served_port *p = &other->port[i];
		const struct served_port *mine = port_called(s, p->name);
		const char *kind = kind_of(other, p);
		bool wide = mine && mine->width != p->width;

		if (mine && !wide && strcmp(kind_of(s, mine), kind) == 0)
			continue;
		if (lacks++ >= LACKS_NAMED)
			continue;
		buf_addf(&b, "%s'%s'", b.len ? ", " : "", p->name);
		if (wide)
			buf_addf(&b, " of %zu columns", p->width);
		else if (mine)
			buf_addf(&b, " as %s", kind);
	}
	if (lacks > LACKS_NAMED)
		buf_addf(&b, " and %zu more", lacks - LACKS_NAMED);
	if (lacks)
		return buf_detach(&b, NULL);
	buf_free(&b);
	return NULL;
}

int
served_new(struct served **out, const void *bytes, size_t n,
    const char *name, uint64_t version, const char *variant,
    const struct score_opts *o, struct err *e)
{
	struct served *s = xalloc(1, sizeof(*s));
	char text[NUM_TEXT_MAX];

	if (score_open(&s->plan, bytes, n, o, e) < 0) {
		free(s);
		return -1;
	}
	num_print_u64(text, version);
	s->version = xstrdup(text);
	s->name = xstrdup(name);
	snprintf(s->variant, sizeof(s->variant), "%s", variant);
	find_ports(s);
	s->desks = desks_new();
	atomic_init(&s->users, 1);
	*out = s;
	return 0;
}

int
served_load(struct served **out, struct catalog *c, const char *name,
    const char *variant, const struct score_opts *o, struct err *e)
{
	struct catalog_bytes b;
	char *called;
	int r;

	if (catalog_open_bytes(&b, c, name, e) < 0)
		return -1;
	called = b.item.kind == NAME_PATH ? path_stem(b.item.base) :
	    xstrdup(b.item.base[0] ? b.item.base : "model");
	r = served_new(out, b.data, b.n, called, b.item.version ?
	    b.item.version : 1, variant, o, e);
	if (r == 0)
		oid_print((*out)->digest, catalog_bytes_id(&b));
	else
		err_wrap(e, "%s", name);
	free(called);
	catalog_bytes_close(&b);
	return r;
}

void
served_hold(struct served *s)
{
	atomic_fetch_add(&s->users, 1);
}

void
served_release(struct served *s)
{
	if (s == NULL || atomic_fetch_sub(&s->users, 1) != 1)
		return;
	desks_free(s->desks);
	score_close(s->plan);
	free(s->port);
	free(s->name);
	free(s->version);
	free(s);
}
