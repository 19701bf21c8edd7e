/* Statements of a card: each in the document and, with its status, as data. */
#include <string.h>

#include "catalog/manifest.h"
#include "flow/card/internal.h"

void
card_heading(struct card *k, const char *title)
{
	k->section = title;
	doc_heading(&k->d, 2, title);
}

/* `value` is NULL when the statement is missing. */
static void
add_field(struct card *k, const char *name, const char *status,
    const char *value)
{
	struct json *j = json_add_map(&k->a, k->fields, NULL);

	json_add_text(&k->a, j, "section", k->section);
	json_add_text(&k->a, j, "field", name);
	json_add_text(&k->a, j, "status", status);
	if (value)
		json_add_text(&k->a, j, "value", value);
	else
		json_add_null(&k->a, j, "value");
}

void
card_lacks(struct card *k, const char *what)
{
	add_field(k, what, "missing", NULL);
	if (k->n_missing < sizeof(k->missing) / sizeof(*k->missing))
		k->missing[k->n_missing++] = what;
}

void
card_fact(struct card *k, const char *label, const char *s)
{
	if (s == NULL || *s == '\0')
		return;
	doc_fact(&k->d, label, s);
	add_field(k, label, "evidence", s);
}

void
card_note(struct card *k, const char *label, const char *s)
{
	doc_note(&k->d, label, s);
	add_field(k, label, "stated", s);
}

int
card_content(struct oid *out, struct card *k, const struct link *l,
    struct err *e)
{
	struct err mine = ERR_INIT;
	struct link content;
	const struct json *m;

	*out = l->id;
	if (strcmp(l->type, TYPE_DATASET) != 0 &&
	    strcmp(l->type, TYPE_MODEL) != 0)
		return 0;
	if (catalog_manifest(&m, &k->a, k->c, &l->id, &mine) == 0) {
		if (manifest_find(&content, m, "content", NULL))
			*out = content.id;
		return 0;
	}
	if (mine.code == ERR_NOENT)
		return 0;
	*e = mine;
	return -1;
}

const char *
card_meta(const struct card *k, const char *key)
{
	return model_meta(k->model, key);
}
