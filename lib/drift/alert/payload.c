/* What others are told: bodies for Slack, Alertmanager and a webhook. */
#include <string.h>

#include "base/clock.h"
#include "base/num.h"
#include "drift/alert/alert.h"

static bool
is_raised(const struct alarm *a)
{
	return a->state == ALARM_FIRING || a->state == ALARM_RESOLVING;
}

static bool
was_raised(const struct alarm *a)
{
	return a->before == ALARM_FIRING || a->before == ALARM_RESOLVING;
}

static bool
has_changed(const struct alarm *a)
{
	return is_raised(a) != was_raised(a);
}

static bool
any_changed(const struct alert_memory *m, const struct alert_config *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (has_changed(&m->alarm[i]))
			return true;
	return false;
}

/* "share 0.6, at or above 0.5" */
static char *
say_value(struct arena *a, const struct alert_rule *r, const struct alarm *s)
{
	char value[NUM_TEXT_MAX], raise[NUM_TEXT_MAX];

	num_print_f64(raise, r->raise);
	if (!s->known)
		return arena_printf(a, "%s is not known", r->field);
	num_print_f64(value, s->value);
	return arena_printf(a, "%s is %s; it is bad %s %s", r->field, value,
	    r->below ? "below" : "from", raise);
}

static void
add_time(struct arena *a, struct json *to, const char *key, int64_t us)
{
	char text[CLOCK_TEXT_MAX];

	clock_print(text, us);
	json_add_text(a, to, key, text);
}

static void
put_json(struct buf *out, const struct json *j, struct arena *a)
{
	json_write(out, j);
	buf_addc(out, '\n');
	arena_free(a);
}

/* In Slack's text three characters are markup. */
static void
add_escaped(struct buf *b, const char *s)
{
	for (; *s != '\0'; s++)
		if (*s == '&')
			buf_adds(b, "&amp;");
		else if (*s == '<')
			buf_adds(b, "&lt;");
		else if (*s == '>')
			buf_adds(b, "&gt;");
		else
			buf_addc(b, *s);
}

void
alert_slack(struct buf *out, const struct alert_memory *m,
    const struct alert_config *c)
{
	struct arena a = { NULL, 0 };
	struct json *j, *list, *block, *text;
	struct buf words;

	if (!any_changed(m, c))
		return;
	j = json_new(&a, JSON_MAP);
	buf_init(&words, BUF_CAP_SMALL);
	for (size_t i = 0; i < c->n; i++) {
		if (!has_changed(&m->alarm[i]))
			continue;
		if (words.len > 0)
			buf_addc(&words, '\n');
		add_escaped(&words, c->name);
		buf_adds(&words, is_raised(&m->alarm[i]) ? ": alarm, " :
		    ": over, ");
		add_escaped(&words, c->rule[i].name);
		buf_adds(&words, " (");
		add_escaped(&words, say_value(&a, &c->rule[i], &m->alarm[i]));
		buf_addc(&words, ')');
	}
	/* a block's text may have 3000 characters */
	if (words.len > 2900)
		words.data[words.len = 2900] = '\0';
	json_add_text(&a, j, "text", words.data);
	list = json_add_list(&a, j, "blocks");
	block = json_add_map(&a, list, NULL);
	json_add_text(&a, block, "type", "section");
	text = json_add_map(&a, block, "text");
	json_add_text(&a, text, "type", "mrkdwn");
	json_add_text(&a, text, "text", words.data);
	buf_free(&words);
	put_json(out, j, &a);
}

static void
add_labels(struct arena *a, struct json *to, const struct alert_config *c,
    const struct alert_rule *r)
{
	json_add_text(a, to, "alertname", r->name);
	json_add_text(a, to, "model", c->name);
	json_add_text(a, to, "record", r->record);
}

void
alert_alertmanager(struct buf *out, const struct alert_memory *m,
    const struct alert_config *c)
{
	struct arena a = { NULL, 0 };
	struct json *list = json_new(&a, JSON_LIST);

	for (size_t i = 0; i < c->n; i++) {
		const struct alarm *s = &m->alarm[i];
		struct json *j;

		if (!is_raised(s) && !was_raised(s))
			continue;
		j = json_add_map(&a, list, NULL);
		add_labels(&a, json_add_map(&a, j, "labels"), c, &c->rule[i]);
		json_add_text(&a, json_add_map(&a, j, "annotations"),
		    "summary", say_value(&a, &c->rule[i], s));
		add_time(&a, j, "startsAt", s->since_us);
		if (!is_raised(s))
			add_time(&a, j, "endsAt", s->cleared_us);
	}
	put_json(out, list, &a);
}

/* As Alertmanager's own webhook has it, version 4. */
void
alert_webhook(struct buf *out, const struct alert_memory *m,
    const struct alert_config *c)
{
	struct arena a = { NULL, 0 };
	struct json *j, *list, *common;
	bool firing = false;

	if (!any_changed(m, c))
		return;
	j = json_new(&a, JSON_MAP);
	for (size_t i = 0; i < c->n; i++)
		firing |= is_raised(&m->alarm[i]);
	json_add_text(&a, j, "version", "4");
	json_add_text(&a, j, "groupKey", c->name);
	json_add_int(&a, j, "truncatedAlerts", 0);
	json_add_text(&a, j, "status", firing ? "firing" : "resolved");
	json_add_text(&a, j, "receiver", "mlv");
	json_add_map(&a, j, "groupLabels");
	common = json_add_map(&a, j, "commonLabels");
	json_add_text(&a, common, "model", c->name);
	json_add_map(&a, j, "commonAnnotations");
	json_add_text(&a, j, "externalURL", "");
	list = json_add_list(&a, j, "alerts");
	for (size_t i = 0; i < c->n; i++) {
		const struct alarm *s = &m->alarm[i];
		struct json *t;

		if (!has_changed(s))
			continue;
		t = json_add_map(&a, list, NULL);
		json_add_text(&a, t, "status", is_raised(s) ? "firing" :
		    "resolved");
		add_labels(&a, json_add_map(&a, t, "labels"), c, &c->rule[i]);
		json_add_text(&a, json_add_map(&a, t, "annotations"),
		    "summary", say_value(&a, &c->rule[i], s));
		add_time(&a, t, "startsAt", s->since_us);
		add_time(&a, t, "endsAt", is_raised(s) ? 0 : s->cleared_us);
		json_add_text(&a, t, "generatorURL", "");
		json_add_text(&a, t, "fingerprint", arena_printf(&a, "%s-%llu",
		    c->name, (unsigned long long)s->number));
	}
	put_json(out, j, &a);
}
