/*
 * learn/hyperparam.h - a learner's parameters as a table, and the one reader
 * and the one writer that go by it.
 *
 * A row says where the value lies in the learner's struct of parameters,
 * what it may be, what it is by default, and how a search should draw it.
 */
#ifndef LEARN_HYPERPARAM_H
#define LEARN_HYPERPARAM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/param.h"
#include "codec/json.h"

#define HYPER_ALIASES 4

enum hyper_type {
	HYPER_INT,			/* int64_t */
	HYPER_REAL,			/* double */
	HYPER_BOOL,			/* bool */
	HYPER_WORD,			/* int: its place among the words */
	HYPER_TEXT			/* const char *, NULL: not given */
};

/* Do equal steps matter alike, or equal ratios? */
enum hyper_scale { HYPER_LINEAR, HYPER_LOG };

struct hyperparam {
	const char *name;
	enum hyper_type type;
	size_t at;			/* offsetof its field */
	double preset;			/* the default */
	double low, high;		/* high INFINITY: no limit */
	enum hyper_scale scale;
	const char *help;		/* one line */
	bool above_low;			/* low itself is not allowed */
	bool like_real;			/* HYPER_INT that takes 1e3, too */
	const char *alias[HYPER_ALIASES];
	const char *const *word;	/* of a HYPER_WORD, NULL at the end */
	/* Does it count, with the others as they are?  NULL: always. */
	bool (*counts)(const void *params);
	/* What else changes when it is given; or NULL. */
	void (*implies)(void *params);
};

struct hyperparams {
	const struct hyperparam *row;
	size_t n;
};

void hyperparams_preset(void *params, const struct hyperparams *t);
/* ERR_USAGE names the nearest known parameter, or the values it takes. */
int hyperparams_set(void *params, const struct hyperparams *t,
    const char *name, const char *value, struct err *e);
/* All that is given, in order; the last value of a name counts.  ERR_USAGE:
 * as above, or one parameter given by two of its names. */
int hyperparams_read(void *params, const struct hyperparams *t,
    const struct param *set, size_t n, struct err *e);
/* A HYPER_TEXT by its name; NULL: not given, or not in the table. */
const char *hyperparams_text(const void *params, const struct hyperparams *t,
    const char *name);
/* Those that count into a map, by their own names, words first: what else
 * counts hangs on them. */
void hyperparams_record(struct json *m, struct arena *a, const void *params,
    const struct hyperparams *t);

#endif
