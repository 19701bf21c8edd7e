/* Settings of samplers and pruners, by their tables. */
#include "search/setting.h"

#include <math.h>
#include <string.h>

#include "base/nearest.h"

void
settings_preset(double *value, const struct setting *table)
{
	for (size_t i = 0; i < SETTINGS_MAX; i++)
		value[i] = 0;
	for (size_t i = 0; table && table[i].name; i++)
		value[i] = table[i].preset;
}

int
settings_set(double *value, const struct setting *table, const char *of,
    const char *name, double v, struct err *e)
{
	const char *known[SETTINGS_MAX], *near;
	size_t n = 0;

	for (; table && table[n].name; n++) {
		const struct setting *t = &table[n];

		known[n] = t->name;
		if (strcmp(t->name, name) != 0)
			continue;
		if (!(v >= t->low && v <= t->high) || (t->whole && v != floor(v)))
			return err_set(e, ERR_USAGE, "%s.%s is a%s number from "
			    "%g to %g, not %g", of, name, t->whole ? " whole" :
			    "", t->low, t->high, v);
		value[n] = v;
		return 0;
	}
	if (n == 0)
		return err_set(e, ERR_USAGE, "%s has no settings, so no '%s'",
		    of, name);
	near = nearest_word(name, known, n);
	return err_set(e, ERR_USAGE, "%s has no setting '%s'%s%s%s", of, name,
	    near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

struct json *
settings_to_json(struct arena *a, const double *value,
    const struct setting *table)
{
	struct json *map = json_new(a, JSON_MAP);

	for (size_t i = 0; table && table[i].name; i++)
		if (value[i] != table[i].preset)
			json_add_num(a, map, table[i].name, value[i]);
	return map;
}

int
settings_read(double *value, const struct setting *table, const char *of,
    const struct json *map, struct err *e)
{
	settings_preset(value, table);
	if (map == NULL)
		return 0;
	if (map->type != JSON_MAP)
		return err_set(e, ERR_FORMAT, "the settings of %s are no map", of);
	for (const struct json *j = map->child; j; j = j->next)
		if (j->type != JSON_INT && j->type != JSON_REAL)
			return err_set(e, ERR_FORMAT, "%s.%s is no number", of,
			    j->key);
		else if (settings_set(value, table, of, j->key, j->d, e) < 0)
			return -1;
	return 0;
}
