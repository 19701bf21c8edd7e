/* What to give so that text is read as numbers or dates. */
#include "read/forms.h"

#include "base/log.h"
#include "base/shellword.h"
#include "table/form.h"

#define COLUMNS_TOLD 12

void
forms_init(struct odd_forms *f)
{
	buf_init(&f->told, BUF_CAP_SMALL);
	f->n = 0;
}

void
forms_note(struct odd_forms *f, const struct column *c)
{
	enum cell_form fit[2];
	int n = form_suggest(fit, c->dict);
	struct buf word;

	if (n == 0 || f->n++ >= COLUMNS_TOLD)
		return;
	buf_init(&word, BUF_CAP_SMALL);
	buf_addf(&word, "%s=%s", c->name, form_name(fit[0]));
	buf_adds(&f->told, " --type ");
	shellword_add(&f->told, word.data);
	buf_free(&word);
	if (n > 1)
		buf_addf(&f->told, " (or %s)", form_name(fit[1]));
}

void
forms_tell(struct odd_forms *f, const char *name, const struct log *log)
{
	if (f->n > 0)
		log_warn(log, "%s: read as text, but would be numbers or dates "
		    "with%s%s", name, f->told.data, f->n > COLUMNS_TOLD ?
		    " ..." : "");
	buf_free(&f->told);
}
