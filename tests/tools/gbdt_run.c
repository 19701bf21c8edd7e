/*
 * gbdt_run TRAIN TEST TARGET [NAME=VALUE]...: train boosted trees on one
 * file, judge them on another, and print rows, features, trees, seconds of
 * reading, framing and training, the seconds of that which are not trees
 * (training of one iteration), and the AUC or the root mean squared error.
 *
 * Besides the learner's parameters: threads=N, categorical=COLUMN (again
 * and again), noheader=1 (columns are column_1 ...).  Exit 3 and one line
 * on stderr when it cannot.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/num.h"
#include "stat/metric.h"
#include "read/whole.h"
#include "learn/gbdt/predict.h"

#define CATEGORICAL_MAX 64

struct job {
	struct gbdt_params p;
	struct table_read_opts read;
	struct frame_opts frame;
	const char *categorical[CATEGORICAL_MAX];
	struct table_type type[CATEGORICAL_MAX];
	int threads;
	struct table *train, *test;
	struct frame a, b;
};

static double
seconds(int64_t *since)
{
	int64_t now = clock_mono_us(), past = now - *since;

	*since = now;
	return (double)past * 1e-6;
}

static void
judge(const struct gbdt_model *m, const struct frame *f)
{
	double *s = xalloc(f->rows, sizeof(*s)), sum = 0;
	uint8_t *y = xalloc(f->rows, 1);

	for (size_t i = 0; i < f->rows; i++) {
		gbdt_predict(&s[i], m, f, i);
		if (f->task == TASK_BINARY)
			y[i] = f->y_class[i] == f->positive;
		else
			sum += (s[i] - f->y[i]) * (s[i] - f->y[i]);
	}
	if (f->task == TASK_BINARY)
		printf("auc\t%.6f\n", metric_auc(s, y, f->rows));
	else
		printf("rmse\t%.6f\n", sqrt(sum / (double)f->rows));
	free(s);
	free(y);
}

static int
set(struct job *j, char *word, struct err *e)
{
	const struct hyperparams known = { gbdt_hyperparams,
	    GBDT_HYPERPARAMS };
	char *value = strchr(word, '=');
	size_t n = j->frame.n_categorical;
	int64_t k = 0;

	if (value == NULL)
		return err_set(e, ERR_USAGE, "'%s' is not NAME=VALUE", word);
	*value++ = '\0';
	if (strcmp(word, "threads") == 0) {
		num_parse_i64(value, strlen(value), &k);
		j->threads = (int)k;
	} else if (strcmp(word, "noheader") == 0) {
		j->read.header = TABLE_HEADER_NO;
	} else if (strcmp(word, "categorical") != 0) {
		return hyperparams_set(&j->p, &known, word, value, e);
	} else if (n < CATEGORICAL_MAX) {
		j->categorical[n] = value;
		j->type[n] = (struct table_type){ value, COL_CATEGORY };
		j->frame.n_categorical = j->read.n_types = n + 1;
	}
	return 0;
}

static int
run(struct job *j, char **argv, struct err *e)
{
	struct file_map f, g;
	struct gbdt_model m;
	int64_t at = clock_mono_us();
	struct gbdt_params one = j->p;

	if (file_map(&f, argv[1], e) < 0 || file_map(&g, argv[2], e) < 0 ||
	    table_read(&j->train, f.data, f.n, &j->read, e) < 0 ||
	    table_read(&j->test, g.data, g.n, &j->read, e) < 0)
		return -1;
	printf("rows\t%zu\nread\t%.3f\n", j->train->rows, seconds(&at));
	if (frame_init(&j->a, j->train, &j->frame, e) < 0 ||
	    frame_init_like(&j->b, &j->a, j->test, e) < 0)
		return -1;
	if (j->a.task == TASK_MULTICLASS)
		return err_set(e, ERR_USAGE, "two classes or a number, please");
	printf("frame\t%.3f\n", seconds(&at));
	one.num_iterations = 1;
	if (gbdt_train(&m, &(struct gbdt_rows){ .train = &j->a }, &one,
	    j->threads, NULL, e) < 0)
		return -1;
	printf("first\t%.3f\n", seconds(&at));
	gbdt_release(&m);
	if (gbdt_train(&m, &(struct gbdt_rows){ .train = &j->a }, &j->p,
	    j->threads, NULL, e) < 0)
		return -1;
	printf("train\t%.3f\n", seconds(&at));
	printf("features\t%zu\ntrees\t%zu\nloss\t%.6f\n", j->a.n_features,
	    m.n_trees, m.n_history ? m.train_loss[m.n_history - 1] : 0);
	judge(&m, &j->b);
	gbdt_release(&m);
	return 0;
}

int
main(int argc, char **argv)
{
	struct job j = { 0 };
	struct err e = ERR_INIT;
	int r = 0;

	if (argc < 4) {
		fprintf(stderr, "usage: gbdt_run TRAIN TEST TARGET "
		    "[NAME=VALUE]...\n");
		return 2;
	}
	gbdt_defaults(&j.p);
	j.frame.target = argv[3];
	j.frame.categorical = j.categorical;
	j.read.types = j.type;
	for (int i = 4; i < argc && r == 0; i++)
		r = set(&j, argv[i], &e);
	if (r == 0)
		r = run(&j, argv, &e);
	if (r < 0)
		fprintf(stderr, "gbdt_run: error: %s\n", e.msg);
	return r < 0 ? 3 : 0;
}
