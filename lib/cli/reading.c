/* How a table is to be read, from the options every reading verb shares. */
#include "cli/reading.h"

#include <string.h>

const struct opt_word reading_formats[] = {
	{ "csv", TABLE_CSV }, { "jsonl", TABLE_JSONL }, { NULL, 0 }
};

static int
read_types(struct table_read_opts *r, struct cli *c, const struct texts *given)
{
	struct table_type *t = arena_alloc(&c->arena,
	    (given->n + 1) * sizeof(*t));
	const char *word;

	for (size_t i = 0; i < given->n; i++) {
		if (!cli_key_value(c, given->v[i], &t[i].name, &word))
			return cli_usage(c, "--type is NAME=TYPE, not '%s'",
			    given->v[i]);
		if (!col_type_parse(word, &t[i].type))
			return cli_usage(c, "unknown type '%s' of column "
			    "'%s'", word, t[i].name);
	}
	r->types = t;
	r->n_types = given->n;
	return 0;
}

int
reading_opts(struct table_read_opts *r, struct cli *c,
    const struct reading *o)
{
	memset(r, 0, sizeof(*r));
	r->columns = o->columns.v;
	r->n_columns = o->columns.n;
	r->na = o->na.v;
	r->n_na = o->na.n;
	r->progress = &c->progress;
	r->skip = (uint64_t)o->skip;
	if (o->header || o->no_header)
		r->header = o->header ? TABLE_HEADER_YES : TABLE_HEADER_NO;
	if (o->delimiter != NULL) {
		if (strcmp(o->delimiter, "\\t") == 0)
			r->delimiter = '\t';
		else if (strlen(o->delimiter) == 1 &&
		    strchr("\"\n\r", o->delimiter[0]) == NULL)
			r->delimiter = o->delimiter[0];
		else
			return cli_usage(c, "--delimiter is one character, "
			    "or \\t");
	}
	r->format = (enum table_format)o->format;
	return read_types(r, c, &o->types);
}
