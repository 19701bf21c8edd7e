/* Numbers of a page as people read them, and what did not count. */
#include <math.h>
#include <stdio.h>

#include "flow/report/internal.h"

const char *
report_number(struct report *p, double v)
{
	return isnan(v) ? "" : arena_printf(&p->a, "%.4g", v);
}

const char *
report_count(struct report *p, uint64_t n)
{
	char digits[24], out[32];
	int len = snprintf(digits, sizeof(digits), "%llu",
	    (unsigned long long)n);
	size_t at = 0;

	for (int i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			out[at++] = ',';
		out[at++] = digits[i];
	}
	return arena_strndup(&p->a, out, at);
}

void
report_left_out(struct report *p, uint64_t n, const char *what)
{
	if (n > 0)
		doc_notice(&p->d, arena_printf(&p->a, "%s: %s", what,
		    report_count(p, n)));
}
