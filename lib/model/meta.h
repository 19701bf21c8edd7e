/*
 * model/meta.h - the metadata_props (ONNX) that mlv writes and reads.
 *
 * Every key is named here and nowhere else.  A key that is absent says
 * nothing: models of other tools have none of them, and are scored all the
 * same.
 */
#ifndef MODEL_META_H
#define MODEL_META_H

/* What the model is for: "binary", "multiclass" or "regression" (task.h). */
#define META_TASK "mlv.task"
/* The name of the column it predicts. */
#define META_TARGET "mlv.target"
/* Class names, a JSON list in the order of the outputs. */
#define META_CLASSES "mlv.classes"
/* The class that counts as positive; binary models only. */
#define META_POSITIVE "mlv.positive"
/* What it was made to minimise, where that is not the task's usual loss:
 * "quantile", "poisson", "tweedie" or "gamma"; and which quantile. */
#define META_OBJECTIVE "mlv.objective"
#define META_ALPHA "mlv.alpha"
/* The learner that made it, as mlv-train fit --learner names it. */
#define META_LEARNER "mlv.learner"
/* How the columns were read, a JSON map of name to "number", "boolean",
 * "datetime" or "category"; a float input reads its column like that. */
#define META_COLUMNS "mlv.columns"
/* The columns that a single matrix input takes, a JSON list in its order.
 * Whoever exports such a model may write it. */
#define META_FEATURES "mlv.features"
/* The profile of the training rows, JSON (man/mlv-profile.5). */
#define META_PROFILE "mlv.profile"
/* Rows and their answers, replayed when a model is opened, as JSON:
 * {"rows":[{"in":{COLUMN:VALUE ...},"out":{COLUMN:VALUE ...}} ...]} */
#define META_GOLDEN "mlv.golden"

#endif
