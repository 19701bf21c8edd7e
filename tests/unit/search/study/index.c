/* An index with other numbers in it and the right hash: passed over, or as
 * good as one that is read. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"
#include "search/ask.h"
#include "search/front.h"
#include "search/past.h"
#include "../../tap.h"

#define HEAD 24

static char top[64], path[96], index_path[104];

static int
make_study(struct study_setup *setup, struct err *e)
{
	static const char text[] = "x: {type: float, low: 0, high: 1}\n"
	    "k: {type: categorical, choices: [a, b]}\n";
	const struct study_place at = { .journal = path, .name = "s" };
	const struct ask_request rq = { .lease_s = 60 };
	struct asked asked;
	struct study *s;
	bool up = false, made;
	int r;

	memset(setup, 0, sizeof(*setup));
	if (space_parse(&setup->space, text, sizeof(text) - 1, e) < 0 ||
	    setup_choose(setup, "random", "none", e) < 0 ||
	    study_open(&s, &at, true, e) < 0)
		return -1;
	r = study_make(&made, s, setup, &up, 1, e);
	for (int i = 0; i < 120 && r == 0; i++)
		r = study_ask(&asked, s, setup, &rq, e);
	study_close(s);
	return r;
}

static void
look_at_all(const struct study_setup *setup)
{
	const struct study_place at = { .journal = path, .name = "s" };
	struct arena a = { NULL, 0 };
	struct err e = ERR_INIT;
	const size_t *front;
	struct past past;
	struct study *s;

	if (study_open(&s, &at, false, &e) < 0)
		return;
	(void)study_front(&front, &a, s);
	for (size_t i = 0; i < s->n; i++)
		(void)arena_printf(&a, "%s %s %s %s",
		    trial_state_text(s->trial[i].state), s->trial[i].boot,
		    s->trial[i].run, s->trial[i].fixed ? s->trial[i].fixed : "");
	if (past_read(&past, s, &setup->space, &e) == 0)
		past_release(&past);
	study_close(s);
	arena_free(&a);
}

int
main(void)
{
	static const uint64_t odd[] = { 0, 7, UINT64_C(0x4141414141414141),
	    UINT64_MAX };
	struct study_setup setup;
	struct err e = ERR_INIT;
	struct buf was, now;
	size_t n = 0;
	FILE *f;

	snprintf(top, sizeof(top), "/tmp/mlv-unit.XXXXXX");
	if (mkdtemp(top) == NULL)
		return 1;
	snprintf(path, sizeof(path), "%s/j", top);
	snprintf(index_path, sizeof(index_path), "%s.index", path);
	buf_init(&was, BUF_CAP_DOC);
	buf_init(&now, BUF_CAP_DOC);
	if (!ok(make_study(&setup, &e) == 0 && file_read(&was, index_path, &e) == 0,
	    "a study of some trials has an index"))
		return tap_done();
	for (size_t at = HEAD + 8; at + 8 <= was.len; at += at < 2048 ? 4 : 52) {
		uint64_t sum;

		buf_clear(&now);
		buf_add(&now, was.data, was.len);
		memcpy(now.data + at, &odd[n++ % 4], 8);
		sum = hash64(now.data + HEAD, now.len - HEAD, sizeof(struct trial));
		memcpy(now.data + 16, &sum, 8);
		if ((f = fopen(index_path, "wb")) == NULL)
			break;
		if (fwrite(now.data, now.len, 1, f) == 1 && fflush(f) == 0)
			look_at_all(&setup);
		fclose(f);
	}
	ok(n > 500, "%zu of them were looked at", n);
	buf_free(&was);
	buf_free(&now);
	setup_release(&setup);
	snprintf(path, sizeof(path), "rm -rf %s", top);
	return system(path) == 0 ? tap_done() : 1;
}
