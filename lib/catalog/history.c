/* The history of a name, read out of the audit log. */
#include "catalog/history.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "catalog/internal.h"
#include "catalog/name.h"

struct history_walk {
	struct name of;		/* base NULL: every name of the kind */
	size_t n;
	struct err late;	/* the first record that its ref does not bear out */
	int (*fn)(void *ctx, const struct history_entry *h, struct err *e);
	void *ctx;
};

/* It is shown all the same, and the walk fails at its end. */
static void
note_unborne(struct history_walk *w, const struct audit_record *r)
{
	if (w->late.code != ERR_NONE || r->confirmed)
		return;
	if (r->unknown)
		err_set(&w->late, ERR_CORRUPT, "ref '%s' is damaged: whether "
		    "its records are all that happened is not known; see "
		    "'mlv-data fsck'", r->ref);
	else
		err_set(&w->late, ERR_CORRUPT, "ref '%s' does not have what "
		    "audit record %llu says: see 'mlv-data fsck'", r->ref,
		    (unsigned long long)r->seq);
}

/* A record's ref is KIND/NAME or KIND/NAME@ALIAS. */
static int
match_record(void *ctx, const struct audit_record *r, struct err *e)
{
	struct history_walk *w = ctx;
	const char *kind = name_kind_text(w->of.kind), *alias;
	size_t len = strlen(kind);
	struct history_entry h = { NULL, r };
	struct name n = { .kind = w->of.kind };
	char *base, *label;
	int result = 0;

	if (r->voided || strcmp(r->op, "void") == 0 ||
	    strncmp(r->ref, kind, len) != 0 || r->ref[len] != '/')
		return 0;
	alias = strchr(r->ref, '@');
	base = alias ? xstrndup(r->ref + len + 1, (size_t)(alias - r->ref) -
	    len - 1) : xstrdup(r->ref + len + 1);
	if (w->of.base == NULL || strcmp(w->of.base, base) == 0) {
		n.base = base;
		n.alias = alias ? alias + 1 : NULL;
		n.version = r->number;
		h.label = label = name_label(&n);
		w->n++;
		note_unborne(w, r);
		result = w->fn(w->ctx, &h, e);
		free(label);
	}
	free(base);
	return result;
}

int
catalog_history(struct catalog *c, enum name_kind kind, const char *base,
    int (*fn)(void *ctx, const struct history_entry *h, struct err *e),
    void *ctx, struct err *e)
{
	struct history_walk w = { .of = { .kind = kind, .base = base },
	    .late = ERR_INIT, .fn = fn, .ctx = ctx };

	if (catalog_need_repo(c, base ? base : name_kind_text(kind), e) < 0)
		return -1;
	if (audit_each(c->repo, NULL, match_record, &w, e) < 0)
		return -1;
	if (w.late.code != ERR_NONE) {
		*e = w.late;
		return -1;
	}
	if (base && w.n == 0)
		return err_set(e, ERR_NOENT, "there is no %s:%s",
		    name_kind_text(kind), base);
	return 0;
}
