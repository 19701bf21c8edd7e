/* Loading a version, comparing inputs, counting users. */
#include "deploy/version.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/num.h"
#include "deploy/session.h"
#include "model/open.h"

static void
find_ports(struct version *v)
{
	const struct model *m = binding_model(v->binding);
	size_t n_wants, at = 0, input, place;

	(void)binding_wants(v->binding, &n_wants);
	v->n_ports = model_inputs(m);
	v->port = xalloc(v->n_ports + 1, sizeof(*v->port));
	for (size_t i = 0; i < v->n_ports; i++) {
		struct version_port *p = &v->port[i];

		p->name = model_input(m, i)->name;
		p->n = strlen(p->name);
		for (p->first = at; at < n_wants; at++) {
			binding_port(v->binding, at, &input, &place);
			if (input != i)
				break;
		}
		p->width = at - p->first;
	}
}

#define LACKS_NAMED 5

static const char *
port_kind(const struct version *v, const struct version_port *p)
{
	size_t n;
	enum col_type t = p->width ? binding_wants(v->binding, &n)[p->first].type :
	    COL_FLOAT64;

	return col_type_is_text(t) ? "text" : t == COL_DATETIME ? "a date" :
	    "a number";
}

static const struct version_port *
find_port(const struct version *v, const char *name)
{
	for (size_t i = 0; i < v->n_ports; i++)
		if (strcmp(v->port[i].name, name) == 0)
			return &v->port[i];
	return NULL;
}

char *
version_lacks(const struct version *v, const struct version *other)
{
	size_t lacks = 0;
	struct buf b;

	buf_init(&b, BUF_CAP_SMALL);
	for (size_t i = 0; i < other->n_ports; i++) {
		const struct version_port *p = &other->port[i];
		const struct version_port *mine = find_port(v, p->name);
		const char *kind = port_kind(other, p);
		bool wide = mine && mine->width != p->width;

		if (mine && !wide && strcmp(port_kind(v, mine), kind) == 0)
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
version_new(struct version **out, const void *bytes, size_t n,
    const struct version_opts *o, struct err *e)
{
	struct version *v = xalloc(1, sizeof(*v));
	char text[NUM_TEXT_MAX];

	if (binding_open(&v->binding, bytes, n, o->score, e) < 0) {
		free(v);
		return -1;
	}
	num_print_u64(text, o->number);
	v->number = xstrdup(text);
	v->name = xstrdup(o->name);
	v->variant = o->variant;
	find_ports(v);
	v->sessions = session_pool_new();
	atomic_init(&v->users, 1);
	*out = v;
	return 0;
}

void
version_hold(struct version *v)
{
	if (v)
		atomic_fetch_add(&v->users, 1);
}

void
version_release(struct version *v)
{
	if (v == NULL || atomic_fetch_sub(&v->users, 1) != 1)
		return;
	session_pool_free(v->sessions);
	binding_free(v->binding);
	free(v->port);
	free(v->name);
	free(v->number);
	free(v);
}
