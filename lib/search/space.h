/*
 * search/space.h - what a search may vary: named parameters, each with its
 * range or its choices, some only where another has a certain value.
 *
 *	lr:    {type: float, low: 1e-3, high: 0.3, log: true}
 *	depth: {type: int, low: 2, high: 12, step: 2}
 *	kind:  {type: categorical, choices: [tree, linear]}
 *	drop:  {type: float, low: 0, high: 0.5, when: {kind: tree}}
 *
 * A value is a double, as in Optuna's journals: the number itself, or the
 * place of the choice.  NAN is "not there": the parameter's condition does
 * not hold.
 */
#ifndef SEARCH_SPACE_H
#define SEARCH_SPACE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/rng.h"
#include "codec/json.h"

#define SPACE_MAX 1024			/* parameters */
#define SPACE_NAME_MAX 255
#define SPACE_CHOICES_MAX 10000
#define SPACE_NONE ((size_t)-1)

enum space_kind { SPACE_FLOAT, SPACE_INT, SPACE_CATEGORICAL };

struct space_when {
	size_t param;			/* a categorical one that came before */
	const bool *allowed;		/* (its n_choices) */
};

struct space_param {
	const char *name;
	enum space_kind kind;
	double low, high;
	double step;			/* 0: any value; of an int at least 1 */
	bool log;
	const struct json **choice;	/* (n_choices): text, number, bool, null */
	size_t n_choices;
	const struct space_when *when;	/* (n_when): all must hold */
	size_t n_when;
};

struct space {
	struct arena arena;
	struct space_param *param;	/* (n), in the order of the file */
	size_t n;
};

/* From YAML (JSON is YAML, too), or from its tree.  ERR_FORMAT names the
 * parameter and what is wrong.  Release it in either case. */
int space_parse(struct space *out, const char *text, size_t n, struct err *e);
int space_read(struct space *out, const struct json *tree, struct err *e);
/* What space_read reads, every member written out. */
struct json *space_to_json(struct arena *a, const struct space *s);
void space_release(struct space *s);

/* SPACE_NONE when there is no such parameter. */
size_t space_find(const struct space *s, const char *name, size_t n);
/* "'depth' was ... and is ...", in the arena; NULL when both are the same. */
const char *space_difference(struct arena *a, const struct space *was,
    const struct space *is);

/* Does the condition of parameter i hold at x? */
bool space_is_active(const struct space *s, size_t i, const double *x);
/* NAN for each parameter whose condition does not hold. */
void space_deactivate(const struct space *s, double *x);
/* Is some parameter's condition not always true? */
bool space_is_conditional(const struct space *s);

/* One parameter: can it have this value at all; only one?  How many values,
 * 0 where that is no small number. */
bool space_holds(const struct space_param *p, double v);
bool space_is_single(const struct space_param *p);
size_t space_count(const struct space_param *p);
/* The value nearest to v on its grid, within its range. */
double space_round(const struct space_param *p, double v);
/* From u in [0, 1) to a value, each as likely (on its scale), and the middle
 * of those u that lead to v. */
double space_from_unit(const struct space_param *p, double u);
double space_to_unit(const struct space_param *p, double v);
/* One value each, independently. */
void space_draw(double *x, const struct space *s, struct rng *rng);
/* As a person and as JSON sees it. */
void space_value_text(struct buf *out, const struct space_param *p, double v);
void space_value_json(struct arena *a, struct json *map,
    const struct space_param *p, double v);
/* The value a JSON value stands for; false when it is none of p. */
bool space_value_read(const struct space_param *p, const struct json *j,
    double *v);

#endif
