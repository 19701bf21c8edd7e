/* Where artifacts lie, in runs and in logged models, and how they are sent. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/path.h"
#include "codec/mediatype.h"
#include "store/odb.h"
#include "track/find.h"
#include "tracking/files.h"
#include "tracking/internal.h"

/* ---- places ---- */

static const char *
next_step(struct arena *a, const char **at)
{
	size_t n = strcspn(*at, "/");
	const char *step = arena_strndup(a, *at, n);

	*at += n + ((*at)[n] == '/');
	return step;
}

void
place_parse(struct artifact_place *p, struct arena *a, const char *uri)
{
	static const char scheme[] = "mlflow-artifacts:";
	const char *at = uri, *second, *third;

	*p = (struct artifact_place){ NULL, NULL, "" };
	if (strncmp(at, scheme, sizeof(scheme) - 1) == 0) {
		at += sizeof(scheme) - 1;
		if (at[0] == '/' && at[1] == '/') {
			at += 2;
			at += strcspn(at, "/");
		}
	}
	at += strspn(at, "/");
	(void)next_step(a, &at);	/* of the experiment */
	second = next_step(a, &at);
	third = next_step(a, &at);
	if (strcmp(second, "models") == 0) {
		p->logged = third;
		third = next_step(a, &at);
	} else {
		p->run = second;
	}
	if (*second == '\0' || strcmp(third, "artifacts") != 0)
		*p = (struct artifact_place){ NULL, NULL, "" };
	else
		p->path = at;
}

/* ---- what is there ---- */

static int
files_of_run(struct file_list *l, struct call *k, const char *id)
{
	char *name = xprintf("run:%s", id);
	struct err e = ERR_INIT;
	struct run r;
	int result = run_read(&r, k->t->c, name, &e);

	free(name);
	if (result < 0)
		return call_fail_err(k, &e);
	for (size_t i = 0; i < r.n_links; i++)
		if (strcmp(r.link[i].rel, "output") == 0)
			file_add(l, &k->arena, r.link[i].name, &r.link[i].id,
			    r.link[i].size);
	run_free(&r);
	return 0;
}

static int
files_of_logged(struct file_list *l, struct call *k, const char *id)
{
	const struct json *doc = book_get(k->t->book, BOOK_LOGGED, id);
	const struct json *files = doc ? json_get(doc, "files") : NULL;
	struct err e = ERR_INIT;
	struct oid oid;

	if (doc == NULL)
		return call_fail(k, CALL_NOT_THERE, "Logged model with ID "
		    "'%.200s' not found.", id);
	for (files = files ? files->child : NULL; files; files = files->next)
		if (oid_parse(&oid, json_text(files, "id", ""), &e) == 0)
			file_add(l, &k->arena, files->key, &oid,
			    (uint64_t)json_int(files, "size", 0));
	return 0;
}

int
files_at(struct file_list *l, struct call *k, const struct artifact_place *p)
{
	memset(l, 0, sizeof(*l));
	if (p->run)
		return find_run(k, p->run, true) ? files_of_run(l, k, p->run) :
		    -1;
	return p->logged ? files_of_logged(l, k, p->logged) : 0;
}

/* ---- sent ---- */

int
check_artifact_path(struct call *k, const char *path)
{
	if (*path == '\0' || (path_is_below(path) && strchr(path, '\\') ==
	    NULL && strstr(path, "%2F") == NULL))
		return 0;
	return call_fail(k, CALL_INVALID, "Invalid path");
}

/* What a browser shows of it can do nothing: it is no page of ours. */
int
send_artifact(struct call *k, const struct artifact_place *p)
{
	struct err e = ERR_INIT;
	struct file_list l;

	if (files_at(&l, k, p) < 0)
		return -1;
	for (size_t i = 0; i < l.n; i++) {
		if (strcmp(l.v[i].path, p->path) != 0)
			continue;
		if (odb_get(k->out, catalog_odb(k->t->c), &l.v[i].id, &e) < 0)
			return call_fail_err(k, &e);
		k->response->type = media_type_of_file(p->path);
		http_add_field(k->response, "X-Content-Type-Options",
		    "nosniff");
		http_add_field(k->response, "Content-Security-Policy",
		    "sandbox");
		return 0;
	}
	return call_fail(k, CALL_NOT_THERE, "there is no artifact '%.300s'",
	    p->path);
}

int
send_model_file(struct call *k, const char *uri, const char *path)
{
	struct artifact_place p;

	if (check_artifact_path(k, path) < 0)
		return -1;
	place_parse(&p, &k->arena, uri);
	if (*p.path)
		path = arena_printf(&k->arena, "%s/%s", p.path, path);
	p.path = path;
	return send_artifact(k, &p);
}
