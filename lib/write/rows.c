/* Text of rows that goes to a file at once, or is converted in the end. */
#include "write/rows.h"

#include <string.h>
#include <unistd.h>

#include "read/whole.h"
#include "write/stream.h"

#define WAITING_BYTES ((size_t)1 << 20)	/* before they go to the file */

int
rows_out_open(struct rows_out *r, const char *path,
    const enum write_format *format, bool durable, struct err *e)
{
	memset(r, 0, sizeof(*r));
	r->scratch = -1;
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

static int
put_aside(struct rows_out *r, struct err *e)
{
	int rc = r->scratch >= 0 ? 0 : file_open_scratch(&r->scratch,
	    FILE_SCRATCH_FOLDER, e);

	if (rc == 0)
		rc = file_write_fd(os_real(), r->scratch, r->waiting.data,
		    r->waiting.len, "rows that wait", e);
	buf_clear(&r->waiting);
	return rc;
}

int
rows_out_add(struct rows_out *r, const void *p, size_t n, struct err *e)
{
	if (!r->waits)
		return target_add(&r->to, p, n, e);
	buf_add(&r->waiting, p, n);
	if (buf_check(&r->waiting, e) != 0)
		return -1;
	return r->text.format == TABLE_CSV && r->waiting.len >= WAITING_BYTES ?
	    put_aside(r, e) : 0;
}

int
rows_out_flush(struct rows_out *r, struct err *e)
{
	return r->waits ? 0 : target_flush(&r->to, e);
}

static int
read_again(void *ctx, struct source *s, struct err *e)
{
	struct rows_out *r = ctx;

	if (lseek(r->scratch, 0, SEEK_SET) < 0)
		return err_sys(e, "cannot read what waits");
	*s = source_fd(r->scratch, r->to.file.path);
	return 0;
}

/* 1: done; 0: as a whole, which says what is wrong; -1. */
static int
convert_aside(struct rows_out *r, struct err *e)
{
	const struct text_again text = { read_again, r };
	int done;

	if (put_aside(r, e) != 0)
		return -1;
	done = table_write_stream(&r->to, &text, &r->text, &r->o, e);
	if (done == 0 && (lseek(r->scratch, 0, SEEK_SET) < 0 ||
	    file_read_fd(&r->waiting, r->scratch, r->to.file.path, e) < 0))
		return -1;
	return done;
}

static int
convert(struct rows_out *r, struct err *e)
{
	struct table *t = NULL;
	int rc = 0;

	r->text.name = r->to.file.path;
	if (r->scratch >= 0 && (rc = convert_aside(r, e)) != 0)
		return rc < 0 ? -1 : 0;
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

static void
release(struct rows_out *r)
{
	if (r->scratch >= 0)
		close(r->scratch);
	buf_free(&r->waiting);
	arena_free(&r->arena);
}

int
rows_out_commit(struct rows_out *r, struct err *e)
{
	int rc = r->waits ? convert(r, e) : 0;

	if (rc == 0)
		rc = target_commit(&r->to, e);
	else
		target_drop(&r->to);
	release(r);
	return rc;
}

void
rows_out_drop(struct rows_out *r)
{
	target_drop(&r->to);
	release(r);
}
