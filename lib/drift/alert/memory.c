/* What is remembered between two runs, as JSON. */
#include <string.h>

#include "drift/alert/alert.h"

void
alert_memory_init(struct alert_memory *m, const struct alert_config *c)
{
	memset(m, 0, sizeof(*m));
	m->alarm = arena_alloc(&m->arena, c->n * sizeof(*m->alarm));
}

void
alert_memory_release(struct alert_memory *m)
{
	arena_free(&m->arena);
}

static bool
parse_state(enum alarm_state *out, const char *s)
{
	for (int i = ALARM_OK; i <= ALARM_RESOLVING; i++)
		if (strcmp(alarm_state_name((enum alarm_state)i), s) == 0) {
			*out = (enum alarm_state)i;
			return true;
		}
	return false;
}

static int
read_alarm(struct alarm *a, const struct alert_rule *r,
    const struct json *j, struct err *e)
{
	int64_t history = json_int(j, "history", 0);

	if (!parse_state(&a->state, json_text(j, "state", "")) || history < 0 ||
	    history > UINT32_MAX || json_int(j, "number", 0) < 0)
		return err_set(e, ERR_FORMAT, "rule '%s' has no state in it",
		    r->name);
	a->before = a->state;
	a->history = (uint32_t)history;
	if (r->of_last < 32)
		a->history &= ((uint32_t)1 << r->of_last) - 1;
	a->windows = (int)(json_int(j, "windows", 0) & 63);
	a->calm = (int)(json_int(j, "calm", 0) & 63);
	a->number = (uint64_t)json_int(j, "number", 0);
	a->since_us = json_int(j, "since_us", 0);
	a->cleared_us = json_int(j, "cleared_us", 0);
	return 0;
}

static int
read_rules(struct alert_memory *m, const struct alert_config *c,
    const struct json *list, struct err *e)
{
	for (const struct json *j = list->child; j != NULL; j = j->next)
		for (size_t i = 0; i < c->n; i++)
			if (strcmp(json_text(j, "rule", ""),
			    c->rule[i].name) == 0 && read_alarm(&m->alarm[i],
			    &c->rule[i], j, e) < 0)
				return -1;
	return 0;
}

int
alert_memory_parse(struct alert_memory *m, const struct alert_config *c,
    const char *s, size_t n, struct err *e)
{
	const struct json *list, *t;
	const char *digest;
	struct json *j;

	if (json_parse(&j, &m->arena, s, n, 0, e) < 0)
		return -1;
	list = json_get(j, "rules");
	if (strcmp(json_text(j, "schema", ""), ALERT_SCHEMA) != 0 ||
	    list == NULL || list->type != JSON_LIST || json_int(j, "windows",
	    -1) < 0 || json_int(j, "alarms", -1) < 0)
		return err_set(e, ERR_FORMAT, "it is no state of an alert");
	if (strcmp(json_text(j, "name", ""), c->name) != 0)
		return err_set(e, ERR_FORMAT, "it is of '%s', not '%s'",
		    json_text(j, "name", ""), c->name);
	m->windows = (uint64_t)json_int(j, "windows", 0);
	m->alarms = (uint64_t)json_int(j, "alarms", 0);
	digest = json_text(j, "digest", "");
	if (strlen(digest) <= ALERT_DIGEST)
		memcpy(m->digest, digest, strlen(digest) + 1);
	if ((t = json_get(j, "retrain")) != NULL) {
		m->retrain.alarm = (uint64_t)json_int(t, "alarm", 0);
		m->retrain.began_us = json_int(t, "began_us", 0);
		m->retrain.ended_us = json_int(t, "ended_us", 0);
		m->retrain.status = (int)(json_int(t, "status", 0) & 0xffff);
	}
	return read_rules(m, c, list, e);
}

void
alert_memory_write(struct buf *out, const struct alert_memory *m,
    const struct alert_config *c)
{
	struct arena a = { NULL, 0 };
	struct json *j = json_new(&a, JSON_MAP), *list, *t;

	json_add_text(&a, j, "schema", ALERT_SCHEMA);
	json_add_text(&a, j, "name", c->name);
	json_add_int(&a, j, "windows", (int64_t)m->windows);
	json_add_int(&a, j, "alarms", (int64_t)m->alarms);
	json_add_text(&a, j, "digest", m->digest);
	if (m->retrain.alarm != 0) {
		t = json_add_map(&a, j, "retrain");
		json_add_int(&a, t, "alarm", (int64_t)m->retrain.alarm);
		json_add_int(&a, t, "began_us", m->retrain.began_us);
		json_add_int(&a, t, "ended_us", m->retrain.ended_us);
		json_add_int(&a, t, "status", m->retrain.status);
	}
	list = json_add_list(&a, j, "rules");
	for (size_t i = 0; i < c->n; i++) {
		const struct alarm *s = &m->alarm[i];

		t = json_add_map(&a, list, NULL);
		json_add_text(&a, t, "rule", c->rule[i].name);
		json_add_text(&a, t, "state", alarm_state_name(s->state));
		json_add_int(&a, t, "history", s->history);
		json_add_int(&a, t, "windows", s->windows);
		json_add_int(&a, t, "calm", s->calm);
		json_add_int(&a, t, "number", (int64_t)s->number);
		json_add_int(&a, t, "since_us", s->since_us);
		json_add_int(&a, t, "cleared_us", s->cleared_us);
	}
	json_write(out, j);
	buf_addc(out, '\n');
	arena_free(&a);
}
