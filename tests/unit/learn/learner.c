/* The table of learners and their tables of parameters: what every row must
 * hold, what the reader refuses, and what is recorded. */
#include <math.h>
#include <stdlib.h>

#include "base/file.h"
#include "learn/learner.h"
#include "../tap.h"

static bool
is_known(const struct hyperparams *t, const char *name)
{
	size_t found = 0;

	for (size_t i = 0; i < t->n; i++) {
		found += strcmp(t->row[i].name, name) == 0;
		for (int k = 0; k < HYPER_ALIASES && t->row[i].alias[k]; k++)
			found += strcmp(t->row[i].alias[k], name) == 0;
	}
	return found == 1;
}

static bool
row_is_whole(const struct learner *l, const struct hyperparam *h)
{
	bool once = is_known(&l->params, h->name);
	size_t words = 0;

	for (int k = 0; k < HYPER_ALIASES && h->alias[k]; k++)
		once &= is_known(&l->params, h->alias[k]);
	while (h->word && h->word[words])
		words++;
	return once && h->help && h->help[0] && h->at < l->params_size &&
	    (h->type == HYPER_WORD ? h->preset < (double)words :
	    h->preset >= h->low && h->preset <= h->high);
}

static void
every_row_is_whole(void)
{
	const struct learner *l;

	for (size_t i = 0; (l = learner_at(i)) != NULL; i++) {
		ok(l->name && l->help && l->tasks && l->fit && l->score &&
		    l->emit && l->report && l->free, "%s has its functions",
		    l->name);
		for (size_t k = 0; k < l->params.n; k++)
			ok(row_is_whole(l, &l->params.row[k]), "%s: %s has one "
			    "owner, a default in range and a line of help",
			    l->name, l->params.row[k].name);
	}
}

/* A user finds every learner and every parameter in the manual. */
static void
manual_names_all(void)
{
	const struct learner *l;
	struct file_map m;
	struct err e = ERR_INIT;
	char *page;

	if (!ok(file_map(&m, "man/mlv-train.1", &e) == 0, "the manual: %s",
	    e.msg))
		return;
	page = calloc(m.n + 1, 1);
	memcpy(page, m.data, m.n);
	for (size_t i = 0; (l = learner_at(i)) != NULL; i++) {
		ok(strstr(page, l->name) != NULL, "the manual knows %s",
		    l->name);
		for (size_t k = 0; k < l->params.n; k++)
			ok(strstr(page, l->params.row[k].name) != NULL,
			    "the manual knows %s of %s",
			    l->params.row[k].name, l->name);
	}
	free(page);
	file_unmap(&m);
}

static void
finding(void)
{
	const struct learner *l = NULL;
	struct err e = ERR_INIT;

	ok(learner_find(&l, "linear", &e) == 0 && learner_task(l) ==
	    TASK_REGRESSION, "a learner for one task says which");
	ok(learner_find(&l, "gbdt", &e) == 0 && learner_task(l) == TASK_AUTO,
	    "a learner for many leaves it open");
	ok(learner_find(&l, "gbd", &e) < 0 && e.code == ERR_USAGE, "unknown");
	is_text(e.msg, "there is no learner 'gbd'; did you mean 'gbdt'?: "
	    "logistic, linear and gbdt are known", "the message names all");
}

static void
refuses(const char *learner, const char *name, const char *value,
    const char *why)
{
	const struct param set = { name, value };
	const struct learner_request rq = { .name = learner, .set = &set,
	    .n_set = 1 };
	struct arena a = { 0 };
	struct err e = ERR_INIT;
	struct json *m;

	ok(learner_params(&m, &a, &rq, &e) < 0 && e.code == ERR_USAGE,
	    "%s refuses %s=%s", learner, name, value);
	is_text(e.msg, why, "and says why");
	arena_free(&a);
}

/* What the message begins with. */
static void
refuses_with(const char *learner, const char *name, const char *why)
{
	const struct param set = { name, "0" };
	const struct learner_request rq = { .name = learner, .set = &set,
	    .n_set = 1 };
	struct arena a = { 0 };
	struct err e = ERR_INIT;
	struct json *j;

	ok(learner_params(&j, &a, &rq, &e) < 0 && strncmp(e.msg, why,
	    strlen(why)) == 0, "%s refuses %s and lists: %.60s", learner, name,
	    e.msg);
	arena_free(&a);
}

static void
refusals(void)
{
	refuses("logistic", "c", "1", "the learner has no parameter 'c'; did "
	    "you mean 'C'?: C, penalty, l1_ratio, max_iter, tol and "
	    "class_weight are known");
	refuses("logistic", "C", "0", "'0' is no value for C, which takes "
	    "numbers above 0, up to 1e+100");
	refuses("linear", "alpha", "inf", "'inf' is no value for alpha, which "
	    "takes numbers from 0");
	refuses("linear", "max_iter", "1.5", "'1.5' is no value for max_iter, "
	    "which takes whole numbers 1 to 1e+06");
	refuses("linear", "penalty", "l3", "penalty is l2, l1, elasticnet or "
	    "none, not 'l3'");
	refuses("gbdt", "eta", "0", "'0' is no value for learning_rate, which "
	    "takes 1e-09 to 1000");
	refuses_with("gbdt", "xyzzy", "the learner has no parameter 'xyzzy': "
	    "num_iterations, learning_rate, ");
	refuses_with("gbdt", "num_leafs", "the learner has no parameter "
	    "'num_leafs'; did you mean 'num_leaves'?: num_iterations, ");
	refuses("gbdt", "boost_from_average", "yes", "'yes' is no value for "
	    "boost_from_average, which takes true or false");
}

static void
two_names(void)
{
	const struct param set[] = { { "eta", "0.1" },
	    { "learning_rate", "0.2" } };
	const struct learner_request rq = { .name = "gbdt", .set = set,
	    .n_set = 2 };
	struct arena a = { 0 };
	struct err e = ERR_INIT;
	struct json *m;

	ok(learner_params(&m, &a, &rq, &e) < 0, "one parameter by two names");
	is_text(e.msg, "eta and learning_rate are the same parameter: give "
	    "one", "is named by both");
	arena_free(&a);
}

static void
recorded(void)
{
	const struct param set[] = { { "alpha", "2" } };
	const struct learner_request rq = { .name = "linear", .set = set,
	    .n_set = 1 };
	const struct learner_request watched = { .name = "gbdt", .seed = 7,
	    .watched = true };
	struct arena a = { 0 };
	struct err e = ERR_INIT;
	struct json *m;

	ok(learner_params(&m, &a, &rq, &e) == 0, "a strength alone");
	is_text(json_text(m, "penalty", ""), "l2", "a strength means ridge");
	is_near(json_num(m, "alpha", 0), 2, 0, "the strength is recorded");
	ok(json_get(m, "l1_ratio") == NULL, "what does not count is not");
	ok(m->child && strcmp(m->child->key, "penalty") == 0,
	    "words come first");
	ok(learner_params(&m, &a, &watched, &e) == 0, "no parameter at all");
	is_near(json_num(m, "seed", 0), 7, 0, "the request's seed");
	is_near(json_num(m, "early_stopping_round", 0), 50, 0,
	    "validation rows stop it early");
	arena_free(&a);
}

int
main(void)
{
	every_row_is_whole();
	manual_names_all();
	finding();
	refusals();
	two_names();
	recorded();
	return tap_done();
}
