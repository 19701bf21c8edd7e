/* Loading a version, comparing inputs, counting users. */
#include "deploy/version.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/num.h"
#include "deploy/inputs.h"
#include "deploy/session.h"
#include "model/open.h"

static void
copy_wants(struct version *v)
{
	const struct table_want *want;

	want = binding_wants(v->binding, &v->n_model_wants);
	v->n_wants = v->n_model_wants;
	v->want = xalloc(v->n_wants + 1, sizeof(*v->want));
	v->fill = xalloc(v->n_wants + 1, sizeof(*v->fill));
	for (size_t i = 0; i < v->n_wants; i++) {
		v->want[i] = want[i];
		v->fill[i] = NOT_FILLED;
	}
}

static void
add_port(struct version *v, const char *name, size_t first, size_t width,
    enum onnx_elem elem)
{
	struct version_port *p;

	v->port = xresize(v->port, v->n_ports + 1, sizeof(*v->port));
	p = &v->port[v->n_ports++];
	*p = (struct version_port){ .name = name, .n = strlen(name),
	    .first = first, .width = width, .elem = elem,
	    .key = first >= v->n_model_wants,
	    .filled = width == 1 && v->want[first].optional };
}

/* An input by its name; one of which some columns are filled in by the names
 * of its columns. */
static void
find_ports(struct version *v)
{
	const struct model *m = binding_model(v->binding);
	size_t at = 0, input, place;

	v->n_ports = 0;
	for (size_t i = 0; i < model_inputs(m); i++) {
		enum onnx_elem elem = model_input(m, i)->elem;
		size_t first = at;
		bool filled = false;

		for (; at < v->n_model_wants; at++) {
			binding_port(v->binding, at, &input, &place);
			if (input != i)
				break;
			filled = filled || v->fill[at] != NOT_FILLED;
		}
		for (size_t k = first; filled && k < at; k++)
			add_port(v, v->want[k].name, k, 1, elem);
		if (!filled)
			add_port(v, model_input(m, i)->name, first, at - first,
			    elem);
	}
	for (; at < v->n_wants; at++)
		add_port(v, v->want[at].name, at, 1, ONNX_TEXT);
}

/* A key that the model does not take is one column more. */
static void
want_key(struct version *v, const char *name)
{
	for (size_t i = 0; i < v->n_wants; i++)
		if (strcmp(v->want[i].name, name) == 0)
			return;
	v->want = xresize(v->want, v->n_wants + 1, sizeof(*v->want));
	v->fill = xresize(v->fill, v->n_wants + 1, sizeof(*v->fill));
	v->want[v->n_wants] = (struct table_want){ name, COL_TEXT, false };
	v->fill[v->n_wants++] = NOT_FILLED;
}

int
version_fill(struct version *v, const struct filler *f, struct err *e)
{
	const char *const *keys;

	for (size_t i = 0; i < v->n_model_wants &&
	    !binding_by_place(v->binding); i++) {
		v->fill[i] = f->find(f->ctx, &keys, v->want[i].name);
		if (v->fill[i] == NOT_FILLED)
			continue;
		v->want[i].optional = v->filled = true;
		for (; *keys != NULL; keys++)
			want_key(v, *keys);
	}
	if (!v->filled)
		return err_set(e, ERR_UNSUPPORTED, "no column of the model is "
		    "%s", f->what);
	for (size_t i = v->n_model_wants; i < v->n_wants; i++)
		if (f->find(f->ctx, &keys, v->want[i].name) != NOT_FILLED)
			return err_set(e, ERR_UNSUPPORTED, "'%.100s' is a key "
			    "and %s", v->want[i].name, f->what);
	find_ports(v);
	return 0;
}

#define LACKS_NAMED 5

static const char *
port_kind(const struct version *v, const struct version_port *p)
{
	enum col_type t = p->width ? v->want[p->first].type : COL_FLOAT64;

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

		if (p->filled || (mine && !wide && strcmp(port_kind(v, mine),
		    kind) == 0))
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
	copy_wants(v);
	find_ports(v);
	v->inputs = inputs_new(v->binding);
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
	inputs_free(v->inputs);
	binding_free(v->binding);
	free(v->port);
	free(v->want);
	free(v->fill);
	free(v->name);
	free(v->number);
	free(v);
}
