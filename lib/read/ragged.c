/*
 * Rows with too many or too few cells are collected and told together.
 */
#include "read/ragged.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/shellword.h"

#define NAMES_TOLD 60	/* in a message */

/* Is the last cell of the record empty? */
static bool
ends_open(const struct csv_form *f, const char *s, const char *end)
{
	const char *next = csv_record(f, s, end);

	if (next == NULL)
		return false;
	for (next--; next > s && csv_is_space(f, next[-1]); next--)
		;
	return next > s && next[-1] == f->delimiter;
}

void
ragged_add(struct ragged *r, uint64_t line, size_t cells, const char *s,
    const char *end)
{
	if (r->n < RAGGED_LISTED) {
		if (r->n == 0) {
			r->mark = *s;
			r->open = true;
		}
		r->mark = r->mark == *s ? *s : '\0';
		r->open = r->open && ends_open(&r->in->form, s, end);
		r->line[r->n] = line;
		r->cells[r->n] = cells;
	}
	r->n++;
}

/* Are the rows longer than the header, and equally long? */
static bool
all_longer(const struct ragged *r)
{
	size_t n = r->n < RAGGED_LISTED ? r->n : RAGGED_LISTED;

	for (size_t i = 0; i < n; i++)
		if (r->cells[i] != r->cells[0])
			return false;
	return r->in->header && n > 1 && r->cells[0] > r->in->cols;
}

/* From the first on?  Then the first line is perhaps no header. */
static bool
header_is_doubtful(const struct ragged *r)
{
	return all_longer(r) && r->line[0] == r->in->lines + 1;
}

/* Titles of one cell, and one line after the other that has more? */
static bool
begins_later(const struct ragged *r)
{
	size_t n = r->n < RAGGED_LISTED ? r->n : RAGGED_LISTED;

	for (size_t i = 1; i < n; i++)
		if (r->line[i] != r->line[0] + i)
			return false;
	return r->in->cols == 1 && all_longer(r);
}

/* A header that names all columns but one: the first, as that of R's row
 * names, or the last, where rows end in a delimiter.  The names to give. */
static void
offer_names(struct buf *b, const struct ragged *r)
{
	const struct sniffed *in = r->in;
	size_t n = r->cells[0];
	const char **name;

	if (n != in->cols + 1 || n > NAMES_TOLD)
		return;
	name = xalloc(n, sizeof(*name));
	name[r->open ? n - 1 : 0] = r->open ? "last" : "row";
	for (size_t i = 0; i < in->cols; i++)
		name[i + !r->open] = in->names[i];
	buf_addf(b, "; if the %s column has no name, --header --columns ",
	    r->open ? "last" : "first");
	shellword_add_list(b, name, n);
	buf_adds(b, " gives one");
	free(name);
}

/* Does the header end in a delimiter, where the rows do not? */
static bool
header_is_open(const struct ragged *r)
{
	size_t n = r->n < RAGGED_LISTED ? r->n : RAGGED_LISTED;
	size_t cols = r->in->cols;
	char called[32];

	for (size_t i = 0; i < n; i++)
		if (r->cells[i] + 1 != cols)
			return false;
	snprintf(called, sizeof(called), "column_%zu", cols);
	return r->in->header && cols > 1 && cols <= NAMES_TOLD &&
	    strcmp(r->in->names[cols - 1], called) == 0;
}

/* What helps, where that can be seen. */
static void
offer_help(struct buf *b, const struct ragged *r)
{
	if (r->mark != '\0' && strchr("#%!;*/", r->mark) != NULL &&
	    r->mark != r->in->form.delimiter) {
		buf_addf(b, "; --comment '%c' passes over such lines",
		    r->mark);
	} else if (header_is_open(r)) {
		buf_adds(b, "; the header ends in a delimiter, they do not: "
		    "give --header --columns ");
		shellword_add_list(b, (const char *const *)r->in->names,
		    r->in->cols - 1);
	} else if (begins_later(r)) {
		buf_addf(b, "; --skip-lines %llu begins at line %llu",
		    (unsigned long long)r->line[0] - 1,
		    (unsigned long long)r->line[0]);
	} else if (header_is_doubtful(r)) {
		buf_adds(b, "; --skip-lines passes over lines before the "
		    "header");
		offer_names(b, r);
	}
}

int
ragged_tell(const struct ragged *r, struct err *e)
{
	const struct sniffed *in = r->in;
	struct buf b;

	buf_init(&b, BUF_CAP_SMALL);
	for (size_t i = 0; i < r->n && i < RAGGED_LISTED; i++)
		buf_addf(&b, "%sline %llu has %zu", i ? ", " : "",
		    (unsigned long long)r->line[i], r->cells[i]);
	if (r->n > RAGGED_LISTED)
		buf_adds(&b, ", ...");
	offer_help(&b, r);
	err_set(e, ERR_FORMAT, "%s: rows must have %zu cell%s, but %s",
	    in->name, in->cols, in->cols == 1 ? "" : "s", b.data);
	buf_free(&b);
	return -1;
}

size_t
ragged_count(const struct csv_form *f, const char *p, const char *end,
    size_t have)
{
	struct csv_cell c;

	while (p != NULL && *p == f->delimiter) {
		have++;
		p = csv_cell(f, p + 1, end, &c);
	}
	return have;
}

int
broken_quotes(const struct sniffed *in, const struct record *rec,
    struct err *e)
{
	return err_set(e, ERR_FORMAT, "%s: line %llu: broken quotes", in->name,
	    (unsigned long long)rec->line);
}

static int
check_object(const struct sniffed *in, const struct record *rec,
    struct err *e)
{
	struct json_pull p;
	int r = -1;

	json_pull_init(&p, rec->s, (size_t)(rec->end - rec->s), JSON_NAN);
	if (json_pull(&p, e) != JSON_T_MAP) {
		err_set(e, ERR_FORMAT, "not a JSON object");
	} else {
		while (p.depth > 0 && (r = json_pull(&p, e)) != JSON_BAD)
			;
		r = r == JSON_BAD || json_pull(&p, e) == JSON_BAD ? -1 : 0;
	}
	json_pull_free(&p);
	return r == 0 ? 0 : err_wrap(e, "%s: line %llu", in->name,
	    (unsigned long long)rec->line);
}

int
ragged_check(struct ragged *r, const struct record *rec, struct err *e)
{
	const struct csv_form *f = &r->in->form;
	struct csv_cell c;
	const char *p = rec->s;
	size_t cells = 0;

	if (r->in->format == TABLE_JSONL)
		return check_object(r->in, rec, e);
	do {
		if ((p = csv_cell(f, p, rec->end, &c)) == NULL)
			return broken_quotes(r->in, rec, e);
		cells++;
	} while (*p++ != f->eol);
	if (cells != r->in->cols)
		ragged_add(r, rec->line, cells, rec->s, rec->end);
	return r->n > RAGGED_LISTED;
}
