/* A second source behind the database: asked when the first has it not. */
#include <unistd.h>

#include "base/mem.h"
#include "store/internal.h"
#include "store/loose.h"
#include "fixture.h"

/* One object in memory, only read. */
struct memory_source {
	struct object_source source;
	const char *text;
	bool lie;		/* give other bytes than its id says */
};

static int
memory_has(struct object_source *s, const struct oid *id)
{
	struct memory_source *m = (struct memory_source *)s;
	struct oid mine;

	oid_of(&mine, m->text, strlen(m->text));
	return oid_eq(&mine, id);
}

static int
memory_size(uint64_t *size, struct object_source *s, const struct oid *id,
    struct err *e)
{
	struct memory_source *m = (struct memory_source *)s;

	if (!memory_has(s, id))
		return err_set(e, ERR_NOENT, "it is not in memory");
	*size = strlen(m->text);
	return 0;
}

static int
memory_open(struct source *from, uint64_t *size, struct object_source *s,
    const struct oid *id, struct err *e)
{
	struct memory_source *m = (struct memory_source *)s;

	if (memory_size(size, s, id, e) < 0)
		return -1;
	*from = source_memory(m->lie ? "something else" : m->text, *size, "memory");
	return 0;
}

static int
memory_each(struct object_source *s, const char *prefix,
    int (*fn)(void *ctx, const struct oid *id, struct err *e), void *ctx,
    struct err *e)
{
	struct memory_source *m = (struct memory_source *)s;
	char hex[OID_HEX + 1];
	struct oid id;

	oid_of(&id, m->text, strlen(m->text));
	if (strncmp(oid_hex(hex, &id), prefix, strlen(prefix)) != 0)
		return 0;
	return fn(ctx, &id, e);
}

static void
memory_free(struct object_source *s)
{
	(void)s;
}

static const struct object_source_ops memory_ops = {
	.name = "memory", .has = memory_has, .size = memory_size,
	.open = memory_open, .check = memory_size, .each = memory_each,
	.free = memory_free,
};

static int
count_object(void *ctx, const struct oid *id, struct err *e)
{
	(void)id;
	(void)e;
	++*(int *)ctx;
	return 0;
}

static void
test_second_source(struct repo *s)
{
	struct memory_source memory = { { &memory_ops, NULL }, "in memory only", false };
	struct object_source *loose = loose_new(&s->layout);
	struct err e = ERR_INIT;
	struct oid id, stored, found;
	struct odb *o;
	char hex[OID_HEX + 1];
	struct buf b;
	int n = 0;

	loose->next = &memory.source;
	o = odb_new(loose, NULL, NULL);
	ok(odb_put(&stored, o, "a file", 6, &e) == 0, "what is new goes to the first source");
	ok(odb_has(repo_odb(s), &stored), "where the repository finds it");
	oid_of(&id, memory.text, strlen(memory.text));
	ok(odb_has(o, &id), "the second source is asked too");
	ok(!odb_has(repo_odb(s), &id), "the repository alone has no such object");
	buf_init(&b, BUF_CAP_SMALL);
	ok(odb_get(&b, o, &id, &e) == 0, "it is read from there");
	is_text(b.data, memory.text, "as it is");
	hex[0] = '\0';
	oid_hex(hex, &id);
	hex[12] = '\0';
	ok(odb_expand(&found, o, hex, &e) == 0 && oid_eq(&found, &id), "its first digits name it");
	ok(odb_each(o, count_object, &n, &e) == 0 && n == 2, "both objects are listed");
	ok(odb_put(&found, o, memory.text, strlen(memory.text), &e) == 0,
	    "putting it again succeeds");
	ok(!odb_has(repo_odb(s), &id), "and makes no second copy");
	memory.lie = true;
	ok(odb_get(&b, o, &id, &e) < 0 && e.code == ERR_CORRUPT,
	    "other bytes than its name says are refused");
	buf_free(&b);
	odb_free(o);
}

int
main(void)
{
	struct repo *s = begin_repo();

	test_second_source(s);
	return end_repo(s);
}
