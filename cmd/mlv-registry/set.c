/* mlv-registry set: move an alias, if its gate holds. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"
#include "catalog/name.h"
#include "catalog/resolve.h"
#include "store/ref.h"
#include "verbs.h"

struct set_opts {
	const char *gate, *expect, *note;
	bool drop, allow_contract_change;
};

static const struct opt set_options[] = {
	{ OPT_TEXT, 'g', "gate", offsetof(struct set_opts, gate), "FILE",
	    "move only if this policy holds, see mlv-policy(5)" },
	{ OPT_TEXT, 'e', "expect", offsetof(struct set_opts, expect), "VERSION",
	    "move only if it means this version now; none: if it is not set" },
	{ OPT_TEXT, 'm', "note", offsetof(struct set_opts, note), "TEXT",
	    "a word for the audit log" },
	{ OPT_FLAG, 0, "allow-contract-change", offsetof(struct set_opts,
	    allow_contract_change), NULL,
	    "also to a version with other inputs or outputs" },
	{ OPT_FLAG, 0, "drop", offsetof(struct set_opts, drop), NULL,
	    "take the alias away" },
	OPT_END
};

/* --expect; 0, or the exit status of a usage error. */
static int
parse_expect(uint32_t *expect, struct cli *c, const char *text)
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
find_version(uint32_t *version, struct cli *c, struct catalog *catalog,
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

/* A champion alias misspelt would skip its rules for ever: say so. */
static void
warn_skipped(struct cli *c, const struct gate *g)
{
	for (size_t i = 0; i < g->n; i++)
		if (g->result[i].verdict == VERDICT_SKIPPED)
			cli_warn(c, "rule '%s' was skipped: %s",
			    g->result[i].rule->name, g->result[i].why);
}

/* One letter more, less, other, or two swapped?  Words that differ in a digit
 * are meant to (v1, v2), and short ones are all near each other. */
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

struct alias_search {
	struct cli *c;
	const char *alias;
	const char *near;	/* another alias, or NULL */
};

static int
compare_alias(void *ctx, const char *ref, struct err *e)
{
	const char *other = strchr(ref, '@') + 1;
	struct alias_search *l = ctx;

	(void)e;
	if (strcmp(other, REF_REMOVED) == 0)
		return 0;
	if (l->near == NULL && one_letter_apart(l->alias, other))
		l->near = arena_strdup(&l->c->arena, other);
	return 0;
}

/* A server that asks for another alias does not see this one move: warn when
 * a new alias looks misspelt.  The move is done, so an error here is not
 * reported. */
static void
warn_new(struct cli *c, struct catalog *catalog, const struct name *n)
{
	struct alias_search l = { .c = c, .alias = n->alias };
	char *ref = name_ref(n), *label = name_label(n), *prefix;
	struct err ignored = ERR_INIT;
	struct ref r = { NULL, 0 };

	prefix = xstrndup(ref, strcspn(ref, "@") + 1);
	if (ref_read(&r, catalog_repo(catalog), ref, &ignored) == 0 &&
	    r.n == 1 && ref_each(catalog_repo(catalog), prefix,
	    compare_alias, &l, &ignored) == 0 && l.near)
		cli_warn(c, "%s is a new alias; did you mean '%s'?", label,
		    l.near);
	ref_free(&r);
	free(prefix);
	free(label);
	free(ref);
}

/* `to`: the version as the user names it; NULL: drop the alias. */
static int
move_alias(struct cli *c, struct catalog *catalog, struct alias_move *m,
    const char *to, struct err *e)
{
	struct alias_moved moved;
	int r;

	if (to && find_version(&m->version, c, catalog, m->name->base, to,
	    e) < 0)
		return -1;
	r = alias_move(&moved, catalog, m, e);
	if (r == 0 || e->code == ERR_UNPROVEN)
		print_move(c, m->name, &moved);
	if (r == 0 && m->version)
		warn_new(c, catalog, m->name);
	warn_skipped(c, &moved.gate);
	gate_release(&moved.gate);
	return r;
}

static int
set_check(struct cli *c, void *opts, int argc, char **argv)
{
	const struct set_opts *o = opts;

	(void)argv;
	if (argc != (o->drop ? 1 : 2))
		return cli_usage(c, o->drop ? "set --drop takes NAME@ALIAS" :
		    "set takes NAME@ALIAS and a version");
	return 0;
}

static int
set_run(struct cli *c, void *opts, int argc, char **argv)
{
	struct set_opts *o = opts;
	struct err e = ERR_INIT;
	struct policy p = { .n = 0 };
	struct name n;
	struct alias_move m = { .name = &n, .note = o->note,
	    .policy = o->gate ? &p : NULL,
	    .allow_contract_change = o->allow_contract_change };
	int r;

	(void)argc;
	if ((r = parse_expect(&m.expect, c, o->expect)) != 0)
		return r;
	if (model_name(&n, c, argv[0], &e) < 0)
		return cli_fail(c, &e);
	if (n.alias == NULL) {
		name_free(&n);
		return cli_usage(c, "'%s' names no alias: write NAME@ALIAS",
		    argv[0]);
	}
	r = o->gate ? policy_load(&p, o->gate, &e) : 0;
	if (r == 0)
		r = move_alias(c, c->catalog, &m, o->drop ? NULL : argv[1], &e);
	policy_release(&p);
	name_free(&n);
	return r < 0 ? cli_fail(c, &e) : EXIT_YES;
}

const struct verb verb_set = {
	.name = "set",
	.summary = "move an alias to a version, if its gate holds",
	.synopsis = "[-g FILE] [-e VERSION] [-m TEXT] [--allow-contract-change] "
	    "NAME@ALIAS VERSION\n"
	    "--drop [-e VERSION] [-m TEXT] NAME@ALIAS",
	.about =
"VERSION is a number or another alias of NAME.  With --gate every rule of the\n"
"policy must hold first (exit status 1 names the one that does not), judged\n"
"against what the alias means now: if somebody else moves it meanwhile,\n"
"nothing is changed.  Every move is in the audit log.\n"
"\n"
"A version that takes other inputs (names, types) or answers with other columns\n"
"or classes than the one the alias means now is refused, too (exit status 1 says\n"
"what differs): whoever asks for the alias would not be understood.\n"
"\n"
"Prints the alias, its version now and before.\n"
"\n"
"example: mlv-registry set churn@champion candidate --gate gates.yaml\n",
	.options = set_options, .opts_size = sizeof(struct set_opts),
	.flags = VERB_JSON | VERB_NUL | VERB_REPOSITORY, .check = set_check, .run = set_run,
};
