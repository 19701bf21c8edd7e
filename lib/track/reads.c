/* Runs by what they read. */
#include "track/reads.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "catalog/manifest.h"
#include "catalog/name.h"
#include "catalog/resolve.h"
#include "store/worktree.h"

int
input_search_open(struct input_search *in, struct catalog *c, const char *text,
    struct err *e)
{
	char hex[OID_HEX + 1];
	struct catalog_item item;
	struct name n;
	struct oid id;
	uint64_t size;

	in->c = c;
	in->name = text;
	if (name_parse(&n, text, e) < 0)
		return -1;
	if (n.kind == NAME_OBJECT)
		in->digits = xstrdup(n.base);
	else if (n.kind == NAME_PATH && access(text, F_OK) == 0 &&
	    worktree_hash_file(&id, &size, catalog_repo(c), text, e) == 0)
		in->digits = xstrdup(oid_hex(hex, &id));
	else if (name_is_ref(&n) && (n.version || n.alias) &&
	    catalog_resolve(&item, c, text, e) == 0) {
		in->digits = xstrdup(oid_hex(hex, &item.id));
		catalog_item_free(&item);
	} else if (n.kind == NAME_PATH ? access(text, F_OK) == 0 :
	    n.version || n.alias) {
		name_free(&n);
		return -1;
	}
	name_free(&n);
	return 0;
}

/* "data:churn" is every version of it, a path that path. */
static bool
has_name(const struct link *l, const char *name)
{
	size_t n = strlen(name);

	return strncmp(l->name, name, n) == 0 && (l->name[n] == '\0' ||
	    (strncmp(name, "data:", 5) == 0 && l->name[n] == '@'));
}

static bool
has_digits(const struct oid *id, const char *digits)
{
	char hex[OID_HEX + 1];

	return strncmp(oid_hex(hex, id), digits, strlen(digits)) == 0;
}

/* By its own id or, of a dataset, by that of its bytes. */
static int
is_input(bool *yes, const struct input_search *in, const struct link *l,
    struct err *e)
{
	struct arena a = { NULL, 0 };
	struct err mine = ERR_INIT;
	const struct json *m;
	struct link content;
	int r = 0;

	*yes = has_name(l, in->name) || (in->digits && has_digits(&l->id,
	    in->digits));
	if (*yes || in->digits == NULL || strcmp(l->type, TYPE_DATASET) != 0)
		return 0;
	if (catalog_manifest(&m, &a, in->c, &l->id, &mine) == 0) {
		*yes = manifest_find(&content, m, "content", NULL) &&
		    has_digits(&content.id, in->digits);
	} else if (mine.code != ERR_NOENT) {
		*e = mine;
		r = -1;
	}
	arena_free(&a);
	return r;
}

int
run_reads_input(bool *yes, const struct input_search *in, const struct run *r,
    struct err *e)
{
	*yes = false;
	for (size_t i = 0; i < r->n_links && !*yes; i++)
		if (run_reads(&r->link[i]) && is_input(yes, in, &r->link[i],
		    e) < 0)
			return -1;
	return 0;
}

void
input_search_release(struct input_search *in)
{
	free(in->digits);
	in->digits = NULL;
}
