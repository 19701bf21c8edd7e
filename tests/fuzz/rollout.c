/*
 * Any bytes as a rollout: a policy, a line "---", and a segment of a request
 * log.  What is read is judged, in one word with a reason; and as a state it is
 * one or is refused.
 */
#define _POSIX_C_SOURCE 200809L
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "rollout/verdict.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *
find(void *ctx, const char *key, size_t n, const char *column)
{
	(void)ctx;
	(void)column;
	return n && (key[0] & 1) ? "yes" : n > 1 ? "1" : NULL;
}

static void
judge(const struct rollout_policy *p, const char *log)
{
	static const struct reqlog_filter all = { 0 };
	const struct tally_labels labels = { "unit", find, NULL };
	struct rollout_state s = { .kind = p->kind, .log = "log",
	    .share = p->n_steps ? p->step[0] : 0 };
	struct rollout_verdict v;
	struct err e = ERR_INIT;
	struct tally t;

	tally_init(&t, p, &labels);
	if (reqlog_each_entry(log, "m/1", &all, tally_entry, &t, &e) < 0 &&
	    e.msg[0] == '\0')
		abort();
	rollout_judge(&v, &s, &t, 0, NULL);
	if (v.why == NULL || v.n == 0)
		abort();
	(void)bandit_share(&tally_goal(&t)->difference, p->floor);
	rollout_verdict_release(&v);
	tally_release(&t);
}

static void
read_log(const struct rollout_policy *p, const char *bytes, size_t n)
{
	char top[] = "/tmp/mlv-fuzz.XXXXXX", *path;
	struct err e = ERR_INIT;

	if (mkdtemp(top) == NULL)
		return;
	path = xprintf("%s/log.jsonl", top);
	if (file_replace(os_real(), path, bytes, n, 0644, &e) == 0)
		judge(p, path);
	(void)unlink(path);
	(void)rmdir(top);
	free(path);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *bytes = (const char *)data, *at = bytes, *end = bytes + size;
	struct rollout_policy p;
	struct rollout_state s;
	struct err e = ERR_INIT;

	if (rollout_state_parse(&s, bytes, size, &e) == 0)
		rollout_state_release(&s);
	else if (e.msg[0] == '\0')
		abort();
	while (end - at >= 5 && memcmp(at, "\n---\n", 5) != 0)
		at++;
	if (end - at < 5)
		at = end;
	if (rollout_policy_parse(&p, bytes, (size_t)(at - bytes), &e) < 0) {
		if (e.msg[0] == '\0')
			abort();
		return 0;
	}
	if (at < end)
		read_log(&p, at + 5, (size_t)(end - at - 5));
	rollout_policy_release(&p);
	return 0;
}
