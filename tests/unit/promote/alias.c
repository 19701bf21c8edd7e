/* The life of a model's versions: registered, judged by recorded evidence,
 * meant by aliases that move and roll back, verified. */
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "catalog/manifest.h"
#include "catalog/name.h"
#include "catalog/put.h"
#include "catalog/resolve.h"
#include "evidence/evaluation.h"
#include "flow/register.h"
#include "promote/verify.h"
#include "track/journal.h"
#include "promote/alias.h"
#include "store/fsck.h"
#include "store/ref.h"
#include "../tap.h"

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
	m->m[m->n++] = (struct metric){ "auc", auc, low, low + 0.1, NULL };
	m->m[m->n++] = (struct metric){ "brier", 0.1, NAN, NAN, NULL };
	if (evaluation_put(&put, c, &v, &e) < 0)
		printf("# %s\n", e.msg);
}

static void
evaluate_test(const char *bytes, const struct oid *data, double auc, double low)
{
	evaluate_as("test", bytes, data, auc, low);
}

/* The verdicts of a policy on a version: one letter a rule. */
static const char *
print_verdicts(char out[16], const char *name, const char *policy)
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
		policy_release(&p);
		return strcpy(out, "judge");
	}
	for (; i < g.n; i++) {
		out[i] = verdict_text(g.result[i].verdict)[0];
		printf("# %s: %s (%s) %s\n", verdict_text(g.result[i].verdict),
		    g.result[i].rule->name, g.result[i].values, g.result[i].why);
	}
	out[i] = '\0';
	gate_release(&g);
	policy_release(&p);
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

static const struct register_opts any = { .any_format = true };

static struct registered_model
register_source(const char *source)
{
	struct registered_model m;
	struct err e = ERR_INIT;

	ok(model_register(&m, c, "churn", source, &any, &e) == 0, "%s is registered", source);
	return m;
}

static void
test_register(char id1[64], char id2[64], const struct oid *data)
{
	struct registered_model m;
	struct err e = ERR_INIT;
	char source[80];

	make_run(id1, "one.onnx", "model one", data, 0.8);
	make_run(id2, "two.onnx", "model two", data, 0.9);
	m = register_source(id1);
	is_text(m.put.label, "model:churn@1", "the first model of a name is version 1");
	snprintf(source, sizeof(source), "run:%s:two.onnx", id2);
	m = register_source(source);
	is_int(m.put.version, 2, "another model is version 2");
	m = register_source(id1);
	is_int(m.put.version, 1, "a model that comes again keeps its version");
	snprintf(source, sizeof(source), "run:%s:none.onnx", id2);
	ok(model_register(&m, c, "churn", source, &any, &e) < 0 && e.code == ERR_NOENT,
	    "a file that the run did not put out is refused");
	ok(model_register(&m, c, "churn", "nothing", &any, &e) < 0,
	    "a source that is nothing is refused");
	ok(model_register(&m, c, "Churn", id1, &any, &e) < 0 && e.code == ERR_USAGE,
	    "a name with a capital is refused");
}

static void
test_evidence(const struct oid *data)
{
	char out[16];

	is_text(print_verdicts(out, "model:churn@1", gates), "mmpmm",
	    "without an evaluation only the run's own metric counts");
	is_text(print_verdicts(out, "model:churn@1", closed), "mfss",
	    "a missing champion excuses neither missing evidence nor a plain no");
	evaluate_test("model one", data, 0.84, 0.82);
	is_text(print_verdicts(out, "model:churn@1", gates), "psppm",
	    "with an evaluation its metrics count, and the champion's rule is skipped");
	evaluate_test("model two", data, 0.82, 0.79);
	is_text(print_verdicts(out, "model:churn@2", gates), "fspfm",
	    "a worse evaluation fails the rules it breaks");
}

/* As alias_move, with all but the alias's name said here. */
static int
set_alias(struct alias_moved *out, const char *alias, uint32_t version, uint32_t expect,
    const char *policy, struct err *e)
{
	struct name name = { .kind = NAME_MODEL, .base = "churn", .alias = alias };
	struct alias_move m = { .name = &name, .version = version, .expect = expect };
	struct policy p = { .n = 0 };
	int r = 0;

	memset(out, 0, sizeof(*out));
	if (policy)
		r = policy_parse(&p, policy, strlen(policy), e);
	m.policy = policy ? &p : NULL;
	if (r == 0)
		r = alias_move(out, c, &m, e);
	gate_release(&out->gate);
	policy_release(&p);
	return r;
}

static int
roll_back(struct alias_moved *out, const char *alias, struct err *e)
{
	struct name name = { .kind = NAME_MODEL, .base = "churn", .alias = alias };

	return alias_rollback(out, c, &(struct alias_move){ .name = &name },
	    e);
}

static void
test_gate(const struct oid *data, const struct oid *other)
{
	struct alias_moved m;
	struct err e = ERR_INIT;
	char id[64], out[16];

	ok(set_alias(&m, "champion", 1, REF_ANY, gates, &e) < 0 && e.code == ERR_NO &&
	    strstr(e.msg, "recall"), "a gate that does not hold names the rule and moves nothing");
	ok(set_alias(&m, "champion", 1, 0, two_rules, &e) == 0,
	    "a gate that holds lets the alias move");
	is_int(m.was, 0, "an alias that is new meant nothing before");
	ok(set_alias(&m, "champion", 2, REF_ANY, two_rules, &e) < 0 && strstr(e.msg, "0.82"),
	    "a worse version is refused, with the value that was seen");
	is_text(print_verdicts(out, "model:churn@2", gates), "ffpfm",
	    "a worse version also loses against the champion");
	make_run(id, "three.onnx", "model three", data, 0.99);
	register_source(id);
	evaluate_as("valid", "model one", data, 0.84, 0.82);
	is_text(print_verdicts(out, "model:churn@3", lone), "m",
	    "a run's own word does not beat the champion's evaluation");
	evaluate_as("valid", "model three", data, 0.8, 0.78);
	is_text(print_verdicts(out, "model:churn@3", lone), "f",
	    "versions that were evaluated alike are compared");
	evaluate_test("model two", other, 0.9, 0.88);
	is_text(print_verdicts(out, "model:churn@2", gates), "pmppm",
	    "a champion evaluated on other data is not compared with");
	evaluate_test("model one", other, 0.9, 0.88);
	is_text(print_verdicts(out, "model:churn@2", gates), "ppppm",
	    "a champion evaluated on the same data is compared with");
}

static void
test_moves(void)
{
	struct alias_moved m;
	struct err e = ERR_INIT;

	ok(set_alias(&m, "champion", 2, 1, NULL, &e) == 0, "without a gate an alias moves");
	is_int(m.was, 1, "a move tells what the alias meant before");
	ok(set_alias(&m, "champion", 1, 1, NULL, &e) < 0 && e.code == ERR_MOVED,
	    "a move that expects another version is refused");
	ok(roll_back(&m, "champion", &e) == 0, "an alias is rolled back");
	ok(m.now == 1 && m.was == 2, "a rollback tells both versions");
	ok(roll_back(&m, "champion", &e) < 0 && e.code == ERR_NO,
	    "the first version of an alias has nothing before it");
	ok(set_alias(&m, "champion", 2, REF_ANY, NULL, &e) == 0,
	    "after a rollback an alias moves again");
	ok(set_alias(&m, "champion", 0, REF_ANY, NULL, &e) == 0, "an alias is dropped");
	ok(roll_back(&m, "champion", &e) == 0 && m.now == 2 && m.was == 0,
	    "a rollback undoes a drop");
	ok(roll_back(&m, "champion", &e) == 0 && m.now == 1,
	    "a second rollback undoes the move before the drop");
	ok(roll_back(&m, "nothing", &e) < 0 && e.code == ERR_NOENT,
	    "an alias that never was is not rolled back");
}

static void
test_rollback_over_drop(void)
{
	static const uint32_t to[] = { 1, 2, 0, 3 };
	struct alias_moved m;
	struct err e = ERR_INIT;
	uint32_t was = 0;

	for (size_t i = 0; i < sizeof(to) / sizeof(*to); i++) {
		ok(set_alias(&m, "old", to[i], was, NULL, &e) == 0, "old is moved to %u", to[i]);
		was = to[i];
	}
	ok(roll_back(&m, "old", &e) == 0 && m.now == 2 && m.was == 3,
	    "a rollback goes over a drop");
	ok(roll_back(&m, "old", &e) == 0 && m.now == 1 && m.was == 2,
	    "a second rollback goes on from there");
}

static void
test_verify(void)
{
	struct name name = { .kind = NAME_MODEL, .base = "churn", .version = 1 };
	struct verified found;
	struct catalog_item item;
	struct err e = ERR_INIT;

	ok(catalog_resolve_name(&item, c, &name, &e) == 0, "version 1 is there");
	ok(version_verify(&found, c, &item.id, NULL, NULL, &e) == 0, "version 1 is verified");
	is_int(found.bad, 0, "nothing of a version is damaged");
	is_int(found.objects, 5, "manifest, model, run, its journal and data are checked");
	catalog_item_free(&item);
}

static void
test_registry(void)
{
	struct err e = ERR_INIT;
	struct oid data, other;
	char id1[64], id2[64];

	catalog_put_bytes(&data, c, "abc", 3, &e);
	catalog_put_bytes(&other, c, "xyz", 3, &e);
	test_register(id1, id2, &data);
	test_evidence(&data);
	test_gate(&data, &other);
	test_moves();
	test_rollback_over_drop();
	test_verify();
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
	repo_init(&made, top, &(struct repo_opts){ 0 }, &e);
	if (catalog_open_repository(&c, NULL, NULL, &e) < 0)
		return 1;
	test_registry();
	ok(fsck_repo(&report, catalog_repo(c), &(struct fsck_request){
	    .level = FSCK_STRONG }, &e) == 0 && report.errors == 0, "the repository is whole");
	catalog_close(c);
	snprintf(cmd, sizeof(cmd), "rm -rf %s", top);
	if (chdir("/") < 0 || system(cmd) != 0)
		ok(0, "clean up");
	return tap_done();
}
