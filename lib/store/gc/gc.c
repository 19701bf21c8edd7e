/* Collection: what stays is marked, then the rest is taken out. */
#include "store/gc/gc.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/mem.h"
#include "base/path.h"
#include "store/gc/marks.h"
#include "store/gc/sweep.h"
#include "store/gc/trash.h"
#include "store/internal.h"

#define TEXT_MAX ((size_t)1 << 30)

struct collection {
	struct repo *repo;
	const struct gc_request *rq;
	struct gc_report *report;
	struct marks *marks;
	struct gc_version *candidate;
	size_t n, room;
	bool removed;		/* a version is gone from its ref */
};

/* --- what stays ------------------------------------------------------------ */

struct label_search {
	struct repo *repo;
	const char *name;
	uint32_t number;
	bool found;
};

static int
look_at_label(void *ctx, const char *name, struct err *e)
{
	struct label_search *s = ctx;
	size_t n = strlen(s->name);
	const struct ref_value *now;
	struct ref r;

	if (strncmp(name, s->name, n) != 0 || name[n] != '@' ||
	    strcmp(name + n + 1, REF_REMOVED) == 0)
		return 0;
	if (ref_read(&r, s->repo, name, e) < 0)
		return -1;
	now = ref_last(&r);
	s->found |= now && now->number == s->number;
	ref_free(&r);
	return 0;
}

static int
is_labelled(bool *yes, struct repo *repo, const char *name, uint32_t number,
    struct err *e)
{
	struct label_search s = { repo, name, number, false };
	int r = ref_each(repo, name, look_at_label, &s, e);

	*yes = s.found;
	return r;
}

static int
sort_version(struct collection *c, const char *name, const struct ref *r,
    size_t i, struct err *e)
{
	const struct ref_value *v = &r->value[i];
	bool labelled = false;

	if (v->removed || v->number == 0)
		return 0;
	if (strchr(name, '@') == NULL && c->rq->may_go(c->rq->ctx, name, r,
	    i)) {
		if (is_labelled(&labelled, c->repo, name, v->number, e) < 0)
			return -1;
		if (!labelled) {
			if (c->n == c->room) {
				c->room = c->room ? 2 * c->room : 64;
				c->candidate = xresize(c->candidate, c->room,
				    sizeof(*c->candidate));
			}
			c->candidate[c->n++] = (struct gc_version){
			    xstrdup(name), v->number, v->id };
			return 0;
		}
	}
	return marks_add_manifest(c->marks, &v->id, e);
}

static int
sort_ref(void *ctx, const char *name, struct err *e)
{
	struct collection *c = ctx;
	const char *at = strchr(name, '@');
	struct ref r;
	int result = 0;

	/* a label's values are versions of its ref, which come by themselves */
	if (at)
		return 0;
	if (ref_read(&r, c->repo, name, e) < 0)
		return -1;
	for (size_t i = 0; result == 0 && i < r.n; i++)
		result = sort_version(c, name, &r, i, e);
	ref_free(&r);
	return result < 0 ? err_wrap(e, "nothing was removed, for what %s "
	    "leads to cannot be read ('mlv-data fsck' tells)", name) : 0;
}

/* What a journal of a run or a study names stays. */
static int
mark_journals(struct collection *c, const char *folder, struct err *e)
{
	char *path = repo_path(c->repo, folder), **names = NULL;
	size_t n = 0;
	int r = folder_names(&names, &n, path, e);

	for (size_t i = 0; r == 0 && i < n; i++) {
		char *file = path_join(path, names[i]);
		struct err mine = ERR_INIT;
		struct buf b;

		buf_init(&b, TEXT_MAX);
		if (file_read_own(&b, file, &mine) == 0) {
			r = marks_add_text(c->marks, b.data, b.len, e);
		} else if (mine.code != ERR_NOENT) {
			*e = mine;
			r = -1;
		}
		buf_free(&b);
		free(file);
	}
	folder_names_free(names, n);
	free(path);
	return r;
}

static int
mark_all(struct collection *c, struct err *e)
{
	c->marks = marks_new(c->repo);
	if (ref_each(c->repo, "", sort_ref, c, e) < 0 ||
	    marks_add_text(c->marks, c->rq->text, c->rq->text_n, e) < 0 ||
	    mark_journals(c, "runs", e) < 0)
		return -1;
	return mark_journals(c, "studies", e);
}

/* --- what goes ------------------------------------------------------------- */

/* Versions that nothing which stays leads to. */
static int
choose_versions(struct collection *c, struct err *e)
{
	size_t n = 0;
	int r = 0;

	for (size_t i = 0; i < c->n; i++) {
		if (r == 0 && !marks_has(c->marks, &c->candidate[i].id)) {
			r = c->rq->going(c->rq->going_ctx, &c->candidate[i], e);
			c->candidate[n++] = c->candidate[i];
		} else {
			free((void *)(uintptr_t)c->candidate[i].ref);
		}
	}
	c->n = n;
	c->report->versions = n;
	return r;
}

/* Said in the trash first: an undo brings back more than went, never less. */
static int
remove_versions(struct collection *c, struct err *e)
{
	struct buf b;
	int r = 0;

	if (c->n == 0)
		return 0;
	buf_init(&b, TEXT_MAX);
	for (size_t i = 0; i < c->n; i++)
		buf_addf(&b, "%s %u\n", c->candidate[i].ref,
		    c->candidate[i].number);
	if (buf_check(&b, e) < 0 || trash_note_versions(c->repo, b.data, b.len,
	    e) < 0)
		r = err_wrap(e, "nothing was removed");
	/* that the note may not last is no reason to say that all is done */
	if (r < 0 && e->code == ERR_UNPROVEN)
		e->code = ERR_IO;
	buf_free(&b);
	for (size_t i = 0; r == 0 && i < c->n; i++) {
		r = ref_remove(c->repo, c->candidate[i].ref,
		    c->candidate[i].number, true, "gc", e);
		c->removed |= r == 0 || e->code == ERR_UNPROVEN;
	}
	return r;
}

/* Names are gone from here on: what fails leaves bytes for the next gc. */
static int
err_unfinished(const struct collection *c, struct err *e)
{
	if (c->removed && e->code != ERR_UNPROVEN) {
		err_wrap(e, "versions were removed, not all of their bytes");
		e->code = ERR_UNPROVEN;
	}
	return -1;
}

static int
collect_locked(struct collection *c, struct err *e)
{
	struct sweep s = { .repo = c->repo, .rq = c->rq,
	    .report = c->report };
	uint64_t files;

	if (mark_all(c, e) < 0 || choose_versions(c, e) < 0)
		return -1;
	s.marks = c->marks;
	if (trash_measure(&c->report->freed, &files, c->repo, e) < 0)
		return -1;
	if (c->rq->dry_run)
		return sweep_run(&s, e);
	/* nothing is emptied before all that stays is known to be there */
	if (trash_empty(c->repo, e) < 0)
		return -1;
	if (remove_versions(c, e) < 0 || sweep_run(&s, e) < 0)
		return err_unfinished(c, e);
	if (!c->rq->for_good)
		return 0;
	c->report->freed += c->report->bytes;
	return trash_empty(c->repo, e) < 0 ? err_unfinished(c, e) : 0;
}

int
gc_run(struct gc_report *report, struct repo *repo,
    const struct gc_request *rq, struct err *e)
{
	struct collection c = { .repo = repo, .rq = rq, .report = report };
	int r;

	memset(report, 0, sizeof(*report));
	if (objects_claim(repo, e) < 0)
		return -1;
	r = collect_locked(&c, e);
	objects_release(repo);
	for (size_t i = 0; i < c.n; i++)
		free((void *)(uintptr_t)c.candidate[i].ref);
	free(c.candidate);
	marks_free(c.marks);
	return r;
}

int
gc_undo(uint64_t *files, uint64_t *versions, struct repo *repo,
    struct err *e)
{
	int r;

	if (objects_claim(repo, e) < 0)
		return -1;
	r = trash_restore(files, versions, repo, e);
	objects_release(repo);
	return r;
}
