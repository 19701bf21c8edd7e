/* Pruners give the verdicts of Optuna 5.0.0, frozen: 30 trials of 27 steps,
 * alone and four at a time, whose values are a formula that Python has, too. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/num.h"
#include "search/ask.h"
#include "search/pruner.h"
#include "search/tell.h"
#include "../tap.h"

#define TRIALS 30
#define STEPS 27

struct verdicts {
	const char *pruner, *settings;
	bool maximize;
	int width;			/* trials at once */
	const char *stopped;		/* at which step each, 0: not */
};

static const struct verdicts frozen[] = {
#include "pruner_verdicts.h"
};

static char top[64];
static struct os quick;			/* nothing here must outlive a crash */

static int
no_sync(int fd)
{
	(void)fd;
	return 0;
}

static double
value_of(int64_t t, int64_t s)
{
	if (t % 11 == 10 && s >= 9)
		return NAN;
	return (double)((t * 7919 + 13) % 101 * 10 + (t * 31 + s * 17) % 23 * 6) / 1000;
}

static int
make_study(struct study **s, struct study_setup *setup, const struct verdicts *v,
    struct err *e)
{
	static const char space[] = "x: {type: float, low: 0, high: 1}";
	struct study_place at = { .name = "tune", .os = &quick };
	char path[96], key[64], value[32];
	const char *p = v->settings;
	bool made;
	int n;

	snprintf(path, sizeof(path), "%s/j", top);
	(void)unlink(path);
	at.journal = path;
	memset(setup, 0, sizeof(*setup));
	if (space_parse(&setup->space, space, sizeof(space) - 1, e) < 0 ||
	    setup_choose(setup, "random", v->pruner, e) < 0)
		return -1;
	for (; sscanf(p, " %40[^=]=%30[^ ]%n", key, value, &n) == 2; p += n) {
		char name[72];

		snprintf(name, sizeof(name), "pruner.%s", key);
		if (setup_set(setup, name, value, e) < 0)
			return -1;
	}
	if (study_open(s, &at, true, e) < 0)
		return -1;
	return study_make(&made, *s, setup, &v->maximize, 1, e);
}

/* A group of trials to their ends; where each was stopped. */
static int
run_group(int *stopped, struct study *s, const struct study_setup *setup,
    int width, struct err *e)
{
	const struct ask_request rq = { .lease_s = 0 };
	struct asked asked[4];
	int n = 0;

	for (; n < width && s->n < TRIALS; n++)
		if (study_ask(&asked[n], s, setup, &rq, e) < 0)
			return -1;
	for (int64_t step = 1; step <= STEPS; step++)
		for (int i = 0; i < n; i++) {
			bool prune;

			if (stopped[asked[i].number])
				continue;
			if (study_report(&prune, s, setup, asked[i].number, step,
			    value_of(asked[i].number, step), e) < 0)
				return -1;
			if (prune)
				stopped[asked[i].number] = (int)step;
		}
	for (int i = 0; i < n; i++) {
		double v = value_of(asked[i].number, STEPS);
		struct trial_end end = { TRIAL_COMPLETE, &v, 1, NULL, 0, NULL };

		if (isnan(v))
			end = (struct trial_end){ .state = TRIAL_FAIL };
		if (!stopped[asked[i].number] &&
		    study_tell(s, asked[i].number, &end, e) < 0)
			return -1;
	}
	return 0;
}

static void
test_verdicts(const struct verdicts *v)
{
	int stopped[TRIALS] = { 0 };
	struct study_setup setup;
	struct study *s = NULL;
	struct err e = ERR_INIT;
	char text[256] = "";

	if (make_study(&s, &setup, v, &e) == 0)
		while (s->n < TRIALS && run_group(stopped, s, &setup, v->width, &e) == 0)
			;
	for (int i = 0; i < TRIALS; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
		    "%s%d", i ? " " : "", stopped[i]);
	is_text(text, v->stopped, "%s %s %s, %d at once %s", v->pruner, v->settings,
	    v->maximize ? "maximized" : "minimized", v->width, e.msg);
	study_close(s);
	setup_release(&setup);
}

int
main(void)
{
	char path[96];

	quick = *os_real();
	quick.fdatasync = no_sync;
	snprintf(top, sizeof(top), "/tmp/mlv-unit.XXXXXX");
	if (mkdtemp(top) == NULL)
		return 1;
	for (size_t i = 0; i < sizeof(frozen) / sizeof(*frozen); i++)
		test_verdicts(&frozen[i]);
	snprintf(path, sizeof(path), "rm -rf %s", top);
	return system(path) == 0 ? tap_done() : 1;
}
