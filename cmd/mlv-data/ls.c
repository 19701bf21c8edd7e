/* mlv-data ls: the datasets, and whether their files are as they were. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "catalog/catalog.h"
#include "catalog/manifest.h"
#include "catalog/name.h"
#include "catalog/pointer.h"
#include "catalog/resolve.h"
#include "catalog/tracked.h"
#include "cli/cli.h"
#include "store/ref.h"
#include "store/worktree.h"
#include "verbs.h"

struct ls_opts {
	bool all;
	const char *kind;
};

static const struct opt ls_options[] = {
	{ OPT_FLAG, 'a', "all", offsetof(struct ls_opts, all), NULL,
	    "every version, not only the one a name means now" },
	{ OPT_TEXT, 'k', "kind", offsetof(struct ls_opts, kind), "KIND",
	    "list these instead of data: profile, card, report" },
	OPT_END
};

struct listing {
	struct cli *c;
	struct catalog *catalog;
	bool all;
	int status;		/* of what could not be listed */
	const char *only;	/* pointers of this name alone, or NULL */
	bool found;		/* one of them */
};

/* Is the file in the work tree what this version says? */
static int
state_of(const char **state, struct listing *l, const char *path,
    const struct oid *content, struct err *e)
{
	enum tracked_state s;

	*state = NULL;
	if (path == NULL)
		return 0;
	if (tracked_compare(&s, l->catalog, path, content, -1, e) < 0)
		return -1;
	*state = tracked_state_text(s);
	return 0;
}

static int
print_dataset(struct listing *l, const char *name, struct err *e)
{
	struct out *out = &l->c->out;
	struct arena a = { NULL, 0 };
	struct catalog_item item;
	const char *state, *path;
	const struct json *m;
	char text[OID_TEXT];
	struct link content;
	int r = -1;

	if (catalog_resolve(&item, l->catalog, name, e) < 0)
		return -1;
	if (catalog_manifest(&m, &a, l->catalog, &item.id, e) < 0)
		goto done;
	if (!manifest_find(&content, m, "content", NULL)) {
		err_set(e, ERR_FORMAT, "%s has no content", item.label);
		goto done;
	}
	path = json_text(m, "path", NULL);
	if (state_of(&state, l, path, &content.id, e) < 0)
		goto done;
	out_begin(out, "mlv.dataset.listed/1");
	out_text(out, "name", item.label);
	out_text(out, "id", oid_print(text, &content.id));
	if (json_get(m, "rows"))
		out_int(out, "rows", json_int(m, "rows", 0));
	else
		out_null(out, "rows");
	out_int(out, "bytes", json_int(m, "bytes", (int64_t)content.size));
	out_only(out, OUT_JSON);
	if (json_get(m, "files"))
		out_int(out, "files", json_int(m, "files", 0));
	else
		out_null(out, "files");
	out_only(out, OUT_BOTH);
	out_text(out, "state", state);
	if (path)
		out_path(out, "path", path);
	else
		out_null(out, "path");
	out_end(out);
	r = 0;
done:
	arena_free(&a);
	catalog_item_free(&item);
	return r;
}

/* One that cannot be read does not hide the others. */
static int
print_or_say(struct listing *l, const char *name, struct err *e)
{
	if (print_dataset(l, name, e) == 0)
		return 0;
	if (e->code == ERR_NOMEM)
		return -1;
	l->status = cli_fail(l->c, e);
	return 0;
}

static int
print_ref(void *ctx, const char *ref, struct err *e)
{
	struct name n = { .kind = NAME_DATA, .base = ref + 5 };
	struct listing *l = ctx;
	struct ref versions;
	int r = 0;
	char *name;

	if (strchr(ref, '@'))
		return 0;
	if (!l->all) {
		name = name_label(&n);
		r = print_or_say(l, name, e);
		free(name);
		return r;
	}
	if (ref_read(&versions, catalog_repo(l->catalog), ref, e) < 0)
		return -1;
	for (size_t i = 0; r == 0 && i < versions.n; i++) {
		if (versions.value[i].removed)
			continue;
		n.version = (uint32_t)i + 1;
		name = name_label(&n);
		r = print_or_say(l, name, e);
		free(name);
	}
	ref_free(&versions);
	return r;
}

/* --- datasets that the checkout names and this repository does not have --- */

static int
print_pointer(struct listing *l, const char *path, const struct pointer *p,
    struct err *e)
{
	struct out *out = &l->c->out;
	const struct name n = { .kind = NAME_DATA, .base = p->name };
	const char *state;
	char text[OID_TEXT], *label;

	if (state_of(&state, l, path, &p->content, e) < 0)
		return -1;
	label = name_label(&n);
	out_begin(out, "mlv.dataset.listed/1");
	out_text(out, "name", label);
	out_text(out, "id", oid_print(text, &p->content));
	if (p->rows >= 0)
		out_int(out, "rows", p->rows);
	else
		out_null(out, "rows");
	if (p->size >= 0)
		out_int(out, "bytes", p->size);
	else
		out_null(out, "bytes");
	out_only(out, OUT_JSON);
	if (p->files >= 0)
		out_int(out, "files", p->files);
	else
		out_null(out, "files");
	out_only(out, OUT_BOTH);
	out_text(out, "state", state);
	out_path(out, "path", path);
	out_end(out);
	free(label);
	return 0;
}

/* Has this repository a version of the name?  Then it is listed already. */
static bool
has_versions(struct listing *l, const char *base)
{
	const struct name n = { .kind = NAME_DATA, .base = base };
	struct err ignored = ERR_INIT;
	struct ref versions;
	char *ref = name_ref(&n);
	bool yes = ref_read(&versions, catalog_repo(l->catalog), ref,
	    &ignored) == 0;

	if (yes)
		ref_free(&versions);
	free(ref);
	return yes;
}

static int
list_pointer(void *ctx, const char *path, const struct pointer *p,
    struct err *e)
{
	struct listing *l = ctx;

	if (p == NULL) {
		/* one of a dataset that is here was told with that */
		if (l->only == NULL && l->status == 0)
			l->status = cli_fail(l->c, e);
		return 0;
	}
	if (!name_base_ok(p->name) || (l->only != NULL &&
	    strcmp(p->name, l->only) != 0) || has_versions(l, p->name))
		return 0;
	l->found = true;
	if (print_pointer(l, path, p, e) == 0)
		return 0;
	if (e->code == ERR_NOMEM)
		return -1;
	l->status = cli_fail(l->c, e);
	return 0;
}

/* Who knows what is no data. */
static int
refuse_kind(const struct name *n, struct err *e)
{
	return err_set(e, ERR_USAGE, "'%s' is not data:NAME; %s", n->text,
	    n->kind == NAME_MODEL ? "'mlv-registry ls' lists models" :
	    n->kind == NAME_RUN ? "'mlv-train runs' lists runs" :
	    "'mlv-data ls' alone lists what there is");
}

static int
list_name(struct listing *l, const char *word, struct err *e)
{
	struct name n;
	char *ref;
	int r = name_parse(&n, word, e);

	if (r < 0)
		return -1;
	l->only = n.base;
	l->found = false;
	if (is_listed_kind(n.kind)) {
		r = list_kind_name(&l->status, l->c, &n, l->all, e);
	} else if (n.kind != NAME_DATA) {
		r = refuse_kind(&n, e);
	} else if (!n.version && !n.alias && !has_versions(l, n.base) &&
	    (r = pointer_each(l->catalog, list_pointer, l, e)) == 0 &&
	    l->found) {
		;
	} else if (r == 0 && (n.version || n.alias || !l->all)) {
		r = print_dataset(l, word, e);
	} else if (r == 0) {
		ref = name_ref(&n);
		r = print_ref(l, ref, e);
		free(ref);
	}
	name_free(&n);
	return r;
}

static int
ls_run(struct cli *c, void *opts, int argc, char **argv)
{
	const struct ls_opts *o = opts;
	struct listing l = { .c = c, .catalog = c->catalog, .all = o->all };
	struct err e = ERR_INIT;
	int r = 0;

	if (o->kind && argc)
		return cli_usage(c, "--kind lists all of a kind: it takes no "
		    "names");
	if (o->kind)
		r = list_kind(&l.status, c, o->kind, o->all, &e);
	else if (argc == 0 && (r = ref_each(catalog_repo(l.catalog), "data/",
	    print_ref, &l, &e)) == 0)
		r = pointer_each(l.catalog, list_pointer, &l, &e);
	for (int i = 0; r == 0 && i < argc; i++)
		r = list_name(&l, argv[i], &e);
	return r < 0 ? cli_fail(c, &e) : l.status;
}

const struct verb verb_ls = {
	.name = "ls",
	.summary = "list datasets, and whether their files changed",
	.synopsis = "[-a] [NAME...]\n[-a] -k profile|card|report",
	.about =
"Prints a record a dataset: name, id of its content, rows, bytes, state,\n"
"path.  State is same, changed or missing, for the file in the work tree;\n"
"\\N for data without one.  An unchanged file is not read again.  What git\n"
"has a pointer file of and this repository has no version of, as in a fresh\n"
"clone, is listed without a version.\n"
"\n"
"Of a profile, card or report (evaluations and verdicts): name, id, what a\n"
"report is about, and the versions it is of.\n"
"\n"
"example: mlv-data ls | awk -F'\\t' '$5 == \"changed\"'\n",
	.options = ls_options, .opts_size = sizeof(struct ls_opts),
	.flags = VERB_JSON | VERB_NUL | VERB_TABLE | VERB_REPOSITORY, .run = ls_run,
};
