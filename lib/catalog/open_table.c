/* A name as a table, read as its manifest and the user say. */
#include "catalog/open_table.h"

#include <string.h>

int
catalog_read_opts(struct table_read_opts *o, struct catalog_bytes *b,
    const struct table_read_opts *user, struct err *e)
{
	const struct json *read = json_get(b->manifest, "read");

	memset(o, 0, sizeof(*o));
	if (read && table_opts_from_json(o, &b->arena, read, e) < 0)
		return err_wrap(e, "%s", b->item.label);
	o->name = b->item.kind == NAME_STDIO ? "standard input" : b->item.label;
	/* that is a guess by the file's ending: what stands in it decides */
	if (o->format == TABLE_AUTO && b->type && b->manifest)
		o->likely = strcmp(b->type, TYPE_JSONL) == 0 ? TABLE_JSONL :
		    strcmp(b->type, TYPE_CSV) == 0 ? TABLE_CSV : TABLE_AUTO;
	if (b->item.kind == NAME_PATH)
		o->member = b->item.path;	/* orders.zip:may.csv */
	if (user == NULL)
		return 0;
	if (user->member != NULL)
		o->member = user->member;
	if (user->format != TABLE_AUTO)
		o->format = user->format;
	if (user->likely != TABLE_AUTO)
		o->likely = user->likely;
	if (user->encoding != NULL)
		o->encoding = user->encoding;
	if (user->skip)
		o->skip = user->skip;
	if (user->delimiter)
		o->delimiter = user->delimiter;
	if (user->quote || user->no_quote) {
		o->quote = user->quote;
		o->no_quote = user->no_quote;
	}
	if (user->escape)
		o->escape = user->escape;
	if (user->comment)
		o->comment = user->comment;
	if (user->header != TABLE_HEADER_AUTO)
		o->header = user->header;
	if (user->n_columns) {
		o->columns = user->columns;
		o->n_columns = user->n_columns;
	}
	if (user->n_na) {
		o->na = user->na;
		o->n_na = user->n_na;
	}
	if (user->n_types) {
		o->types = user->types;
		o->n_types = user->n_types;
	}
	if (user->n_only) {
		o->only = user->only;
		o->n_only = user->n_only;
	}
	if (user->where != NULL)
		o->where = user->where;
	o->threads = user->threads;
	o->folder = user->folder;
	o->progress = user->progress;
	o->log = user->log;
	return 0;
}

int
catalog_read_table(struct table **t, struct catalog_bytes *b,
    const struct table_read_opts *user, struct err *e)
{
	struct table_read_opts o;

	return catalog_read_opts(&o, b, user, e) < 0 ? -1 :
	    table_read(t, b->data, b->n, &o, e);
}

int
catalog_open_table(struct table **t, struct catalog_bytes *b,
    struct catalog *c, const char *name, const struct table_read_opts *user,
    struct err *e)
{
	if (catalog_open_bytes(b, c, name, e) < 0)
		return -1;
	if (catalog_read_table(t, b, user, e) < 0) {
		catalog_bytes_close(b);
		return -1;
	}
	return 0;
}
