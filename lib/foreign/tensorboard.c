/* TensorBoard's event files taken over: their scalars and hparams. */
#include "foreign/runs.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/mem.h"
#include "base/path.h"
#include "codec/tensorboard/events.h"
#include "track/ended.h"

#define DEPTH_MAX 32		/* of folders */
#define HPARAMS "_hparams_/session_start_info"

/* What hears of the events of a file; 0 to go on. */
struct hearer {
	struct tb tb;
	int (*event)(struct hearer *h, struct tb_event *event, struct err *e);
};

/* A folder's run being read. */
struct tbrun {
	struct hearer hearer;
	const struct import_request *rq;
	struct arena arena;
	const char *folder, *name;
	int64_t begin_us, end_us;	/* 0 until an event was seen */
	struct ended ended;
	bool begun;
};

/* --- messages */

static double
double_of(const struct pb_field *f)
{
	double d;

	memcpy(&d, &f->v, sizeof(d));
	return d;
}

/* google.protobuf.Value */
static struct json *
value_of(struct tbrun *t, const struct pb_field *v)
{
	struct pb r = pb_over(v->s, v->n);
	struct json *j = json_new(&t->arena, JSON_NULL);
	struct pb_field f;

	while (pb_next(&r, &f)) {
		if (f.number == 2 && f.wire == PB_FIXED64) {
			j = json_new(&t->arena, JSON_REAL);
			j->d = double_of(&f);
		} else if (f.number == 3 && f.wire == PB_BYTES) {
			j = json_new(&t->arena, JSON_TEXT);
			j->s = arena_strndup(&t->arena, (const char *)f.s, f.n);
			j->n = f.n;
		} else if (f.number == 4 && f.wire == PB_VARINT) {
			j = json_new(&t->arena, JSON_BOOL);
			j->b = f.v != 0;
		}
	}
	return j;
}

/* An entry of a map<string, Value>. */
static void
add_hparam(struct tbrun *t, const struct pb_field *entry)
{
	struct pb r = pb_over(entry->s, entry->n);
	const char *name = NULL;
	struct json *v = NULL;
	struct pb_field f;

	while (pb_next(&r, &f)) {
		if (f.number == 1 && f.wire == PB_BYTES)
			name = arena_strndup(&t->arena, (const char *)f.s, f.n);
		else if (f.number == 2 && f.wire == PB_BYTES)
			v = value_of(t, &f);
	}
	if (name && *name && v)
		ended_param(&t->ended, name, v);
}

/* Down through messages: the field `path[0]`, in it `path[1]` ...; what is
 * met at the end goes to fn. */
static void
walk_message(struct tbrun *t, const struct pb_field *m, const uint32_t *path,
    size_t n, void (*fn)(struct tbrun *, const struct pb_field *))
{
	struct pb r = pb_over(m->s, m->n);
	struct pb_field f;

	if (n == 0) {
		fn(t, m);
		return;
	}
	while (pb_next(&r, &f))
		if (f.number == path[0] && f.wire == PB_BYTES)
			walk_message(t, &f, path + 1, n - 1, fn);
}

/* SummaryMetadata.plugin_data.content -> HParamsPluginData
 * .session_start_info.hparams */
static void
add_hparams(struct tbrun *t, const struct pb_field *metadata)
{
	static const uint32_t path[] = { 1, 2, 3, 1 };

	walk_message(t, metadata, path, 4, add_hparam);
}

static void
add_value(struct tbrun *t, const struct tb_value *v, int64_t step, int64_t us)
{
	const char *tag = arena_strndup(&t->arena, (const char *)v->tag, v->n);

	if (strcmp(tag, HPARAMS) == 0 && v->metadata.s)
		add_hparams(t, &v->metadata);
	else if (v->scalar && *tag)
		ended_metric(&t->ended, tag, step, v->value, us);
}

static void
begin_run(struct tbrun *t, int64_t us)
{
	const struct journal_start start = { .verb = "import",
	    .name = *t->name ? t->name : NULL };
	char id[ENDED_ID];

	ended_id(id, us, t->name);
	t->begin_us = us;
	ended_begin(&t->ended, id, us, "", &start);
	t->begun = true;
}

static int
take_event(struct hearer *h, struct tb_event *event, struct err *e)
{
	struct tbrun *t = (struct tbrun *)h;
	struct tb_value value;

	(void)e;
	if (!t->begun)
		begin_run(t, event->us);
	if (event->us > t->end_us)
		t->end_us = event->us;
	while (tb_value(&value, &event->summary))
		add_value(t, &value, event->step, event->us);
	return 0;
}

/* --- files and folders */

static int
read_event_file(struct hearer *h, const char *path, struct err *e)
{
	const uint8_t *p, *message;
	struct tb_event event;
	size_t left, n;
	struct file_map f;
	int64_t used;
	int r = 0;

	if (file_map(&f, path, e) < 0)
		return -1;
	p = (const uint8_t *)f.data;
	left = f.n;
	while (r == 0 && (used = tb_record(&h->tb, &message, &n, p, left)) !=
	    0) {
		if (used < 0)
			r = err_set(e, ERR_FORMAT, "'%s' is damaged at byte %zu",
			    path, f.n - left);
		else if (!tb_event(&event, message, n))
			r = err_set(e, ERR_FORMAT, "'%s': an event is "
			    "damaged", path);
		else
			r = h->event(h, &event, e);
		p += used;
		left -= (size_t)used;
	}
	file_unmap(&f);
	return r;
}

static bool
is_event_file(const char *name)
{
	return strstr(name, "tfevents") != NULL;
}

static int
put_run(struct tbrun *t, struct err *e)
{
	struct imported done = { .path = t->folder, .name = t->name };
	struct catalog_put put;
	char id[ENDED_ID];
	int r = 0;

	ended_id(id, t->begin_us, t->name);
	done.id = id;
	done.added = !ended_is_there(t->rq->catalog, id);
	if (done.added) {
		ended_end(&t->ended, RUN_FINISHED, 0, t->end_us);
		r = ended_put(&put, t->rq->catalog, id, &t->ended.text, e);
	}
	if (r == 0)
		t->rq->done(t->rq->ctx, &done);
	return r;
}

/* The run that a folder's own event files are, in order of their names, which
 * begin with when they were made. */
static int
take_folder(const struct import_request *rq, const char *folder,
    const char *name, char **names, size_t n, size_t *n_runs, struct err *e)
{
	struct tbrun t = { .hearer.event = take_event, .rq = rq,
	    .folder = folder, .name = name };
	struct imported done = { .path = folder, .name = name };
	int r = 0;

	tb_init(&t.hearer.tb);
	for (size_t i = 0; i < n && r == 0; i++) {
		char *path = path_join(folder, names[i]);

		if (is_event_file(names[i]))
			r = read_event_file(&t.hearer, path, e);
		free(path);
	}
	if (r == 0 && t.begun)
		r = put_run(&t, e);
	else if (r < 0 && e->code == ERR_FORMAT) {
		done.why = e;
		rq->done(rq->ctx, &done);
		r = 0;
	}
	*n_runs += t.begun || done.why;
	if (t.begun)
		ended_release(&t.ended);
	arena_free(&t.arena);
	return r;
}

static int
take_folders(const struct import_request *rq, const char *folder,
    const char *name, int depth, size_t *n_runs, struct err *e)
{
	struct stat st;
	char **names;
	size_t n;
	int r = folder_names(&names, &n, folder, e);

	if (r == 0)
		r = take_folder(rq, folder, name, names, n, n_runs, e);
	for (size_t i = 0; i < n && r == 0 && depth < DEPTH_MAX; i++) {
		char *path = path_join(folder, names[i]);
		char *below = *name ? path_join(name, names[i]) :
		    xstrdup(names[i]);

		if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode))
			r = take_folders(rq, path, below, depth + 1, n_runs, e);
		free(below);
		free(path);
	}
	folder_names_free(names, n);
	return r;
}

int
import_tensorboard(const struct import_request *rq, struct err *e)
{
	struct stat st;
	size_t n_runs = 0;

	if (catalog_need_repo(rq->catalog, "a run", e) < 0)
		return -1;
	if (stat(rq->path, &st) < 0 || !S_ISDIR(st.st_mode))
		return err_set(e, ERR_NOENT, "there is no folder '%s'", rq->path);
	if (take_folders(rq, rq->path, "", 0, &n_runs, e) < 0)
		return -1;
	return n_runs ? 0 : err_set(e, ERR_NOENT, "there are no event files "
	    "(events.out.tfevents.*) below '%s'", rq->path);
}

/* ---- scalars alone ---- */

struct scalars {
	struct hearer hearer;
	const char *below;		/* of the folder at hand, "" for the top */
	size_t n_files;
	int (*fn)(void *ctx, const char *tag, size_t n, int64_t step,
	    double value, int64_t us, struct err *e);
	void *ctx;
};

static int
tell_event(struct hearer *h, struct tb_event *event, struct err *e)
{
	struct scalars *s = (struct scalars *)h;
	struct tb_value v;
	int r = 0;

	while (r == 0 && tb_value(&v, &event->summary)) {
		char *tag;

		if (!v.scalar || v.n == 0)
			continue;
		tag = xprintf("%s%s%.*s", s->below, *s->below ? "/" : "",
		    (int)v.n, (const char *)v.tag);
		r = s->fn(s->ctx, tag, strlen(tag), event->step, v.value,
		    event->us, e);
		free(tag);
	}
	return r;
}

static int
tell_folder(struct scalars *s, const char *folder, const char *below,
    int depth, struct err *e)
{
	struct stat st;
	char **names;
	size_t n;
	int r = folder_names(&names, &n, folder, e);

	for (size_t i = 0; i < n && r == 0; i++) {
		char *path = path_join(folder, names[i]);
		char *name = *below ? path_join(below, names[i]) :
		    xstrdup(names[i]);

		s->below = below;
		if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode) &&
		    depth < DEPTH_MAX) {
			r = tell_folder(s, path, name, depth + 1, e);
		} else if (is_event_file(names[i])) {
			s->n_files++;
			r = read_event_file(&s->hearer, path, e);
		}
		free(name);
		free(path);
	}
	folder_names_free(names, n);
	return r;
}

int
tensorboard_scalars(const char *path,
    int (*fn)(void *ctx, const char *tag, size_t n, int64_t step, double value,
    int64_t us, struct err *e), void *ctx, struct err *e)
{
	struct scalars s = { .hearer.event = tell_event, .below = "",
	    .fn = fn, .ctx = ctx };
	struct stat st;

	tb_init(&s.hearer.tb);
	if (stat(path, &st) < 0)
		return err_sys(e, "cannot read '%s'", path);
	if (!S_ISDIR(st.st_mode))
		return read_event_file(&s.hearer, path, e);
	if (tell_folder(&s, path, "", 0, e) < 0)
		return -1;
	return s.n_files ? 0 : err_set(e, ERR_NOENT, "there are no event files "
	    "(events.out.tfevents.*) below '%s'", path);
}
