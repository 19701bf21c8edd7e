/* mlv-data rm: versions of data that are to be seen no more. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "catalog/catalog.h"
#include "catalog/name.h"
#include "cli/cli.h"
#include "remote/closure.h"
#include "store/odb.h"
#include "store/ref.h"
#include "verbs.h"

struct rm_opts {
	const char *note;
	bool undo;
};

static const struct opt rm_options[] = {
	{ OPT_TEXT, 'm', "note", offsetof(struct rm_opts, note), "TEXT",
	    "why, for the log" },
	{ OPT_FLAG, 0, "undo", offsetof(struct rm_opts, undo), NULL,
	    "bring the version back, if its bytes are still there" },
	OPT_END
};

static int
have_object(void *ctx, const struct oid *id, enum closure_kind kind,
    struct err *e)
{
	(void)kind;
	if (odb_has(ctx, id))
		return 1;
	return err_set(e, ERR_NOENT, "its bytes are not here any more: "
	    "'mlv-data gc --undo' brings back what the last gc took, unless "
	    "that was for good");
}

/* What comes back must be there, with all that it leads to. */
static int
check_bytes(struct catalog *k, const char *ref, uint32_t number,
    struct err *e)
{
	struct ref r;
	struct closure *all;
	size_t waiting;
	int result = 0;

	if (ref_read(&r, catalog_repo(k), ref, e) < 0)
		return -1;
	if (number <= r.n && r.value[number - 1].removed) {
		all = closure_new(k, have_object, catalog_odb(k));
		closure_add(all, &r.value[number - 1].id, CLOSURE_MANIFEST);
		result = closure_walk(&waiting, all, e);
		closure_free(all);
	}
	ref_free(&r);
	return result;
}

struct label_search {
	struct repo *repo;
	size_t prefix;		/* bytes of "data/NAME@" */
	uint32_t number;
	char *found;
};

static int
look_at_label(void *ctx, const char *ref, struct err *e)
{
	struct label_search *s = ctx;
	const struct ref_value *v;
	struct ref r;

	if (strcmp(ref + s->prefix, REF_REMOVED) == 0)
		return 0;
	if (ref_read(&r, s->repo, ref, e) < 0)
		return -1;
	v = ref_last(&r);
	if (v && v->number == s->number && s->found == NULL)
		s->found = xstrdup(ref + s->prefix);
	ref_free(&r);
	return 0;
}

/* What has a tag is not removed behind its back. */
static int
check_untagged(struct catalog *k, const char *ref, const struct name *n,
    struct err *e)
{
	char *prefix = xprintf("%s@", ref);
	struct label_search s = { .repo = catalog_repo(k),
	    .prefix = strlen(prefix), .number = n->version };
	int r = ref_each(s.repo, prefix, look_at_label, &s, e);

	if (r == 0 && s.found)
		r = err_set(e, ERR_NO, "data:%s@%u has the tag '%s': "
		    "'mlv-data tag --drop data:%s@%s' first, or move it to "
		    "another version", n->base, n->version, s.found, n->base,
		    s.found);
	free(s.found);
	free(prefix);
	return r;
}

static int
remove_version(struct cli *c, const char *word, const struct rm_opts *o,
    struct err *e)
{
	const struct name *as = NULL;
	struct name n, all;
	char *ref, *label;
	int r = name_parse(&n, word, e);

	if (r < 0)
		return -1;
	if (n.kind != NAME_DATA || n.version == 0 || n.path) {
		r = err_set(e, ERR_USAGE, "'%.200s' is not data:NAME@VERSION: "
		    "say which version", word);
	} else {
		all = (struct name){ .kind = NAME_DATA, .base = n.base };
		as = &n;
		ref = name_ref(&all);
		label = name_label(as);
		if (o->undo && check_bytes(c->catalog, ref, n.version, e) < 0)
			r = err_wrap(e, "%s stays removed", label);
		else if (!o->undo && check_untagged(c->catalog, ref, &n, e) < 0)
			r = -1;
		else
			r = ref_remove(catalog_repo(c->catalog), ref,
			    n.version, !o->undo, o->note, e);
		if (r == 0 || e->code == ERR_UNPROVEN) {
			c->committed = true;
			out_begin(&c->out, "mlv.dataset.removed/1");
			out_text(&c->out, "name", label);
			out_bool(&c->out, "removed", !o->undo);
			out_end(&c->out);
		}
		free(label);
		free(ref);
	}
	name_free(&n);
	return r;
}

static int
rm_run(struct cli *c, void *opts, int argc, char **argv)
{
	struct err e = ERR_INIT;
	struct texts names;
	int r = 0;

	if (cli_names(c, &names, argc, argv, &e) < 0)
		return cli_fail(c, &e);
	for (size_t i = 0; r == 0 && i < names.n; i++)
		r = remove_version(c, names.v[i], opts, &e);
	return r < 0 ? cli_fail(c, &e) : EXIT_YES;
}

const struct verb verb_rm = {
	.name = "rm",
	.summary = "remove versions of data",
	.synopsis = "[-m TEXT] data:NAME@VERSION...\n"
	    "--undo [-m TEXT] data:NAME@VERSION...",
	.about =
"The version is listed and found no more; its number is not given again, and\n"
"the log keeps its record and says who removed it when.  Files of the work tree\n"
"and pointers stay.  Its bytes are freed by 'mlv-data gc', unless something\n"
"else leads to them; until then --undo brings it back.  A version that has a\n"
"tag is refused, exit status 1, until the tag is dropped or moved.\n"
"\n"
"example: mlv-data rm data:churn@2 -m 'has names in it'\n",
	.options = rm_options, .opts_size = sizeof(struct rm_opts),
	.flags = VERB_JSON | VERB_NUL | VERB_STDIN | VERB_REPOSITORY, .run = rm_run,
};
