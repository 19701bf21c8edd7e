/* A command's run as OpenLineage events. */
#include "lineage/event.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/rng.h"
#include "catalog/resolve.h"
#include "lineage/dataset.h"

#define EVENT_URL OL_SPEC "2-0-2/OpenLineage.json#/$defs/"

struct lineage_event {
	struct arena arena;
	struct dataset_lists d;
	const char *job, *space;
	char id[37];
	bool failed;
	const char *why;		/* of a run that failed */
};

/* Sixteen bytes as a UUID of a version: 4 by chance, 8 by rules of ours. */
static void
print_uuid(char out[37], uint8_t b[16], uint8_t version)
{
	char hex[33];

	b[6] = (uint8_t)((b[6] & 0x0f) | version << 4);
	b[8] = (uint8_t)((b[8] & 0x3f) | 0x80);
	hex_encode(hex, b, 16);
	for (int i = 0, to = 0; i < 32; i++) {
		if (i == 8 || i == 12 || i == 16 || i == 20)
			out[to++] = '-';
		out[to++] = hex[i];
	}
	out[36] = '\0';
}

void
lineage_event_name_run(struct lineage_event *ev, const char *text)
{
	uint8_t digest[SHA256_BYTES];

	sha256_of(text, strlen(text), digest);
	print_uuid(ev->id, digest, 8);
}

struct lineage_event *
lineage_event_new(const char *job, const char *space, struct catalog *c)
{
	struct lineage_event *ev = xalloc(1, sizeof(*ev));
	struct arena *a = &ev->arena;
	uint8_t chance[16];

	rng_system(chance, sizeof(chance));
	print_uuid(ev->id, chance, 4);
	ev->job = arena_strdup(a, job);
	ev->space = arena_strdup(a, space && *space ? space : "default");
	dataset_lists_init(&ev->d, a, c);
	return ev;
}

void
lineage_event_free(struct lineage_event *ev)
{
	if (ev == NULL)
		return;
	arena_free(&ev->arena);
	free(ev);
}

void
lineage_event_reads(struct lineage_event *ev, const char *word)
{
	struct err ignored = ERR_INIT;
	struct catalog_item item;
	const struct json *m;

	if (ev->d.catalog == NULL || strchr(word, ':') == NULL ||
	    catalog_resolve(&item, ev->d.catalog, word, &ignored) < 0)
		return;
	if (item.kind >= NAME_DATA && catalog_manifest(&m, &ev->arena,
	    ev->d.catalog, &item.id, &ignored) == 0 &&
	    strcmp(json_text(m, "schema", ""), "mlv.run/1") != 0)
		dataset_add_input(&ev->d, &item.id, m,
		    arena_strdup(&ev->arena, item.label));
	catalog_item_free(&item);
}

int
lineage_event_made(struct lineage_event *ev, const struct oid *manifest,
    const char *label, struct err *e)
{
	const struct json *m;

	if (catalog_manifest(&m, &ev->arena, ev->d.catalog, manifest, e) < 0)
		return -1;
	if (strcmp(json_text(m, "schema", ""), "mlv.run/1") != 0)
		return dataset_add_version(&ev->d, manifest, m, label, e);
	if (strcmp(json_text(m, "status", ""), "failed") == 0) {
		ev->failed = true;
		ev->why = json_text(json_get(m, "facts"), "error",
		    "the command failed");
	}
	return dataset_add_run(&ev->d, m, e);
}

void
lineage_event_checked(struct lineage_event *ev, const char *label,
    const struct oid *content, const struct event_assertion *a, size_t n)
{
	struct json *facet, *list, *j;
	struct arena *arena = &ev->arena;

	facet = dataset_input_facet(&ev->d, label, content,
	    "dataQualityAssertions", OL_SPEC "facets/1-1-0/"
	    "DataQualityAssertionsDatasetFacet.json#/$defs/"
	    "DataQualityAssertionsDatasetFacet");
	list = json_add_list(arena, facet, "assertions");
	for (size_t i = 0; i < n; i++) {
		j = json_add_map(arena, list, NULL);
		json_add_text(arena, j, "assertion", a[i].rule);
		json_add_bool(arena, j, "success", a[i].success);
		if (a[i].column)
			json_add_text(arena, j, "column", a[i].column);
		json_add_text(arena, j, "severity", a[i].error ? "error" :
		    "warn");
		json_add_text(arena, j, "actual", a[i].what);
	}
}

bool
lineage_event_failed(const struct lineage_event *ev)
{
	return ev->failed;
}

/* ---- as JSON ---- */

static void
put_run(struct arena *a, struct json *j, const struct lineage_event *ev,
    const char *message)
{
	struct json *run = json_add_map(a, j, "run"), *facets, *f;

	json_add_text(a, run, "runId", ev->id);
	facets = json_add_map(a, run, "facets");
	if (message == NULL)
		return;
	f = ol_facet(a, facets, "errorMessage", OL_SPEC "facets/1-0-1/"
	    "ErrorMessageRunFacet.json#/$defs/ErrorMessageRunFacet");
	json_add_text(a, f, "message", message);
	json_add_text(a, f, "programmingLanguage", "C");
}

static void
put_job(struct arena *a, struct json *j, const struct lineage_event *ev)
{
	struct json *job = json_add_map(a, j, "job"), *f;

	json_add_text(a, job, "namespace", ev->space);
	json_add_text(a, job, "name", ev->job);
	f = ol_facet(a, json_add_map(a, job, "facets"), "jobType",
	    OL_SPEC "facets/2-0-4/JobTypeJobFacet.json#/$defs/"
	    "JobTypeJobFacet");
	json_add_text(a, f, "processingType", "BATCH");
	json_add_text(a, f, "integration", "MLV");
	json_add_text(a, f, "jobType", "COMMAND");
}

void
lineage_event_write(struct buf *out, const struct lineage_event *ev,
    enum event_type type, int64_t time_us, const char *message)
{
	static const char *const types[] = { "START", "COMPLETE", "FAIL" };
	struct arena a = { NULL, 0 };
	struct json *j = json_new(&a, JSON_MAP);
	char when[CLOCK_TEXT_MAX];

	clock_print(when, time_us);
	if (type == EVENT_FAIL && message == NULL)
		message = ev->why ? ev->why : "the command failed";
	json_add_text(&a, j, "eventTime", when);
	json_add_text(&a, j, "producer", OL_PRODUCER);
	json_add_text(&a, j, "schemaURL", type == EVENT_JOB ? EVENT_URL
	    "JobEvent" : EVENT_URL "RunEvent");
	if (type != EVENT_JOB) {
		json_add_text(&a, j, "eventType", types[type]);
		put_run(&a, j, ev, type == EVENT_FAIL ? message : NULL);
	}
	put_job(&a, j, ev);
	json_write(out, j);
	/* the lists are trees of the event's own: written in, not moved */
	out->len--;
	buf_adds(out, ",\"inputs\":");
	json_write(out, ev->d.inputs);
	buf_adds(out, ",\"outputs\":");
	json_write(out, ev->d.outputs);
	buf_adds(out, "}\n");
	arena_free(&a);
}
