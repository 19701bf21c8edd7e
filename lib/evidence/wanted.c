/* Is an evaluation the evidence that is asked for? */
#include <stdarg.h>
#include <string.h>

#include "base/num.h"
#include "evidence/evaluation.h"

static void
say(struct buf *why, const char *fmt, ...) MLV_PRINTF(2, 3);

static void
say(struct buf *why, const char *fmt, ...)
{
	va_list ap;

	if (why == NULL)
		return;
	if (why->len)
		buf_adds(why, ", ");
	va_start(ap, fmt);
	buf_addv(why, fmt, ap);
	va_end(ap);
}

/* Rows that were said to be positive, from the confusion matrix. */
static uint64_t
said_positive(const struct evaluation *v)
{
	size_t at = strcmp(v->positive, v->classes[1]) == 0;

	return v->confusion[at] + v->confusion[2 + at];
}

/*
 * The threshold was not always recorded.  Where all scores are known by
 * twentieths, the rows from one half on must be those said to be positive, or
 * it was another.
 */
static bool
find_threshold(double *out, const struct evaluation *v)
{
	uint64_t above = 0;

	*out = v->threshold;
	if (v->has_threshold)
		return true;
	if (!v->has_spread || v->confusion == NULL || v->n_classes != 2)
		return false;
	for (size_t i = EVALUATE_SPREAD / 2; i < EVALUATE_SPREAD; i++)
		above += v->spread[0][i] + v->spread[1][i];
	*out = EVALUATION_THRESHOLD;
	return above == said_positive(v);
}

/* Where it is not recorded which class the model calls positive, the last. */
static const char *
usual_positive(const struct evaluation *v)
{
	return v->own_positive ? v->own_positive : v->n_classes == 2 ?
	    v->classes[1] : NULL;
}

static bool
is_positive_wanted(struct buf *why, const struct evaluation *v,
    const struct evaluation_wanted *w)
{
	const char *want = w->positive ? w->positive : usual_positive(v);

	if (v->positive == NULL && w->positive) {
		say(why, "it names no positive class, the policy '%.100s'",
		    w->positive);
		return false;
	}
	if (v->positive == NULL || want == NULL ||
	    strcmp(v->positive, want) == 0)
		return true;
	say(why, "its positive class is '%.100s', not %s'%.100s'",
	    v->positive, w->positive ? "" : "the model's own, ", want);
	return false;
}

static bool
is_threshold_wanted(struct buf *why, const struct evaluation *v,
    const struct evaluation_wanted *w)
{
	char had[NUM_TEXT_MAX], want[NUM_TEXT_MAX];
	double threshold;
	bool known;

	if (v->positive == NULL)
		return true;
	known = find_threshold(&threshold, v);
	if (known && threshold == w->threshold)
		return true;
	num_print_f64(had, threshold);
	num_print_f64(want, w->threshold);
	if (known)
		say(why, "its threshold is %s, not %s", had, want);
	else
		say(why, "its threshold is not recorded, or not %s", want);
	return false;
}

static bool
is_weight_wanted(struct buf *why, const struct evaluation *v,
    const struct evaluation_wanted *w)
{
	if (strcmp(v->weight ? v->weight : "", w->weight ? w->weight :
	    "") == 0)
		return true;
	if (v->weight)
		say(why, "its rows are weighted by '%.100s'", v->weight);
	else
		say(why, "its rows are not weighted by '%.100s'", w->weight);
	return false;
}

static bool
is_same_text(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") == 0;
}

/* Any model answers well on a column that is made for it. */
static bool
is_target_wanted(struct buf *why, const struct evaluation *v,
    const struct evaluation_wanted *w)
{
	const char *want = w->target ? w->target : v->own_target;

	if (want == NULL || is_same_text(v->target, want))
		return true;
	say(why, "its target is '%.100s', not %s'%.100s'", v->target ?
	    v->target : "", w->target ? "" : "the model's own, ", want);
	return false;
}

static bool
is_score_wanted(struct buf *why, const struct evaluation *v,
    const struct evaluation_wanted *w)
{
	if (is_same_text(v->score, w->score))
		return true;
	if (v->score)
		say(why, "it judged the output '%.100s', not %s%.100s",
		    v->score, w->score ? "" : "the usual one", w->score ?
		    w->score : "");
	else
		say(why, "it did not judge the output '%.100s'", w->score);
	return false;
}

/* "train-2024" says that it is about training rows, "test" does not. */
static bool
is_label_true(struct buf *why, const struct evaluation *v)
{
	if (v->seen == NULL || strcmp(v->seen, "train") != 0 ||
	    (v->label && strncmp(v->label, "train", 5) == 0))
		return true;
	say(why, "the model learned from its rows");
	return false;
}

bool
evaluation_counts(struct buf *why, const struct evaluation *v,
    const struct evaluation_wanted *w)
{
	bool counts = is_positive_wanted(why, v, w);

	counts &= is_threshold_wanted(why, v, w);
	counts &= is_target_wanted(why, v, w);
	counts &= is_score_wanted(why, v, w);
	counts &= is_weight_wanted(why, v, w);
	return is_label_true(why, v) && counts;
}
