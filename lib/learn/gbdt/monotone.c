/* Directions of columns, as the user writes them. */
#include "learn/gbdt/monotone.h"

#include <string.h>

#include "base/num.h"
#include "learn/class_weight.h"

static bool
read_named(int8_t *out, const struct frame *f, const char *s)
{
	struct arena a = { 0 };
	const char **names = arena_alloc(&a, (f->n_features + 1) *
	    sizeof(*names));
	bool good = true;
	double v;
	size_t i;

	for (i = 0; i < f->n_features; i++)
		names[i] = f->feature[i].name;
	while (good) {
		good = named_number(&i, &v, &s, names, f->n_features) &&
		    (v == 0 || v == 1 || v == -1);
		if (good)
			out[i] = (int8_t)v;
		if (!good || *s == '\0')
			break;
		s++;
	}
	arena_free(&a);
	return good;
}

static bool
read_ordered(int8_t *out, const struct frame *f, const char *s)
{
	for (size_t i = 0; i < f->n_features; i++) {
		size_t n = strcspn(s, ",");
		double v;

		if (!num_parse_f64(s, n, &v) || !(v == 0 || v == 1 || v == -1))
			return false;
		out[i] = (int8_t)v;
		s += n;
		if (*s != (i + 1 < f->n_features ? ',' : '\0'))
			return false;
		s++;
	}
	return true;
}

int
monotone_read(int8_t *out, const struct frame *f, const char *text,
    struct err *e)
{
	memset(out, 0, f->n_features);
	if (!(strchr(text, ':') ? read_named(out, f, text) :
	    read_ordered(out, f, text)))
		return err_set(e, ERR_USAGE, "monotone_constraints is a 1, 0 or "
		    "-1 for each of the %zu columns, or COLUMN:1,... of some, "
		    "not '%s'", f->n_features, text);
	for (size_t i = 0; i < f->n_features; i++)
		if (out[i] != 0 && f->feature[i].category)
			return err_set(e, ERR_USAGE, "monotone_constraints: "
			    "'%s' is a category, which has no order",
			    f->feature[i].name);
	return 0;
}
