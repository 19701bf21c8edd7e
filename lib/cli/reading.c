/* How a table is to be read, from the options every reading verb shares. */
#include "cli/reading.h"

#include <string.h>
#include <unistd.h>

#include "catalog/catalog.h"
#include "catalog/resolve.h"
#include "cli/environment.h"
#include "codec/charset.h"
#include "table/form.h"

const struct opt_word reading_formats[] = {
	{ "csv", TABLE_CSV }, { "jsonl", TABLE_JSONL },
	{ "parquet", TABLE_PARQUET }, { NULL, 0 }
};

const char *
cli_model_name(struct cli *c, const char *text)
{
	struct err ignored = ERR_INIT;
	struct catalog_item item;
	const char *full;
	bool file, model;

	if (c->catalog == NULL || catalog_repo(c->catalog) == NULL ||
	    strpbrk(text, ":/") || strcmp(text, "-") == 0)
		return text;
	full = arena_printf(&c->arena, "model:%s", text);
	file = access(text, F_OK) == 0;
	model = catalog_resolve(&item, c->catalog, full, &ignored) == 0;
	if (model)
		catalog_item_free(&item);
	if (file && model)
		cli_warn(c, "'%s' is taken for the file of that name; the model "
		    "is %s", text, full);
	/* a word that is no file's either is told as a model's */
	return !file && (model || strchr(text, '.') == NULL) ? full : text;
}

static int
read_types(struct table_read_opts *r, struct cli *c, const struct texts *given)
{
	struct table_type *t = arena_alloc(&c->arena,
	    (given->n + 1) * sizeof(*t));
	const char *word;

	for (size_t i = 0; i < given->n; i++) {
		if (!cli_column_value(c, given->v[i], &t[i].name, &word))
			return cli_usage(c, "--type is NAME=TYPE, not '%s'",
			    given->v[i]);
		t[i].form = FORM_PLAIN;
		if (!col_type_parse(word, &t[i].type) &&
		    !form_parse(word, &t[i].form, &t[i].type))
			return cli_usage(c, "unknown type '%s' of column "
			    "'%s'", word, t[i].name);
	}
	r->types = t;
	r->n_types = given->n;
	return 0;
}

/* One character that can stand in a line. */
static int
read_byte(char *to, struct cli *c, const char *name, const char *word)
{
	if (word == NULL)
		return 0;
	if (strcmp(word, "\\t") == 0)
		word = "\t";
	if (strlen(word) != 1 || strchr("\n\r", *word) != NULL ||
	    (unsigned char)*word >= 0x80)
		return cli_usage(c, "--%s is one character%s", name,
		    strcmp(name, "quote") == 0 ? ", or none" : ", or \\t");
	*to = *word;
	return 0;
}

static int
read_bytes(struct table_read_opts *r, struct cli *c, const struct reading *o)
{
	int status;
	char quote;

	r->no_quote = o->quote != NULL && (*o->quote == '\0' ||
	    strcmp(o->quote, "none") == 0);
	if ((status = read_byte(&r->delimiter, c, "delimiter",
	    o->delimiter)) != 0 || (!r->no_quote &&
	    (status = read_byte(&r->quote, c, "quote", o->quote)) != 0) ||
	    (status = read_byte(&r->escape, c, "escape", o->escape)) != 0 ||
	    (status = read_byte(&r->comment, c, "comment", o->comment)) != 0)
		return status;
	quote = r->no_quote ? '\0' : r->quote != '\0' ? r->quote : '"';
	if ((quote != '\0' && (quote == r->delimiter || quote == r->escape ||
	    quote == r->comment)) || (r->delimiter != '\0' &&
	    (r->delimiter == r->escape || r->delimiter == r->comment)) ||
	    (r->escape != '\0' && r->escape == r->comment))
		return cli_usage(c, "--delimiter, --quote, --escape and "
		    "--comment are different characters");
	return 0;
}

int
reading_opts(struct table_read_opts *r, struct cli *c,
    const struct reading *o)
{
	int status;

	memset(r, 0, sizeof(*r));
	r->columns = o->columns.v;
	r->n_columns = o->columns.n;
	r->na = o->na.v;
	r->n_na = o->na.n;
	r->progress = &c->progress;
	r->log = &c->log;
	r->skip = (uint64_t)o->skip;
	r->encoding = o->encoding;
	r->member = o->member;
	r->folder = cli_scratch_folder();
	if (o->encoding != NULL && !charset_known(o->encoding))
		return cli_usage(c, "no encoding is called '%s'; iconv -l "
		    "lists them", o->encoding);
	if (o->header || o->no_header)
		r->header = o->header ? TABLE_HEADER_YES : TABLE_HEADER_NO;
	if ((status = read_bytes(r, c, o)) != 0)
		return status;
	r->format = (enum table_format)o->format;
	return read_types(r, c, &o->types);
}
