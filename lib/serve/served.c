#include "serve/served.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"
#include "base/path.h"
#include "serve/desk.h"

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
