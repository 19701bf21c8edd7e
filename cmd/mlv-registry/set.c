/* mlv-registry set: move an alias, if its gate holds. */
#include <ctype.h>
#include <string.h>

#include "base/num.h"
#include "catalog/resolve.h"
#include "store/ref.h"
#include "verbs.h"

struct set_opts {
	const char *gate, *expect, *note;
	bool drop;
};

static const struct opt set_options[] = {
	{ OPT_TEXT, 'g', "gate", offsetof(struct set_opts, gate), "FILE",
	    "move only if this policy holds, see mlv-policy(5)" },
	{ OPT_TEXT, 'e', "expect", offsetof(struct set_opts, expect), "VERSION",
	    "move only if it means this version now; none: if it is not set" },
	{ OPT_TEXT, 'm', "note", offsetof(struct set_opts, note), "TEXT",
	    "a word for the audit log" },
	{ OPT_FLAG, 0, "drop", offsetof(struct set_opts, drop), NULL,
	    "take the alias away" },
	OPT_END
};

static int
expected(uint32_t *expect, struct cli *c, const char *text)
{
	uint64_t v;

	*expect = REF_ANY;
	if (text == NULL)
		return 0;
	if (strcmp(text, "none") == 0)
		*expect = 0;
	else if (num_parse_u64(text, strlen(text), &v) && v && v < REF_ANY)
		*expect = (uint32_t)v;
	else
		return cli_usage(c, "--expect is a version number or none, "
		    "not '%s'", text);
	return 0;
}

/* "1", "candidate", "churn@1", "model:churn@1": a version of `base`. */
static int
wanted(uint32_t *version, struct cli *c, struct catalog *catalog,
    const char *base, const char *text, struct err *e)
{
	struct catalog_item item;
	int r;

	if (strpbrk(text, ":@") == NULL)
		text = arena_printf(&c->arena, "model:%s@%s", base, text);
	if (model_item(&item, c, catalog, text, e) < 0)
		return -1;
	r = strcmp(item.base, base) == 0 ? 0 : err_set(e, ERR_USAGE,
	    "'%s' is no version of model:%s", text, base);
	*version = item.version;
	catalog_item_free(&item);
	return r;
}

static void
report(struct cli *c, const char *label, uint32_t version, uint32_t was)
{
	c->committed = true;
	out_begin(&c->out, "mlv.alias/1");
	out_text(&c->out, "name", label);
	if (version)
		out_int(&c->out, "version", version);
	else
		out_null(&c->out, "version");
	if (was)
		out_int(&c->out, "was", was);
	else
		out_null(&c->out, "was");
	out_end(&c->out);
}

/* A champion alias misspelt would skip its rules for ever: say so. */
static void
tell_skipped(struct cli *c, const struct gate *g)
{
	for (size_t i = 0; i < g->n; i++)
		if (g->result[i].verdict == VERDICT_SKIPPED)
			cli_warn(c, "rule '%s' was skipped: %s",
			    g->result[i].rule->name, g->result[i].why);
}

/* One letter more, less, other, or two swapped?  Numbers are counted on
 * purpose, and short words are near to each other anyhow. */
static bool
one_letter_apart(const char *a, const char *b)
{
	size_t na = strlen(a), nb = strlen(b), i = 0;

	if (na < 4 || nb < 4)
		return false;
	while (a[i] && a[i] == b[i])
		i++;
	if (isdigit((unsigned char)a[i]) || isdigit((unsigned char)b[i]))
		return false;
	if (na == nb)
		return a[i] && (strcmp(a + i + 1, b + i + 1) == 0 ||
		    (a[i] == b[i + 1] && a[i + 1] == b[i] &&
		    strcmp(a + i + 2, b + i + 2) == 0));
	return na > nb ? strcmp(a + i + 1, b + i) == 0 :
	    strcmp(a + i, b + i + 1) == 0;
}

struct likeness {
	struct cli *c;
	const char *alias;
	const char *near;	/* another alias, or NULL */
};

static int
compare_alias(void *ctx, const char *ref, struct err *e)
{
	const char *other = strchr(ref, '@') + 1;
	struct likeness *l = ctx;

	(void)e;
	if (l->near == NULL && one_letter_apart(l->alias, other))
		l->near = arena_strdup(&l->c->arena, other);
	return 0;
}

/* An alias nobody asks for moves no server: say so when it looks misspelt.
 * The move is done, so what goes wrong here is nobody's trouble. */
static void
tell_new(struct cli *c, struct catalog *catalog, const struct name *n,
    const char *label)
{
	const char *prefix = arena_printf(&c->arena, "model/%s@", n->base);
	struct likeness l = { .c = c, .alias = n->alias };
	struct err ignored = ERR_INIT;
	struct ref r;
	bool fresh;

	if (ref_read(&r, catalog_repo(catalog), arena_printf(&c->arena,
	    "%s%s", prefix, n->alias), &ignored) < 0)
		return;
	fresh = r.n == 1;
	ref_free(&r);
	if (fresh && ref_each(catalog_repo(catalog), prefix, compare_alias,
	    &l, &ignored) == 0 && l.near)
		cli_warn(c, "%s is a new alias; did you mean '%s'?", label,
		    l.near);
}

static int
move(struct cli *c, struct catalog *catalog, const struct name *n,
    const char *to, uint32_t expect, const struct policy *p,
    const char *note, struct err *e)
{
	const char *label = arena_printf(&c->arena, "model:%s@%s", n->base,
	    n->alias);
	uint32_t version = 0, was = 0;
	struct gate g;
	int r;

	if (to && wanted(&version, c, catalog, n->base, to, e) < 0)
		return -1;
	r = registry_set(&was, &g, catalog, n->base, n->alias, version, expect,
	    p, note, e);
	if (r == 0 || e->code == ERR_UNPROVEN)
		report(c, label, version, was);
	if (r == 0 && version)
		tell_new(c, catalog, n, label);
	tell_skipped(c, &g);
	gate_free(&g);
	return r;
}

static int
set_run(struct cli *c, void *opts, int argc, char **argv)
{
	const struct repo_opts so = { .log = &c->log };
	struct set_opts *o = opts;
	struct catalog *catalog = NULL;
	struct err e = ERR_INIT;
	struct policy p = { .n = 0 };
	uint32_t expect;
	struct name n;
	int r;

	if (argc != (o->drop ? 1 : 2))
		return cli_usage(c, o->drop ? "set --drop takes NAME@ALIAS" :
		    "set takes NAME@ALIAS and a version");
	if ((r = expected(&expect, c, o->expect)) != 0)
		return r;
	if (model_name(&n, c, argv[0], &e) < 0)
		return cli_fail(c, &e);
	if (n.alias == NULL) {
		name_free(&n);
		return cli_usage(c, "'%s' names no alias: write NAME@ALIAS",
		    argv[0]);
	}
	r = o->gate ? read_policy(&p, o->gate, &e) : 0;
	if (r == 0)
		r = catalog_open_repository(&catalog, NULL, &so, &e);
	if (r == 0)
		r = move(c, catalog, &n, o->drop ? NULL : argv[1], expect,
		    o->gate ? &p : NULL, o->note, &e);
	catalog_close(catalog);
	policy_free(&p);
	name_free(&n);
	return r < 0 ? cli_fail(c, &e) : EXIT_YES;
}

const struct verb verb_set = {
	.name = "set",
	.summary = "move an alias to a version, if its gate holds",
	.synopsis = "[-g FILE] [-e VERSION] [-m TEXT] NAME@ALIAS VERSION\n"
	    "--drop [-e VERSION] [-m TEXT] NAME@ALIAS",
	.about =
"VERSION is a number or another alias of NAME.  With --gate every rule of the\n"
"policy must hold first (exit status 1 names the one that does not), judged\n"
"against what the alias means now: if somebody else moves it meanwhile,\n"
"nothing is changed.  Every move is in the audit log.\n"
"\n"
"Prints the alias, its version now and before.\n"
"\n"
"example: mlv-registry set churn@champion candidate --gate gates.yaml\n",
	.options = set_options, .opts_size = sizeof(struct set_opts),
	.flags = VERB_JSON | VERB_NUL, .run = set_run,
};
