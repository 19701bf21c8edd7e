/* Who did what, by the records of this repository's audit log. */
#include "remote/authors.h"

#include <string.h>

#include "remote/internal.h"
#include "store/audit.h"

static int
add_author(void *ctx, const struct audit_record *r, struct err *e)
{
	struct authors *a = ctx;

	(void)e;
	if (a->n == 0)
		a->first = r->hash;
	intern_add(a->records, (const char *)r->hash.b, OID_BYTES);
	a->v = arena_grow(&a->arena, a->v, a->n, &a->room, sizeof(*a->v));
	a->v[a->n++] = (struct author){
		.time = arena_strdup(&a->arena, r->time),
		.user = arena_strdup(&a->arena, r->user),
		.host = arena_strdup(&a->arena, r->host),
		.verdict = r->verdict,
	};
	return 0;
}

int
authors_read(struct authors *a, struct repo *repo, struct err *e)
{
	struct audit_summary sum = { .records = 0 };
	int r;

	*a = (struct authors){ .records = intern_new() };
	buf_init(&a->lines, REMOTE_RECORD_MAX);
	r = audit_lines(&a->lines, repo, e);
	if (r == 0)
		r = audit_check_lines(&sum, a->lines.data, a->lines.len,
		    add_author, a, e);
	a->head = sum.head;
	if (r < 0)
		authors_release(a);
	return r;
}

void
authors_release(struct authors *a)
{
	intern_free(a->records);
	buf_free(&a->lines);
	arena_free(&a->arena);
}

const struct author *
authors_find(const struct authors *a, const struct oid *record)
{
	static const struct author nobody = { "", "", "", { { 0 } } };
	uint32_t i = intern_find(a->records, (const char *)record->b,
	    OID_BYTES);

	return i == INTERN_NONE ? &nobody : &a->v[i];
}
