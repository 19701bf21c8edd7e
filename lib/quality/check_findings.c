/*
 * What a check finds: rows and examples collected a rule, and in the end the
 * rules that are broken, in words.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/utf8.h"
#include "quality/internal.h"
#include "table/form.h"

#define EXAMPLE_BYTES 60

const char *
check_rule_name(enum check_rule rule)
{
	static const char *const names[] = { "column_absent", "column_new",
	    "column_order", "rows", "broken", "missing", "type", "range", "values",
	    "length", "pattern", "unique", "expr" };

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

static void
check_absent(struct checker *k)
{
	struct finding *absent = &k->whole[CHECK_ABSENT];

	for (size_t i = 0; i < k->s->cols; i++) {
		const struct schema_column *c = &k->s->col[i];

		if (k->col[i].there || c->optional)
			continue;
		absent->hits++;
		finding_example(absent, c->name, strlen(c->name));
	}
}

/* Into the answer; its examples go with it. */
static void
keep_finding(struct check *out, struct finding *f)
{
	out->f = xresize(out->f, out->n + 1, sizeof(*out->f));
	out->f[out->n] = *f;
	out->f[out->n++].column = f->column ? xstrdup(f->column) : NULL;
	f->examples = 0;
}

/* Hit, and by more of those looked at than `mostly` lets pass. */
static bool
rule_broken(const struct finding *f, double mostly)
{
	return f->hits > 0 && (mostly >= 1 || (double)(f->looked - f->hits) <
	    mostly * (double)f->looked);
}

static void
print_bound(char text[CLOCK_TEXT_MAX], const struct schema_column *c,
    const struct num *v)
{
	if (c->type == COL_DATETIME)
		clock_print(text, v->i);
	else if (v->whole)
		num_print_i64(text, v->i);
	else
		num_print_f64(text, v->d);
}

/* What a column's rule asks for. */
static void
say_rule(struct finding *f, const struct schema_column *c)
{
	char low[CLOCK_TEXT_MAX] = "", high[CLOCK_TEXT_MAX] = "";
	size_t room = sizeof(f->what);

	if (f->rule == CHECK_RANGE && c->has_min)
		print_bound(low, c, &c->min);
	if (f->rule == CHECK_RANGE && c->has_max)
		print_bound(high, c, &c->max);
	if (f->rule == CHECK_LENGTH) {
		num_print_i64(low, c->min_length);
		num_print_i64(high, c->max_length);
	}
	if (f->rule == CHECK_TYPE)
		snprintf(f->what, room, "cannot be read as %s",
		    type_word(c->type, c->form));
	else if (f->rule == CHECK_RANGE && !c->has_max)
		snprintf(f->what, room, "less than %s", low);
	else if (f->rule == CHECK_RANGE && !c->has_min)
		snprintf(f->what, room, "more than %s", high);
	else if (f->rule == CHECK_RANGE)
		snprintf(f->what, room, "not from %s to %s", low, high);
	else if (f->rule == CHECK_VALUES)
		snprintf(f->what, room, "not among the %zu values",
		    c->n_values);
	else if (f->rule == CHECK_LENGTH && !c->has_max_length)
		snprintf(f->what, room, "shorter than %s", low);
	else if (f->rule == CHECK_LENGTH && !c->has_min_length)
		snprintf(f->what, room, "longer than %s", high);
	else if (f->rule == CHECK_LENGTH)
		snprintf(f->what, room, "length not from %s to %s", low, high);
	else if (f->rule == CHECK_PATTERN)
		snprintf(f->what, room, "does not match '%.*s'", (int)
		    utf8_cut(c->pattern, strlen(c->pattern), 100), c->pattern);
	else
		snprintf(f->what, room, "seen before");
}

static void
conclude_column(struct checker *k, struct checked_column *w)
{
	const struct schema_column *c = w->c;
	uint64_t rows = k->out->rows - k->out->broken;
	double present = (double)(rows - w->missing);
	struct finding *f;

	if (w->there && present < c->min_fraction * (double)rows) {
		f = column_finding(w, CHECK_MISSING);
		f->hits = w->missing;
		f->looked = rows;
		snprintf(f->what, sizeof(f->what), "%.4g of the rows have a "
		    "value, less than %.4g", present / (double)rows,
		    c->min_fraction);
		keep_finding(k->out, f);
	}
	for (size_t i = CHECK_TYPE; i <= CHECK_UNIQUE; i++) {
		if ((f = w->f[i]) == NULL)
			continue;
		f->looked = w->looked;
		if (!rule_broken(f, i == CHECK_UNIQUE ? 1 : c->mostly))
			continue;
		say_rule(f, c);
		keep_finding(k->out, f);
	}
}

/* Columns that are absent, new or in another order, and too many rows. */
static void
conclude_table(struct checker *k)
{
	static const char *const what[] = { "columns that are not there",
	    "columns the schema does not know", "columns in another order" };
	struct finding *f = &k->whole[CHECK_ROW_COUNT];
	const struct schema *s = k->s;
	int64_t rows = (int64_t)k->out->rows;

	/* JSON Lines name no columns: without a row nobody knows */
	if (k->named || rows > 0)
		check_absent(k);
	for (size_t i = 0; i < CHECK_ROW_COUNT; i++) {
		if (k->whole[i].hits == 0)
			continue;
		snprintf(k->whole[i].what, sizeof(k->whole[i].what), "%s",
		    what[i]);
		keep_finding(k->out, &k->whole[i]);
	}
	if ((s->has_min_rows && rows < s->min_rows) ||
	    (s->has_max_rows && rows > s->max_rows)) {
		f->hits = f->looked = k->out->rows;
		snprintf(f->what, sizeof(f->what), "%lld rows, %s than %lld",
		    (long long)rows, s->has_min_rows && rows < s->min_rows ?
		    "fewer" : "more", (long long)(s->has_min_rows && rows <
		    s->min_rows ? s->min_rows : s->max_rows));
		keep_finding(k->out, f);
	}
	if (k->out->broken > 0) {
		f = &k->whole[CHECK_BROKEN];
		f->looked = k->out->rows;
		snprintf(f->what, sizeof(f->what), "cannot be cut into cells");
		keep_finding(k->out, f);
	}
}

void
conclude_check(struct checker *k)
{
	const struct schema *s = k->s;

	conclude_table(k);
	for (size_t i = 0; i < s->cols; i++)
		conclude_column(k, &k->col[i]);
	for (size_t i = 0; i < s->keys; i++) {
		if (k->key[i].f.hits == 0)
			continue;
		snprintf(k->key[i].f.what, sizeof(k->key[i].f.what),
		    "together seen before");
		keep_finding(k->out, &k->key[i].f);
	}
	for (size_t i = 0; i < s->rules; i++) {
		if (!rule_broken(&k->rule[i].f, k->rule[i].r->mostly))
			continue;
		snprintf(k->rule[i].f.what, sizeof(k->rule[i].f.what),
		    "does not hold");
		keep_finding(k->out, &k->rule[i].f);
	}
}
