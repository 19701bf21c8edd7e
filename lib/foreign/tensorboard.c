/*
 * TensorBoard's event files read: TFRecords of Event messages.
 *
 * A record is a length (8 bytes), its checksum (4), the message, its checksum
 * (4), little-endian; the checksum is CRC-32C, rotated and moved (TensorFlow's
 * lib/hash/crc32c.h).  Of the messages those fields are read that hold
 * scalars and hparams.
 */
#include "foreign/runs.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/mem.h"
#include "base/path.h"
#include "codec/pb.h"
#include "track/ended.h"

#define DEPTH_MAX 32		/* of folders */
#define RECORD_MAX ((size_t)1 << 30)
#define HPARAMS "_hparams_/session_start_info"

/* A folder's run being read. */
struct tbrun {
	const struct import_request *rq;
	struct arena arena;
	const char *folder, *name;
	int64_t begin_us, end_us;	/* 0 until an event was seen */
	struct ended ended;
	bool begun;
};

/* --- checksums */

static uint32_t
crc32c(const uint8_t *p, size_t n)
{
	uint32_t c = 0xffffffff;

	while (n--) {
		c ^= *p++;
		for (int k = 0; k < 8; k++)
			c = (c >> 1) ^ (c & 1 ? 0x82f63b78u : 0);
	}
	return ~c;
}

static bool
checksum_ok(const uint8_t *p, size_t n, uint32_t want)
{
	uint32_t c = crc32c(p, n);

	return ((c >> 15 | c << 17) + 0xa282ead8u) == want;
}

/* --- messages */

static double
double_of(const struct pb_field *f)
{
	double d;

	memcpy(&d, &f->v, sizeof(d));
	return d;
}

/* The one number of a TensorProto; false when it is not one. */
static bool
tensor_scalar(double *out, const struct pb_field *tensor)
{
	struct pb r = pb_over(tensor->s, tensor->n);
	struct pb_field f;
	uint64_t dtype = 0;
	bool found = false;

	while (pb_next(&r, &f)) {
		if (f.number == 1) {
			dtype = f.v;
		} else if (f.number == 4 && f.n == 8 && dtype == 1) {
			float v;

			memcpy(&v, f.s, 4);
			*out = v;
			found = true;
		} else if (f.number == 4 && f.n == 4 && dtype == 1) {
			float v;

			memcpy(&v, f.s, 4);
			*out = v;
			found = true;
		} else if (f.number == 4 && f.n == 8 && dtype == 2) {
			memcpy(out, f.s, 8);
			found = true;
		} else if (f.number == 5 && f.wire == PB_FIXED32) {
			*out = pb_float(&f);
			found = true;
		} else if (f.number == 5 && f.n == 4) {
			float v;

			memcpy(&v, f.s, 4);
			*out = v;
			found = true;
		} else if (f.number == 6 && f.n == 8) {
			memcpy(out, f.s, 8);
			found = true;
		} else if (f.number == 6 && f.wire == PB_FIXED64) {
			*out = double_of(&f);
			found = true;
		}
	}
	return found && !r.bad;
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
add_summary_value(struct tbrun *t, const struct pb_field *value,
    int64_t step, int64_t us)
{
	struct pb r = pb_over(value->s, value->n);
	const char *tag = NULL;
	struct pb_field f, metadata = { 0 };
	bool scalar = false;
	double v = 0;

	while (pb_next(&r, &f)) {
		if (f.number == 1 && f.wire == PB_BYTES) {
			tag = arena_strndup(&t->arena, (const char *)f.s, f.n);
		} else if (f.number == 2 && f.wire == PB_FIXED32) {
			v = pb_float(&f);
			scalar = true;
		} else if (f.number == 8 && f.wire == PB_BYTES) {
			scalar = tensor_scalar(&v, &f);
		} else if (f.number == 9 && f.wire == PB_BYTES) {
			metadata = f;
		}
	}
	if (tag == NULL || r.bad)
		return;
	if (strcmp(tag, HPARAMS) == 0 && metadata.s)
		add_hparams(t, &metadata);
	else if (scalar && *tag)
		ended_metric(&t->ended, tag, step, v, us);
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
read_event(struct tbrun *t, const uint8_t *p, size_t n, struct err *e)
{
	struct pb r = pb_over(p, n);
	struct pb_field f, summary = { 0 };
	double seconds = 0;
	int64_t step = 0, us;

	while (pb_next(&r, &f)) {
		if (f.number == 1 && f.wire == PB_FIXED64)
			seconds = double_of(&f);
		else if (f.number == 2 && f.wire == PB_VARINT)
			step = (int64_t)f.v;
		else if (f.number == 5 && f.wire == PB_BYTES)
			summary = f;
	}
	if (r.bad || !(seconds >= 0 && seconds < 1e11))
		return err_set(e, ERR_FORMAT, "an event is damaged");
	us = (int64_t)(seconds * 1e6);
	if (!t->begun)
		begin_run(t, us);
	if (us > t->end_us)
		t->end_us = us;
	r = pb_over(summary.s, summary.n);
	while (pb_next(&r, &f))
		if (f.number == 1 && f.wire == PB_BYTES)
			add_summary_value(t, &f, step, us);
	return 0;
}

/* --- files and folders */

static int
read_event_file(struct tbrun *t, const char *path, struct err *e)
{
	const uint8_t *p;
	struct file_map f;
	size_t left, n;
	int r = 0;

	if (file_map(&f, path, e) < 0)
		return -1;
	p = (const uint8_t *)f.data;
	for (left = f.n; left >= 16 && r == 0; p += n + 16, left -= n + 16) {
		uint64_t len = get_le64(p);

		if (!checksum_ok(p, 8, get_le32(p + 8))) {
			r = err_set(e, ERR_FORMAT, "'%s' is damaged at byte %zu",
			    path, f.n - left);
			break;
		}
		/* whoever writes it was killed, or writes still */
		if (len > left - 16)
			break;
		n = (size_t)len;
		if (n > RECORD_MAX || !checksum_ok(p + 12, n,
		    get_le32(p + 12 + n)))
			r = err_set(e, ERR_FORMAT, "'%s' is damaged at byte %zu",
			    path, f.n - left);
		else if (read_event(t, p + 12, n, e) < 0)
			r = err_wrap(e, "'%s'", path);
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
	struct tbrun t = { .rq = rq, .folder = folder, .name = name };
	struct imported done = { .path = folder, .name = name };
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++) {
		char *path = path_join(folder, names[i]);

		if (is_event_file(names[i]))
			r = read_event_file(&t, path, e);
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
