/* mlv-registry gate: would this version pass? */
#include "catalog/resolve.h"
#include "verbs.h"

struct gate_opts {
	const char *policy;
};

static const struct opt gate_options[] = {
	{ OPT_TEXT, 'p', "policy", offsetof(struct gate_opts, policy), "FILE",
	    "the rules, see mlv-policy(5)",
	    .needed = "gate needs --policy FILE" },
	OPT_END
};

static int
judge_version(struct cli *c, struct catalog *catalog, const char *text,
    const struct policy *p, struct err *e)
{
	struct catalog_item item;
	struct err kept = ERR_INIT;
	struct oid id = { { 0 } };
	struct gate g;
	int r;

	if (model_item(&item, c, catalog, text, e) < 0)
		return -1;
	r = gate_judge(&g, catalog, &item, p, e);
	if (r == 0) {
		/* asked of a store that cannot be written, it still answers */
		if (gate_record(&id, catalog, &g, p, &kept) < 0 &&
		    kept.code != ERR_UNPROVEN)
			cli_warn(c, "the verdict is not kept: %s", kept.msg);
		print_gate(c, item.label, &g, &id);
		r = gate_refuse(&g, item.label, e);
		gate_release(&g);
	}
	catalog_item_free(&item);
	return r;
}

static int
gate_run(struct cli *c, void *opts, int argc, char **argv)
{
	struct gate_opts *o = opts;
	struct err e = ERR_INIT;
	struct texts names;
	struct policy p;
	int status = EXIT_YES;

	if (cli_names(c, &names, argc, argv, &e) < 0 ||
	    policy_load(&p, o->policy, &e) < 0)
		return cli_fail(c, &e);
	for (size_t i = 0; i < names.n; i++) {
		if (judge_version(c, c->catalog, names.v[i], &p, &e) < 0) {
			status = cli_fail(c, &e);
			if (e.code != ERR_NO)
				break;
		}
	}
	policy_release(&p);
	return status;
}

const struct verb verb_gate = {
	.name = "gate",
	.summary = "judge a version by a policy, moving nothing",
	.synopsis = "-p FILE NAME[@VERSION|@ALIAS]...\n-p FILE --stdin",
	.about =
"Prints a record a rule: model, verdict (pass, fail, missing, skipped), the\n"
"rule's name and expression, the values it saw, and why.  Exit status 1, and\n"
"the first rule that does not hold on stderr, when one fails or has no\n"
"evidence.  A rule is skipped only when a champion that does not exist yet is\n"
"all it lacks.\n"
"\n"
"Evidence is what was recorded by 'mlv-train eval' for the model's bytes, and\n"
"the metrics and parameters of its run.  The verdict is kept with the policy,\n"
"the values and the evidence; --json prints its id.\n"
"\n"
"example: mlv-registry gate churn@1 --policy gates.yaml\n",
	.options = gate_options, .opts_size = sizeof(struct gate_opts),
	.flags = VERB_JSON | VERB_NUL | VERB_STDIN | VERB_REPOSITORY, .run = gate_run,
};
