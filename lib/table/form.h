/*
 * table/form.h - numbers and dates as people write them: amounts of money,
 * decimal commas, percent, days and months in three orders.
 *
 * Nothing is guessed when rows are read: a form is said by the user or a
 * schema.  form_suggest says which one would fit.
 */
#ifndef TABLE_FORM_H
#define TABLE_FORM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/intern.h"
#include "table/col_type.h"

#define FORM_TEXT_MAX 64	/* longer cells are in no form */

/* "money" "comma" "percent" "percent-comma" "date-ymd" "date-dmy"
 * "date-mdy"; NULL for FORM_PLAIN. */
const char *form_name(enum cell_form form);
/* With the type such cells are read as. */
bool form_parse(const char *word, enum cell_form *form, enum col_type *type);
/* The word for a type in a form, as --type and schemas have it. */
const char *type_word(enum col_type type, enum cell_form form);

/* The text as the readers of plain numbers and dates take it: "$1,234.50" is
 * "1234.50", "(12)" is "-12", "27.2 %" is "27.2e-2", "07/08/2024" is
 * "2024-07-08" or "2024-08-07".  False when it is not in that form. */
bool form_plain(char out[FORM_TEXT_MAX], size_t *out_n, enum cell_form form,
    const char *s, size_t n);

#define FORM_MISSING_MAX 16

/* What would make numbers or dates of a column's texts. */
struct form_guess {
	enum cell_form fit[2];	/* the forms that all fit, while some are in */
	int n;			/* no plain one; two where only a person
				 * knows; 0: plain, but for the word */
	char missing[FORM_MISSING_MAX];	/* a word like "?" among them, or "" */
};

/* The same found out as texts come, in any order, once or more often. */
struct form_look {
	unsigned left;		/* forms that all so far fit */
	bool plain, odd, values, none;
	char missing[FORM_MISSING_MAX];
};

void form_look_init(struct form_look *l);
void form_look_add(struct form_look *l, const char *s, size_t n);
/* False: they are texts. */
bool form_look_end(struct form_guess *g, const struct form_look *l);
bool form_suggest(struct form_guess *g, const struct intern *texts);

#endif
