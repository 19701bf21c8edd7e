/*
 * search/setup.h - how a study is searched, as it was said when it was made
 * and as it stands in the journal: space, sampler, pruner, seed, lease.
 */
#ifndef SEARCH_SETUP_H
#define SEARCH_SETUP_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "codec/json.h"
#include "search/setting.h"
#include "search/space.h"
#include "search/study/study.h"

struct sampler;
struct pruner;

struct study_setup {
	struct space space;
	const struct sampler *sampler;
	const struct pruner *pruner;
	double sampler_set[SETTINGS_MAX];
	double pruner_set[SETTINGS_MAX];
	uint64_t seed;
	double lease_s;			/* 0: a trial may be silent for ever */
};

/* By their words; NULL: tpe and none.  ERR_USAGE names those there are. */
int setup_choose(struct study_setup *s, const char *sampler,
    const char *pruner, struct err *e);
/* "sampler.n_startup_trials=5", "pruner.reduction_factor=3". */
int setup_set(struct study_setup *s, const char *name, const char *value,
    struct err *e);

/* As the system attribute of the study, and back; ERR_FORMAT. */
struct json *setup_to_json(struct arena *a, const struct study_setup *s);
int setup_read(struct study_setup *out, const struct json *j, struct err *e);
/* Of a study, whoever made it: what it says of itself, else the space of its
 * trials and the presets.  Release it in either case. */
int setup_of_study(struct study_setup *out, struct study *s, struct err *e);
void setup_release(struct study_setup *s);
/* What differs, in the arena; NULL: nothing. */
const char *setup_difference(struct arena *a, const struct study_setup *was,
    const struct study_setup *is);

#endif
