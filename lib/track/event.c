/* The lines of a journal. */
#include "track/event.h"

#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/num.h"
#include "catalog/manifest.h"

static struct json *
new_event(struct arena *a, const char *what)
{
	struct json *event = json_new(a, JSON_MAP);

	json_add_text(a, event, "event", what);
	return event;
}

void
event_time(struct arena *a, struct json *m, const char *key, int64_t us)
{
	char text[CLOCK_TEXT_MAX];

	clock_print(text, us);
	json_add_text(a, m, key, text);
}

struct json *
event_begin(struct arena *a, const struct event_begin *b)
{
	const struct journal_start *s = b->start;
	struct json *event = new_event(a, "begin"), *list;

	json_add_text(a, event, "schema", "mlv.journal/1");
	json_add_text(a, event, "id", b->id);
	event_time(a, event, "time", b->us);
	json_add_text(a, event, "host", b->host);
	json_add_text(a, event, "boot", b->boot);
	json_add_text(a, event, "user", b->user);
	if (b->pid)
		json_add_int(a, event, "pid", b->pid);
	json_add_text(a, event, "verb", s->verb ? s->verb : "run");
	if (s->name)
		json_add_text(a, event, "name", s->name);
	if (s->command) {
		list = json_add_list(a, event, "command");
		for (size_t i = 0; s->command[i]; i++)
			json_add_text(a, list, NULL, s->command[i]);
	}
	manifest_copy(a, event, "facts", s->facts);
	return event;
}

struct json *
event_param(struct arena *a, const char *name, const struct json *v)
{
	struct json *event = new_event(a, "param");

	json_add_text(a, event, "name", name);
	manifest_copy(a, event, "value", v);
	return event;
}

/* JSON has no number that is not finite: that is its word. */
static void
put_value(struct arena *a, struct json *event, double value)
{
	char text[NUM_TEXT_MAX];

	if (isfinite(value)) {
		json_add_num(a, event, "value", value);
		return;
	}
	num_print_f64(text, value);
	json_add_text(a, event, "value", text);
}

struct json *
event_metric(struct arena *a, const char *name, int64_t step, double value,
    int64_t us)
{
	struct json *event = new_event(a, "metric");

	json_add_text(a, event, "name", name);
	json_add_int(a, event, "step", step);
	put_value(a, event, value);
	json_add_int(a, event, "us", us);
	return event;
}

/* Room is made once for the whole line. */
static char *
put_part(char *to, const char *s, size_t n)
{
	memcpy(to, s, n);
	return to + n;
}

#define PUT(to, text) put_part(to, text, sizeof(text) - 1)

void
event_put_metric(struct buf *out, const char *name, size_t n, int64_t step,
    double value, int64_t us)
{
	char *to;

	buf_adds(out, "{\"event\":\"metric\",\"name\":");
	json_quote(out, name, n);
	to = buf_reserve(out, 3 * NUM_TEXT_MAX + 64);
	if (to == NULL)
		return;
	to = PUT(to, ",\"step\":");
	to += num_print_i64(to, step);
	to = PUT(to, ",\"value\":");
	if (isfinite(value)) {
		to += num_print_f64(to, value);
	} else {
		*to++ = '"';
		to += num_print_f64(to, value);
		*to++ = '"';
	}
	to = PUT(to, ",\"us\":");
	to += num_print_i64(to, us);
	to = PUT(to, "}\n");
	buf_grew(out, (size_t)(to - (out->data + out->len)));
}

struct json *
event_summary(struct arena *a, const char *name, double value)
{
	struct json *event = new_event(a, "summary");

	json_add_text(a, event, "name", name);
	put_value(a, event, value);
	return event;
}

struct json *
event_link(struct arena *a, const struct link *l)
{
	struct json *event = new_event(a, "link");
	char text[OID_TEXT];

	json_add_text(a, event, "rel", l->rel);
	json_add_text(a, event, "type", l->type);
	json_add_text(a, event, "name", l->name);
	json_add_text(a, event, "id", oid_print(text, &l->id));
	json_add_int(a, event, "size", (int64_t)l->size);
	return event;
}

struct json *
event_fact(struct arena *a, const char *key, const struct json *v)
{
	struct json *event = new_event(a, "fact");

	json_add_text(a, event, "key", key);
	manifest_copy(a, event, "value", v);
	return event;
}

struct json *
event_tag(struct arena *a, const char *name, const char *value)
{
	struct json *event = event_named(a, "tag", name);

	if (value)
		json_add_text(a, event, "value", value);
	else
		json_add_null(a, event, "value");
	return event;
}

struct json *
event_named(struct arena *a, const char *what, const char *name)
{
	struct json *event = new_event(a, what);

	json_add_text(a, event, "name", name);
	return event;
}

struct json *
event_end(struct arena *a, enum run_status status, int exit_status, int64_t us)
{
	struct json *event = new_event(a, "end");

	json_add_text(a, event, "status", run_status_text(status));
	json_add_int(a, event, "exit", exit_status);
	event_time(a, event, "time", us);
	return event;
}
