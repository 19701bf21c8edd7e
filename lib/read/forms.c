/* What to give so that text is read as numbers or dates. */
#include "read/forms.h"

#include <string.h>

#include "base/log.h"
#include "base/shellword.h"

#define COLUMNS_TOLD 12

void
forms_init(struct odd_forms *f)
{
	buf_init(&f->told, BUF_CAP_SMALL);
	f->n = 0;
	f->missing = intern_new();
}

/* Words for missing hold for all columns, so each is told once. */
static void
note_missing(struct odd_forms *f, const char *word)
{
	uint32_t known = intern_count(f->missing);

	if (intern_add(f->missing, word, strlen(word)) < known)
		return;
	buf_adds(&f->told, *word == '-' ? " --na=" : " --na ");
	shellword_add(&f->told, word);
}

void
forms_note_guess(struct odd_forms *f, const char *name,
    const struct form_guess *g)
{
	struct buf word;

	if (f->n++ >= COLUMNS_TOLD)
		return;
	if (g->missing[0] != '\0')
		note_missing(f, g->missing);
	if (g->n == 0)
		return;
	buf_init(&word, BUF_CAP_SMALL);
	buf_addf(&word, "%s=%s", name, form_name(g->fit[0]));
	buf_adds(&f->told, " --type ");
	shellword_add(&f->told, word.data);
	buf_free(&word);
	if (g->n > 1)
		buf_addf(&f->told, " (or %s)", form_name(g->fit[1]));
}

void
forms_note(struct odd_forms *f, const struct column *c)
{
	struct form_guess g;

	if (form_suggest(&g, c->dict))
		forms_note_guess(f, c->name, &g);
}

void
forms_tell(struct odd_forms *f, const char *name, const struct log *log)
{
	if (f->n > 0)
		log_warn(log, "%s: read as text, but would be numbers or dates "
		    "with%s%s", name, f->told.data, f->n > COLUMNS_TOLD ?
		    " ..." : "");
	buf_free(&f->told);
	intern_free(f->missing);
}
