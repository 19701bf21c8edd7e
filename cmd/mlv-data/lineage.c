/* mlv-data lineage: what a version was made from, and what was made of it. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "catalog/bytes.h"
#include "catalog/resolve.h"
#include "cli/cell.h"
#include "cli/cli.h"
#include "cli/environment.h"
#include "lineage/deliver.h"
#include "lineage/event.h"
#include "lineage/graph.h"
#include "store/worktree.h"
#include "verbs.h"

struct lineage_opts {
	bool up, down, dot;
	const char *events;
};

static const struct opt lineage_options[] = {
	{ OPT_FLAG, 0, "up", offsetof(struct lineage_opts, up), NULL,
	    "what it was made from; so without --down, too" },
	{ OPT_FLAG, 0, "down", offsetof(struct lineage_opts, down), NULL,
	    "what was made of it" },
	{ OPT_FLAG, 0, "dot", offsetof(struct lineage_opts, dot), NULL,
	    "a graph for dot(1)" },
	{ OPT_TEXT, 0, "openlineage", offsetof(struct lineage_opts, events),
	    "FILE|URL", "OpenLineage events, appended or posted there" },
	OPT_END
};

struct printer {
	struct cli *c;
	const struct lineage *g;
	bool down;
	bool *has_node, *has_edge;	/* in the document, for --json, --dot */
	bool *more;			/* of a depth: a line goes on there */
};

static const char *
direction_text(const struct printer *p)
{
	return p->down ? "down" : "up";
}

/* ---- a tree for people, records for programs ---- */

static void
draw_step(struct printer *p, const struct lineage_step *s)
{
	const struct lineage_node *n = &p->g->node[s->node];
	struct buf b;

	buf_init(&b, BUF_CAP_SMALL);
	for (size_t i = 1; i < s->depth; i++)
		buf_adds(&b, p->more[i] ? "│  " : "   ");
	if (s->depth)
		buf_adds(&b, s->last ? "└─ " : "├─ ");
	p->more[s->depth] = !s->last;
	cell_put(&b, n->name, cell_width(n->name));
	buf_addf(&b, "  %s", n->kind);
	if (s->edge)
		buf_addf(&b, ", %s", s->edge->rel);
	if (s->edge && s->edge->one_of_several)
		buf_adds(&b, ", one of several");
	for (size_t i = 1; i < n->n_names; i++) {
		buf_adds(&b, i == 1 ? ", also " : " ");
		cell_put(&b, n->names[i], cell_width(n->names[i]));
	}
	if (s->seen)
		buf_adds(&b, ", see above");
	out_line(&p->c->out, "%s", b.data);
	buf_free(&b);
}

static int
print_step(void *ctx, const struct lineage_step *s, struct err *e)
{
	struct printer *p = ctx;
	const struct lineage_node *n = &p->g->node[s->node];
	struct out *out = &p->c->out;
	char text[OID_TEXT];

	(void)e;
	if (out->form == OUT_TABLE) {
		draw_step(p, s);
		return out->broken;
	}
	out_begin(out, "mlv.lineage.node/1");
	out_text(out, "name", n->name);
	out_text(out, "id", oid_print(text, &n->id));
	out_text(out, "kind", n->kind);
	out_text(out, "direction", direction_text(p));
	out_int(out, "depth", (int64_t)s->depth);
	out_text(out, "rel", s->edge ? s->edge->rel : NULL);
	out_bool(out, "one_of_several", s->edge && s->edge->one_of_several);
	out_bool(out, "seen", s->seen);
	out_end(out);
	return out->broken;
}

/* ---- documents ---- */

static int
collect_step(void *ctx, const struct lineage_step *s, struct err *e)
{
	struct printer *p = ctx;

	(void)e;
	p->has_node[s->node] = true;
	if (s->edge)
		p->has_edge[s->edge - p->g->edge] = true;
	return 0;
}

static void
put_node(struct arena *a, struct json *list, const struct lineage_node *n)
{
	struct json *j = json_add_map(a, list, NULL), *names;
	char text[OID_TEXT];

	json_add_text(a, j, "id", oid_print(text, &n->id));
	json_add_text(a, j, "kind", n->kind);
	json_add_text(a, j, "name", n->name);
	names = json_add_list(a, j, "names");
	for (size_t i = 0; i < n->n_names; i++)
		json_add_text(a, names, NULL, n->names[i]);
	if (oid_is_none(&n->content))
		json_add_null(a, j, "content");
	else
		json_add_text(a, j, "content", oid_print(text, &n->content));
}

static void
print_document(struct printer *p, size_t root, const char *way)
{
	struct arena *a = &p->c->arena;
	struct json *nodes = json_new(a, JSON_LIST), *edges, *j;
	const struct lineage *g = p->g;
	char text[OID_TEXT];

	edges = json_new(a, JSON_LIST);
	for (size_t i = 0; i < g->nodes; i++)
		if (p->has_node[i])
			put_node(a, nodes, &g->node[i]);
	for (size_t i = 0; i < g->edges; i++) {
		const struct lineage_edge *e = &g->edge[i];

		if (!p->has_edge[i])
			continue;
		j = json_add_map(a, edges, NULL);
		json_add_text(a, j, "from", oid_print(text,
		    &g->node[e->from].id));
		json_add_text(a, j, "to", oid_print(text,
		    &g->node[e->to].id));
		json_add_text(a, j, "rel", e->rel);
		json_add_bool(a, j, "one_of_several", e->one_of_several);
	}
	out_begin(&p->c->out, "mlv.lineage/1");
	out_text(&p->c->out, "name", g->node[root].name);
	out_text(&p->c->out, "id", oid_print(text, &g->node[root].id));
	out_text(&p->c->out, "direction", way);
	out_tree(&p->c->out, "nodes", nodes);
	out_tree(&p->c->out, "edges", edges);
	out_end(&p->c->out);
}

/* A text in quotes, as DOT has them: what would end it is taken away. */
static const char *
dot_text(struct arena *a, const char *s)
{
	char *out = arena_alloc(a, 2 * strlen(s) + 1), *to = out;

	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			*to++ = '\\';
		*to++ = (unsigned char)*s < 32 || *s == 127 ? '?' : *s;
	}
	*to = '\0';
	return out;
}

static void
print_dot(struct printer *p, size_t root)
{
	const struct lineage *g = p->g;
	struct arena *a = &p->c->arena;
	struct out *out = &p->c->out;

	out_line(out, "digraph lineage {");
	out_line(out, "\trankdir=LR;");
	for (size_t i = 0; i < g->nodes; i++)
		if (p->has_node[i])
			out_line(out, "\tn%zu [label=\"%s\\n%s\", shape=%s%s];",
			    i, dot_text(a, g->node[i].name), g->node[i].kind,
			    strcmp(g->node[i].kind, "run") == 0 ? "ellipse" :
			    "box", i == root ? ", penwidth=2" : "");
	for (size_t i = 0; i < g->edges; i++)
		if (p->has_edge[i])
			out_line(out, "\tn%zu -> n%zu [label=\"%s\"%s];",
			    g->edge[i].from, g->edge[i].to,
			    dot_text(a, g->edge[i].rel),
			    g->edge[i].one_of_several ? ", style=dashed" : "");
	out_line(out, "}");
}

/* ---- OpenLineage ---- */

static const char *
job_of(struct arena *a, const struct lineage_node *n)
{
	static const char *const jobs[][2] = { { "data", "mlv-data add" },
	    { "requests", "mlv-data add" }, { "split", "mlv-data split" },
	    { "profile", "mlv-data profile" }, { "card", "mlv-card new" },
	    { "evaluation", "mlv-train eval" },
	    { "verdict", "mlv-registry set" },
	    { "model", "mlv-registry add" } };

	if (strcmp(n->kind, "run") == 0)
		return arena_printf(a, "mlv-train %s", json_text(n->manifest,
		    "verb", "run"));
	for (size_t i = 0; i < sizeof(jobs) / sizeof(*jobs); i++)
		if (strcmp(n->kind, jobs[i][0]) == 0)
			return jobs[i][1];
	return "mlv-data add";
}

/* A run when it was, anything else as a job that nobody knows the time of. */
static int
write_events(struct buf *lines, struct cli *c, const struct lineage_node *n,
    struct err *e)
{
	struct lineage_event *ev = lineage_event_new(job_of(&c->arena, n),
	    getenv("OPENLINEAGE_NAMESPACE"), c->catalog);
	const char *begin = json_text(n->manifest, "begin", "");
	const char *end = json_text(n->manifest, "end", begin);
	int64_t from = 0, to = 0;
	int r = lineage_event_made(ev, &n->id, n->name, e);

	if (r == 0 && strcmp(n->kind, "run") != 0) {
		lineage_event_write(lines, ev, EVENT_JOB, clock_wall_us(),
		    NULL);
	} else if (r == 0) {
		lineage_event_name_run(ev, n->name);
		clock_parse(begin, strlen(begin), &from);
		clock_parse(end, strlen(end), &to);
		lineage_event_write(lines, ev, EVENT_START, from, NULL);
		lineage_event_write(lines, ev, lineage_event_failed(ev) ?
		    EVENT_FAIL : EVENT_COMPLETE, to, NULL);
	}
	lineage_event_free(ev);
	return r;
}

static int
send_events(struct printer *p, const char *where, struct err *e)
{
	struct delivery to = { .http = cli_helper(p->c, "mlv-http") };
	struct buf lines;
	int r = 0;

	if (strncmp(where, "http://", 7) == 0 ||
	    strncmp(where, "https://", 8) == 0) {
		to.url = where;
		to.endpoint = getenv("OPENLINEAGE_ENDPOINT");
		to.key = getenv("OPENLINEAGE_API_KEY");
	} else {
		to.file = where;
	}
	buf_init(&lines, BUF_CAP_DOC);
	for (size_t i = 0; r == 0 && i < p->g->nodes; i++)
		if (p->has_node[i] && p->g->node[i].manifest)
			r = write_events(&lines, p->c, &p->g->node[i], e);
	if (r == 0)
		r = buf_check(&lines, e);
	if (r == 0)
		r = deliver_events(&to, lines.data, lines.len, e);
	buf_free(&lines);
	return r;
}

/* ---- the verb ---- */

/* The node that a name means: a version, or the bytes of a file. */
static int
find_root(size_t *root, const struct lineage *g, struct cli *c,
    const char *name, struct err *e)
{
	struct catalog_item item;
	uint64_t size;
	int r = catalog_resolve(&item, c->catalog, name, e);

	if (r < 0)
		return -1;
	if (item.kind == NAME_STDIO)
		r = err_set(e, ERR_USAGE, "lineage is of a name or a file, "
		    "not of standard input");
	else if (item.kind == NAME_PATH)
		r = worktree_hash_file(&item.id, &size,
		    catalog_repo(c->catalog), item.base, e);
	if (r == 0 && (*root = lineage_find(g, &item.id)) == LINEAGE_NONE)
		r = err_set(e, ERR_NOENT, "no version of this repository is, "
		    "used or made %s%s%s", item.kind == NAME_PATH ? "'" : "",
		    item.label, item.kind == NAME_PATH ? "'" : "");
	catalog_item_free(&item);
	return r;
}

static int
print_ways(struct printer *p, size_t root, const struct lineage_opts *o,
    struct err *e)
{
	bool whole = o->dot || p->c->json || o->events, both = o->up && o->down;
	int r = 0;

	p->has_node = arena_alloc(&p->c->arena, p->g->nodes + 1);
	p->has_edge = arena_alloc(&p->c->arena, p->g->edges + 1);
	p->more = arena_alloc(&p->c->arena, p->g->nodes + 2);
	for (int down = 0; r == 0 && down < 2; down++) {
		if (down ? !o->down : o->down && !o->up)
			continue;
		p->down = down;
		r = lineage_walk(p->g, root, down, whole ? collect_step :
		    print_step, p, e);
	}
	if (r == 0 && o->events)
		r = send_events(p, o->events, e);
	else if (r == 0 && o->dot)
		print_dot(p, root);
	else if (r == 0 && whole)
		print_document(p, root, both ? "both" : o->down ? "down" :
		    "up");
	return r < 0 ? -1 : 0;
}

static int
lineage_check(struct cli *c, void *opts, int argc, char **argv)
{
	const struct lineage_opts *o = opts;

	(void)argv;
	if (argc != 1)
		return cli_usage(c, "lineage takes one name");
	if (o->dot + c->json + (o->events != NULL) > 1)
		return cli_usage(c, "--dot, --json and --openlineage exclude "
		    "each other");
	return 0;
}

static int
lineage_run(struct cli *c, void *opts, int argc, char **argv)
{
	struct printer p = { .c = c };
	struct err e = ERR_INIT;
	struct lineage g;
	size_t root;
	int r;

	(void)argc;
	if (lineage_read(&g, c->catalog, &e) < 0)
		return cli_fail(c, &e);
	p.g = &g;
	r = find_root(&root, &g, c, argv[0], &e);
	if (r == 0)
		r = print_ways(&p, root, opts, &e);
	lineage_release(&g);
	return r < 0 ? cli_fail(c, &e) : EXIT_YES;
}

const struct verb verb_lineage = {
	.name = "lineage",
	.summary = "tell what a version was made from, and what of it",
	.synopsis = "[--up] [--down] [--dot | --openlineage FILE|URL] NAME",
	.about =
"NAME is a version (model:churn@champion, data:churn, run:ID, card:NAME ...), an\n"
"object, or a file whose bytes a run read or made.  Data and their splits,\n"
"runs, models, profiles, evaluations, verdicts, cards and stored request logs\n"
"are followed; --up is the default.\n"
"\n"
"On a terminal this is a tree.  Else a record a node: name, id, kind, up or\n"
"down, depth, by which relation, whether it is one of several, and whether it\n"
"was there before: then what is beyond it is not told again.  One of several:\n"
"versions hold the same bytes, or runs made them, and nobody can say which it\n"
"was.  --json prints one document with lists of nodes and edges.  --openlineage\n"
"tells the runs and what else was made as OpenLineage 2-0-2 events.\n"
"\n"
"example: mlv-data lineage --dot model:churn@champion | dot -Tsvg >churn.svg\n",
	.options = lineage_options, .opts_size = sizeof(struct lineage_opts),
	.flags = VERB_JSON | VERB_NUL | VERB_TABLE | VERB_REPOSITORY,
	.check = lineage_check, .run = lineage_run,
};
