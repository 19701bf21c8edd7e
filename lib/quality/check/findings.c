/* What a check finds: rows and examples collected a rule. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "quality/check/internal.h"

#define EXAMPLE_BYTES 60

const char *
check_rule_name(enum check_rule rule)
{
	static const char *const names[] = { "column_absent", "column_new",
	    "column_order", "rows", "broken", "missing", "type", "range",
	    "values", "length", "pattern", "unique", "expr", "reference",
	    "aggregate", "freshness", "trend" };

	return names[rule];
}

void
finding_init(struct finding *f, enum check_rule rule, const char *column,
    enum severity severity)
{
	memset(f, 0, sizeof(*f));
	f->rule = rule;
	f->column = column;
	f->severity = severity;
}

void
finding_release(struct finding *f)
{
	for (size_t i = 0; i < f->examples; i++)
		free(f->example[i]);
}

struct finding *
column_finding(struct checked_column *w, enum check_rule rule)
{
	if (w->f[rule] == NULL) {
		w->f[rule] = xalloc(1, sizeof(*w->f[rule]));
		finding_init(w->f[rule], rule, w->c->name, w->c->severity);
	}
	return w->f[rule];
}

void
finding_example(struct finding *f, const char *s, size_t n)
{
	size_t cut = utf8_cut(s, n, EXAMPLE_BYTES);
	char *text;

	if (f->examples == CHECK_EXAMPLES)
		return;
	text = n > cut ? xprintf("%.*s...", (int)cut, s) : xstrndup(s, n);
	for (size_t i = 0; i < f->examples; i++) {
		if (strcmp(f->example[i], text) == 0) {
			free(text);
			return;
		}
	}
	f->example[f->examples++] = text;
}

void
mark_row_bad(struct checker *k, enum check_rule rule, const char *column)
{
	if (!k->row_bad)
		buf_clear(&k->reason);
	k->row_bad = true;
	if (k->to.bad != NULL)
		buf_addf(&k->reason, "%s%s: %s", k->reason.len ? "; " : "",
		    column, check_rule_name(rule));
}

void
finding_hit(struct checker *k, struct finding *f, const char *s, size_t n)
{
	f->hits++;
	if (f->rows < CHECK_ROWS)
		f->row[f->rows++] = k->at;
	if (s != NULL)
		finding_example(f, s, n);
	if (f->severity == SEVERITY_ERROR)
		mark_row_bad(k, f->rule, f->column);
}

void
keep_finding(struct check *out, struct finding *f)
{
	out->f = xresize(out->f, out->n + 1, sizeof(*out->f));
	out->f[out->n] = *f;
	out->f[out->n++].column = f->column ? xstrdup(f->column) : NULL;
	f->examples = 0;
}
