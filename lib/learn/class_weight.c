/* Rows weighed by their class. */
#include "learn/class_weight.h"

#include <math.h>
#include <string.h>

#include "base/num.h"

bool
named_number(size_t *which, double *value, const char **s,
    const char *const *names, size_t n)
{
	size_t best = 0, end;
	bool found = false;

	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(names[i]);

		if (strncmp(*s, names[i], len) != 0 || (*s)[len] != ':' ||
		    (found && len < best))
			continue;
		found = true;
		best = len;
		*which = i;
	}
	if (!found)
		return false;
	*s += best + 1;
	end = strcspn(*s, ",");
	if (!num_parse_f64(*s, end, value))
		return false;
	*s += end;
	return true;
}

/* As many of each class as of any other would weigh what all rows do. */
static void
balance(double *of_class, const struct frame *f)
{
	double all = 0;

	memset(of_class, 0, f->n_classes * sizeof(*of_class));
	for (size_t i = 0; i < f->rows; i++) {
		double w = f->weight ? f->weight[i] : 1;

		of_class[f->y_class[i]] += w;
		all += w;
	}
	for (size_t c = 0; c < f->n_classes; c++)
		of_class[c] = of_class[c] > 0 ? all / ((double)f->n_classes *
		    of_class[c]) : 0;
}

static int
read_weights(double *of_class, const struct frame *f, const char *text,
    struct err *e)
{
	const char *s = text;
	size_t c;
	double w;

	for (c = 0; c < f->n_classes; c++)
		of_class[c] = 1;
	for (;;) {
		if (!named_number(&c, &w, &s, f->classes, f->n_classes) ||
		    !(w >= 0 && w <= 1e9))
			return err_set(e, ERR_USAGE, "class_weight is balanced, "
			    "or CLASS:WEIGHT,... of the classes of '%s' ('%s', "
			    "'%s'%s), not '%s'", f->target, f->classes[0],
			    f->classes[1], f->n_classes > 2 ? " ..." : "",
			    text);
		of_class[c] = w;
		if (*s == '\0')
			return 0;
		s++;
	}
}

int
class_weights(const double **out, struct arena *a, const struct frame *f,
    const char *text, struct err *e)
{
	double *of_class, *w, sum = 0;

	if (f->task == TASK_REGRESSION)
		return err_set(e, ERR_USAGE, "class_weight is for classes, but "
		    "'%s' is learned as numbers", f->target);
	of_class = arena_alloc(a, f->n_classes * sizeof(*of_class));
	w = arena_alloc(a, (f->rows + 1) * sizeof(*w));
	if (strcmp(text, "balanced") == 0)
		balance(of_class, f);
	else if (read_weights(of_class, f, text, e) < 0)
		return -1;
	for (size_t i = 0; i < f->rows; i++) {
		w[i] = of_class[f->y_class[i]] * (f->weight ? f->weight[i] :
		    1);
		sum += w[i];
	}
	if (!(sum > 0))
		return err_set(e, ERR_USAGE, "class_weight leaves every row "
		    "without weight");
	*out = w;
	return 0;
}
