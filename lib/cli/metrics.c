/* The metrics of a run in one field of a listing. */
#include "cli/metrics.h"

#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "codec/json.h"

#define WIDE 72			/* of a table, about a terminal's line */

static bool
is_deviation(const char *key)
{
	size_t n = strlen(key);

	return n > 3 && strcmp(key + n - 3, ".sd") == 0;
}

void
metrics_text(struct buf *b, const struct out *o, const struct json *metrics,
    const struct json *flags)
{
	bool table = o->form == OUT_TABLE;
	char text[NUM_TEXT_MAX];
	const char *value;

	for (const struct json *j = metrics ? metrics->child : NULL; j;
	    j = j->next) {
		if (table && is_deviation(j->key))
			continue;
		if (table)
			snprintf(text, sizeof(text), "%.4g", j->d);
		else
			num_print_f64(text, j->d);
		value = j->type != JSON_NULL ? text : json_text(flags, j->key,
		    flags ? "NaN" : "?");
		if (table && b->len && b->len + strlen(j->key) +
		    strlen(value) + 2 > WIDE) {
			buf_adds(b, " ...");
			return;
		}
		buf_addf(b, "%s%s=%s", b->len ? " " : "", j->key, value);
	}
}
