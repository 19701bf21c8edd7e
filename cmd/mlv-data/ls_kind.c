/* mlv-data ls of what is no data: profiles, cards, reports. */
#include <stdlib.h>
#include <string.h>

#include "catalog/catalog.h"
#include "catalog/manifest.h"
#include "catalog/name.h"
#include "catalog/resolve.h"
#include "cli/cli.h"
#include "store/ref.h"
#include "verbs.h"

#define KINDS 3
static const enum name_kind kind_of[KINDS] = { NAME_PROFILE, NAME_CARD,
    NAME_REPORT };

bool
is_listed_kind(enum name_kind kind)
{
	for (size_t i = 0; i < KINDS; i++)
		if (kind_of[i] == kind)
			return true;
	return false;
}

/* What it is about: the names of what it links to. */
static void
print_subjects(struct out *out, const struct json *m)
{
	struct buf b;
	struct link l;

	buf_init(&b, BUF_CAP_SMALL);
	for (size_t i = 0; manifest_link_at(&l, m, i); i++)
		if (*l.name)
			buf_addf(&b, "%s%s", b.len ? "," : "", l.name);
	out_text(out, "of", b.len ? b.data : NULL);
	buf_free(&b);
}

static int
print_one(struct cli *c, const char *name, struct err *e)
{
	struct arena a = { NULL, 0 };
	struct catalog_item item;
	const struct json *m;
	char text[OID_TEXT];
	struct link content = { .rel = NULL };
	int r;

	if (catalog_resolve(&item, c->catalog, name, e) < 0)
		return -1;
	r = catalog_manifest(&m, &a, c->catalog, &item.id, e);
	if (r == 0) {
		/* a report is its manifest */
		bool has = manifest_find(&content, m, "content", NULL);

		out_begin(&c->out, "mlv.object.listed/1");
		out_text(&c->out, "name", item.label);
		out_text(&c->out, "id", oid_print(text, has ? &content.id :
		    &item.id));
		out_text(&c->out, "about", json_text(m, "about", NULL));
		print_subjects(&c->out, m);
		out_end(&c->out);
	}
	arena_free(&a);
	catalog_item_free(&item);
	return r;
}

struct kind_listing {
	struct cli *c;
	enum name_kind kind;
	bool all;
	int status;
};

/* One that cannot be read does not hide the others. */
static int
print_or_say(struct kind_listing *l, const struct name *n, struct err *e)
{
	char *label = name_label(n);

	if (print_one(l->c, label, e) < 0)
		l->status = cli_fail(l->c, e);
	free(label);
	return 0;
}

static int
print_ref(void *ctx, const char *ref, struct err *e)
{
	struct kind_listing *l = ctx;
	struct name n = { .kind = l->kind, .base = strchr(ref, '/') + 1 };
	struct ref versions;

	if (strchr(ref, '@'))
		return 0;
	if (!l->all)
		return print_or_say(l, &n, e);
	if (ref_read(&versions, catalog_repo(l->c->catalog), ref, e) < 0)
		return -1;
	for (size_t i = 0; i < versions.n; i++) {
		n.version = (uint32_t)i + 1;
		(void)print_or_say(l, &n, e);
	}
	ref_free(&versions);
	return 0;
}

int
list_kind(int *status, struct cli *c, const char *kind, bool all, struct err *e)
{
	struct kind_listing l = { .c = c, .all = all };
	const char *prefix = arena_printf(&c->arena, "%s/", kind);
	size_t i = 0;
	int r;

	while (i < KINDS && strcmp(name_kind_text(kind_of[i]), kind) != 0)
		i++;
	if (i == KINDS)
		return err_set(e, ERR_USAGE, "--kind is profile, card or "
		    "report, not '%.100s'", kind);
	l.kind = kind_of[i];
	r = ref_each(catalog_repo(c->catalog), prefix, print_ref, &l, e);
	if (l.status)
		*status = l.status;
	return r;
}

int
list_kind_name(int *status, struct cli *c, const struct name *n, bool all,
    struct err *e)
{
	struct kind_listing l = { .c = c, .kind = n->kind, .all = all };
	char *ref;
	int r;

	if (n->version || n->alias || !all)
		return print_one(c, n->text, e);
	ref = name_ref(n);
	r = print_ref(&l, ref, e);
	free(ref);
	if (l.status)
		*status = l.status;
	return r;
}
