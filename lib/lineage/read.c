/*
 * Every manifest that a name keeps becomes a node, every link an edge.  Links
 * to bytes lead to the versions that hold them.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/source.h"
#include "catalog/manifest.h"
#include "catalog/name.h"
#include "lineage/internal.h"
#include "reqlog/reqlog.h"
#include "store/odb.h"
#include "store/ref.h"

#define HEAD_BYTES ((size_t)1 << 20)	/* of a log, looked at for models */

struct holder {				/* bytes or a manifest, and its node */
	struct oid id;
	size_t node;
};

struct reading {
	struct lineage *g;
	struct catalog *c;
	struct holder *of_manifest, *of_bytes;	/* sorted by id, node */
	size_t manifests, bytes;
};

/* ---- nodes ---- */

static const char *
kind_of(const struct json *m, const char *kind)
{
	const char *about = json_text(m, "about", "");

	if (strcmp(kind, "report") == 0 && (strcmp(about, "evaluation") == 0 ||
	    strcmp(about, "verdict") == 0))
		return strcmp(about, "verdict") == 0 ? "verdict" : "evaluation";
	if (strcmp(kind, "data") == 0 && json_path(m, "detail.split"))
		return "split";
	return kind;
}

static void
add_name(struct lineage *g, size_t node, const char *label)
{
	struct lineage_node *n = &g->node[node];
	const char **names = arena_alloc(&g->arena, (n->n_names + 1) *
	    sizeof(*names));

	if (n->n_names)
		memcpy(names, n->names, n->n_names * sizeof(*names));
	names[n->n_names++] = arena_strdup(&g->arena, label);
	n->names = names;
	n->name = names[0];
}

/* A version; the same manifest under another name or number is one node. */
static int
add_version(struct reading *r, const char *kind, const char *label,
    const struct oid *id, struct err *e)
{
	struct lineage_node n = { .id = *id };
	struct link content;

	if (catalog_manifest(&n.manifest, &r->g->arena, r->c, id, e) < 0)
		return err_wrap(e, "%s", label);
	if (manifest_find(&content, n.manifest, "content", NULL))
		n.content = content.id;
	n.kind = kind_of(n.manifest, kind);
	add_name(r->g, graph_add_node(r->g, &n), label);
	return 0;
}

static int
read_ref(void *ctx, const char *name, struct err *e)
{
	static const enum name_kind kinds[] = { NAME_DATA, NAME_RUN,
	    NAME_MODEL, NAME_PROFILE, NAME_CARD, NAME_REPORT, NAME_FEATURE };
	const char *slash = strchr(name, '/');
	struct reading *r = ctx;
	struct name n = { 0 };
	struct ref versions;
	char *label;
	int result = 0;

	if (strchr(name, '@'))
		return 0;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strlen(name_kind_text(kinds[i])) == (size_t)(slash -
		    name) && strncmp(name, name_kind_text(kinds[i]),
		    (size_t)(slash - name)) == 0)
			n.kind = kinds[i];
	if (!name_is_ref(&n))
		return 0;
	if (ref_read(&versions, catalog_repo(r->c), name, e) < 0)
		return -1;
	n.base = slash + 1;
	for (size_t i = 0; result == 0 && i < versions.n; i++) {
		if (oid_is_none(&versions.value[i].id) ||
		    versions.value[i].removed)
			continue;
		n.version = n.kind == NAME_RUN ? 0 :
		    versions.value[i].number;
		label = name_label(&n);
		result = add_version(r, name_kind_text(n.kind), label,
		    &versions.value[i].id, e);
		free(label);
	}
	ref_free(&versions);
	return result;
}

/* ---- by id ---- */

static int
by_id(const void *a, const void *b)
{
	const struct holder *x = a, *y = b;
	int r = oid_cmp(&x->id, &y->id);

	return r ? r : (x->node > y->node) - (x->node < y->node);
}

static struct holder *
sort_holders(struct lineage *g, bool bytes, size_t *n)
{
	struct holder *h = xalloc(g->nodes + 1, sizeof(*h));

	*n = 0;
	for (size_t i = 0; i < g->nodes; i++) {
		const struct oid *id = bytes ? &g->node[i].content :
		    &g->node[i].id;

		if (!oid_is_none(id))
			h[(*n)++] = (struct holder){ *id, i };
	}
	qsort(h, *n, sizeof(*h), by_id);
	return h;
}

/* Nodes of one manifest, under several names, become the first of them. */
static void
join_names(struct reading *r)
{
	struct lineage *g = r->g;
	size_t to = 0, n;
	struct holder *h = sort_holders(g, false, &n);
	bool *gone = xalloc(g->nodes + 1, sizeof(*gone));

	for (size_t i = 1; i < n; i++) {
		if (!oid_eq(&h[i].id, &h[i - 1].id))
			continue;
		add_name(g, h[i - 1].node, g->node[h[i].node].name);
		gone[h[i].node] = true;
		h[i].node = h[i - 1].node;
	}
	for (size_t i = 0; i < g->nodes; i++)
		if (!gone[i])
			g->node[to++] = g->node[i];
	g->nodes = to;
	free(gone);
	free(h);
}

static size_t
find_holders(const struct holder *h, size_t n, const struct oid *id,
    size_t *count)
{
	size_t low = 0, high = n, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (oid_cmp(&h[middle].id, id) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (*count = 0; low + *count < n && oid_eq(&h[low + *count].id,
	    id);)
		(*count)++;
	return low;
}

/* ---- edges ---- */

/* What no name holds: a file that a run read or made, a manifest gone. */
static size_t
add_file(struct lineage *g, size_t from, const struct oid *id,
    const char *name)
{
	char text[OID_TEXT];
	struct lineage_node n = { .id = *id, .kind = "file" };

	for (size_t i = from; i < g->nodes; i++)
		if (oid_eq(&g->node[i].id, id))
			return i;
	oid_print(text, id);
	text[7 + 12] = '\0';
	from = graph_add_node(g, &n);
	add_name(g, from, name && *name ? name : text);
	return from;
}

static void
add_link(struct reading *r, size_t versions, size_t node,
    const struct link *l)
{
	bool output = strcmp(l->rel, "output") == 0;
	const struct holder *h = r->of_manifest;
	size_t n, at = find_holders(h, r->manifests, &l->id, &n), other;

	if (n == 0) {
		h = r->of_bytes;
		at = find_holders(h, r->bytes, &l->id, &n);
	}
	for (size_t i = 0; i < n || i == 0; i++) {
		other = n ? h[at + i].node : add_file(r->g, versions, &l->id,
		    l->name);
		graph_add_edge(r->g, output ? node : other, output ? other :
		    node, arena_strdup(&r->g->arena, l->rel), n > 1);
	}
}

static bool
is_lineage(const char *rel)
{
	static const char *const not[] = { "content", "stdout", "stderr",
	    "diff", "journal" };

	for (size_t i = 0; i < sizeof(not) / sizeof(*not); i++)
		if (strcmp(rel, not[i]) == 0)
			return false;
	return true;
}

/* ---- request logs ---- */

/* The models whose digests the lines name lead to the log. */
static void
link_served(struct reading *r, size_t node, const char *s, size_t n)
{
	const char *end = s + n, *line;
	struct arena a = { NULL, 0 };
	struct err ignored = ERR_INIT;
	struct oid id, before = { { 0 } };
	struct json *j;
	size_t count, at;

	while (s < end && (line = memchr(s, '\n', (size_t)(end - s)))) {
		if (json_parse(&j, &a, s, (size_t)(line - s), JSON_NAN,
		    &ignored) == 0 && oid_parse(&id, json_text(j, "digest",
		    ""), &ignored) == 0 && !oid_eq(&id, &before)) {
			at = find_holders(r->of_bytes, r->bytes, &id, &count);
			for (size_t i = 0; i < count; i++)
				graph_add_edge(r->g, r->of_bytes[at + i].node,
				    node, "served", count > 1);
			before = id;
		}
		arena_free(&a);
		s = line + 1;
	}
}

static int
read_log_head(struct reading *r, size_t node, struct err *e)
{
	struct source src;
	int64_t got = 0;
	char *head;

	if (odb_get_source(&src, catalog_odb(r->c), &r->g->node[node].content,
	    e) < 0)
		return e->code == ERR_NOENT ? 0 : -1;
	head = xalloc(HEAD_BYTES, 1);
	got = source_read_full(&src, head, HEAD_BYTES, e);
	source_close(&src);
	if (got > 0 && reqlog_is_bytes(head, (size_t)got)) {
		r->g->node[node].kind = "requests";
		link_served(r, node, head, (size_t)got);
	}
	free(head);
	return got < 0 ? -1 : 0;
}

static int
link_node(struct reading *r, size_t versions, size_t node, struct err *e)
{
	const struct json *m = r->g->node[node].manifest;
	const char *kind = r->g->node[node].kind;
	const struct json *outside;
	struct err ignored = ERR_INIT;
	bool data = false;
	struct link l;

	for (size_t i = 0; manifest_link_at(&l, m, i); i++) {
		if (strcmp(l.rel, "content") == 0 && strcmp(kind, "data") ==
		    0 && strcmp(l.type, TYPE_JSONL) == 0 &&
		    read_log_head(r, node, e) < 0)
			return -1;
		data |= strcmp(l.rel, "data") == 0;
		if (is_lineage(l.rel))
			add_link(r, versions, node, &l);
	}
	/* rows outside the repository are named, not linked to */
	outside = json_get(m, "data");
	if (!data && outside && outside->type == JSON_MAP && oid_parse(&l.id,
	    json_text(outside, "id", ""), &ignored) == 0) {
		l.rel = "data";
		l.name = json_text(outside, "name", "");
		add_link(r, versions, node, &l);
	}
	return 0;
}

/* ---- what is said twice ---- */

static int
by_ends(const void *a, const void *b)
{
	const struct lineage_edge *x = a, *y = b;

	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	if (x->to != y->to)
		return x->to < y->to ? -1 : 1;
	return strcmp(x->rel, y->rel);	/* "output" before "run" */
}

static bool
has_edge(const struct lineage *g, size_t from, size_t to)
{
	size_t low = 0, high = g->edges, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (g->edge[middle].from < from ||
		    (g->edge[middle].from == from && g->edge[middle].to < to))
			low = middle + 1;
		else
			high = middle;
	}
	return low < g->edges && g->edge[low].from == from &&
	    g->edge[low].to == to;
}

/* Is there a run that used `from` and made `to`? */
static bool
through_run(const struct lineage *g, const struct lineage_edge *e)
{
	for (size_t i = 0; i < g->edges; i++)
		if (g->edge[i].to == e->to && i != (size_t)(e - g->edge) &&
		    strcmp(g->node[g->edge[i].from].kind, "run") == 0 &&
		    has_edge(g, e->from, g->edge[i].from))
			return true;
	return false;
}

static void
drop_repeated(struct lineage *g)
{
	bool *drop = xalloc(g->edges + 1, sizeof(*drop));
	size_t to = 0;

	if (g->edges)
		qsort(g->edge, g->edges, sizeof(*g->edge), by_ends);
	for (size_t i = 1; i < g->edges; i++)
		drop[i] = g->edge[i].from == g->edge[i - 1].from &&
		    g->edge[i].to == g->edge[i - 1].to;
	for (size_t i = 0; i < g->edges; i++)
		if (!drop[i] && strcmp(g->node[g->edge[i].to].kind, "model") ==
		    0 && strcmp(g->node[g->edge[i].from].kind, "run") != 0)
			drop[i] = through_run(g, &g->edge[i]);
	for (size_t i = 0; i < g->edges; i++)
		if (!drop[i])
			g->edge[to++] = g->edge[i];
	g->edges = to;
	free(drop);
}

/* Several runs put out the same bytes: nobody knows from which they are. */
static void
mark_makers(struct lineage *g)
{
	size_t *makers = xalloc(g->nodes + 1, sizeof(*makers));

	for (size_t i = 0; i < g->edges; i++)
		if (strcmp(g->node[g->edge[i].from].kind, "run") == 0)
			makers[g->edge[i].to]++;
	for (size_t i = 0; i < g->edges; i++)
		if (strcmp(g->node[g->edge[i].from].kind, "run") == 0 &&
		    makers[g->edge[i].to] > 1)
			g->edge[i].one_of_several = true;
	free(makers);
}

int
lineage_read(struct lineage *g, struct catalog *c, struct err *e)
{
	struct reading r = { .g = g, .c = c };
	size_t versions;
	int result = -1;

	memset(g, 0, sizeof(*g));
	if (catalog_need_repo(c, "lineage", e) < 0 ||
	    ref_each(catalog_repo(c), "", read_ref, &r, e) < 0)
		goto fail;
	join_names(&r);
	versions = g->nodes;
	r.of_manifest = sort_holders(g, false, &r.manifests);
	r.of_bytes = sort_holders(g, true, &r.bytes);
	result = 0;
	for (size_t i = 0; result == 0 && i < versions; i++)
		result = link_node(&r, versions, i, e);
	drop_repeated(g);
	mark_makers(g);
	free(r.of_manifest);
	free(r.of_bytes);
	if (result == 0)
		return 0;
fail:
	lineage_release(g);
	return -1;
}
