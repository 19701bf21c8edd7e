/*
 * Rows with too many or too few cells are collected and told together.
 */
#include "read/ragged.h"

#include <string.h>

#include "base/buf.h"

#define NAMES_BYTES 600	/* of a message */

void
ragged_add(struct ragged *r, uint64_t line, size_t cells)
{
	if (r->n < RAGGED_LISTED) {
		r->line[r->n] = line;
		r->cells[r->n] = cells;
	}
	r->n++;
}

/* Are all rows from the first on longer than the header, and equally long?
 * Then the first line is perhaps no header. */
static bool
header_is_doubtful(const struct ragged *r)
{
	const struct sniffed *in = r->in;
	size_t n = r->n < RAGGED_LISTED ? r->n : RAGGED_LISTED;

	for (size_t i = 0; i < n; i++)
		if (r->cells[i] != r->cells[0])
			return false;
	return in->header && n > 1 && r->line[0] == in->lines + 1 &&
	    r->cells[0] > in->cols;
}

/* A header that names all columns but the first, as that of R's row names:
 * the names to give. */
static void
offer_names(struct buf *b, const struct ragged *r)
{
	const struct sniffed *in = r->in;

	if (r->cells[0] != in->cols + 1)
		return;
	buf_adds(b, "; if the first column has no name, --header --columns "
	    "'row");
	for (size_t i = 0; i < in->cols; i++) {
		const char *s = in->names[i];

		if (strpbrk(s, "\",'") != NULL || b->len > NAMES_BYTES) {
			buf_adds(b, ",...");
			break;
		}
		buf_addf(b, ",%s", s);
	}
	buf_adds(b, "' gives one");
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
	if (header_is_doubtful(r)) {
		buf_adds(&b, "; --skip-lines passes over lines before the "
		    "header");
		offer_names(&b, r);
	}
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
		ragged_add(r, rec->line, cells);
	return r->n > RAGGED_LISTED;
}
