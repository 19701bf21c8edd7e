/* Files on their way out of a remote: doomed, gone, forgotten, read back. */
#include "remote/leaving.h"

#include <string.h>

#include "../tap.h"

static struct oid
name(const char *text)
{
	struct oid id;

	oid_of(&id, text, strlen(text));
	return id;
}

static void
add(struct leaving *l, struct arena *a, const char *folder, const char *text,
    int64_t since)
{
	struct leaving_file f = { .folder = folder, .name = name(text),
	    .bytes = strlen(text), .since_s = since };

	leaving_add(l, a, &f);
}

static void
advances(void)
{
	struct arena a = { NULL, 0 };
	struct leaving l = { .n = 0 };

	add(&l, &a, "packs", "old", 100);
	add(&l, &a, "packs", "young", 200);
	ok(leaving_advance(&l, 210, 100) == 1 && l.v[0].gone && !l.v[1].gone,
	    "what was doomed for the grace period is gone");
	ok(l.v[0].since_s == 210, "a name is gone from then on");
	ok(leaving_advance(&l, 210 + LEAVING_FORGET_S - 1, INT64_MAX) == 0,
	    "a name that is gone is remembered for long");
	ok(leaving_advance(&l, 210 + LEAVING_FORGET_S, INT64_MAX) == 1 &&
	    l.n == 1 && !l.v[0].gone, "and then forgotten");
	ok(leaving_advance(&l, 0, 100) == 0 && l.n == 1,
	    "a clock that went back moves nothing");
	arena_free(&a);
}

static void
takes_back(void)
{
	struct arena a = { NULL, 0 };
	struct leaving l = { .n = 0 };
	struct oid doomed = name("doomed"), gone = name("gone");
	struct buf before, after;

	buf_init(&before, BUF_CAP_SMALL);
	buf_init(&after, BUF_CAP_SMALL);
	add(&l, &a, "packs", "doomed", 100);
	ok(!leaving_salt(&before, &l) && before.len == 0,
	    "where nothing is gone packs need no salt");
	add(&l, &a, "packs", "gone", 1);
	l.v[1].gone = true;
	ok(leaving_salt(&before, &l) && before.len > 0, "else they do");
	leaving_take_back(&l, "records", &doomed);
	leaving_take_back(&l, "packs", &gone);
	ok(l.n == 2, "a file of another folder or one that is gone stays");
	leaving_take_back(&l, "packs", &doomed);
	ok(l.n == 1 && l.v[0].gone, "a doomed pack is taken back");
	add(&l, &a, "packs", "more", 1);
	l.v[1].gone = true;
	(void)leaving_salt(&after, &l);
	ok(after.len == before.len && memcmp(after.data, before.data,
	    after.len) != 0, "other names that are gone make another salt");
	buf_free(&before);
	buf_free(&after);
	arena_free(&a);
}

static int
parse(struct leaving *l, struct arena *a, const char *text, size_t n)
{
	struct err e = ERR_INIT;
	struct json *j;

	*l = (struct leaving){ .n = 0 };
	return json_parse(&j, a, text, n, 0, &e) < 0 ? -2 :
	    leaving_parse(l, a, json_get(j, "leaving"), &e);
}

static void
reads_back(void)
{
	static const char *const bad[] = {
		"{}", "{\"leaving\":3}", "{\"leaving\":[{}]}",
		"{\"leaving\":[{\"key\":\"head\",\"bytes\":1,"
		    "\"since\":\"2026-01-01T00:00:00Z\"}]}",
		"{\"leaving\":[{\"key\":\"packs/../head\",\"bytes\":1,"
		    "\"since\":\"2026-01-01T00:00:00Z\"}]}",
	};
	struct arena a = { NULL, 0 };
	struct leaving l = { .n = 0 }, again;
	struct buf b;

	buf_init(&b, BUF_CAP_SMALL);
	add(&l, &a, "packs", "one", 1700000000);
	add(&l, &a, "records", "two", 1700000001);
	l.v[1].gone = true;
	buf_adds(&b, "{\"schema\":\"x\"");
	leaving_print(&b, &l);
	buf_addc(&b, '}');
	ok(parse(&again, &a, b.data, b.len) == 0 && again.n == 2 &&
	    oid_eq(&again.v[0].name, &l.v[0].name) &&
	    again.v[1].since_s == 1700000001 && again.v[1].gone &&
	    strcmp(again.v[1].folder, "records") == 0 &&
	    again.v[0].bytes == 3, "what was printed is read back");
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		ok(parse(&again, &a, bad[i], strlen(bad[i])) == -1,
		    "refused: %s", bad[i]);
	buf_free(&b);
	arena_free(&a);
}

int
main(void)
{
	advances();
	takes_back();
	reads_back();
	return tap_done();
}
