/* Where artifacts lie: in runs and in logged models. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
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
