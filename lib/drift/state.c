/* Fields of a state as members of a JSON map, written or read. */
#include "drift/state.h"

#include <math.h>
#include <string.h>

#include "base/num.h"

static void
refuse(struct state *s, const char *name)
{
	if (s->wrong == NULL)
		s->wrong = name;
}

static void
put_f64(struct state *s, struct json *to, const char *name, double v)
{
	char text[NUM_TEXT_MAX];

	if (isfinite(v)) {
		json_add_num(s->arena, to, name, v);
		return;
	}
	num_print_f64(text, v);
	json_add_text(s->arena, to, name, text);
}

static bool
get_f64(const struct json *j, double *v)
{
	if (j == NULL)
		return false;
	if (j->type == JSON_INT || j->type == JSON_REAL) {
		*v = j->d;
		return true;
	}
	return j->type == JSON_TEXT && num_parse_f64(j->s, j->n, v);
}

void
state_bound(struct state *s, const char *name, double *v)
{
	if (s->to != NULL)
		put_f64(s, s->to, name, *v);
	else if (!get_f64(json_get(s->from, name), v) || isnan(*v))
		refuse(s, name);
}

void
state_f64(struct state *s, const char *name, double *v)
{
	state_bound(s, name, v);
	if (s->to == NULL && !isfinite(*v))
		refuse(s, name);
}

/* The list to read n values from, or NULL. */
static const struct json *
find_list(struct state *s, const char *name, size_t n)
{
	const struct json *j = json_get(s->from, name);

	if (j != NULL && j->type == JSON_LIST && j->n == n)
		return j;
	refuse(s, name);
	return NULL;
}

void
state_f64s(struct state *s, const char *name, double *v, size_t n)
{
	const struct json *j;

	if (s->to != NULL) {
		struct json *list = json_add_list(s->arena, s->to, name);

		for (size_t i = 0; i < n; i++)
			put_f64(s, list, NULL, v[i]);
		return;
	}
	if ((j = find_list(s, name, n)) == NULL)
		return;
	j = j->child;
	for (size_t i = 0; i < n; i++, j = j->next)
		if (!get_f64(j, &v[i]) || !isfinite(v[i]))
			refuse(s, name);
}

void
state_u64(struct state *s, const char *name, uint64_t *v, uint64_t most)
{
	const struct json *j;

	if (s->to != NULL) {
		json_add_int(s->arena, s->to, name, (int64_t)*v);
		return;
	}
	j = json_get(s->from, name);
	if (j == NULL || j->type != JSON_INT || j->i < 0 ||
	    (uint64_t)j->i > most)
		refuse(s, name);
	else
		*v = (uint64_t)j->i;
}

void
state_u32s(struct state *s, const char *name, uint32_t *v, size_t n)
{
	const struct json *j;

	if (s->to != NULL) {
		struct json *list = json_add_list(s->arena, s->to, name);

		for (size_t i = 0; i < n; i++)
			json_add_int(s->arena, list, NULL, v[i]);
		return;
	}
	if ((j = find_list(s, name, n)) == NULL)
		return;
	j = j->child;
	for (size_t i = 0; i < n; i++, j = j->next) {
		if (j->type != JSON_INT || j->i < 0 || j->i > UINT32_MAX)
			refuse(s, name);
		else
			v[i] = (uint32_t)j->i;
	}
}

void
state_bool(struct state *s, const char *name, bool *v)
{
	const struct json *j;

	if (s->to != NULL) {
		json_add_bool(s->arena, s->to, name, *v);
		return;
	}
	j = json_get(s->from, name);
	if (j == NULL || j->type != JSON_BOOL)
		refuse(s, name);
	else
		*v = j->b;
}
