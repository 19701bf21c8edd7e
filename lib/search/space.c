/* Spaces of parameters: read, compared, and values in them. */
#include "search/space.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "codec/yaml.h"
#include "math/elem.h"

#define WHOLE_MAX 9007199254740992.0	/* 2^53: beyond it ints are not exact */
#define COUNT_MAX 1000000

/* A point of a grid as somebody would write it: 0.9, not 0.3 * 3. */
static double
tidy_decimal(double v)
{
	char text[NUM_TEXT_MAX];
	double short_v;

	snprintf(text, sizeof(text), "%.15g", v);
	return num_parse_f64(text, strlen(text), &short_v) ? short_v : v;
}

/* --- reading --------------------------------------------------------------- */

struct reading {
	struct space *s;
	struct space_param *p;		/* the one being read */
};

static int
refuse_param(const struct reading *r, struct err *e, const char *what)
{
	return err_set(e, ERR_FORMAT, "parameter '%s' %s", r->p->name, what);
}

static bool
same_json(const struct json *a, const struct json *b)
{
	if (a->type == JSON_TEXT || b->type == JSON_TEXT)
		return a->type == b->type && a->n == b->n && memcmp(a->s, b->s, a->n) == 0;
	if (a->type == JSON_NULL || b->type == JSON_NULL)
		return a->type == b->type;
	if (a->type == JSON_BOOL || b->type == JSON_BOOL)
		return a->type == b->type && a->b == b->b;
	return a->d == b->d;
}

static bool
is_scalar(const struct json *j)
{
	return j->type != JSON_LIST && j->type != JSON_MAP;
}

static struct json *
copy_scalar(struct arena *a, const struct json *j)
{
	struct json *out = json_new(a, j->type);

	out->b = j->b;
	out->i = j->i;
	out->d = j->d;
	if (j->type == JSON_TEXT) {
		out->s = arena_strndup(a, j->s, j->n);
		out->n = j->n;
	}
	return out;
}

static int
read_choices(struct reading *r, const struct json *list, struct err *e)
{
	struct space_param *p = r->p;
	size_t n = 0;

	if (list == NULL || list->type != JSON_LIST || list->n == 0)
		return refuse_param(r, e, "needs choices: [one, other]");
	if (list->n > SPACE_CHOICES_MAX)
		return refuse_param(r, e, "has more than 10000 choices");
	p->choice = arena_alloc(&r->s->arena, list->n * sizeof(*p->choice));
	for (const struct json *j = list->child; j; j = j->next) {
		if (!is_scalar(j) || (j->type == JSON_REAL && !isfinite(j->d)))
			return refuse_param(r, e, "has a choice that is no "
			    "word, number, true, false or null");
		for (size_t i = 0; i < n; i++)
			if (same_json(p->choice[i], j))
				return refuse_param(r, e, "has a choice twice");
		p->choice[n++] = copy_scalar(&r->s->arena, j);
	}
	p->n_choices = n;
	return 0;
}

static int
read_number(struct reading *r, double *out, const struct json *map,
    const char *key, struct err *e)
{
	const struct json *j = json_get(map, key);
	bool whole = r->p->kind == SPACE_INT;

	if (j == NULL || j->type == JSON_NULL)
		return 0;
	if ((j->type != JSON_INT && j->type != JSON_REAL) || !isfinite(j->d))
		return err_set(e, ERR_FORMAT, "parameter '%s': %s is not a "
		    "number", r->p->name, key);
	if (whole && (j->d != floor(j->d) || fabs(j->d) > WHOLE_MAX))
		return err_set(e, ERR_FORMAT, "parameter '%s': %s is not a "
		    "whole number of at most 2^53", r->p->name, key);
	*out = j->d;
	return 0;
}

static int
read_range(struct reading *r, const struct json *map, struct err *e)
{
	struct space_param *p = r->p;
	double k;

	p->low = p->high = NAN;
	p->step = p->kind == SPACE_INT;
	p->log = json_bool(map, "log", false);
	if (read_number(r, &p->low, map, "low", e) < 0 ||
	    read_number(r, &p->high, map, "high", e) < 0 ||
	    read_number(r, &p->step, map, "step", e) < 0)
		return -1;
	if (isnan(p->low) || isnan(p->high))
		return refuse_param(r, e, "needs low and high");
	if (p->low > p->high)
		return refuse_param(r, e, "has a low above its high");
	if (!isfinite(p->high - p->low))
		return refuse_param(r, e, "has too wide a range");
	if (p->log && (p->kind == SPACE_INT ? p->low < 1 : p->low <= 0))
		return refuse_param(r, e, p->kind == SPACE_INT ?
		    "is log: its low must be 1 or more" :
		    "is log: its low must be above 0");
	if (p->log && p->step != (p->kind == SPACE_INT))
		return refuse_param(r, e, "cannot have both log and step");
	if (json_get(map, "step") && p->kind == SPACE_FLOAT &&
	    json_get(map, "step")->type != JSON_NULL && p->step <= 0)
		return refuse_param(r, e, "has a step that is not above 0");
	if (p->kind == SPACE_INT && p->step < 1)
		return refuse_param(r, e, "has a step that is not 1 or more");
	if (p->step > 0) {
		/* the last point of the grid, as Optuna has it */
		k = (p->high - p->low) / p->step;
		if (fabs(k - nearbyint(k)) > 1e-8 * fmax(1, k))
			p->high = tidy_decimal(p->low + floor(k) * p->step);
	}
	return 0;
}

/* One "parent: choice" or "parent: [choice, choice]". */
static int
read_when_one(struct reading *r, struct space_when *w, const struct json *j,
    struct err *e)
{
	const struct json *want = j->type == JSON_LIST ? j->child : j;
	const struct space_param *parent;
	bool *allowed;

	w->param = space_find(r->s, j->key, strlen(j->key));
	if (w->param == SPACE_NONE)
		return err_set(e, ERR_FORMAT, "parameter '%s' depends on '%s', "
		    "which does not come before it", r->p->name, j->key);
	parent = &r->s->param[w->param];
	if (parent->kind != SPACE_CATEGORICAL)
		return err_set(e, ERR_FORMAT, "parameter '%s' depends on '%s', "
		    "which is not categorical", r->p->name, j->key);
	allowed = arena_alloc(&r->s->arena, parent->n_choices);
	for (; want; want = j->type == JSON_LIST ? want->next : NULL) {
		double v;

		if (!space_value_read(parent, want, &v))
			return err_set(e, ERR_FORMAT, "parameter '%s' depends "
			    "on a choice that '%s' does not have", r->p->name,
			    j->key);
		allowed[(size_t)v] = true;
	}
	w->allowed = allowed;
	return 0;
}

static int
read_when(struct reading *r, const struct json *when, struct err *e)
{
	struct space_when *w;

	if (when == NULL || when->type == JSON_NULL)
		return 0;
	if (when->type != JSON_MAP)
		return refuse_param(r, e, "needs when: {parameter: choice}");
	w = arena_alloc(&r->s->arena, (when->n + 1) * sizeof(*w));
	r->p->when = w;
	for (const struct json *j = when->child; j; j = j->next)
		if (read_when_one(r, &w[r->p->n_when++], j, e) < 0)
			return -1;
	return 0;
}

static int
check_members(const struct reading *r, const struct json *map, struct err *e)
{
	static const char *const known[] = { "type", "low", "high", "log",
	    "step", "choices", "when" };
	bool choices = r->p->kind == SPACE_CATEGORICAL;

	for (const struct json *j = map->child; j; j = j->next) {
		size_t k = 0;

		while (k < 7 && strcmp(known[k], j->key) != 0)
			k++;
		if (k == 7)
			return err_set(e, ERR_FORMAT, "parameter '%s' has an "
			    "unknown member '%s'", r->p->name, j->key);
		if (k >= 1 && k <= 5 && (k == 5) != choices)
			return err_set(e, ERR_FORMAT, "parameter '%s' is %s: "
			    "it takes no '%s'", r->p->name, choices ?
			    "categorical" : "a number", j->key);
	}
	if (json_get(map, "log") && json_get(map, "log")->type != JSON_BOOL)
		return refuse_param(r, e, "has a log that is not true or false");
	return 0;
}

static int
read_param(struct reading *r, const struct json *map, struct err *e)
{
	const char *type = json_text(map, "type", "");
	struct space_param *p = r->p;

	if (map->type != JSON_MAP)
		return refuse_param(r, e, "is not {type: ..., ...}");
	if (strcmp(type, "float") == 0)
		p->kind = SPACE_FLOAT;
	else if (strcmp(type, "int") == 0)
		p->kind = SPACE_INT;
	else if (strcmp(type, "categorical") == 0)
		p->kind = SPACE_CATEGORICAL;
	else if (type[0] == '\0')
		return refuse_param(r, e, "lacks its type: float, int or "
		    "categorical");
	else
		return err_set(e, ERR_FORMAT, "parameter '%s' is of type "
		    "float, int or categorical, not '%s'", p->name, type);
	if (check_members(r, map, e) < 0)
		return -1;
	if (p->kind == SPACE_CATEGORICAL ?
	    read_choices(r, json_get(map, "choices"), e) < 0 :
	    read_range(r, map, e) < 0)
		return -1;
	return read_when(r, json_get(map, "when"), e);
}

int
space_read(struct space *out, const struct json *tree, struct err *e)
{
	struct reading r = { .s = out };

	memset(out, 0, sizeof(*out));
	if (tree->type != JSON_MAP || tree->n == 0)
		return err_set(e, ERR_FORMAT, "a space is a map of parameters: "
		    "'lr: {type: float, low: 0.001, high: 0.3}'");
	if (tree->n > SPACE_MAX)
		return err_set(e, ERR_TOOBIG, "a space has at most %d "
		    "parameters", SPACE_MAX);
	out->param = arena_alloc(&out->arena, tree->n * sizeof(*out->param));
	for (const struct json *j = tree->child; j; j = j->next, out->n++) {
		size_t n = strlen(j->key);

		r.p = &out->param[out->n];
		if (n == 0 || n > SPACE_NAME_MAX)
			return err_set(e, ERR_FORMAT, "a parameter's name has "
			    "1 to %d bytes", SPACE_NAME_MAX);
		for (size_t i = 0; i < n; i++)
			if ((unsigned char)j->key[i] < ' ' || strchr("{}=\177", j->key[i]))
				return err_set(e, ERR_FORMAT, "a parameter's "
				    "name holds no '=', brace or control "
				    "character: '%s'", j->key);
		r.p->name = arena_strdup(&out->arena, j->key);
		if (read_param(&r, j, e) < 0)
			return -1;
	}
	return 0;
}

int
space_parse(struct space *out, const char *text, size_t n, struct err *e)
{
	struct arena a = { NULL, 0 };
	struct json *tree;
	int r;

	memset(out, 0, sizeof(*out));
	r = yaml_parse(&tree, &a, text, n, e);
	if (r == 0)
		r = space_read(out, tree, e);
	arena_free(&a);
	return r;
}

void
space_release(struct space *s)
{
	arena_free(&s->arena);
	memset(s, 0, sizeof(*s));
}

/* --- writing --------------------------------------------------------------- */

static void
add_value(struct arena *a, struct json *to, const char *key, double v,
    bool whole)
{
	if (whole && fabs(v) <= WHOLE_MAX)
		json_add_int(a, to, key, (int64_t)v);
	else
		json_add_num(a, to, key, v);
}

static void
add_when(struct arena *a, struct json *map, const struct space *s,
    const struct space_param *p)
{
	struct json *when, *list;

	if (p->n_when == 0)
		return;
	when = json_add_map(a, map, "when");
	for (size_t i = 0; i < p->n_when; i++) {
		const struct space_param *parent = &s->param[p->when[i].param];

		list = json_add_list(a, when, parent->name);
		for (size_t k = 0; k < parent->n_choices; k++)
			if (p->when[i].allowed[k])
				json_add(a, list, NULL, copy_scalar(a, parent->choice[k]));
	}
}

static struct json *
param_to_json(struct arena *a, const struct space *s,
    const struct space_param *p)
{
	static const char *const kind[] = { "float", "int", "categorical" };
	struct json *map = json_new(a, JSON_MAP), *list;
	bool whole = p->kind == SPACE_INT;

	json_add_text(a, map, "type", kind[p->kind]);
	if (p->kind == SPACE_CATEGORICAL) {
		list = json_add_list(a, map, "choices");
		for (size_t i = 0; i < p->n_choices; i++)
			json_add(a, list, NULL, copy_scalar(a, p->choice[i]));
	} else {
		add_value(a, map, "low", p->low, whole);
		add_value(a, map, "high", p->high, whole);
		if (p->step > 0)
			add_value(a, map, "step", p->step, whole);
		json_add_bool(a, map, "log", p->log);
	}
	add_when(a, map, s, p);
	return map;
}

struct json *
space_to_json(struct arena *a, const struct space *s)
{
	struct json *map = json_new(a, JSON_MAP);

	for (size_t i = 0; i < s->n; i++)
		json_add(a, map, s->param[i].name, param_to_json(a, s, &s->param[i]));
	return map;
}

static const char *
param_text(struct arena *a, const struct space *s, size_t i)
{
	const char *text;
	struct buf b;

	buf_init(&b, BUF_CAP_DOC);
	json_write(&b, param_to_json(a, s, &s->param[i]));
	text = arena_strdup(a, b.data);
	buf_free(&b);
	return text;
}

const char *
space_difference(struct arena *a, const struct space *was,
    const struct space *is)
{
	for (size_t i = 0; i < was->n; i++) {
		const char *name = was->param[i].name, *old, *new;
		size_t k = space_find(is, name, strlen(name));

		if (k == SPACE_NONE)
			return arena_printf(a, "'%s' is gone", name);
		old = param_text(a, was, i);
		new = param_text(a, is, k);
		if (strcmp(old, new) != 0)
			return arena_printf(a, "'%s' was %s and is %s", name,
			    old, new);
	}
	for (size_t i = 0; i < is->n; i++)
		if (space_find(was, is->param[i].name, strlen(is->param[i].name)) == SPACE_NONE)
			return arena_printf(a, "'%s' is new", is->param[i].name);
	return NULL;
}

/* --- asking ---------------------------------------------------------------- */

size_t
space_find(const struct space *s, const char *name, size_t n)
{
	for (size_t i = 0; i < s->n; i++)
		if (strncmp(s->param[i].name, name, n) == 0 && s->param[i].name[n] == '\0')
			return i;
	return SPACE_NONE;
}

bool
space_is_active(const struct space *s, size_t i, const double *x)
{
	const struct space_param *p = &s->param[i];

	for (size_t k = 0; k < p->n_when; k++) {
		double v = x[p->when[k].param];

		if (isnan(v) || !p->when[k].allowed[(size_t)v])
			return false;
	}
	return true;
}

void
space_deactivate(const struct space *s, double *x)
{
	for (size_t i = 0; i < s->n; i++)	/* parents come first */
		if (!space_is_active(s, i, x))
			x[i] = NAN;
}

bool
space_is_conditional(const struct space *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->param[i].n_when)
			return true;
	return false;
}

bool
space_holds(const struct space_param *p, double v)
{
	double k;

	if (p->kind == SPACE_CATEGORICAL)
		return v >= 0 && v < (double)p->n_choices && v == floor(v);
	if (!(v >= p->low && v <= p->high))
		return false;
	k = p->step > 0 ? (v - p->low) / p->step : 0;
	return fabs(k - nearbyint(k)) < 1e-8;
}

bool
space_is_single(const struct space_param *p)
{
	return p->kind == SPACE_CATEGORICAL ? p->n_choices == 1 :
	    p->high - p->low < p->step || p->low == p->high;
}

size_t
space_count(const struct space_param *p)
{
	double n;

	if (p->kind == SPACE_CATEGORICAL)
		return p->n_choices;
	if (p->low == p->high)
		return 1;
	if (p->step == 0)
		return 0;
	n = floor((p->high - p->low) / p->step + 1e-8) + 1;
	return n > COUNT_MAX ? 0 : (size_t)n;
}

double
space_round(const struct space_param *p, double v)
{
	double most = (double)p->n_choices - 1;

	if (p->kind == SPACE_CATEGORICAL)
		return fmin(fmax(floor(v), 0), most);
	if (p->step > 0)
		v = tidy_decimal(p->low + nearbyint((v - p->low) / p->step) * p->step);
	return fmin(fmax(v, p->low), p->high);
}

/* The interval that is drawn from, on the scale it is drawn on. */
static void
find_interval(const struct space_param *p, double *low, double *high)
{
	*low = p->low - p->step / 2;
	*high = p->high + p->step / 2;
	if (p->log) {
		*low = m_log(*low);
		*high = m_log(*high);
	}
}

double
space_from_unit(const struct space_param *p, double u)
{
	double low, high, v;

	if (p->kind == SPACE_CATEGORICAL)
		return space_round(p, u * (double)p->n_choices);
	find_interval(p, &low, &high);
	v = low + u * (high - low);
	return space_round(p, p->log ? m_exp(v) : v);
}

double
space_to_unit(const struct space_param *p, double v)
{
	double low, high;

	if (p->kind == SPACE_CATEGORICAL)
		return (v + 0.5) / (double)p->n_choices;
	find_interval(p, &low, &high);
	if (high <= low)
		return 0.5;
	v = p->log ? m_log(v) : v;
	return fmin(fmax((v - low) / (high - low), 0), 1);
}

void
space_draw(double *x, const struct space *s, struct rng *rng)
{
	for (size_t i = 0; i < s->n; i++)
		x[i] = space_from_unit(&s->param[i], rng_f64(rng));
}

/* --- values ---------------------------------------------------------------- */

void
space_value_text(struct buf *out, const struct space_param *p, double v)
{
	char text[NUM_TEXT_MAX];
	const struct json *j;

	if (p->kind != SPACE_CATEGORICAL) {
		num_print_f64(text, v);
		buf_adds(out, text);
		return;
	}
	j = p->choice[(size_t)v];
	if (j->type == JSON_TEXT)
		buf_add(out, j->s, j->n);
	else
		json_write(out, j);
}

void
space_value_json(struct arena *a, struct json *map,
    const struct space_param *p, double v)
{
	if (p->kind == SPACE_CATEGORICAL)
		json_add(a, map, p->name, copy_scalar(a, p->choice[(size_t)v]));
	else
		add_value(a, map, p->name, v, p->kind == SPACE_INT);
}

bool
space_value_read(const struct space_param *p, const struct json *j, double *v)
{
	if (p->kind == SPACE_CATEGORICAL) {
		for (size_t i = 0; i < p->n_choices; i++)
			if (same_json(p->choice[i], j)) {
				*v = (double)i;
				return true;
			}
		return false;
	}
	if (j->type != JSON_INT && j->type != JSON_REAL)
		return false;
	*v = j->d;
	return space_holds(p, *v);
}
