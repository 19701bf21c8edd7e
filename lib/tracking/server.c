/* The API's life, and its requests led to their routes. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "tracking/internal.h"

static const struct tracking_route *const tables[] = {
	run_routes, log_routes, history_routes, search_routes,
	experiment_routes, artifact_routes, logged_routes, model_routes,
	version_routes
};
#define TABLES (sizeof(tables) / sizeof(*tables))

/* ---- life ---- */

int
tracking_open(struct tracking **out, const struct tracking_opts *o,
    struct err *e)
{
	struct tracking *t = xalloc(1, sizeof(*t));

	t->o = *o;
	t->c = o->catalog;
	if (t->o.lease_s == 0)
		t->o.lease_s = DEFAULT_LEASE_S;
	mutex_init(&t->lock);
	if (catalog_repo(t->c)) {
		char *folder = repo_path(catalog_repo(t->c), "runs");

		t->sync = group_sync_new(repo_os(catalog_repo(t->c)), folder);
		free(folder);
	}
	if (catalog_need_repo(t->c, "a tracking server", e) < 0 ||
	    book_open(&t->book, t->c, e) < 0 ||
	    runs_init(&t->runs, t->c, e) < 0 || adopt_runs(t, e) < 0) {
		tracking_close(t);
		return -1;
	}
	*out = t;
	return 0;
}

void
tracking_close(struct tracking *t)
{
	if (t == NULL)
		return;
	group_sync_free(t->sync);
	book_close(t->book);
	runs_release(&t->runs);
	mutex_release(&t->lock);
	free(t);
}

/* ---- routes ---- */

/* "/api/2.0/mlflow/runs/get" behind its prefix, or NULL. */
static const char *
path_of_api(const char *path)
{
	static const char *const prefixes[] = { "/api/2.0/", "/ajax-api/2.0/",
	    "/api/3.0/", "/ajax-api/3.0/" };

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++) {
		size_t n = strlen(prefixes[i]);

		if (strncmp(path, prefixes[i], n) == 0)
			return path + n;
	}
	/* the page's own links */
	if (strcmp(path, "/get-artifact") == 0)
		return "mlflow/get-artifact";
	if (strcmp(path, "/model-versions/get-artifact") == 0)
		return "mlflow/model-versions/get-artifact";
	return NULL;
}

static bool
ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && strcmp(s + n - m, end) == 0;
}

bool
tracking_has(const char *path)
{
	return path_of_api(path) != NULL;
}

enum scope
tracking_needs(const char *method, const char *path)
{
	static const char *const reading[] = { "/search", "/search-datasets",
	    "/get-latest-versions" };
	/* what moves an alias, or takes it away with what it means */
	static const char *const promoting[] = { "/registered-models/alias",
	    "/registered-models/rename", "/registered-models/delete",
	    "/model-versions/transition-stage", "/model-versions/delete" };

	if (strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0)
		return SCOPE_READ;
	for (size_t i = 0; i < sizeof(reading) / sizeof(*reading); i++)
		if (strcmp(method, "POST") == 0 && ends_with(path,
		    reading[i]))
			return SCOPE_READ;
	for (size_t i = 0; i < sizeof(promoting) / sizeof(*promoting); i++)
		if (ends_with(path, promoting[i]))
			return SCOPE_PROMOTE;
	return SCOPE_WRITE;
}

/* {id} and {key} are a step of the path each, {rest} all that is left. */
static bool
matches(struct call *k, const char *pattern, const char *path)
{
	k->part = k->tail = NULL;
	for (; *pattern; pattern++) {
		const char *close;
		size_t n;

		if (*pattern != '{') {
			if (*pattern != *path++)
				return false;
			continue;
		}
		close = strchr(pattern, '}');
		n = pattern[1] == 'r' ? strlen(path) : strcspn(path, "/");
		if (n == 0)
			return false;
		if (k->part == NULL)
			k->part = arena_strndup(&k->arena, path, n);
		else
			k->tail = arena_strndup(&k->arena, path, n);
		path += n;
		pattern = close;
	}
	return *path == '\0';
}

static const struct tracking_route *
find_route(struct call *k, const char *path)
{
	const char *method = k->http->method;

	if (strcmp(method, "HEAD") == 0)
		method = "GET";
	for (size_t i = 0; i < TABLES; i++)
		for (const struct tracking_route *r = tables[i]; r->method;
		    r++)
			if (strcmp(r->method, method) == 0 &&
			    matches(k, r->path, path))
				return r;
	return NULL;
}

/* What other processes did meanwhile is seen, too. */
static int
refresh(struct call *k)
{
	struct err e = ERR_INIT;

	if (book_refresh(k->t->book, &e) < 0 ||
	    runs_refresh(&k->t->runs, &e) < 0 || adopt_runs(k->t, &e) < 0)
		return call_fail_err(k, &e);
	return 0;
}

/* What is answered with success is on disk. */
static void
wait_for_disk(struct call *k)
{
	struct err e = ERR_INIT;

	if (group_sync_wait(k->t->sync, k->ticket, &e) < 0)
		call_fail_err(k, &e);
}

void
tracking_answer(struct tracking *t, const char *user,
    const struct http_request *request, struct http_response *response)
{
	struct call k = { .t = t, .http = request, .response = response,
	    .out = &response->body, .user = user };
	const char *path = path_of_api(request->path);
	const struct tracking_route *r = path ? find_route(&k, path) : NULL;

	response->type = "application/json";
	if (r == NULL) {
		call_fail(&k, CALL_NO_ROUTE, "there is no %s %.200s here",
		    request->method, request->path);
	} else if (r->schema == NULL || call_read(&k, r->schema) == 0) {
		mutex_lock(&t->lock);
		if (refresh(&k) == 0)
			(void)r->handle(&k);
		mutex_unlock(&t->lock);
		if (k.ticket)
			wait_for_disk(&k);
	}
	arena_free(&k.arena);
}

void
tracking_refuse(struct http_response *response, int status, const char *why)
{
	answer_error(response, status == 401 ? CALL_UNKNOWN_USER :
	    status == 403 ? CALL_FORBIDDEN : status == 404 ? CALL_NO_ROUTE :
	    status == 503 ? CALL_BUSY : CALL_BAD, why);
	response->status = status;
}
