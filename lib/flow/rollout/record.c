/* What happened to a rollout, kept as reports. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "catalog/put.h"
#include "catalog/resolve.h"
#include "flow/rollout/internal.h"
#include "store/odb.h"

#define TYPE_POLICY "application/yaml"

static void
add_number(struct arena *a, struct json *m, const char *key, double v)
{
	if (isfinite(v))
		json_add_num(a, m, key, v);
	else
		json_add_null(a, m, key);
}

static void
add_findings(struct arena *a, struct json *m, const struct rollout_verdict *v)
{
	struct json *list = json_add_list(a, m, "findings"), *one;

	for (size_t i = 0; i < v->n; i++) {
		const struct rollout_finding *f = &v->finding[i];

		one = json_add_map(a, list, NULL);
		json_add_text(a, one, "role", finding_role_text(f->role));
		json_add_text(a, one, "measure", f->measure);
		json_add_text(a, one, "limit", f->limit);
		add_number(a, one, "champion", f->champion);
		add_number(a, one, "candidate", f->candidate);
		json_add_int(a, one, "n_champion", (int64_t)f->n_champion);
		json_add_int(a, one, "n_candidate", (int64_t)f->n_candidate);
		add_number(a, one, "log_e", f->evidence);
		add_number(a, one, "log_needed", f->needed);
		json_add_bool(a, one, "holds", f->holds);
	}
}

static int
link_version(struct arena *a, struct json *m, struct catalog *c,
    const char *rel, const struct rollout_state *s, uint32_t version,
    struct err *e)
{
	const struct name n = { .kind = NAME_MODEL, .base = s->name,
	    .version = version };
	struct catalog_item item;
	struct odb *odb = catalog_odb(c);
	uint64_t size;
	int r;

	if (catalog_resolve_name(&item, c, &n, e) < 0)
		return -1;
	r = odb_size(&size, odb, &item.id, e);
	if (r == 0)
		manifest_link(a, m, rel, TYPE_MODEL, NULL, &item.id, size);
	catalog_item_free(&item);
	return r;
}

static int
link_policy(struct arena *a, struct json *m, struct catalog *c,
    const char *rel, const char *text, struct err *e)
{
	struct oid id;

	if (catalog_put_bytes(&id, c, text, strlen(text), e) < 0)
		return -1;
	manifest_link(a, m, rel, TYPE_POLICY, NULL, &id, strlen(text));
	return 0;
}

int
record_event(struct rollout_state *s, struct catalog *c, const char *event,
    const struct rollout_view *view, struct err *e)
{
	struct arena a = { NULL, 0 };
	struct json *m = manifest_new(&a, "mlv.report/1");
	char *name = xprintf("rollout-%s", s->name);
	const char *why = view ? view->verdict.why : s->why;
	char *note = xprintf("rollout %s %s%s%.300s", s->id, event, *why ?
	    ": " : "", why);
	struct catalog_put put = { .version = 0 };
	int r;

	json_add_text(&a, m, "about", "rollout");
	json_add_text(&a, m, "rollout", s->id);
	json_add_text(&a, m, "kind", rollout_kind_text(s->kind));
	json_add_text(&a, m, "event", event);
	json_add_num(&a, m, "share", s->share);
	json_add_text(&a, m, "alias", s->alias);
	json_add_text(&a, m, "why", why);
	if (view) {
		json_add_text(&a, m, "verdict",
		    rollout_word_text(view->verdict.word));
		add_findings(&a, m, &view->verdict);
	}
	r = link_policy(&a, m, c, "policy", s->policy, e);
	if (r == 0 && s->gate)
		r = link_policy(&a, m, c, "gate", s->gate, e);
	if (r == 0)
		r = link_version(&a, m, c, "champion", s, s->champion, e);
	if (r == 0)
		r = link_version(&a, m, c, "candidate", s, s->candidate, e);
	if (r == 0)
		r = catalog_put_manifest(&put, c, NAME_REPORT, name, m, note,
		    e);
	if (put.version && (r == 0 || e->code == ERR_UNPROVEN))
		s->report = arena_strdup(&s->arena, put.label);
	free(name);
	free(note);
	arena_free(&a);
	return r;
}

int
record_and_write(struct rollout_state *s, struct catalog *c,
    const char *event, const struct rollout_view *view, struct err *e)
{
	struct err late = ERR_INIT;

	if (record_event(s, c, event, view, &late) < 0 &&
	    late.code != ERR_UNPROVEN) {
		*e = late;
		return -1;
	}
	if (rollout_state_write(s, catalog_repo(c), e) < 0)
		return -1;
	if (late.code == ERR_NONE)
		return 0;
	*e = late;
	return -1;
}
