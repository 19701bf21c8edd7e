/* The audit log: one chain of records, verified as it is read. */
#include "store/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/intern.h"
#include "base/log.h"
#include "base/machine.h"
#include "base/mem.h"
#include "base/path.h"
#include "codec/json.h"
#include "store/internal.h"
#include "store/ref.h"

#define LOG_MAX ((size_t)1 << 32)
#define LINE_MAX_BYTES ((size_t)1 << 16)

static int
refuse_audit(uint64_t seq, const char *why, struct err *e)
{
	return err_set(e, ERR_CORRUPT, "audit log: record %llu %s",
	    (unsigned long long)seq, why);
}

/* 64 digits, or no such member. */
static bool
read_digest(struct oid *out, const struct json *j, const char *key)
{
	const char *s = json_text(j, key, NULL);

	return s == NULL || hex_decode(out->b, OID_BYTES, s, strlen(s)) == 0;
}

/* One line, without its newline; texts live in the arena. */
static int
parse_record(struct audit_record *r, struct arena *a, const char *line,
    size_t n, uint64_t seq, struct err *e)
{
	struct err ignored = ERR_INIT;
	const char *prev, *id, *verdict;
	struct json *j;

	memset(r, 0, sizeof(*r));
	if (json_parse(&j, a, line, n, 0, &ignored) < 0 || j->type != JSON_MAP)
		return refuse_audit(seq, "is not a record", e);
	r->seq = (uint64_t)json_int(j, "seq", -1);
	prev = json_text(j, "prev", "");
	if (hex_decode(r->prev.b, OID_BYTES, prev, strlen(prev)) < 0)
		return refuse_audit(seq, "has no link", e);
	r->time = json_text(j, "time", "");
	r->host = json_text(j, "host", "");
	r->user = json_text(j, "user", "");
	r->op = json_text(j, "op", "");
	r->ref = json_text(j, "ref", "");
	r->note = json_text(j, "note", "");
	r->number = (uint32_t)json_int(j, "number", 0);
	r->was = (uint32_t)json_int(j, "was", 0);
	r->values = (uint32_t)json_int(j, "values", 0);
	id = json_text(j, "id", NULL);
	verdict = json_text(j, "verdict", NULL);
	if (!read_digest(&r->digest, j, "digest") ||
	    !read_digest(&r->from, j, "from") ||
	    (id && oid_parse(&r->id, id, &ignored) < 0) ||
	    (verdict && oid_parse(&r->verdict, verdict, &ignored) < 0))
		return refuse_audit(seq, "has a bad id", e);
	oid_of(&r->hash, line, n);
	return 0;
}

/* --- appending ------------------------------------------------------------- */

struct tail {
	bool any;
	struct audit_record last;
	struct arena arena;
	off_t whole;		/* bytes up to the last newline */
	off_t size;
};

/* The last whole line, read from the end. */
static int
read_tail(struct tail *t, int fd, struct err *e)
{
	char *p = xalloc(1, LINE_MAX_BYTES * 2);
	struct stat st;
	size_t n, end, start;
	ssize_t got;
	off_t at;
	int r = -1;

	if (fstat(fd, &st) < 0) {
		err_sys(e, "cannot stat the audit log");
		goto done;
	}
	t->size = st.st_size;
	n = st.st_size < (off_t)LINE_MAX_BYTES * 2 ? (size_t)st.st_size :
	    LINE_MAX_BYTES * 2;
	at = st.st_size - (off_t)n;
	do
		got = pread(fd, p, n, at);
	while (got < 0 && errno == EINTR);
	if (got < 0 || (size_t)got != n) {
		err_sys(e, "cannot read the audit log");
		goto done;
	}
	for (end = n; end > 0 && p[end - 1] != '\n'; end--)
		;
	t->whole = at + (off_t)end;
	if (end == 0) {
		r = at == 0 ? 0 : refuse_audit(0, "at the end is too long", e);
		goto done;
	}
	for (start = end - 1; start > 0 && p[start - 1] != '\n'; start--)
		;
	t->any = true;
	r = parse_record(&t->last, &t->arena, p + start, end - 1 - start, 0, e);
done:
	free(p);
	return r;
}

/* Half a line at the end was never a record: keep it aside for people. */
static int
set_torn_aside(struct tail *t, struct repo *repo, int fd, struct err *e)
{
	size_t n = (size_t)(t->size - t->whole);
	char *p = xalloc(n, 1), *name, *path;
	int r = -1;

	if (pread(fd, p, n, t->whole) != (ssize_t)n) {
		err_sys(e, "cannot read the audit log");
		free(p);
		return -1;
	}
	name = xprintf("audit/torn.%lld", (long long)t->whole);
	path = repo_path(repo, name);
	if (file_replace_own(repo->os, path, p, n, 0666, e) == 0) {
		if (repo->os->truncate(fd, t->whole) < 0)
			err_sys(e, "cannot cut the audit log");
		else
			r = 0;
	}
	if (r == 0)
		log_warn(repo->log, "a torn record at the end of the audit log "
		    "was set aside in '%s'", path);
	free(path);
	free(name);
	free(p);
	return r;
}

static void
put_text(struct buf *b, const char *key, const char *s)
{
	buf_addf(b, ",\"%s\":", key);
	json_quote(b, s, strlen(s));
}

static void
format_record(struct buf *b, const struct audit_record *r)
{
	char hex[OID_HEX + 1], id[OID_TEXT], now[CLOCK_TEXT_MAX];
	struct machine m;

	machine_who(&m);
	clock_print(now, clock_wall_us());
	buf_addf(b, "{\"seq\":%llu,\"prev\":\"%s\"",
	    (unsigned long long)r->seq, oid_hex(hex, &r->prev));
	put_text(b, "time", now);
	put_text(b, "host", m.host);
	put_text(b, "user", m.user);
	put_text(b, "op", r->op);
	put_text(b, "ref", r->ref);
	if (r->number)
		buf_addf(b, ",\"number\":%u", r->number);
	if (!oid_is_none(&r->id))
		put_text(b, "id", oid_print(id, &r->id));
	if (r->was)
		buf_addf(b, ",\"was\":%u", r->was);
	if (r->note && *r->note)
		put_text(b, "note", r->note);
	if (!oid_is_none(&r->verdict))
		put_text(b, "verdict", oid_print(id, &r->verdict));
	if (r->values) {
		buf_addf(b, ",\"values\":%u", r->values);
		put_text(b, "digest", oid_hex(hex, &r->digest));
	}
	if (!oid_is_none(&r->from))
		put_text(b, "from", oid_hex(hex, &r->from));
	buf_adds(b, "}\n");
}

/* One record after `t`, in one write, synced; undone when that fails. */
static int
append_one(struct tail *t, struct repo *repo, int fd,
    const struct audit_record *what, struct err *e)
{
	struct audit_record r = *what;
	struct buf b;
	int result = -1;

	r.seq = t->any ? t->last.seq + 1 : 1;
	if (t->any)
		r.prev = t->last.hash;
	else
		memset(&r.prev, 0, sizeof(r.prev));
	buf_init(&b, LINE_MAX_BYTES);
	format_record(&b, &r);
	if (b.failed) {
		err_set(e, ERR_TOOBIG, "the note is too long: an audit record "
		    "has room for %zu bytes", LINE_MAX_BYTES);
		goto done;
	}
	if (file_write_fd(repo->os, fd, b.data, b.len, "audit/log", e) < 0) {
		(void)repo->os->truncate(fd, t->whole);
		goto done;
	}
	if (repo->os->fdatasync(fd) < 0) {
		err_sys(e, "cannot fsync the audit log");
		(void)repo->os->truncate(fd, t->whole);
		goto done;
	}
	oid_of(&r.hash, b.data, b.len - 1);
	t->whole += (off_t)b.len;
	t->size = t->whole;
	t->any = true;
	t->last.seq = r.seq;
	t->last.hash = r.hash;
	result = 0;
done:
	buf_free(&b);
	return result;
}

static bool
is_void(const struct audit_record *r)
{
	return strcmp(r->op, "void") == 0;
}

/* Does its ref carry this record's hash? */
static int
is_confirmed(bool *yes, struct repo *repo, const struct audit_record *r,
    struct err *e)
{
	struct err mine = ERR_INIT;
	struct ref now;

	*yes = false;
	if (ref_read(&now, repo, r->ref, &mine) < 0) {
		if (mine.code == ERR_NOENT)
			return 0;
		*e = mine;
		return -1;
	}
	for (size_t i = now.n; i-- > 0 && !*yes;)
		*yes = oid_eq(&now.value[i].audit, &r->hash);
	for (size_t i = now.n_retired; i-- > 0 && !*yes;)
		*yes = oid_eq(&now.retired[i].audit, &r->hash);
	ref_free(&now);
	return 0;
}

static int
void_unconfirmed(struct tail *t, struct repo *repo, int fd, struct err *e)
{
	struct audit_record r = { .op = "void" };
	uint64_t seq = t->last.seq;
	char *note;
	bool yes;
	int result;

	if (!t->any || is_void(&t->last))
		return 0;
	if (is_confirmed(&yes, repo, &t->last, e) < 0)
		return -1;
	if (yes)
		return 0;
	note = xprintf("record %llu was never confirmed by its ref",
	    (unsigned long long)seq);
	r.ref = t->last.ref;
	r.note = note;
	result = append_one(t, repo, fd, &r, e);
	if (result == 0)
		log_warn(repo->log, "an interrupted move of '%s' is void (audit "
		    "record %llu)", r.ref, (unsigned long long)seq);
	free(note);
	return result;
}

int
audit_append(struct oid *hash, struct repo *repo, const struct audit_record *r,
    struct err *e)
{
	char *path = repo_path(repo, "audit/log"), *folder;
	struct tail t = { .any = false };
	int fd, result = -1;

	if (file_open_own(&fd, repo->os, path, O_RDWR | O_CREAT | O_APPEND,
	    0666, e) < 0) {
		free(path);
		return -1;
	}
	folder = path_folder(path);
	if (read_tail(&t, fd, e) < 0)
		goto done;
	/* a log that was only just made must be found after a power cut */
	if (t.size == 0 && file_sync_folder(repo->os, folder, e) < 0)
		goto done;
	if (t.whole < t.size) {
		if (set_torn_aside(&t, repo, fd, e) < 0)
			goto done;
		t.size = t.whole;
	}
	if (void_unconfirmed(&t, repo, fd, e) < 0 ||
	    append_one(&t, repo, fd, r, e) < 0)
		goto done;
	*hash = t.last.hash;
	result = 0;
done:
	repo->os->close(fd);
	arena_free(&t.arena);
	free(folder);
	free(path);
	return result;
}

/* --- reading --------------------------------------------------------------- */

struct hashes {
	struct repo *repo;
	struct oid *hash;
	size_t n, room;
	struct intern *damaged;		/* refs that cannot be read */
};

static int
by_oid(const void *a, const void *b)
{
	return oid_cmp(a, b);
}

static void
add_hash(struct hashes *h, const struct oid *hash)
{
	if (h->n == h->room) {
		h->room = h->room ? h->room * 2 : 256;
		h->hash = xresize(h->hash, h->room, sizeof(*h->hash));
	}
	h->hash[h->n++] = *hash;
}

static int
collect_record(void *ctx, const char *name, struct err *e)
{
	struct err mine = ERR_INIT;
	struct hashes *h = ctx;
	struct ref r;

	if (ref_read(&r, h->repo, name, &mine) < 0) {
		if (mine.code == ERR_NOENT)
			return 0;
		/* the chain stands alone; whether this ref confirms a record
		 * is not known */
		if (mine.code == ERR_CORRUPT) {
			intern_add(h->damaged, name, strlen(name));
			return 0;
		}
		*e = mine;
		return -1;
	}
	for (size_t i = 0; i < r.n; i++)
		add_hash(h, &r.value[i].audit);
	for (size_t i = 0; i < r.n_retired; i++)
		add_hash(h, &r.retired[i].audit);
	ref_free(&r);
	return 0;
}

struct walk {
	struct hashes confirmed;
	struct audit_summary sum;
	struct audit_record held;	/* heard of when the next one is known */
	struct arena arena[2];		/* of the held one and of the next */
	bool holding;
	int (*fn)(void *ctx, const struct audit_record *r, struct err *e);
	void *ctx;
};

static bool
carries(const struct hashes *h, const struct oid *hash)
{
	return h->n && bsearch(hash, h->hash, h->n, sizeof(*h->hash),
	    by_oid) != NULL;
}

static int
release_held(struct walk *w, const struct audit_record *next, struct err *e)
{
	struct audit_record *r = &w->held;

	if (!w->holding)
		return 0;
	w->holding = false;
	r->confirmed = carries(&w->confirmed, &r->hash);
	r->voided = !r->confirmed && !is_void(r) && next && is_void(next);
	r->unknown = !r->confirmed && !is_void(r) && !r->voided &&
	    w->confirmed.damaged && intern_find(w->confirmed.damaged, r->ref, strlen(r->ref)) !=
	    INTERN_NONE;
	r->voided |= !r->confirmed && !is_void(r) && !r->unknown &&
	    next == NULL;
	return w->fn ? w->fn(w->ctx, r, e) : 0;
}

/* `r` does not say the hash of the record before it: which of the two is it
 * that was changed?  What a ref carries the hash of is as it was written. */
static int
refuse_link(const struct walk *w, const struct audit_record *r, struct err *e)
{
	static const char changed[] = "was changed: it and its neighbour do "
	    "not agree";

	if (w->sum.records == 0)
		return refuse_audit(r->seq, "was changed, or those before it "
		    "are gone", e);
	if (carries(&w->confirmed, &r->hash) || carries(&w->confirmed,
	    &r->prev))
		return refuse_audit(r->seq - 1, changed, e);
	if (carries(&w->confirmed, &w->sum.head))
		return refuse_audit(r->seq, changed, e);
	return refuse_audit(r->seq, "does not follow from the one before it: "
	    "one of the two was changed", e);
}

static int
walk_lines(struct walk *w, const char *p, size_t n, struct err *e)
{
	const char *at = p, *end = p + n, *stop;
	struct audit_record r;
	struct arena spare;

	for (; (stop = memchr(at, '\n', (size_t)(end - at))); at = stop + 1) {
		uint64_t seq = w->sum.records + 1;

		if (parse_record(&r, &w->arena[1], at, (size_t)(stop - at),
		    seq, e) < 0)
			return -1;
		if (r.seq != seq)
			return refuse_audit(seq, oid_eq(&r.prev, &w->sum.head) ?
			    "was changed: it is out of sequence" :
			    "is not there: the log is out of sequence", e);
		if (!oid_eq(&r.prev, &w->sum.head))
			return refuse_link(w, &r, e);
		if (release_held(w, &r, e) < 0)
			return -1;
		arena_free(&w->arena[0]);
		spare = w->arena[0];
		w->arena[0] = w->arena[1];
		w->arena[1] = spare;
		w->held = r;
		w->holding = true;
		w->sum.head = r.hash;
		w->sum.records = seq;
	}
	w->sum.torn = at < end;
	return release_held(w, NULL, e);
}

int
audit_each(struct repo *repo, struct audit_summary *sum,
    int (*fn)(void *ctx, const struct audit_record *r, struct err *e),
    void *ctx, struct err *e)
{
	struct walk w = { .confirmed = { .repo = repo,
	    .damaged = intern_new() }, .fn = fn, .ctx = ctx };
	char *path = repo_path(repo, "audit/log");
	struct err mine = ERR_INIT;
	struct buf b;
	int r = -1;

	/* the log before the refs: a record whose ref comes a moment later
	 * is then seen as confirmed */
	buf_init(&b, LOG_MAX);
	if (file_read_own(&b, path, &mine) < 0 && mine.code != ERR_NOENT) {
		*e = mine;
		goto done;
	}
	if (ref_each(repo, "", collect_record, &w.confirmed, e) < 0)
		goto done;
	if (w.confirmed.n)
		qsort(w.confirmed.hash, w.confirmed.n,
		    sizeof(*w.confirmed.hash), by_oid);
	r = walk_lines(&w, b.data, b.len, e);
	if (sum)
		*sum = w.sum;
done:
	arena_free(&w.arena[0]);
	arena_free(&w.arena[1]);
	free(w.confirmed.hash);
	intern_free(w.confirmed.damaged);
	buf_free(&b);
	free(path);
	return r;
}

int
audit_head(struct audit_summary *sum, struct repo *repo, struct err *e)
{
	int fd, r;

	if (refs_lock(&fd, repo, true, e) < 0)
		return -1;
	r = audit_each(repo, sum, NULL, NULL, e);
	refs_unlock(fd);
	return r;
}

int
audit_check_lines(struct audit_summary *sum, const char *p, size_t n,
    int (*fn)(void *ctx, const struct audit_record *r, struct err *e),
    void *ctx, struct err *e)
{
	struct walk w = { .sum = *sum, .fn = fn, .ctx = ctx };
	int r = walk_lines(&w, p, n, e);

	if (r == 0 && w.sum.torn)
		r = refuse_audit(w.sum.records + 1, "is torn", e);
	if (r == 0)
		*sum = w.sum;
	arena_free(&w.arena[0]);
	arena_free(&w.arena[1]);
	return r;
}

int
audit_lines(struct buf *out, struct repo *repo, struct err *e)
{
	char *path = repo_path(repo, "audit/log");
	struct audit_summary sum = { .records = 0 };
	struct err mine = ERR_INIT;
	int fd, r;

	if (refs_lock(&fd, repo, true, e) < 0) {
		free(path);
		return -1;
	}
	r = audit_each(repo, &sum, NULL, NULL, e);
	if (r == 0 && file_read_own(out, path, &mine) < 0 &&
	    mine.code != ERR_NOENT) {
		*e = mine;
		r = -1;
	}
	refs_unlock(fd);
	while (r == 0 && out->len && out->data[out->len - 1] != '\n')
		out->len--;
	free(path);
	return r;
}

int
audit_parse_head(struct oid *head, const char *text, struct err *e)
{
	const char *digits = strncmp(text, "sha256:", 7) == 0 ? text + 7 :
	    text;

	return hex_decode(head->b, OID_BYTES, digits, strlen(digits)) == 0 ?
	    0 : err_set(e, ERR_USAGE, "'%.200s' is no head of an audit log: "
	    "'mlv-registry log --head' prints it, sha256: and 64 digits",
	    text);
}
