/*
 * evidence/evaluation.h - how well a model answered on rows whose answer is
 * known: the type that lib/judge fills, gates and cards read, and
 * mlv-evaluation(5) describes.
 *
 * It has two forms as JSON: the report in a repository (mlv.report/1, one
 * version of report:eval-<16 digits of the model's id> an evaluation) and the
 * record that mlv-train eval --json prints (mlv.evaluation/1).  Both are
 * written and read here and nowhere else.
 */
#ifndef EVIDENCE_EVALUATION_H
#define EVIDENCE_EVALUATION_H

#include "base/arena.h"
#include "base/buf.h"
#include "catalog/catalog.h"
#include "catalog/manifest.h"
#include "catalog/put.h"
#include "codec/json.h"
#include "model/task.h"
#include "stat/metric.h"

#define EVALUATION_SCHEMA "mlv.evaluation/1"
#define EVALUATE_SPREAD 20	/* bins of scores from 0 to 1 */
#define IMPORTANCE_REPEATS 5

struct importance_input {
	const char *name;
	double loss, std;		/* over the repeats */
};

struct importance {
	const char *metric;		/* whose loss; NULL: no result */
	size_t rows;
	struct importance_input *input;	/* (n), the largest loss first */
	size_t n;
};

struct evaluation {
	struct arena arena;

	/* Which model, on which rows: filled by whoever records it.  An id
	 * that is none and a name that is NULL are not known. */
	const char *name;		/* "report:eval-..@2" if recorded */
	const char *label;		/* what rules call it: "test" */
	const char *seen;		/* "train", "valid": what the model's
					 * run read these rows as; NULL: it
					 * did not */
	struct link model;		/* the model file's bytes */
	struct link data;		/* a dataset's manifest, or bytes */
	struct oid data_content;	/* the bytes behind `data`, or none */

	/* What was found: filled by evaluate_table.  task is AUTO, target
	 * NULL and metrics.rows 0 when what was read does not say. */
	enum task task;
	const char *target, *positive;	/* positive: NULL unless binary */
	const char *own_positive;	/* the one the model itself calls so */
	const char *own_target;		/* what the model itself answers, where
					 * that is another column; else NULL */
	const char *score;		/* the output that was judged instead of
					 * the usual one; else NULL */
	double threshold;		/* from which score a row is positive */
	bool has_threshold;		/* false: it is not said */
	double alpha;			/* of a quantile which; or 0, NaN */
	const char *weight;		/* column of weights; NULL: all rows
					 * count the same */
	const char *const *classes;	/* (n_classes) */
	size_t n_classes;
	uint64_t *confusion;		/* (truth, answer), n_classes square */
	size_t unknown_rows;		/* of no class of the model's: wrong */
	const char *unknown;		/* a sentence on them, or NULL */
	const char *labels;		/* the same on labels of other classes */
	const char *unjudged;		/* and on an objective not judged */
	struct metrics metrics;		/* low, high NAN: no interval */
	/* binary: rows by score, the negative ones and the positive ones;
	 * not known (has_spread) when scores leave [0, 1] */
	uint64_t spread[2][EVALUATE_SPREAD];
	bool has_spread;
	/* regression: means of the rows by tenth of the answers */
	struct metric_bin tenth[METRIC_BINS];	/* share: of the truth */
	struct importance importance;

	/* Filled by reading. */
	struct oid id;			/* of the stored report, or none */
	const struct json *source;	/* to be quoted whole, unknown members
					 * included; no one looks into it */
};

void evaluation_release(struct evaluation *v);
/*
 * Which evidence is asked for.  What is not named is the usual: the class the
 * model itself calls positive, the column it learned to answer, its usual
 * output, a threshold of a half, every row the same.
 */
#define EVALUATION_THRESHOLD 0.5
struct evaluation_wanted {
	const char *label;
	const char *positive, *weight;	/* or NULL */
	const char *target, *score;	/* or NULL */
	double threshold;
};
/*
 * Is it such evidence?  Appends to `why` (may be NULL) what is other than
 * asked for.  Rows that the model learned from are none under a label that
 * does not say so.
 */
bool evaluation_counts(struct buf *why, const struct evaluation *v,
    const struct evaluation_wanted *w);

/* Sentences about what the rows did not allow to be judged; how many. */
#define EVALUATION_GAPS 5
size_t evaluation_gaps(const char *out[EVALUATION_GAPS],
    const struct evaluation *v);

/* A metric by name, "auc", or an end of its interval, "auc.low" and
 * "auc.high"; false when there is none. */
bool evaluation_number(double *out, const struct evaluation *v,
    const char *name);

/* {"auc":{"value":..,"low":..,"high":..,"interval":"delong"}, ...} */
struct json *evaluation_metrics(struct arena *a, const struct evaluation *v);
/* The members of an EVALUATION_SCHEMA record, in order, but for `schema`. */
struct json *evaluation_write(struct arena *a, const struct evaluation *v);
/* The manifest to be stored.  data_stored: the repository holds the data, so
 * that it is linked to and not only named. */
struct json *evaluation_manifest(struct arena *a, const struct evaluation *v,
    bool data_stored);

/*
 * Read either form.  ERR_FORMAT names a member that has another type or size
 * than mlv-evaluation(5) allows; unknown members are passed over, and all but
 * `metrics` may be missing.  *v is empty, but for an arena in which `j` may
 * lie: text points into `j`, which must live as long.  Released by the caller
 * in any case.
 */
int evaluation_read(struct evaluation *v, const struct json *j,
    struct err *e);

/*
 * Record it, tied to the model's bytes, which must be in the store
 * (catalog_put_bytes them first, else ERR_NOENT); the data may be outside.
 * Needs model.id and model.size; data.type NULL is TYPE_BYTES, label NULL
 * "test".
 */
int evaluation_put(struct catalog_put *put, struct catalog *c,
    const struct evaluation *v, struct err *e);
/* The newest of the model that is asked for into *v; *found says whether there
 * is one, *why (may be NULL) why the newest of that label is none.  Released
 * by the caller when found. */
int evaluation_find(struct evaluation *v, bool *found, struct buf *why,
    struct catalog *c, const struct oid *model,
    const struct evaluation_wanted *w, struct err *e);
/* Every one of the model, newest first; fn returns 0 to go on.  *v is
 * released after fn, unless fn moves it to where it keeps it. */
int evaluation_each(struct catalog *c, const struct oid *model,
    int (*fn)(void *ctx, struct evaluation *v, struct err *e), void *ctx,
    struct err *e);
void evaluation_move(struct evaluation *to, struct evaluation *from);

#endif
