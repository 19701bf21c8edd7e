#include "table/read.h"

#include <string.h>

#include "table/input.h"

int
table_read(struct table **out, const char *bytes, size_t n,
    const struct table_read_opts *opts, struct err *e)
{
	static const struct table_read_opts plain;
	struct input in;

	if (opts == NULL)
		opts = &plain;
	input_sniff(&in, bytes, n, opts);
	return in.format == TABLE_JSONL ?
	    table_read_jsonl(out, bytes, n, opts, e) :
	    table_read_csv(out, bytes, n, opts, e);
}

/* Records in [s, end); a last one without a line end counts. */
static uint64_t
count_records(const struct csv_form *f, const char *s, const char *end)
{
	uint64_t rows = 0;

	while (s < end) {
		const char *next = csv_record(f, s, end);
		const char *stop = next == NULL ? end : next;

		while (s < stop && (csv_is_space(f, *s) || *s == f->eol))
			s++;
		rows += s < stop;
		s = stop;
	}
	return rows;
}

int
table_count_rows(uint64_t *rows, const char *bytes, size_t n,
    const struct table_read_opts *opts, struct err *e)
{
	static const struct table_read_opts plain;
	const char *s, *end = bytes + n;
	struct input in;

	if (opts == NULL)
		opts = &plain;
	input_sniff(&in, bytes, n, opts);
	s = in.body;
	if (in.format == TABLE_JSONL) {
		/* a line is a value: quotes span no line end in JSON */
		*rows = 0;
		while (s < end) {
			const char *q = memchr(s, '\n', (size_t)(end - s));
			const char *stop = q == NULL ? end : q + 1;

			while (s < stop && (csv_is_space(&in.form, *s) ||
			    *s == '\n' || *s == '\t'))
				s++;
			*rows += s < stop;
			s = stop;
		}
		return 0;
	}
	*rows = count_records(&in.form, s, end);
	if (opts->n_columns > 0 || opts->header == TABLE_HEADER_NO)
		return 0;
	if (*rows == 0)
		return err_set(e, ERR_FORMAT, "%s: empty, without a header "
		    "line", in.name);
	--*rows;
	return 0;
}
