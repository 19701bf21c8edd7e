/* One more window: from the records to the rules' next states. */
#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "drift/alert/alert.h"

const char *
alarm_state_name(enum alarm_state s)
{
	static const char *const name[] = {
		"ok", "pending", "firing", "resolving"
	};

	return name[s];
}

/* ---- the records ---- */

int
alert_window_parse(struct alert_window *w, const char *s, size_t n,
    struct err *e)
{
	const char *end = s + n, *stop;
	uint8_t digest[SHA256_BYTES];
	size_t room = 0, line = 0;

	memset(w, 0, sizeof(*w));
	w->labelled = -1;
	sha256_of(s, n, digest);
	hex_encode(w->digest, digest, sizeof(digest));
	for (const char *at = s; at < end; at = stop + 1) {
		struct json *j;

		stop = memchr(at, '\n', (size_t)(end - at));
		stop = stop == NULL ? end : stop;
		line++;
		if (stop == at)
			continue;
		if (json_parse(&j, &w->arena, at, (size_t)(stop - at), 0, e) <
		    0)
			return err_wrap(e, "record %zu", line);
		if (strncmp(json_text(j, "schema", ""), "mlv.", 4) != 0)
			return err_set(e, ERR_FORMAT, "line %zu is no record "
			    "of mlv-drift --json", line);
		w->record = arena_grow(&w->arena, w->record, w->n, &room,
		    sizeof(*w->record));
		w->record[w->n++] = j;
		if (strcmp(json_text(j, "schema", ""), "mlv.drift.join/1") ==
		    0)
			w->labelled = json_int(j, "labelled", -1);
	}
	if (w->n == 0)
		return err_set(e, ERR_FORMAT, "there is no record");
	return 0;
}

void
alert_window_release(struct alert_window *w)
{
	arena_free(&w->arena);
}

/* "mlv.drift.dataset/1" is called dataset. */
static bool
is_record(const struct json *j, const char *name)
{
	const char *schema = json_text(j, "schema", "");
	size_t n = strlen(name);

	if (strcmp(schema, name) == 0)
		return true;
	return strncmp(schema, "mlv.drift.", 10) == 0 && strncmp(schema + 10,
	    name, n) == 0 && schema[10 + n] == '/';
}

static bool
fits_where(const struct json *j, const struct json *where)
{
	for (const struct json *m = where != NULL ? where->child : NULL; m;
	    m = m->next)
		if (strcmp(json_text(j, m->key, ""), m->s) != 0)
			return false;
	return true;
}

/* The worst of the numbers that fit; NAN: there is none. */
static double
observe(const struct alert_rule *r, const struct alert_window *w)
{
	double worst = NAN;

	for (size_t i = 0; i < w->n; i++) {
		const struct json *j = w->record[i], *v;
		double d;

		if (!is_record(j, r->record) || !fits_where(j, r->where) ||
		    (v = json_get(j, r->field)) == NULL)
			continue;
		if (v->type == JSON_BOOL)
			d = v->b;
		else if (v->type == JSON_INT || v->type == JSON_REAL)
			d = v->d;
		else
			continue;
		if (isnan(worst) || (r->below ? d < worst : d > worst))
			worst = d;
	}
	return worst;
}

/* ---- the states ---- */

static int
count_bits(uint32_t v)
{
	int n = 0;

	for (; v != 0; v &= v - 1)
		n++;
	return n;
}

static void
fire(struct alarm *a, struct alert_memory *m, int64_t now_us)
{
	a->state = ALARM_FIRING;
	a->number = ++m->alarms;
	a->since_us = now_us;
	a->calm = 0;
}

static void
settle(struct alarm *a, const struct alert_rule *r, bool bad,
    int64_t now_us)
{
	bool good = r->below ? a->value >= r->clear : a->value <= r->clear;

	/* at the threshold itself it is bad, whatever `clear` says */
	a->calm = good && !bad ? a->calm + 1 : 0;
	a->state = a->calm > 0 ? ALARM_RESOLVING : ALARM_FIRING;
	if (a->calm >= r->clear_after) {
		a->state = ALARM_OK;
		a->history = 0;
		a->windows = a->calm = 0;
		a->cleared_us = now_us;
	}
}

static void
step_alarm(struct alarm *a, struct alert_memory *m,
    const struct alert_rule *r, const struct alert_window *w,
    int64_t now_us)
{
	uint32_t mask = r->of_last == 32 ? UINT32_MAX :
	    ((uint32_t)1 << r->of_last) - 1;
	bool bad;

	a->before = a->state;
	a->value = observe(r, w);
	a->known = !isnan(a->value);
	if (!a->known)
		return;
	bad = r->below ? a->value < r->raise : a->value >= r->raise;
	if (a->state == ALARM_FIRING || a->state == ALARM_RESOLVING) {
		settle(a, r, bad, now_us);
		return;
	}
	a->history = (a->history << 1 | bad) & mask;
	a->windows += a->windows < r->of_last;
	if (count_bits(a->history) >= r->raise_after)
		fire(a, m, now_us);
	else
		a->state = a->history != 0 ? ALARM_PENDING : ALARM_OK;
}

bool
alert_step(struct alert_memory *m, const struct alert_config *c,
    const struct alert_window *w, int64_t now_us)
{
	bool seen = strcmp(m->digest, w->digest) == 0;

	if (seen) {
		for (size_t i = 0; i < c->n; i++) {
			m->alarm[i].before = m->alarm[i].state;
			m->alarm[i].value = observe(&c->rule[i], w);
			m->alarm[i].known = !isnan(m->alarm[i].value);
		}
		return false;
	}
	memcpy(m->digest, w->digest, sizeof(m->digest));
	m->windows++;
	for (size_t i = 0; i < c->n; i++)
		step_alarm(&m->alarm[i], m, &c->rule[i], w, now_us);
	return true;
}

/* ---- may a retraining begin? ---- */

/* The newest alarm that fires and may ask for one. */
static uint64_t
newest_alarm(const struct alert_memory *m, const struct alert_config *c)
{
	uint64_t number = 0;

	for (size_t i = 0; i < c->n; i++)
		if (m->alarm[i].state == ALARM_FIRING && c->rule[i].retrain &&
		    m->alarm[i].number > number)
			number = m->alarm[i].number;
	return number;
}

static void
explain_done(struct buf *why, const struct alert_memory *m)
{
	unsigned long long n = (unsigned long long)m->retrain.alarm;

	if (m->retrain.ended_us == 0)
		buf_addf(why, "for alarm %llu it has begun and never said how "
		    "it ended\n", n);
	else
		buf_addf(why, "for alarm %llu it has run, and ended with %d\n",
		    n, m->retrain.status);
}

bool
alert_may_retrain(struct buf *why, uint64_t *number,
    const struct alert_memory *m, const struct alert_config *c,
    const struct alert_window *w, int64_t now_us)
{
	int64_t passed = now_us - m->retrain.began_us;
	size_t before = why->len;

	*number = newest_alarm(m, c);
	if (*number == 0)
		buf_adds(why, "no alarm that asks for one is firing\n");
	else if (m->retrain.alarm >= *number)
		explain_done(why, m);
	if (m->retrain.alarm != 0 && passed < 0)
		buf_adds(why, "the clock stands before the last one: it went "
		    "back\n");
	else if (m->retrain.alarm != 0 && passed < c->cooldown_us)
		buf_addf(why, "the last one began %lld min ago, the cool-down "
		    "is %lld min\n", (long long)(passed / 60000000),
		    (long long)(c->cooldown_us / 60000000));
	if (c->labelled > 0 && w->labelled < 0)
		buf_addf(why, "%lld labelled rows are needed, and the records "
		    "do not say how many there are (mlv-drift perf --json)\n",
		    (long long)c->labelled);
	else if (c->labelled > 0 && w->labelled < c->labelled)
		buf_addf(why, "%lld labelled rows are needed, and there are "
		    "%lld\n", (long long)c->labelled,
		    (long long)w->labelled);
	return why->len == before;
}
