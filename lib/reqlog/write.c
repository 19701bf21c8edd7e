/* Writing the request log: lines wait in memory for a thread that appends
 * them to the segment; read.c reads them back. */
#include "reqlog/internal.h"
#include "reqlog/policy.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/beneath.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/thread.h"
#include "codec/json.h"

#define SEGMENT_BYTES ((uint64_t)64 << 20)
#define SEGMENT_MS 3600000
#define FLUSH_MS 200
#define PENDING_MAX ((size_t)1 << 26)	/* lines wait here for the disk */
#define FLUSH_EARLY ((size_t)1 << 20)

struct reqlog {
	const struct os *os;
	const struct log *log;
	char *folder;
	uint64_t segment_bytes;
	int64_t segment_ms, flush_ms;

	struct mutex lock;	/* of what follows */
	struct cond wake;
	struct buf pending;
	uint64_t pending_rows;
	uint64_t rows, dropped;
	bool stop;

	struct mutex file_lock;	/* of the rest: one writes at a time */
	struct buf writing;
	int fd;			/* locked while it is written */
	char *path;
	uint64_t written;
	int64_t begun_us;
	bool failing;		/* and it was reported */
	struct ended {		/* to be packed, by the flusher */
		int fd;
		char *path;
		struct ended *next;
	} *ended;
	int64_t keep_ms;
	uint64_t keep_bytes;
	bool before_answer;
	void (*also)(void *ctx, const struct buf *lines);
	void *also_ctx;
	struct thread thread;
};

static int
make_segment(struct reqlog *l)
{
	char now[CLOCK_TEXT_MAX];

	l->begun_us = clock_wall_us();
	clock_print(now, l->begun_us);
	/* file names without colons travel better */
	l->path = xprintf("%s/%.4s%.2s%.5s%.2s%.2s.%06d-%ld.jsonl", l->folder, now,
	    now + 5, now + 8, now + 14, now + 17,
	    (int)(l->begun_us % 1000000), (long)getpid());
	l->fd = l->os->open(l->path, O_WRONLY | O_CREAT | O_APPEND, 0666);
	l->written = 0;
	if (l->fd < 0) {
		free(l->path);
		l->path = NULL;
		return -1;
	}
	return 0;
}

/* Locked, so that who tidies the folder sees that it is in use; where locks
 * are not to be had nobody tidies.  One that was tidied away before it was
 * locked is followed by another. */
static int
begin_segment(struct reqlog *l)
{
	struct err why = ERR_INIT;
	struct stat st;

	for (;;) {
		if (make_segment(l) < 0)
			return -1;
		if ((file_lock(l->fd, FILE_EXCLUSIVE, 0, 0, 0, &why) == 0 ||
		    why.code != ERR_BUSY) && (fstat(l->fd, &st) < 0 ||
		    st.st_nlink > 0))
			return 0;
		l->os->close(l->fd);
		free(l->path);
	}
}

static void
end_segment(struct reqlog *l)
{
	struct ended *ended;

	if (l->fd < 0)
		return;
	ended = xalloc(1, sizeof(*ended));
	*ended = (struct ended){ l->fd, l->path, l->ended };
	l->ended = ended;
	l->fd = -1;
	l->path = NULL;
}

/* Behind the lines that are written, which do not wait for it. */
static void
pack_ended(struct reqlog *l)
{
	struct ended *ended, *next;
	struct err e = ERR_INIT;

	mutex_lock(&l->file_lock);
	ended = l->ended;
	l->ended = NULL;
	mutex_unlock(&l->file_lock);
	if (ended == NULL)
		return;
	for (; ended; ended = next) {
		next = ended->next;
		if (reqlog_pack(l->os, ended->path, &e) < 0)
			log_warn(l->log, "a segment of the request log stays "
			    "as it is: %s", e.msg);
		l->os->close(ended->fd);
		free(ended->path);
		free(ended);
	}
	reqlog_tidy(l->os, l->folder, l->keep_ms, l->keep_bytes, l->log);
}

/* Is it time for another one?  Also when its file was removed. */
static bool
is_over(const struct reqlog *l)
{
	struct stat st;

	return l->written >= l->segment_bytes ||
	    clock_wall_us() - l->begun_us >= l->segment_ms * 1000 ||
	    fstat(l->fd, &st) < 0 || st.st_nlink == 0;
}

/* Rows that could not be written whole are lost and counted.  What was
 * written of them is cut off again, and the segment goes on when there is
 * room; one that cannot be cut is ended, so that half a line stays the last
 * of its file. */
static int
write_segment(struct reqlog *l, struct err *e)
{
	if (l->fd >= 0 && is_over(l))
		end_segment(l);
	if (l->fd < 0 && begin_segment(l) < 0)
		return err_sys(e, "cannot make a file in '%s'", l->folder);
	if (file_write_fd(l->os, l->fd, l->writing.data, l->writing.len,
	    l->folder, e) < 0) {
		if (l->os->truncate(l->fd, (off_t)l->written) < 0)
			end_segment(l);
		return -1;
	}
	l->written += l->writing.len;
	return 0;
}

/* A failure is reported once, and so is that it is over. */
static void
report_outcome(struct reqlog *l, int result, const struct err *why)
{
	if (result < 0 && !l->failing)
		log_warn(l->log, "the request log loses rows: %s", why->msg);
	if (result == 0 && l->failing)
		log_warn(l->log, "the request log is written again");
	l->failing = result < 0;
}

void
reqlog_flush(struct reqlog *l)
{
	struct err e = ERR_INIT;
	struct buf swap;
	uint64_t rows;
	int r = 0;

	mutex_lock(&l->file_lock);
	mutex_lock(&l->lock);
	swap = l->writing;
	l->writing = l->pending;
	l->pending = swap;
	rows = l->pending_rows;
	l->pending_rows = 0;
	mutex_unlock(&l->lock);
	if (l->writing.len) {
		r = write_segment(l, &e);
		report_outcome(l, r, &e);
	}
	if (r < 0) {
		mutex_lock(&l->lock);
		l->dropped += rows;
		mutex_unlock(&l->lock);
	}
	buf_clear(&l->writing);
	mutex_unlock(&l->file_lock);
}

static void
flusher(void *ctx)
{
	struct reqlog *l = ctx;
	bool stop = false;

	while (!stop) {
		mutex_lock(&l->lock);
		if (!l->stop && l->pending.len < FLUSH_EARLY)
			cond_wait_us(&l->wake, &l->lock, l->flush_ms * 1000);
		stop = l->stop;
		mutex_unlock(&l->lock);
		reqlog_flush(l);
		pack_ended(l);
	}
}

int
reqlog_open(struct reqlog **out, const char *folder,
    const struct reqlog_opts *o, struct err *e)
{
	static const struct reqlog_opts defaults;
	struct reqlog *l;
	int fd;

	if (o == NULL)
		o = &defaults;
	if (file_make_folders(o->os ? o->os : os_real(), folder, e) < 0)
		return -1;
	/* now, not at the first row: in a checkout it may be a link */
	if ((fd = beneath_open_file(folder, O_RDONLY | O_DIRECTORY, 0)) < 0)
		return err_sys(e, "cannot open '%s'", folder);
	close(fd);
	if (access(folder, W_OK | X_OK) < 0)
		return err_sys(e, "cannot write into '%s'", folder);
	l = xalloc(1, sizeof(*l));
	l->os = o->os ? o->os : os_real();
	l->log = o->log;
	l->folder = xstrdup(folder);
	l->segment_bytes = o->segment_bytes ? o->segment_bytes : SEGMENT_BYTES;
	l->segment_ms = o->segment_ms ? o->segment_ms : SEGMENT_MS;
	l->flush_ms = o->flush_ms ? o->flush_ms : FLUSH_MS;
	l->keep_ms = o->keep_ms;
	l->before_answer = o->before_answer;
	l->keep_bytes = o->keep_bytes;
	l->also = o->also;
	l->also_ctx = o->also_ctx;
	l->fd = -1;
	reqlog_tidy(l->os, l->folder, l->keep_ms, l->keep_bytes, l->log);
	buf_init(&l->pending, PENDING_MAX);
	buf_init(&l->writing, PENDING_MAX);
	mutex_init(&l->lock);
	mutex_init(&l->file_lock);
	cond_init(&l->wake);
	if (thread_start(&l->thread, flusher, l, e) < 0) {
		free(l->folder);
		free(l);
		return err_set(e, ERR_NOMEM, "cannot start a thread for the "
		    "request log");
	}
	*out = l;
	return 0;
}

static void
add_member(struct buf *b, const char *key, const char *s)
{
	if (s == NULL)
		return;
	buf_addf(b, ",\"%s\":", key);
	json_quote(b, s, strlen(s));
}

/* The unit or the id, as the policy has it. */
static void
add_masked(struct buf *b, const char *key, const char *s,
    enum reqlog_mask how, const struct reqlog_policy *p)
{
	if (s == NULL || how == MASK_DROP)
		return;
	if (how == MASK_NONE) {
		add_member(b, key, s);
		return;
	}
	buf_addf(b, ",\"%s\":", key);
	reqlog_mask_hash(b, p, s, strlen(s));
}

/* Dropped where one is, else hashed where one is. */
static enum reqlog_mask
stricter(enum reqlog_mask a, enum reqlog_mask b)
{
	return a == MASK_DROP || b == MASK_NONE ? a : b;
}

/* All that comes before the rows. */
static void
begin_line(struct buf *out, const struct reqlog_request *r)
{
	char when[CLOCK_TEXT_MAX], share[NUM_TEXT_MAX];
	const struct reqlog_policy *p = r->policy;
	enum reqlog_mask id = p ? p->id : MASK_NONE;
	enum reqlog_mask unit = p ? p->unit : MASK_NONE;

	/* an id that is the unit as well shows no more as one than as other */
	if (r->id && r->unit && strcmp(r->id, r->unit) == 0)
		id = unit = stricter(id, unit);
	clock_print(when, r->time_us);
	buf_addf(out, "{\"time\":\"%s\"", when);
	add_masked(out, "id", r->id, id, p);
	add_masked(out, "unit", r->unit, unit, p);
	add_member(out, "model", r->model);
	add_member(out, "version", r->version);
	add_member(out, "digest", r->digest);
	add_member(out, "variant", r->variant);
	if (r->placed) {
		add_member(out, "rollout", r->placed->rollout);
		buf_adds(out, ",\"share\":");
		buf_add(out, share, num_print_f64(share, r->placed->share));
		buf_addf(out, ",\"place\":\"%016llx\"",
		    (unsigned long long)reqlog_mask_place(p,
		    r->placed->place));
	}
	if (p && p->sample < 1) {
		buf_adds(out, ",\"sample\":");
		buf_add(out, share, num_print_f64(share, p->sample));
	}
	if (r->micros)
		buf_addf(out, ",\"micros\":%lld", (long long)r->micros);
}

static void
add_object(struct buf *out, const char *key, const struct buf *b)
{
	buf_addf(out, ",\"%s\":", key);
	buf_add(out, b->data, b->len);
	out->failed |= b->failed;
}

static void
add_columns(struct buf *out, struct buf *masked, const char *key,
    const struct reqlog_request *r, const struct buf *columns)
{
	buf_addf(out, ",\"%s\":", key);
	reqlog_mask_object(out, masked, r->policy, columns);
}

static void
end_line(struct buf *out, struct buf *masked)
{
	if (masked->len)
		buf_addf(out, ",\"masked\":{%.*s}", (int)masked->len,
		    masked->data);
	out->failed |= masked->failed;
	buf_free(masked);
	buf_adds(out, "}\n");
}

void
reqlog_line(struct buf *out, const struct reqlog_request *r,
    const struct buf *inputs, const struct buf *outputs)
{
	struct buf masked;

	buf_init(&masked, BUF_CAP_DOC);
	begin_line(out, r);
	add_columns(out, &masked, "inputs", r, inputs);
	add_columns(out, &masked, "outputs", r, outputs);
	if (r->features)
		add_object(out, "features", r->features);
	end_line(out, &masked);
}

void
reqlog_failure(struct buf *out, const struct reqlog_request *r, int status)
{
	begin_line(out, r);
	buf_addf(out, ",\"status\":%d}\n", status);
}

void
reqlog_shadow(struct buf *out, const struct reqlog_request *r,
    const struct buf *answered, const struct buf *shadow)
{
	struct buf masked;

	buf_init(&masked, BUF_CAP_DOC);
	begin_line(out, r);
	add_columns(out, &masked, "answered", r, answered);
	if (shadow)
		add_columns(out, &masked, "shadow", r, shadow);
	end_line(out, &masked);
}

/* The disk is far behind when there is no room: drop, do not wait. */
void
reqlog_add(struct reqlog *l, const struct buf *lines, uint64_t rows)
{
	bool wake;
	size_t before;

	if (l->also)
		l->also(l->also_ctx, lines);
	mutex_lock(&l->lock);
	before = l->pending.len;
	buf_add(&l->pending, lines->data, lines->len);
	l->rows += rows;
	if (l->pending.failed || lines->failed) {
		l->pending.failed = false;
		l->pending.len = before;
		l->dropped += rows;
	} else {
		l->pending_rows += rows;
	}
	wake = before < FLUSH_EARLY && l->pending.len >= FLUSH_EARLY;
	mutex_unlock(&l->lock);
	if (l->before_answer)	/* by whoever is first of those who wait */
		reqlog_flush(l);
	else if (wake)
		cond_signal(&l->wake);
}

uint64_t
reqlog_rows(struct reqlog *l)
{
	uint64_t n;

	mutex_lock(&l->lock);
	n = l->rows;
	mutex_unlock(&l->lock);
	return n;
}

uint64_t
reqlog_dropped(struct reqlog *l)
{
	uint64_t n;

	mutex_lock(&l->lock);
	n = l->dropped;
	mutex_unlock(&l->lock);
	return n;
}

void
reqlog_close(struct reqlog *l)
{
	if (l == NULL)
		return;
	mutex_lock(&l->lock);
	l->stop = true;
	mutex_unlock(&l->lock);
	cond_signal(&l->wake);
	thread_join(&l->thread);
	pack_ended(l);
	if (l->fd >= 0)		/* the next who opens the folder packs it */
		l->os->close(l->fd);
	free(l->path);
	buf_free(&l->pending);
	buf_free(&l->writing);
	cond_release(&l->wake);
	mutex_release(&l->lock);
	mutex_release(&l->file_lock);
	free(l->folder);
	free(l);
}
