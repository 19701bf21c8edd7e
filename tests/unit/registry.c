/* lib/registry: registering, gates on recorded evidence, aliases back and
 * forth. */
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "evidence/evaluation.h"
#include "flow/register.h"
#include "promote/verify.h"
#include "track/journal.h"
#include "promote/alias.h"
#include "store/fsck.h"
#include "store/ref.h"
#include "tap.h"

static struct catalog *c;

/* A finished run that read `data` and put out model `file`. */
static void
make_run(char id[64], const char *file, const char *bytes,
    const struct oid *data, double auc)
{
	struct journal_start start = { .verb = "fit", .name = file };
	struct arena a = { NULL, 0 };
	struct err e = ERR_INIT;
	struct catalog_put put;
	struct journal *j;
	struct oid model;
	struct json *git = json_new(&a, JSON_MAP);
	struct json *v = json_new(&a, JSON_MAP);

	json_add_text(&a, git, "commit", "0123456789abcdef");
	json_add_text(&a, v, "x", "gbdt");
	if (catalog_put_bytes(&model, c, bytes, strlen(bytes), &e) < 0 ||
	    journal_begin(&j, c, &start, &e) < 0)
		return;
	snprintf(id, 64, "%s", journal_id(j));
	journal_fact(j, "git", git, &e);
	journal_param(j, "learner", json_get(v, "x"), &e);
	journal_metric(j, "valid.auc", 0, auc, &e);
	journal_link(j, "input", TYPE_BYTES, "x.csv", data, 3, &e);
	journal_link(j, "output", TYPE_ONNX, file, &model, strlen(bytes), &e);
	if (journal_seal(&put, j, RUN_FINISHED, 0, &e) < 0)
		printf("# %s\n", e.msg);
	arena_free(&a);
}

static void
evaluate_as(const char *label, const char *bytes, const struct oid *data,
    double auc, double low)
{
	struct evaluation v = { .label = label };
	struct metrics *m = &v.metrics;
	struct err e = ERR_INIT;
	struct catalog_put put;

	oid_of(&v.model.id, bytes, strlen(bytes));
	v.model.size = strlen(bytes);
	v.data.id = *data;
	v.data.size = 3;
	v.data.name = "x.csv";
	m->m[m->n++] = (struct metric){ "auc", auc, low, NAN, NULL };
	m->m[m->n++] = (struct metric){ "brier", 0.1, NAN, NAN, NULL };
	if (evaluation_put(&put, c, &v, &e) < 0)
		printf("# %s\n", e.msg);
}

static void
evaluate(const char *bytes, const struct oid *data, double auc, double low)
{
	evaluate_as("test", bytes, data, auc, low);
}

/* The verdicts of a policy on a version: one letter a rule. */
static const char *
verdicts(char out[16], const char *name, const char *policy)
{
	struct err e = ERR_INIT;
	struct catalog_item item;
	struct policy p;
	struct gate g;
	size_t i = 0;

	if (policy_parse(&p, policy, strlen(policy), &e) < 0) {
		printf("# %s\n", e.msg);
		return strcpy(out, "policy");
	}
	if (catalog_resolve(&item, c, name, &e) < 0 ||
	    gate_judge(&g, c, &item, &p, &e) < 0) {
		printf("# %s\n", e.msg);
		policy_free(&p);
		return strcpy(out, "judge");
	}
	for (; i < g.n; i++) {
		out[i] = verdict_text(g.result[i].verdict)[0];
		printf("# %s: %s (%s) %s\n", verdict_text(g.result[i].verdict),
		    g.result[i].rule->name, g.result[i].values, g.result[i].why);
	}
	out[i] = '\0';
	gate_free(&g);
	policy_free(&p);
	catalog_item_free(&item);
	return out;
}

static const char gates[] =
    "rules:\n"
    "  - test.auc >= 0.83\n"
    "  - name: not worse\n"
    "    expr: auc - champion.auc > -0.005\n"
    "  - valid.auc > 0.5 and params.learner = 'gbdt'\n"
    "  - test.auc.low > 0.8\n"
    "  - test.recall > 0.1\n";

static const char closed[] =
    "rules:\n"
    "  - champion.test.auc - test.auc < 0.005\n"
    "  - size > 1000 and size <= champion.size\n"
    "  - size <= champion.size\n"
    "  - not (size > champion.size) and size > 1\n";

static const char lone[] = "rules: [valid.auc > champion.valid.auc]\n";

static const char two_rules[] =
    "rules: [test.auc >= 0.83, auc - champion.auc > -0.005]\n";

static void
test_policies(void)
{
	static const char *const bad[] = {
		"", "rules: []\n", "rule:\n  - a > 1\n", "rules:\n  - a >\n",
		"rules:\n  - name: x\n", "rules:\n  - {expr: a > 1, nam: b}\n",
		"champion: '7'\nrules:\n  - a > 1\n", "- a > 1\n",
	};
	struct err e = ERR_INIT;
	struct policy p;
	size_t accepted = 0;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (policy_parse(&p, bad[i], strlen(bad[i]), &e) == 0) {
			printf("# accepted: %s\n", bad[i]);
			accepted++;
			policy_free(&p);
		}
	is_int(accepted, 0, "policies that are none are refused");
	ok(policy_parse(&p, bad[2], strlen(bad[2]), &e) < 0 &&
	    strstr(e.msg, "rules"), "a near miss is named");
}

static void
test_registry(void)
{
	struct registry_added v1, v2, again;
	struct err e = ERR_INIT;
	struct policy p;
	struct oid data, other;
	uint32_t was, now;
	uint64_t objects, bad;
	char id1[64], id2[64], out[16], source[80];

	catalog_put_bytes(&data, c, "abc", 3, &e);
	catalog_put_bytes(&other, c, "xyz", 3, &e);
	make_run(id1, "one.onnx", "model one", &data, 0.8);
	make_run(id2, "two.onnx", "model two", &data, 0.9);
	ok(registry_add(&v1, c, "churn", id1, &e) == 0, "a run's model");
	is_text(v1.put.label, "model:churn@1", "is version 1");
	snprintf(source, sizeof(source), "run:%s:two.onnx", id2);
	ok(registry_add(&v2, c, "churn", source, &e) == 0 &&
	    v2.put.version == 2, "another, by its path");
	ok(registry_add(&again, c, "churn", id1, &e) == 0 &&
	    again.put.version == 1, "the first again is version 1");
	snprintf(source, sizeof(source), "run:%s:none.onnx", id2);
	ok(registry_add(&again, c, "churn", source, &e) < 0 &&
	    e.code == ERR_NOENT, "not what it did not put out");
	ok(registry_add(&again, c, "churn", "nothing", &e) < 0, "nor nothing");

	is_text(verdicts(out, "model:churn@1", gates), "mmpmm",
	    "without an evaluation: missing, champion or not; the run's own");
	is_text(verdicts(out, "model:churn@1", closed), "mfss",
	    "no champion excuses neither missing evidence nor a plain no");
	evaluate("model one", &data, 0.84, 0.82);
	is_text(verdicts(out, "model:churn@1", gates), "psppm", "with one");
	evaluate("model two", &data, 0.82, 0.79);
	is_text(verdicts(out, "model:churn@2", gates), "fspfm", "a worse one");

	policy_parse(&p, gates, strlen(gates), &e);
	ok(registry_set(&was, NULL, c, "churn", "champion", 1, REF_ANY, &p,
	    NULL, &e) < 0 && e.code == ERR_NO && strstr(e.msg, "recall"),
	    "set: the gate does not hold, nothing moves");
	policy_free(&p);
	policy_parse(&p, two_rules, strlen(two_rules), &e);
	ok(registry_set(&was, NULL, c, "churn", "champion", 1, 0, &p, NULL,
	    &e) == 0 && was == 0, "set: it holds");
	ok(registry_set(&was, NULL, c, "churn", "champion", 2, REF_ANY, &p,
	    NULL, &e) < 0 && strstr(e.msg, "0.82"), "the worse one is refused");
	policy_free(&p);
	is_text(verdicts(out, "model:churn@2", gates), "ffpfm",
	    "now also against the champion");
	make_run(id2, "three.onnx", "model three", &data, 0.99);
	registry_add(&again, c, "churn", id2, &e);
	evaluate_as("valid", "model one", &data, 0.84, 0.82);
	is_text(verdicts(out, "model:churn@3", lone), "m",
	    "a run's own word does not beat the champion's evaluation");
	evaluate_as("valid", "model three", &data, 0.8, 0.78);
	is_text(verdicts(out, "model:churn@3", lone), "f",
	    "evaluated alike they compare");
	evaluate("model two", &other, 0.9, 0.88);
	is_text(verdicts(out, "model:churn@2", gates), "pmppm",
	    "other data is no comparison");
	evaluate("model one", &other, 0.9, 0.88);
	is_text(verdicts(out, "model:churn@2", gates), "ppppm",
	    "the champion evaluated on it too is one");

	ok(registry_set(&was, NULL, c, "churn", "champion", 2, 1, NULL, NULL,
	    &e) == 0 && was == 1, "without a gate it moves");
	ok(registry_set(&was, NULL, c, "churn", "champion", 1, 1, NULL, NULL,
	    &e) < 0 && e.code == ERR_MOVED, "expecting what it is not");
	ok(registry_rollback(&now, &was, c, "churn", "champion", NULL, &e) == 0 &&
	    now == 1 && was == 2, "rollback");
	ok(registry_rollback(&now, &was, c, "churn", "champion", NULL, &e) < 0 &&
	    e.code == ERR_NO, "there is nothing further back");
	ok(registry_set(&was, NULL, c, "churn", "champion", 2, REF_ANY, NULL,
	    NULL, &e) == 0 && registry_set(&was, NULL, c, "churn", "champion",
	    0, REF_ANY, NULL, NULL, &e) == 0, "set again, and dropped");
	ok(registry_rollback(&now, &was, c, "churn", "champion", NULL, &e) == 0 &&
	    now == 2 && was == 0, "rollback undoes the drop");
	ok(registry_rollback(&now, &was, c, "churn", "champion", NULL, &e) == 0 &&
	    now == 1, "and then the move");
	ok(registry_set(&was, NULL, c, "churn", "old", 1, 0, NULL, NULL, &e) == 0 &&
	    registry_set(&was, NULL, c, "churn", "old", 2, 1, NULL, NULL, &e) == 0 &&
	    registry_set(&was, NULL, c, "churn", "old", 0, 2, NULL, NULL, &e) == 0 &&
	    registry_set(&was, NULL, c, "churn", "old", 3, 0, NULL, NULL, &e) == 0 &&
	    registry_rollback(&now, &was, c, "churn", "old", NULL, &e) == 0 &&
	    now == 2 && was == 3, "rollback goes over a drop");
	ok(registry_rollback(&now, &was, c, "churn", "old", NULL, &e) == 0 &&
	    now == 1 && was == 2, "and further back from there");
	ok(registry_verify(&objects, &bad, c, &v1.put.id, NULL, NULL, &e) == 0 &&
	    bad == 0 && objects == 5,
	    "verified: manifest, model, run, its journal, data");
}

int
main(void)
{
	struct fsck_report report;
	struct err e = ERR_INIT;
	char top[64], cmd[128];
	bool made;

	snprintf(top, sizeof(top), "/tmp/mlv-registry.XXXXXX");
	if (mkdtemp(top) == NULL || chdir(top) < 0)
		return 1;
	store_init(&made, top, &(struct store_opts){ 0 }, &e);
	if (catalog_open_repository(&c, NULL, NULL, &e) < 0)
		return 1;
	test_policies();
	test_registry();
	ok(store_fsck(&report, catalog_store(c), FSCK_STRONG, NULL, NULL,
	    &e) == 0 && report.errors == 0, "the repository is whole");
	catalog_close(c);
	snprintf(cmd, sizeof(cmd), "rm -rf %s", top);
	if (chdir("/") < 0 || system(cmd) != 0)
		ok(0, "clean up");
	return tap_done();
}
