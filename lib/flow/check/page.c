/* The page of a check: verdict, broken rules, then all that was asked. */
#include "flow/check/page.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "doc/doc.h"
#include "table/form.h"

#define CELL 160

static void
print_count(char out[32], uint64_t n)
{
	snprintf(out, 32, "%llu", (unsigned long long)n);
}

static void
print_share(char out[32], uint64_t n, uint64_t of)
{
	if (of == 0)
		snprintf(out, 32, "-");
	else
		snprintf(out, 32, "%.4g %%", 100 * (double)n / (double)of);
}

/* ---- the verdict ---- */

static void
add_verdict(struct doc *d, const struct check *k)
{
	uint64_t errors = 0, warnings = 0;
	char rows[32], wrong[32], warn[32];

	for (size_t i = 0; i < k->n; i++)
		*(k->f[i].severity == SEVERITY_ERROR ? &errors : &warnings) +=
		    1;
	print_count(rows, k->rows);
	print_count(wrong, errors);
	print_count(warn, warnings);
	doc_tile(d, "verdict", errors > 0 ? "broken" : "kept", errors > 0 ?
	    "a rule of severity error does not hold" : "");
	doc_tile(d, "rows", rows, "");
	doc_tile(d, "errors", wrong, "rules that are broken");
	doc_tile(d, "warnings", warn, "rules that are broken");
}

static void
add_finding(struct doc *d, const struct finding *f)
{
	char hits[32], share[32];
	struct buf examples, rows;

	buf_init(&examples, BUF_CAP_SMALL);
	buf_init(&rows, BUF_CAP_SMALL);
	for (size_t i = 0; i < f->examples; i++)
		buf_addf(&examples, "%s%s", i ? ", " : "", f->example[i]);
	for (size_t i = 0; i < f->rows; i++)
		buf_addf(&rows, "%s%llu", i ? " " : "",
		    (unsigned long long)f->row[i]);
	print_count(hits, f->hits);
	print_share(share, f->hits, f->looked);
	doc_row(d, (const char *const[]){ check_rule_name(f->rule),
	    f->column ? f->column : "", f->severity == SEVERITY_ERROR ?
	    "error" : "warn", hits, share, f->what, examples.data, rows.data,
	    f->anomaly ? f->anomaly : "" });
	buf_free(&examples);
	buf_free(&rows);
}

static void
add_broken(struct doc *d, const struct check *k)
{
	static const char *const heads[] = { "rule", "column", "severity",
	    "hits", "share", "what is wrong", "examples", "first rows",
	    "anomaly" };

	doc_heading(d, 2, "Broken rules");
	if (k->n == 0) {
		doc_paragraph(d, "None: all that was asked holds.");
		return;
	}
	doc_table_open(d, heads, 9, "lllrrllll");
	for (size_t i = 0; i < k->n; i++)
		add_finding(d, &k->f[i]);
	doc_table_close(d);
}

/* ---- what was asked ---- */

static void
add_bound(struct buf *b, const char *word, const struct num *v, bool date)
{
	char text[CLOCK_TEXT_MAX];

	if (date)
		clock_print(text, v->i);
	else if (v->whole)
		num_print_i64(text, v->i);
	else
		num_print_f64(text, v->d);
	buf_addf(b, "%s%s %s", b->len ? ", " : "", word, text);
}

static void
add_bounds(struct buf *b, const struct schema_bounds *r, bool date)
{
	if (r->has_min)
		add_bound(b, r->above ? "above" : "min", &r->min, date);
	if (r->has_max)
		add_bound(b, r->below ? "below" : "max", &r->max, date);
}

static void
add_word(struct buf *b, const char *word, const char *value)
{
	buf_addf(b, "%s%s%s%.*s", b->len ? ", " : "", word, *value ? " " : "",
	    CELL, value);
}

static void
say_asked(struct buf *b, const struct schema_column *c)
{
	char text[NUM_TEXT_MAX];

	if (c->min_fraction > 0) {
		num_print_f64(text, c->min_fraction);
		add_word(b, "present", text);
	}
	if (c->unique)
		add_word(b, "unique", "");
	add_bounds(b, &c->range, c->type == COL_DATETIME);
	if (c->values != NULL)
		buf_addf(b, "%sone of %zu values", b->len ? ", " : "",
		    c->n_values);
	if (c->not_values != NULL)
		buf_addf(b, "%snone of %zu values", b->len ? ", " : "",
		    c->n_not_values);
	if (c->has_min_length || c->has_max_length)
		add_word(b, "length", "");
	if (c->pattern != NULL)
		add_word(b, "matches", c->pattern);
	if (c->not_pattern != NULL)
		add_word(b, "does not match", c->not_pattern);
	for (size_t i = 0; i < c->aggregates; i++)
		add_word(b, aggregate_word(c->aggregate[i].of), "");
	if (c->mostly < 1) {
		num_print_f64(text, c->mostly);
		add_word(b, "mostly", text);
	}
	if (c->when != NULL)
		add_word(b, "where", c->when);
}

/* Of the rules about it, the worst. */
static const char *
verdict_on(const struct check *k, const char *column)
{
	const char *verdict = "kept";

	for (size_t i = 0; i < k->n; i++) {
		if (k->f[i].column == NULL ||
		    strcmp(k->f[i].column, column) != 0)
			continue;
		if (k->f[i].severity == SEVERITY_ERROR)
			return "broken";
		verdict = "warned of";
	}
	return verdict;
}

static void
add_column(struct doc *d, const struct check *k,
    const struct schema_column *c, const struct check_seen *seen)
{
	char values[32], missing[32];
	struct buf asked;

	buf_init(&asked, BUF_CAP_SMALL);
	say_asked(&asked, c);
	print_count(values, seen->looked);
	print_share(missing, seen->missing, seen->looked + seen->missing);
	doc_row(d, (const char *const[]){ c->name, type_word(c->type,
	    c->form), values, missing, asked.len ? asked.data : "",
	    verdict_on(k, c->name) });
	buf_free(&asked);
}

static void
add_columns(struct doc *d, const struct check *k, const struct schema *s)
{
	static const char *const heads[] = { "column", "type", "values",
	    "missing", "asked", "verdict" };

	doc_heading(d, 2, "Columns");
	doc_table_open(d, heads, 6, "llrrll");
	for (size_t i = 0; i < s->cols + s->ons; i++)
		add_column(d, k, i < s->cols ? &s->col[i] :
		    &s->on[i - s->cols], &k->seen[i]);
	doc_table_close(d);
}

static void
add_names(struct buf *b, const char *const *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_addf(b, "%s%s", i ? "," : "", v[i]);
}

static void
add_rule(struct doc *d, const struct check *k, const char *kind,
    const char *name, const char *text)
{
	doc_row(d, (const char *const[]){ kind, text, verdict_on(k, name) });
}

static void
add_rules(struct doc *d, const struct check *k, const struct schema *s)
{
	static const char *const heads[] = { "rule", "asked", "verdict" };
	struct buf b;

	if (s->rules + s->keys + s->references + s->freshs == 0)
		return;
	buf_init(&b, BUF_CAP_SMALL);
	doc_heading(d, 2, "Rules about rows");
	doc_table_open(d, heads, 3, NULL);
	for (size_t i = 0; i < s->rules; i++)
		add_rule(d, k, "condition", s->rule[i].name ? s->rule[i].name :
		    s->rule[i].expr, s->rule[i].expr);
	for (size_t i = 0; i < s->keys; i++) {
		buf_clear(&b);
		add_names(&b, s->key[i].columns, s->key[i].n);
		add_rule(d, k, "unique", b.data, b.data);
	}
	for (size_t i = 0; i < s->references; i++) {
		const struct schema_reference *r = &s->reference[i];
		struct buf text;

		buf_init(&text, BUF_CAP_SMALL);
		buf_clear(&b);
		add_names(&b, r->columns, r->n);
		buf_addf(&text, "%s in %s: ", b.data, r->data);
		add_names(&text, r->to, r->n);
		add_rule(d, k, "reference", b.data, text.data);
		buf_free(&text);
	}
	for (size_t i = 0; i < s->freshs; i++)
		add_rule(d, k, "freshness", s->fresh[i].column,
		    s->fresh[i].age);
	doc_table_close(d);
	buf_free(&b);
}

void
check_page(struct buf *out, const struct check *k, const struct schema *s,
    const char *name, const char *id)
{
	struct doc d;
	struct buf title;

	buf_init(&title, BUF_CAP_SMALL);
	buf_addf(&title, "Data check: %s", name);
	doc_open(&d, out, DOC_HTML, title.data);
	doc_fact(&d, "data", name);
	doc_fact(&d, "bytes", id);
	add_verdict(&d, k);
	add_broken(&d, k);
	add_columns(&d, k, s);
	add_rules(&d, k, s);
	doc_close(&d);
	buf_free(&title);
}
