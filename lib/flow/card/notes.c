/* Notes: what only a person can say of a model, checked and written. */
#include <string.h>

#include "base/nearest.h"
#include "flow/card/internal.h"

/* In the order of the card. */
static const struct {
	const char *field, *title, *section;
} stated[] = {
	{ "owner", "Owner", "details" }, { "contact", "Contact", "details" },
	{ "license", "License", "details" },
	{ "description", "Description", "details" },
	{ "intended_use", "Intended use", "uses" },
	{ "out_of_scope", "Out-of-scope use", "uses" },
	{ "users", "Intended users", "uses" },
	{ "limitations", "Limitations", "risks" },
	{ "risks", "Risks and biases", "risks" },
	{ "ethics", "Ethical considerations", "risks" },
	{ "oversight", "Human oversight", "risks" },
};

#define N_STATED (sizeof(stated) / sizeof(*stated))
#define N_KNOWN (N_STATED + FRONTMATTER_FIELDS)

static bool
is_text_list(const struct json *list)
{
	for (const struct json *j = list->child; j; j = j->next)
		if (j->type != JSON_TEXT)
			return false;
	return list->type == JSON_LIST;
}

int
card_check_notes(const struct json *notes, struct err *e)
{
	const char *known[N_KNOWN], *near;

	if (notes->type != JSON_MAP)
		return err_set(e, ERR_USAGE, "the notes must be a map of "
		    "fields");
	for (size_t i = 0; i < N_KNOWN; i++)
		known[i] = i < N_STATED ? stated[i].field :
		    card_frontmatter_fields[i - N_STATED];
	for (const struct json *j = notes->child; j; j = j->next) {
		size_t i = 0;

		while (i < N_KNOWN && strcmp(known[i], j->key) != 0)
			i++;
		/* a field left empty is one nobody has filled in yet */
		if (i < N_KNOWN && (j->type == JSON_TEXT || j->type ==
		    JSON_NULL || (i >= N_STATED && is_text_list(j))))
			continue;
		if (i < N_KNOWN)
			return err_set(e, ERR_USAGE, "line %u: '%s' must be "
			    "text%s", j->line, j->key, i < N_STATED ? "" :
			    " or a list of texts");
		near = nearest_word(j->key, known, N_KNOWN);
		return err_set(e, ERR_USAGE, "line %u: no card has a field "
		    "'%s'%s%s%s", j->line, j->key, near ? "; did you mean '" :
		    "", near ? near : "", near ? "'?" : "");
	}
	return 0;
}

bool
card_stated(struct card *k, const char *section)
{
	bool any = false;

	for (size_t i = 0; i < N_STATED; i++) {
		const char *s;

		if (strcmp(stated[i].section, section) != 0)
			continue;
		s = k->r->notes ? json_text(k->r->notes, stated[i].field,
		    NULL) : NULL;
		if (s && *s) {
			card_note(k, stated[i].title, s);
		} else {
			card_lacks(k, stated[i].title);
		}
		any |= s && *s;
	}
	return any;
}
