/*
 * read/forms.h - columns of text that look like numbers or dates in a form
 * that nobody has named, told in one line.  Private to lib/read.
 */
#ifndef READ_FORMS_H
#define READ_FORMS_H

#include "base/buf.h"
#include "base/intern.h"
#include "table/column.h"
#include "table/form.h"

struct log;

struct odd_forms {
	struct buf told;
	size_t n;
	struct intern *missing;	/* words told */
};

void forms_init(struct odd_forms *f);
/* A column of strings, read whole. */
void forms_note(struct odd_forms *f, const struct column *c);
/* The same, once it is known what its texts are. */
void forms_note_guess(struct odd_forms *f, const char *name,
    const struct form_guess *g);
/* What was noted, with the options to give; ends *f.  `log` may be NULL. */
void forms_tell(struct odd_forms *f, const char *name, const struct log *log);

#endif
