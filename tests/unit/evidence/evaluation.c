/* Evaluations: both JSON forms read and written, recorded and found again. */
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "catalog/manifest.h"
#include "catalog/put.h"
#include "evidence/evaluation.h"
#include "../tap.h"

static struct catalog *c;

static bool
read_golden(struct buf *text, struct evaluation *v, const char *name)
{
	struct err e = ERR_INIT;
	struct json *j;
	char path[128];

	memset(v, 0, sizeof(*v));
	snprintf(path, sizeof(path), "tests/golden/evaluation/%s.json", name);
	buf_init(text, BUF_CAP_DOC);
	if (file_read(text, path, &e) == 0 &&
	    json_parse(&j, &v->arena, text->data, text->len, 0, &e) == 0 &&
	    evaluation_read(v, j, &e) == 0)
		return true;
	printf("# %s\n", e.msg);
	return false;
}

/* What the golden file holds is what reading and writing it gives. */
static void
test_stored(const char *name, bool data_stored)
{
	struct evaluation v;
	struct buf was, now;
	struct err e = ERR_INIT;

	buf_init(&now, BUF_CAP_DOC);
	ok(read_golden(&was, &v, name), "%s is read", name);
	ok(json_canonical(&now, evaluation_manifest(&v.arena, &v, data_stored),
	    &e) == 0 && now.len == was.len &&
	    memcmp(now.data, was.data, was.len) == 0,
	    "%s is written as it was, byte for byte", name);
	evaluation_release(&v);
	buf_free(&was);
	buf_free(&now);
}

static void
test_printed(const char *name)
{
	static const char head[] = "{\"schema\":\"mlv.evaluation/1\",";
	size_t n = sizeof(head) - 1;
	struct evaluation v;
	struct buf was, now;

	buf_init(&now, BUF_CAP_DOC);
	ok(read_golden(&was, &v, name), "%s is read", name);
	json_write(&now, evaluation_write(&v.arena, &v));
	buf_addc(&now, '\n');
	ok(was.len > n && strncmp(was.data, head, n) == 0 &&
	    now.len == was.len - n + 1 &&
	    memcmp(now.data + 1, was.data + n, now.len - 1) == 0,
	    "%s is written as it was printed", name);
	evaluation_release(&v);
	buf_free(&was);
	buf_free(&now);
}

static void
test_members(void)
{
	struct evaluation v;
	struct buf text;
	double d;

	ok(read_golden(&text, &v, "binary"), "two classes");
	ok(v.task == TASK_BINARY && v.n_classes == 2 && v.confusion,
	    "have a confusion matrix");
	is_text(v.label, "test", "under a label");
	is_text(v.data.name, "data:people-test@1", "on named data");
	is_text(v.data.type, TYPE_DATASET, "that is a dataset");
	is_text(v.positive, "yes", "looking for a class");
	is_int(v.metrics.rows, 82, "in so many rows");
	ok(v.metrics.n_curve > 2 && v.metrics.fpr[0] == 0, "with a curve");
	ok(v.has_spread && v.importance.n == 3, "and importance");
	ok(evaluation_number(&d, &v, "auc") && d > 0.5 && d < 1,
	    "a metric has a value");
	ok(evaluation_number(&d, &v, "auc.low") && d < 0.9,
	    "and ends of its interval");
	ok(!evaluation_number(&d, &v, "auc.interval") &&
	    !evaluation_number(&d, &v, "nothing"), "and nothing else");
	evaluation_release(&v);
	buf_free(&text);
	ok(read_golden(&text, &v, "classes") && v.data.type &&
	    strcmp(v.data.type, TYPE_BYTES) == 0 && v.data.size > 0,
	    "data outside the repository is known by id and size");
	evaluation_release(&v);
	buf_free(&text);
}

/* Parses, and reads as an evaluation; the message goes to `e`. */
static int
read_text(struct evaluation *v, const char *text, struct err *e)
{
	struct json *j;

	memset(v, 0, sizeof(*v));
	return json_parse(&j, &v->arena, text, strlen(text), JSON_NAN, e) < 0 ?
	    -1 : evaluation_read(v, j, e);
}

static void
test_older(void)
{
	static const char old[] = "{\"metrics\":{\"auc\":0.75,"
	    "\"brier\":{\"value\":0.1,\"low\":null}},\"new_member\":[1],"
	    "\"rows\":7,\"importance\":null}";
	struct err e = ERR_INIT;
	struct evaluation v;

	is_int(read_text(&v, old, &e), 0, "little is enough: %s", e.msg);
	ok(v.metrics.n == 2 && v.metrics.m[0].value == 0.75 &&
	    isnan(v.metrics.m[0].low), "a metric may be a number alone");
	ok(v.task == TASK_AUTO && v.label == NULL && oid_is_none(&v.model.id),
	    "what is not said is not known");
	evaluation_release(&v);
}

static void
test_refused(void)
{
	static const char *const bad[][2] = {
		{ "[1]", "no metrics" },
		{ "{\"rows\":1}", "no metrics" },
		{ "{\"metrics\":[]}", "metrics" },
		{ "{\"metrics\":{\"auc\":\"high\"}}", "auc" },
		{ "{\"metrics\":{\"auc\":{\"value\":true}}}", "value" },
		{ "{\"metrics\":{},\"rows\":-1}", "rows" },
		{ "{\"metrics\":{},\"rows\":\"7\"}", "rows" },
		{ "{\"metrics\":{},\"task\":\"ranking\"}", "task" },
		{ "{\"metrics\":{},\"label\":1}", "label" },
		{ "{\"metrics\":{},\"model_id\":\"sha256:1\"}", "model_id" },
		{ "{\"metrics\":{},\"roc\":[[1]]}", "roc" },
		{ "{\"metrics\":{},\"reliability\":[1]}", "reliability" },
		{ "{\"metrics\":{},\"scores\":{\"negative\":[1]}}",
		    "negative" },
		{ "{\"metrics\":{},\"classes\":[1]}", "classes" },
		{ "{\"metrics\":{},\"classes\":[\"a\",\"b\"],"
		    "\"confusion\":[[1,2],[3]]}", "confusion" },
		{ "{\"metrics\":{},\"importance\":{\"inputs\":[1]}}",
		    "inputs" },
		{ "{\"metrics\":{},\"detail\":[]}", "detail" },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct err e = ERR_INIT;
		struct evaluation v;

		ok(read_text(&v, bad[i][0], &e) < 0 && e.code == ERR_FORMAT &&
		    strstr(e.msg, bad[i][1]), "refused by name: %s",
		    bad[i][0]);
		evaluation_release(&v);
	}
}

static void
record_auc(const char *label, double auc)
{
	struct evaluation v = { .label = label };
	struct err e = ERR_INIT;
	struct catalog_put put;

	catalog_put_bytes(&v.model.id, c, "model", 5, &e);
	v.model.size = 5;
	v.metrics.m[v.metrics.n++] = (struct metric){ "auc", auc, NAN, NAN,
	    NULL };
	if (evaluation_put(&put, c, &v, &e) < 0)
		printf("# %s\n", e.msg);
}

static int
count_one(void *ctx, struct evaluation *v, struct err *e)
{
	(void)v;
	(void)e;
	++*(size_t *)ctx;
	return 0;
}

static void
test_store(void)
{
	struct err e = ERR_INIT;
	struct evaluation v;
	struct oid model, other;
	size_t n = 0;
	bool found;

	oid_of(&model, "model", 5);
	oid_of(&other, "other", 5);
	record_auc("test", 0.5);
	record_auc("valid", 0.6);
	record_auc("test", 0.7);
	ok(evaluation_find(&v, &found, NULL, c, &model, &(struct
	    evaluation_wanted){ .label = "test" }, &e) == 0 && found &&
	    v.metrics.m[0].value == 0.7, "the newest of a label is found");
	ok(!oid_is_none(&v.id), "with the id of its report");
	evaluation_release(&v);
	ok(evaluation_find(&v, &found, NULL, c, &model, &(struct
	    evaluation_wanted){ .label = "train" }, &e) == 0 && !found,
	    "a label without evaluations has none");
	ok(evaluation_find(&v, &found, NULL, c, &other, &(struct
	    evaluation_wanted){ .label = "test" }, &e) == 0 && !found,
	    "another model has none");
	ok(evaluation_each(c, &model, count_one, &n, &e) == 0 && n == 3,
	    "all are told");
}

static struct evaluation
two_classes(void)
{
	static const char *const classes[] = { "No", "Yes" };
	static uint64_t confusion[4] = { 5, 1, 2, 4 };
	struct evaluation v = { .label = "test", .task = TASK_BINARY,
	    .classes = classes, .n_classes = 2, .positive = "Yes",
	    .confusion = confusion };

	return v;
}

static void
is_counted(const struct evaluation *v, const struct evaluation_wanted *w,
    const char *want)
{
	struct buf why;

	buf_init(&why, BUF_CAP_SMALL);
	ok(evaluation_counts(&why, v, w) == (*want == '\0'), "the verdict");
	is_text(why.data, want, "and why");
	buf_free(&why);
}

static void
test_wanted(void)
{
	struct evaluation_wanted w = { .label = "test", .threshold =
	    EVALUATION_THRESHOLD };
	struct evaluation v = two_classes();

	is_counted(&v, &w, "its threshold is not recorded, or not 0.5");
	v.has_spread = true;
	v.spread[0][3] = 5;
	v.spread[1][9] = 2;
	v.spread[0][10] = 1;
	v.spread[1][19] = 4;
	is_counted(&v, &w, "");		/* 5 of 12 from one half on */
	v.confusion[1] = 3;
	is_counted(&v, &w, "its threshold is not recorded, or not 0.5");
	v.confusion[1] = 1;
	v.has_threshold = true;
	v.threshold = 0.3;
	v.positive = "No";
	is_counted(&v, &w, "its positive class is 'No', not the model's own, "
	    "'Yes', its threshold is 0.3, not 0.5");
	w.positive = "No";
	w.threshold = 0.3;
	is_counted(&v, &w, "");
	v.weight = "w";
	is_counted(&v, &w, "its rows are weighted by 'w'");
	w.weight = "w";
	v.seen = "train";
	is_counted(&v, &w, "the model learned from its rows");
	v.label = "train-2";
	is_counted(&v, &w, "");
	w.positive = NULL;
	v.own_positive = "No";
	is_counted(&v, &w, "");
}

int
main(void)
{
	struct err e = ERR_INIT;
	char top[64], cmd[128];
	bool made;

	test_stored("binary", true);
	test_stored("classes", false);
	test_stored("numbers", true);
	test_printed("binary-printed");
	test_printed("classes-printed");
	test_printed("numbers-printed");
	test_members();
	test_older();
	test_refused();
	snprintf(top, sizeof(top), "/tmp/mlv-evidence.XXXXXX");
	if (mkdtemp(top) == NULL || chdir(top) < 0)
		return 1;
	repo_init(&made, top, &(struct repo_opts){ 0 }, &e);
	if (catalog_open_repository(&c, NULL, NULL, &e) < 0)
		return 1;
	test_store();
	catalog_close(c);
	snprintf(cmd, sizeof(cmd), "rm -rf %s", top);
	if (chdir("/") < 0 || system(cmd) != 0)
		ok(0, "clean up");
	test_wanted();
	return tap_done();
}
