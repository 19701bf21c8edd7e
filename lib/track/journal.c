/* Writing a run's journal and sealing it; run.c reads it. */
#include "track/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/machine.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/path.h"
#include "base/rng.h"
#include "catalog/name.h"
#include "catalog/put.h"
#include "codec/json_edit.h"
#include "store/odb.h"
#include "store/ref.h"
#include "track/amend.h"
#include "track/event.h"
#include "track/find.h"
#include "track/internal.h"
#include "track/ended.h"

#define ALIVE 0			/* the byte a living run holds */
#define APPEND 1		/* the byte an appender holds */
#define WAIT_MS 30000
#define LINE_CAP ((size_t)1 << 24)

struct journal {
	struct catalog *c;
	char *id;
	char *path;
	int fd;
	bool owner;
};

const char *
journal_id(const struct journal *j)
{
	return j->id;
}

int64_t
journal_size(const struct journal *j)
{
	return lseek(j->fd, 0, SEEK_END);
}

int
journal_fd(const struct journal *j)
{
	return j->fd;
}

void
journal_close(struct journal *j)
{
	if (j == NULL)
		return;
	if (j->fd >= 0)
		close(j->fd);
	free(j->id);
	free(j->path);
	free(j);
}

/* --- lines ----------------------------------------------------------------- */

/* Lines under the lock on byte 1.  If whoever came before was killed half way
 * through a line, ours begin on a fresh one. */
int
journal_append(struct journal *j, const struct buf *lines, struct err *e)
{
	const struct os *os = repo_os(catalog_repo(j->c));
	char last;
	off_t end;
	int r = 0;

	if (buf_check(lines, e) < 0 ||
	    file_lock(j->fd, FILE_EXCLUSIVE, APPEND, 1, WAIT_MS, e) < 0)
		return -1;
	end = lseek(j->fd, 0, SEEK_END);
	if (end > 0 && pread(j->fd, &last, 1, end - 1) == 1 && last != '\n')
		r = file_write_fd(os, j->fd, "\n", 1, j->path, e);
	if (r == 0)
		r = file_write_fd(os, j->fd, lines->data, lines->len, j->path,
		    e);
	if (file_unlock(j->fd, APPEND, 1, e) < 0)
		r = -1;
	return r;
}

static int
append_event(struct journal *j, const struct json *event, struct err *e)
{
	struct buf b;
	int r;

	buf_init(&b, LINE_CAP);
	json_write(&b, event);
	buf_addc(&b, '\n');
	r = journal_append(j, &b, e);
	buf_free(&b);
	return r;
}

static int
append_and_free(struct journal *j, struct arena *a, const struct json *event,
    struct err *e)
{
	int r = append_event(j, event, e);

	arena_free(a);
	return r;
}

/* The facts of line one, and the parent among their tags. */
static const struct json *
facts_with_parent(struct arena *a, const struct journal_start *s)
{
	struct json *facts, *tags;

	if (s->parent == NULL || !name_base_ok(s->parent))
		return s->facts;
	facts = s->facts ? json_copy(a, s->facts) : json_new(a, JSON_MAP);
	tags = (struct json *)(uintptr_t)json_get(facts, "tags");
	if (tags == NULL)
		tags = json_add_map(a, facts, "tags");
	json_add_text(a, tags, TAG_PARENT, s->parent);
	return facts;
}

static struct json *
begin_event(struct arena *a, const char *id, const struct journal_start *s)
{
	struct journal_start start = *s;
	struct event_begin b = { .id = id, .us = s->begin_us ? s->begin_us :
	    clock_wall_us(), .pid = getpid(), .start = &start };
	struct machine m;

	start.facts = facts_with_parent(a, s);

	machine_who(&m);
	machine_boot(m.boot, sizeof(m.boot));
	b.host = m.host;
	b.boot = m.boot;
	b.user = s->user ? s->user : m.user;
	return event_begin(a, &b);
}

static char *
new_id(void)
{
	int64_t us = clock_wall_us();
	char now[CLOCK_TEXT_MAX];
	uint32_t r;

	/* "2026-01-02T03:04:05...", the microseconds, and three digits by
	 * chance: ids are in order of time */
	clock_print(now, us);
	rng_system(&r, sizeof(r));
	return xprintf("%.4s%.2s%.2s-%.2s%.2s%.2s-%05x%03x", now, now + 5,
	    now + 8, now + 11, now + 14, now + 17, (unsigned)(us % 1000000),
	    (unsigned)(r & 0xfff));
}

/* Locked and with its first line before it has its name, so that nobody
 * ever sees a run that is neither alive nor dead. */
static int
begin_file(struct journal *j, const struct json *event, bool sync,
    struct err *e)
{
	const struct os *os = repo_os(catalog_repo(j->c));
	char *folder = repo_path(catalog_repo(j->c), "tmp");
	char *temp = xprintf("%s/%s.run.tmp", folder, j->id);
	char *runs = journal_folder(j->c);
	int r = -1;

	if (file_make_folders(os, folder, e) < 0 ||
	    file_make_folders(os, runs, e) < 0)
		goto done;
	j->fd = os->open(temp, O_RDWR | O_CREAT | O_EXCL | O_APPEND, 0666);
	if (j->fd < 0) {
		err_sys(e, "cannot create '%s'", j->path);
		goto done;
	}
	if (file_lock(j->fd, FILE_EXCLUSIVE, ALIVE, 1, 0, e) < 0 ||
	    append_event(j, event, e) < 0) {
		os->unlink(temp);
		goto done;
	}
	/* link, not rename: never over another run */
	if ((sync && os->fsync(j->fd) < 0) || os->link(temp, j->path) < 0) {
		err_sys(e, "cannot create '%s'", j->path);
		os->unlink(temp);
		goto done;
	}
	os->unlink(temp);
	r = sync ? file_sync_folder(os, runs, e) : 0;
	if (r < 0)
		os->unlink(j->path);	/* it never began */
done:
	free(runs);
	free(temp);
	free(folder);
	return r;
}

int
journal_begin(struct journal **out, struct catalog *c,
    const struct journal_start *start, struct err *e)
{
	struct arena a = { NULL, 0 };
	struct journal *j;
	int r;

	if (catalog_need_repo(c, "a run", e) < 0)
		return -1;
	j = xalloc(1, sizeof(*j));
	j->c = c;
	j->fd = -1;
	j->owner = true;
	j->id = new_id();
	j->path = journal_path(c, j->id);
	r = begin_file(j, begin_event(&a, j->id, start), !start->unsynced, e);
	arena_free(&a);
	if (r < 0) {
		journal_close(j);
		return -1;
	}
	*out = j;
	return 0;
}

/* 0, or why not. */
static int
open_living(struct journal *j, const char *id)
{
	free(j->id);
	free(j->path);
	j->id = xstrdup(id);
	j->path = journal_path(j->c, id);
	/* in a checkout it may be a link to a file of somebody else */
	j->fd = repo_os(catalog_repo(j->c))->open(j->path, O_RDWR | O_APPEND |
	    O_NOFOLLOW | O_NONBLOCK, 0);
	return j->fd < 0 ? errno : 0;
}

int
journal_join(struct journal **out, struct catalog *c, const char *run,
    struct err *e)
{
	char *id;
	struct journal *j;
	int locked, why = ENOENT;

	if (catalog_need_repo(c, run, e) < 0)
		return -1;
	if (strncmp(run, "run:", 4) == 0)
		run += 4;
	j = xalloc(1, sizeof(*j));
	j->c = c;
	j->fd = -1;
	if (name_base_ok(run))
		why = open_living(j, run);
	/* the whole id, as in MLV_RUN, was no search; a word or a beginning is */
	if (why == ENOENT) {
		if (run_find_id(&id, c, run, e) < 0)
			goto fail;
		why = open_living(j, id);
		free(id);
	}
	errno = why;
	if (why == ENOENT)
		err_set(e, ERR_NO, "run:%s has ended", j->id);
	else if (why)
		err_sys(e, "cannot open '%s'", j->path);
	else if ((locked = file_is_locked(j->fd, ALIVE, 1, e)) == 0)
		err_set(e, ERR_NO, "run:%s was killed", j->id);
	else if (locked == 1) {
		*out = j;
		return 0;
	}
fail:
	journal_close(j);
	return -1;
}

int
journal_open(struct journal **out, struct catalog *c, const char *id,
    struct err *e)
{
	struct journal *j = xalloc(1, sizeof(*j));
	int why;

	j->c = c;
	j->fd = -1;
	why = name_base_ok(id) ? open_living(j, id) : ENOENT;
	if (why) {
		errno = why;
		err_sys(e, "cannot open the journal of run:%.200s", id);
		journal_close(j);
		return -1;
	}
	*out = j;
	return 0;
}

int
journal_resume(struct journal **out, struct catalog *c, const char *id,
    struct err *e)
{
	char *path = journal_path(c, id), *folder = repo_path(catalog_repo(c),
	    "runs");
	const struct os *os = repo_os(catalog_repo(c));
	struct arena a = { NULL, 0 };
	struct buf text;
	int r;

	buf_init(&text, BUF_CAP_DATA);
	r = sealed_journal(&text, c, id, e);
	json_write(&text, event_named(&a, "resume", id));
	buf_addc(&text, '\n');
	if (r == 0 && (r = buf_check(&text, e)) == 0 &&
	    (r = file_make_folders(os, folder, e)) == 0)
		r = file_replace_own(os, path, text.data, text.len, 0666, e);
	if (r == 0)
		r = journal_open(out, c, id, e);
	buf_free(&text);
	arena_free(&a);
	free(folder);
	free(path);
	return r;
}

struct json *
journal_value(struct arena *a, const char *text)
{
	size_t n = strlen(text);
	struct json *v;
	int64_t i;
	double d;

	if (num_parse_i64(text, n, &i)) {
		v = json_new(a, JSON_INT);
		v->i = i;
		v->d = (double)i;
	} else if (num_parse_f64(text, n, &d) && d - d == 0) {
		v = json_new(a, JSON_REAL);
		v->d = d;
	} else if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0) {
		v = json_new(a, JSON_BOOL);
		v->b = text[0] == 't';
	} else if (strcmp(text, "null") == 0) {
		v = json_new(a, JSON_NULL);
	} else {
		v = json_new(a, JSON_TEXT);
		v->s = arena_strdup(a, text);
		v->n = n;
	}
	return v;
}

int
journal_param(struct journal *j, const char *name, const struct json *v,
    struct err *e)
{
	struct arena a = { NULL, 0 };

	return append_and_free(j, &a, event_param(&a, name, v), e);
}

int
journal_summary(struct journal *j, const char *name, double value,
    struct err *e)
{
	struct arena a = { NULL, 0 };

	return append_and_free(j, &a, event_summary(&a, name, value), e);
}

int
journal_metric(struct journal *j, const char *name, int64_t step,
    double value, struct err *e)
{
	struct arena a = { NULL, 0 };

	return append_and_free(j, &a, event_metric(&a, name, step, value,
	    clock_wall_us()), e);
}

int
journal_link(struct journal *j, const char *rel, const char *type,
    const char *name, const struct oid *id, uint64_t size, struct err *e)
{
	const struct link link = { .rel = rel, .type = type,
	    .name = name ? name : "", .id = *id, .size = size };
	struct arena a = { NULL, 0 };

	return append_and_free(j, &a, event_link(&a, &link), e);
}

int
journal_fact(struct journal *j, const char *key, const struct json *v,
    struct err *e)
{
	struct arena a = { NULL, 0 };

	return append_and_free(j, &a, event_fact(&a, key, v), e);
}

/* --- the end --------------------------------------------------------------- */

static int
store_run(struct catalog_put *put, struct journal *j, struct err *e)
{
	struct buf b;
	int r;

	buf_init(&b, BUF_CAP_DATA);
	r = file_read_own(&b, j->path, e);
	if (r == 0)
		r = ended_put(put, j->c, j->id, &b, e);
	buf_free(&b);
	return r;
}

static int
append_end(struct journal *j, enum run_status status, int exit_status,
    int64_t end_us, struct err *e)
{
	struct arena a = { NULL, 0 };

	return append_and_free(j, &a, event_end(&a, status, exit_status,
	    end_us), e);
}

int
journal_seal(struct catalog_put *put, struct journal *j,
    enum run_status status, int exit_status, struct err *e)
{
	return journal_seal_at(put, j, status, exit_status, clock_wall_us(),
	    e);
}

int
journal_seal_at(struct catalog_put *put, struct journal *j,
    enum run_status status, int exit_status, int64_t end_us, struct err *e)
{
	const struct os *os = repo_os(catalog_repo(j->c));
	struct err ignored = ERR_INIT;
	int r = append_end(j, status, exit_status, end_us, e);

	if (r == 0 && os->fsync(j->fd) < 0)
		r = err_sys(e, "cannot fsync '%s'", j->path);
	if (r == 0)
		r = store_run(put, j, e);
	/* the last end counts: what we report is what runs will list */
	if (r < 0 && e->code != ERR_UNPROVEN && status == RUN_FINISHED)
		(void)append_end(j, RUN_FAILED, exit_status, end_us,
		    &ignored);
	/* left behind by a kill here it is only a second copy */
	if (r == 0 && os->unlink(j->path) < 0)
		log_warn(catalog_log(j->c), "cannot remove '%s'", j->path);
	journal_close(j);
	return r;
}
