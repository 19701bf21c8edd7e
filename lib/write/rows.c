/* Text of rows that goes to a file at once, or is converted in the end. */
#include "write/rows.h"

#include <string.h>

#include "read/whole.h"

int
rows_out_open(struct rows_out *r, const char *path,
    const enum write_format *format, bool durable, struct err *e)
{
	memset(r, 0, sizeof(*r));
	r->told = write_opts_of(&r->o, path) || format != NULL;
	if (format != NULL)
		r->o.format = *format;
	buf_init(&r->waiting, BUF_CAP_DATA);
	return target_open(&r->to, path, r->o.packing, durable, e);
}

bool
rows_out_takes(const struct rows_out *r, enum table_format format)
{
	return r->told && r->o.format == (format == TABLE_JSONL ?
	    WRITE_JSONL : WRITE_CSV);
}

void
rows_out_text(struct rows_out *r, const struct table_read_opts *how)
{
	const char **names = arena_alloc(&r->arena, (how->n_columns + 1) *
	    sizeof(*names));
	struct table_type *types = arena_alloc(&r->arena, (how->n_types + 1) *
	    sizeof(*types));

	r->waits = r->told && !rows_out_takes(r, how->format);
	r->text = (struct table_read_opts){ .format = how->format,
	    .skip = how->skip, .delimiter = how->delimiter,
	    .quote = how->quote, .no_quote = how->no_quote,
	    .escape = how->escape, .comment = how->comment,
	    .header = how->header, .text = true };
	for (size_t i = 0; i < how->n_columns; i++)
		names[i] = arena_strdup(&r->arena, how->columns[i]);
	for (size_t i = 0; i < how->n_types; i++) {
		types[i] = how->types[i];
		types[i].name = arena_strdup(&r->arena, how->types[i].name);
	}
	r->text.types = types;
	r->text.n_types = how->n_types;
	r->text.columns = names;
	r->text.n_columns = how->n_columns;
}

int
rows_out_add(struct rows_out *r, const void *p, size_t n, struct err *e)
{
	if (!r->waits)
		return target_add(&r->to, p, n, e);
	buf_add(&r->waiting, p, n);
	return buf_check(&r->waiting, e);
}

int
rows_out_flush(struct rows_out *r, struct err *e)
{
	return r->waits ? 0 : target_flush(&r->to, e);
}

static int
convert(struct rows_out *r, struct err *e)
{
	struct table *t = NULL;
	int rc = 0;

	r->text.name = r->to.file.path;
	if (r->waiting.len == 0)	/* of JSON Lines: no row, no column */
		t = table_new(0);
	else
		rc = table_read(&t, r->waiting.data, r->waiting.len, &r->text,
		    e);
	buf_free(&r->waiting);
	if (rc == 0)
		rc = table_write(&r->to, t, &r->o, e);
	table_free(t);
	return rc;
}

int
rows_out_commit(struct rows_out *r, struct err *e)
{
	int rc = r->waits ? convert(r, e) : 0;

	if (rc == 0)
		rc = target_commit(&r->to, e);
	else
		target_drop(&r->to);
	buf_free(&r->waiting);
	arena_free(&r->arena);
	return rc;
}

void
rows_out_drop(struct rows_out *r)
{
	target_drop(&r->to);
	buf_free(&r->waiting);
	arena_free(&r->arena);
}
