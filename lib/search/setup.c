/* How a study is searched: chosen by words, written, read, compared. */
#include "search/setup.h"

#include <string.h>

#include "base/num.h"
#include "search/pruner.h"
#include "search/sampler.h"

#define SAMPLER_PRESET "tpe"
#define PRUNER_PRESET "none"

int
setup_choose(struct study_setup *s, const char *sampler, const char *pruner,
    struct err *e)
{
	struct buf b;

	if (sampler == NULL)
		sampler = SAMPLER_PRESET;
	if (pruner == NULL)
		pruner = PRUNER_PRESET;
	s->sampler = sampler_find(sampler);
	if (s->sampler == NULL) {
		buf_init(&b, BUF_CAP_SMALL);
		sampler_names(&b);
		err_set(e, ERR_USAGE, "no sampler '%s'; there are: %s", sampler,
		    b.data);
		buf_free(&b);
		return -1;
	}
	s->pruner = pruner_find(pruner);
	if (s->pruner == NULL) {
		buf_init(&b, BUF_CAP_SMALL);
		pruner_names(&b);
		err_set(e, ERR_USAGE, "no pruner '%s'; there are: %s", pruner,
		    b.data);
		buf_free(&b);
		return -1;
	}
	settings_preset(s->sampler_set, s->sampler->settings);
	settings_preset(s->pruner_set, s->pruner->settings);
	return 0;
}

int
setup_set(struct study_setup *s, const char *name, const char *value,
    struct err *e)
{
	double v;

	if (!num_parse_f64(value, strlen(value), &v))
		return err_set(e, ERR_USAGE, "'%s=%s': not a number", name, value);
	if (strncmp(name, "sampler.", 8) == 0)
		return settings_set(s->sampler_set, s->sampler->settings,
		    s->sampler->name, name + 8, v, e);
	if (strncmp(name, "pruner.", 7) == 0)
		return settings_set(s->pruner_set, s->pruner->settings,
		    s->pruner->name, name + 7, v, e);
	return err_set(e, ERR_USAGE, "a setting is sampler.NAME or "
	    "pruner.NAME, not '%s'", name);
}

struct json *
setup_to_json(struct arena *a, const struct study_setup *s)
{
	struct json *map = json_new(a, JSON_MAP), *part;
	char text[NUM_TEXT_MAX];

	json_add_text(a, map, "schema", "mlv.study/1");
	json_add(a, map, "space", space_to_json(a, &s->space));
	json_add_text(a, map, "sampler", s->sampler->name);
	part = settings_to_json(a, s->sampler_set, s->sampler->settings);
	if (part->n)
		json_add(a, map, "sampler_settings", part);
	json_add_text(a, map, "pruner", s->pruner->name);
	part = settings_to_json(a, s->pruner_set, s->pruner->settings);
	if (part->n)
		json_add(a, map, "pruner_settings", part);
	/* a text: beyond 2^53 a JSON number is not exact for all */
	num_print_u64(text, s->seed);
	json_add_text(a, map, "seed", text);
	if (s->lease_s > 0)
		json_add_num(a, map, "lease_s", s->lease_s);
	return map;
}

int
setup_read(struct study_setup *out, const struct json *j, struct err *e)
{
	const struct json *space = json_get(j, "space");
	const char *seed = json_text(j, "seed", "");

	memset(out, 0, sizeof(*out));
	if (strcmp(json_text(j, "schema", ""), "mlv.study/1") != 0)
		return err_set(e, ERR_UNSUPPORTED, "made by a newer mlv: '%s'",
		    json_text(j, "schema", "no schema"));
	if (space == NULL || !num_parse_u64(seed, strlen(seed), &out->seed))
		return err_set(e, ERR_FORMAT, "a setup without space or seed");
	if (space_read(&out->space, space, e) < 0 ||
	    setup_choose(out, json_text(j, "sampler", ""), json_text(j, "pruner", ""), e) < 0 ||
	    settings_read(out->sampler_set, out->sampler->settings,
	    out->sampler->name, json_get(j, "sampler_settings"), e) < 0 ||
	    settings_read(out->pruner_set, out->pruner->settings,
	    out->pruner->name, json_get(j, "pruner_settings"), e) < 0) {
		e->code = ERR_FORMAT;
		return -1;
	}
	out->lease_s = json_num(j, "lease_s", 0);
	return 0;
}

int
setup_of_study(struct study_setup *out, struct study *s, struct err *e)
{
	struct arena a = { NULL, 0 };
	struct json *j;
	int r;

	memset(out, 0, sizeof(*out));
	if (s->setup == NULL) {
		r = study_space(&out->space, s, e);
		return r < 0 ? -1 : setup_choose(out, NULL, NULL, e);
	}
	r = json_parse(&j, &a, s->setup, strlen(s->setup), 0, e);
	if (r == 0)
		r = setup_read(out, j, e);
	if (r < 0)
		err_wrap(e, "study '%s'", s->name);
	arena_free(&a);
	return r;
}

void
setup_release(struct study_setup *s)
{
	space_release(&s->space);
}

const char *
setup_difference(struct arena *a, const struct study_setup *was,
    const struct study_setup *is)
{
	const char *d = space_difference(a, &was->space, &is->space);

	if (d)
		return arena_printf(a, "another space: %s", d);
	if (was->sampler != is->sampler)
		return arena_printf(a, "the sampler %s, not %s",
		    was->sampler->name, is->sampler->name);
	if (was->pruner != is->pruner)
		return arena_printf(a, "the pruner %s, not %s",
		    was->pruner->name, is->pruner->name);
	if (memcmp(was->sampler_set, is->sampler_set, sizeof(was->sampler_set)) != 0 ||
	    memcmp(was->pruner_set, is->pruner_set, sizeof(was->pruner_set)) != 0)
		return "other settings";
	if (was->seed != is->seed)
		return "another seed";
	return was->lease_s != is->lease_s ? "another lease" : NULL;
}
