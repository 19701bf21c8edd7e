/* A study whose system calls fail one after the other: what was refused did
 * not happen, what was accepted did, and the next process goes on. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "search/ask.h"
#include "search/tell.h"
#include "../../tap.h"

static char top[64], path[96];
static long calls, fail_at;

static bool
strike(void)
{
	if (++calls != fail_at)
		return false;
	errno = ENOSPC;
	return true;
}

static int
f_open(const char *p, int flags, mode_t m)
{
	return strike() ? -1 : os_real()->open(p, flags, m);
}

/* Half of it comes through, and then no more. */
static ssize_t
f_write(int fd, const void *p, size_t n)
{
	if (!strike())
		return os_real()->write(fd, p, n);
	if (n > 1 && os_real()->write(fd, p, n / 2) > 0) {
		fail_at = calls + 1;
		return (ssize_t)(n / 2);
	}
	errno = ENOSPC;
	return -1;
}

static int
f_fdatasync(int fd)
{
	(void)fd;
	return strike() ? -1 : 0;
}

static int
f_unlink(const char *p)
{
	return strike() ? -1 : os_real()->unlink(p);
}

static int
f_truncate(int fd, off_t n)
{
	return strike() ? -1 : os_real()->truncate(fd, n);
}

static int
make_setup(struct study_setup *setup, struct err *e)
{
	static const char text[] = "x: {type: float, low: 0, high: 1}";

	memset(setup, 0, sizeof(*setup));
	return space_parse(&setup->space, text, sizeof(text) - 1, e) < 0 ? -1 :
	    setup_choose(setup, "tpe", "asha", e);
}

struct outcome {
	int made, asked, reported, told;	/* 0, -1; 1: committed, unproven */
};

static int
rate(int r, const struct err *e)
{
	return r < 0 && e->code == ERR_UNPROVEN ? 1 : r;
}

static void
run_study(struct outcome *o, const struct os *os, const struct study_setup *setup)
{
	struct study_place at = { .journal = path, .name = "s", .os = os };
	const struct ask_request rq = { .lease_s = 60 };
	bool maximize = false, made, prune;
	double v = 0.5;
	struct trial_end end = { TRIAL_COMPLETE, &v, 1, NULL, 0, NULL };
	struct err e = ERR_INIT;
	struct asked asked;
	struct study *s;

	*o = (struct outcome){ -1, -1, -1, -1 };
	if (study_open(&s, &at, true, &e) < 0)
		return;
	o->made = rate(study_make(&made, s, setup, &maximize, 1, &e), &e);
	if (o->made >= 0)
		o->asked = study_ask(&asked, s, setup, &rq, &e);
	if (o->asked >= 0)
		o->reported = study_report(&prune, s, setup, asked.number, 1, v, &e);
	if (o->asked >= 0)
		o->told = rate(study_tell(s, asked.number, &end, &e), &e);
	study_close(s);
}

/* Does the journal hold what was said, and can it be gone on with? */
static bool
is_honest(const struct outcome *o, const struct study_setup *setup)
{
	struct study_place at = { .journal = path, .name = "s" };
	struct err e = ERR_INIT;
	struct outcome next;
	struct study *s;
	bool good;

	if (study_open(&s, &at, true, &e) < 0)
		return false;
	good = o->made < 0 ? s->n == 0 : s->id != STUDY_NONE;
	good &= s->n == (o->asked == 0) || o->asked < 0;
	if (o->asked == 0) {
		good &= (s->trial[0].n_steps == 1) == (o->reported == 0);
		good &= (s->trial[0].state == TRIAL_COMPLETE) == (o->told >= 0);
	}
	study_close(s);
	run_study(&next, os_real(), setup);
	return good && next.made == 0 && next.told == 0;
}

int
main(void)
{
	struct os os = *os_real();
	struct err e = ERR_INIT;
	struct study_setup setup;
	struct outcome o;
	int wrong = 0;
	long at;

	snprintf(top, sizeof(top), "/tmp/mlv-unit.XXXXXX");
	if (mkdtemp(top) == NULL || make_setup(&setup, &e) < 0)
		return 1;
	snprintf(path, sizeof(path), "%s/j", top);
	os.open = f_open;
	os.write = f_write;
	os.fdatasync = f_fdatasync;
	os.unlink = f_unlink;
	os.truncate = f_truncate;
	for (at = 1; at < 200; at++) {
		char cmd[128];

		snprintf(cmd, sizeof(cmd), "rm -f %s/*", top);
		if (system(cmd) != 0)
			return 1;
		calls = 0;
		fail_at = at;
		run_study(&o, &os, &setup);
		if (!is_honest(&o, &setup)) {
			printf("# call %ld: made %d asked %d reported %d told %d\n", at,
			    o.made, o.asked, o.reported, o.told);
			wrong++;
		}
		if (calls < at)
			break;
	}
	ok(at > 15 && at < 200, "%ld calls were failed in turn", at);
	is_int(wrong, 0, "a study says what happened, and nothing else");
	setup_release(&setup);
	snprintf(path, sizeof(path), "rm -rf %s", top);
	return system(path) == 0 ? tap_done() : 1;
}
