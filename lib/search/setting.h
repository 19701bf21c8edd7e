/*
 * search/setting.h - the numbers by which a sampler or a pruner can be set,
 * as a table; names and defaults are Optuna's.
 */
#ifndef SEARCH_SETTING_H
#define SEARCH_SETTING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "codec/json.h"

#define SETTINGS_MAX 8

struct setting {
	const char *name;		/* NULL ends the table */
	double preset, low, high;
	bool whole;
};

/* The presets, into (SETTINGS_MAX) values. */
void settings_preset(double *value, const struct setting *table);
/* ERR_USAGE names what there is, or the range. */
int settings_set(double *value, const struct setting *table, const char *of,
    const char *name, double v, struct err *e);
/* A map of those that differ from the presets, and back. */
struct json *settings_to_json(struct arena *a, const double *value,
    const struct setting *table);
int settings_read(double *value, const struct setting *table, const char *of,
    const struct json *map, struct err *e);

#endif
