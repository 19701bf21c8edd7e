/* Any bytes as a study's journal: refused, or a study whose every part can be
 * looked at, judged, and asked what to try next. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "search/front.h"
#include "search/past.h"
#include "search/pruner.h"
#include "search/sampler.h"
#include "search/setup.h"
#include "search/study/internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define J(name) &pruner_##name,
static const struct pruner *const pruners[] = { PRUNERS(J) };
#undef J

static void
judge_all(const struct study *s)
{
	double set[SETTINGS_MAX];

	for (size_t i = 0; i < sizeof(pruners) / sizeof(*pruners); i++)
		for (size_t k = 0; k < s->n && s->n_objectives == 1; k++) {
			struct verdict v = { .prune = false };

			settings_preset(set, pruners[i]->settings);
			pruners[i]->judge(&v, s, k, set);
		}
}

static void
ask_once(struct study *s)
{
	static const char *const name[] = { "tpe", "cmaes", "nsga2", "gp",
	    "sobol" };
	struct err e = ERR_INIT;
	struct study_setup setup;
	struct past past;

	if (setup_of_study(&setup, s, &e) == 0 && setup.space.n < 64 &&
	    past_read(&past, s, &setup.space, &e) == 0) {
		double *x = xalloc(setup.space.n, sizeof(*x)), set[SETTINGS_MAX];

		for (size_t i = 0; i < sizeof(name) / sizeof(*name); i++) {
			const struct sampler *sampler = sampler_find(name[i]);
			struct sampling ask = { .past = &past, .set = set,
			    .number = s->n };

			settings_preset(set, sampler->settings);
			/* no start by chance, where there is one */
			set[0] = i == 3 ? 1 : set[0];
			rng_seed(&ask.rng, 1, s->n);
			if (sampler->check == NULL || sampler->check(
			    &setup.space, s->n_objectives, &e) == 0)
				(void)sampler->draw(x, &ask, &e);
			space_deactivate(&setup.space, x);
		}
		free(x);
		past_release(&past);
	}
	setup_release(&setup);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct study *s = xalloc(1, sizeof(*s));
	char *text = xstrndup((const char *)data, size);
	struct arena a = { NULL, 0 };
	struct err e = ERR_INIT;
	const size_t *front;
	size_t used;

	s->name = xstrdup("tune");
	s->id = STUDY_NONE;
	s->first_last_step = -1;
	s->log.path = text;
	while (size > 0 && data[size - 1] != '\n')
		size--;
	if (size < 20000 && replay_lines(s, (const char *)data, size, &used, &e) == 0 &&
	    s->id != STUDY_NONE && s->n < 200) {
		(void)study_front(&front, &a, s);
		judge_all(s);
		ask_once(s);
	}
	study_forget(s);
	free(s->name);
	free(s);
	free(text);
	arena_free(&a);
	return 0;
}
