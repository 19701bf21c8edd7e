/* Runs that are over: their journal stored and named. */
#include "track/ended.h"

#include <stdio.h>
#include <string.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/hash.h"
#include "catalog/name.h"
#include "store/odb.h"
#include "store/ref.h"
#include "track/event.h"
#include "track/internal.h"

void
ended_id(char id[ENDED_ID], int64_t begin_us, const char *key)
{
	uint8_t digest[SHA256_BYTES];
	char hex[SHA256_HEX + 1], t[CLOCK_TEXT_MAX];

	sha256_of(key, strlen(key), digest);
	hex_encode(hex, digest, sizeof(digest));
	clock_print(t, begin_us);
	snprintf(id, ENDED_ID, "%.4s%.2s%.2s-%.2s%.2s%.2s-%.8s", t, t + 5, t + 8,
	    t + 11, t + 14, t + 17, hex);
}

bool
ended_is_there(struct catalog *c, const char *id)
{
	char *ref = name_ref(&(struct name){ .kind = NAME_RUN, .base = id });
	struct err none = ERR_INIT;
	struct ref versions;
	bool there = ref_read(&versions, catalog_repo(c), ref, &none) == 0;

	if (there)
		ref_free(&versions);
	free(ref);
	return there;
}

static void
add_line(struct ended *p, struct arena *a, const struct json *event)
{
	json_write(&p->text, event);
	buf_addc(&p->text, '\n');
	arena_free(a);
}

void
ended_lines(struct ended *p)
{
	buf_init(&p->text, BUF_CAP_DATA);
}

void
ended_begin(struct ended *p, const char *id, int64_t begin_us, const char *user,
    const struct journal_start *start)
{
	const struct event_begin b = { .id = id, .us = begin_us, .host = "",
	    .boot = "", .user = user, .start = start };
	struct arena a = { NULL, 0 };

	buf_init(&p->text, BUF_CAP_DATA);
	add_line(p, &a, event_begin(&a, &b));
}

void
ended_release(struct ended *p)
{
	buf_free(&p->text);
}

void
ended_param(struct ended *p, const char *name, const struct json *v)
{
	struct arena a = { NULL, 0 };

	add_line(p, &a, event_param(&a, name, v));
}

void
ended_metric(struct ended *p, const char *name, int64_t step, double value,
    int64_t us)
{
	struct arena a = { NULL, 0 };

	add_line(p, &a, event_metric(&a, name, step, value, us));
}

void
ended_fact(struct ended *p, const char *key, const struct json *v)
{
	struct arena a = { NULL, 0 };

	add_line(p, &a, event_fact(&a, key, v));
}

void
ended_link(struct ended *p, const struct link *l)
{
	struct arena a = { NULL, 0 };

	add_line(p, &a, event_link(&a, l));
}

void
ended_tag(struct ended *p, const char *name, const char *value)
{
	struct arena a = { NULL, 0 };

	add_line(p, &a, event_tag(&a, name, value));
}

void
ended_rename(struct ended *p, const char *name)
{
	struct arena a = { NULL, 0 };

	add_line(p, &a, event_named(&a, "rename", name));
}

void
ended_drop(struct ended *p, const char *output)
{
	struct arena a = { NULL, 0 };

	add_line(p, &a, event_named(&a, "drop", output));
}

void
ended_end(struct ended *p, enum run_status status, int exit_status,
    int64_t end_us)
{
	struct arena a = { NULL, 0 };

	add_line(p, &a, event_end(&a, status, exit_status, end_us));
}

static struct json *
run_manifest(struct arena *a, const struct run *r, const struct oid *journal,
    uint64_t size)
{
	struct json *m = manifest_new(a, "mlv.run/1");

	for (size_t i = 0; i < r->n_links; i++)
		manifest_link(a, m, r->link[i].rel, r->link[i].type,
		    r->link[i].name, &r->link[i].id, r->link[i].size);
	manifest_link(a, m, "journal", TYPE_JSONL, NULL, journal, size);
	json_add_text(a, m, "id", r->id);
	json_add_text(a, m, "status", run_status_text(r->status));
	json_add_int(a, m, "exit", r->exit_status);
	json_add_text(a, m, "verb", r->verb);
	if (*r->name)
		json_add_text(a, m, "name", r->name);
	json_add_text(a, m, "host", r->host);
	json_add_text(a, m, "user", r->user);
	event_time(a, m, "begin", r->begin_us);
	event_time(a, m, "end", r->end_us);
	manifest_copy(a, m, "command", r->command);
	manifest_copy(a, m, "params", r->params);
	manifest_copy(a, m, "facts", r->facts);
	run_put_metrics(a, m, r);
	return m;
}

int
ended_put(struct catalog_put *put, struct catalog *c, const char *id,
    const struct buf *text, struct err *e)
{
	struct odb *odb = catalog_odb(c);
	/* the journal and the manifest that links to it */
	struct odb_transaction *t = odb_begin(odb);
	struct arena a = { NULL, 0 };
	struct oid journal;
	struct run run;
	int r = -1;

	memset(&run, 0, sizeof(run));
	if (buf_check(text, e) < 0 ||
	    run_parse(&run, text->data, text->len, e) < 0 ||
	    odb_put(&journal, odb, text->data, text->len, e) < 0)
		goto done;
	r = catalog_put_manifest(put, c, NAME_RUN, id,
	    run_manifest(&a, &run, &journal, text->len), NULL, e);
	if (r == 0)
		r = odb_commit(t, e);
done:
	if (r < 0)
		odb_abandon(t);
	run_free(&run);
	arena_free(&a);
	return r;
}

int
ended_amend(struct catalog_put *put, struct catalog *c, const char *id,
    const struct buf *lines, struct err *e)
{
	struct buf text;
	int r;

	buf_init(&text, BUF_CAP_DATA);
	r = sealed_journal(&text, c, id, e);
	if (r == 0) {
		buf_add(&text, lines->data, lines->len);
		r = ended_put(put, c, id, &text, e);
	}
	buf_free(&text);
	return r;
}
