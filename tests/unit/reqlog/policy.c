/* What of a place in a rollout is logged. */
#define _POSIX_C_SOURCE 200809L
#include "reqlog/policy.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../tap.h"
#include "base/mem.h"

static char top[] = "/tmp/mlv-policy.XXXXXX";

static const char *const files[][2] = {
	{ "one", "sixteen bytes or more of salt" },
	{ "other", "more of another salt than sixteen" },
	{ "plain", "{sample: 0.5}" },
	{ "hash", "{unit: hash, salt: one}" },
	{ "again", "{id: hash, salt: one}" },
	{ "salty", "{unit: hash, salt: other}" },
	{ "drop", "{unit: drop}" },
	{ "column", "{columns: {email: drop}}" },
};

static void
put_file(const char *name, const char *text)
{
	char *path = xprintf("%s/%s", top, name);
	FILE *f = fopen(path, "w");

	ok(f && fputs(text, f) >= 0 && fclose(f) == 0 && chmod(path, 0600) ==
	    0, "write %s", name);
	free(path);
}

static uint64_t
place_by(const char *name, uint64_t place)
{
	char *path = xprintf("%s/%s", top, name);
	struct reqlog_policy p;
	struct err e = ERR_INIT;
	uint64_t out = 0;

	if (reqlog_policy_load(&p, path, &e) < 0) {
		ok(false, "%s", e.msg);
	} else {
		out = reqlog_mask_place(&p, place);
		ok(out == reqlog_mask_place(&p, place), "%s: one place for "
		    "each", name);
	}
	reqlog_policy_release(&p);
	free(path);
	return out;
}

int
main(void)
{
	uint64_t salted, dropped;

	if (mkdtemp(top) == NULL || chdir(top) < 0)
		return 1;
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		put_file(files[i][0], files[i][1]);
	ok(reqlog_mask_place(NULL, 7) == 7 && place_by("plain", 7) == 7,
	    "where nothing is masked it is logged as it is");
	salted = place_by("hash", 7);
	ok(salted != 7 && salted == place_by("again", 7),
	    "with a salt it is the same in every server");
	ok(salted != place_by("salty", 7) && salted != place_by("hash", 8),
	    "... and another with another salt, or of another unit");
	dropped = place_by("drop", 7);
	ok(dropped != 7 && dropped != place_by("drop", 7),
	    "a unit that is dropped has one that nobody can compute");
	ok(place_by("column", 7) != 7,
	    "a body with columns that are masked is not guessed either");
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		(void)unlink(files[i][0]);
	(void)rmdir(top);
	return tap_done();
}
