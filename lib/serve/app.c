#include "serve/app.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/num.h"
#include "catalog/reqlog.h"
#include "serve/served.h"
#include "serve/wire.h"
#include "table/write.h"

#define LOOK_MS 200
#define PLACES 10000

struct slot {
	const char *source;		/* name or path; NULL: no such slot */
	const char *variant;
	struct served *now;		/* under app.lock */
	bool named;			/* a catalog name, not a path */
	uint64_t stamp;
	struct timespec changed;	/* of a path */
	off_t size;
};

struct app {
	struct catalog *catalog;	/* of the thread that looks */
	const char *as;
	const struct log *log;
	pthread_mutex_t lock;		/* slots, share */
	struct slot stable, canary;
	int share;			/* places of 10,000 */
	const char *share_file;
	struct timespec share_changed;
	struct stats_all stats;
	struct reqlog *reqlog;
	_Atomic bool retired;
	/* the looking thread */
	pthread_t thread;
	bool started;
	pthread_mutex_t wake_lock;
	pthread_cond_t wake;
	bool ending, look_now;
};

/* --- versions come and go ------------------------------------------------- */

static void
put_in(struct app *a, struct slot *s, struct served *fresh)
{
	struct served *old;

	fresh->stats = stats_for(&a->stats, fresh->name, fresh->version,
	    fresh->variant, fresh->digest);
	pthread_mutex_lock(&a->lock);
	old = s->now;
	s->now = fresh;
	pthread_mutex_unlock(&a->lock);
	served_release(old);
}

/* Does the name point elsewhere since we looked? */
static bool
moved(struct app *a, struct slot *s)
{
	struct err ignored;
	struct name n;
	struct stat st;
	uint64_t stamp;
	bool other;

	if (!s->named) {
		if (stat(s->source, &st) < 0)
			return false;
		other = st.st_mtim.tv_sec != s->changed.tv_sec ||
		    st.st_mtim.tv_nsec != s->changed.tv_nsec ||
		    st.st_size != s->size;
		s->changed = st.st_mtim;
		s->size = st.st_size;
		return other;
	}
	if (name_parse(&n, s->source, &ignored) < 0)
		return false;
	stamp = catalog_stamp(a->catalog, &n);
	name_free(&n);
	other = stamp != s->stamp;
	s->stamp = stamp;
	return other;
}

/* The same version again is no change. */
static bool
is_same(struct app *a, const struct slot *s)
{
	struct err ignored;
	struct catalog_item item;
	char version[NUM_TEXT_MAX];
	bool same;

	if (!s->named || s->now == NULL ||
	    catalog_resolve(&item, a->catalog, s->source, &ignored) < 0)
		return false;
	num_print_u64(version, item.version);
	same = strcmp(version, s->now->version) == 0;
	catalog_item_free(&item);
	return same;
}

static int
load(struct app *a, struct slot *s, struct err *e)
{
	struct served *fresh;

	if (served_load(&fresh, a->catalog, s->source, a->as, s->variant,
	    e) < 0)
		return -1;
	put_in(a, s, fresh);
	return 0;
}

static void
look_at(struct app *a, struct slot *s)
{
	struct err e = ERR_INIT;

	if (s->source == NULL || !moved(a, s) || is_same(a, s))
		return;
	if (load(a, s, &e) == 0) {
		atomic_fetch_add(&a->stats.reloads, 1);
		return;
	}
	/* an alias that is gone, or not there yet, ends the canary */
	if (s == &a->canary && e.code == ERR_NOENT) {
		struct served *old;

		pthread_mutex_lock(&a->lock);
		old = s->now;
		s->now = NULL;
		pthread_mutex_unlock(&a->lock);
		served_release(old);
		return;
	}
	atomic_fetch_add(&a->stats.reload_failures, 1);
	log_warn(a->log, "keeping the old version of %s: %s", s->source,
	    e.msg);
	s->stamp = 0;			/* try again */
	s->size = -1;
}

static int
read_share(struct app *a, struct err *e)
{
	struct stat st;
	struct buf b;
	double v;
	int r;

	if (stat(a->share_file, &st) < 0)
		return err_sys(e, "cannot open '%s'", a->share_file);
	if (st.st_mtim.tv_sec == a->share_changed.tv_sec &&
	    st.st_mtim.tv_nsec == a->share_changed.tv_nsec)
		return 0;
	buf_init(&b, 64);
	r = file_read(&b, a->share_file, e);
	while (b.len && (unsigned char)b.data[b.len - 1] <= 32)
		b.len--;
	if (r == 0 && (!num_parse_f64(b.data, b.len, &v) || !(v >= 0) ||
	    v > 100))
		r = err_set(e, ERR_FORMAT, "'%s' does not hold a percentage",
		    a->share_file);
	buf_free(&b);
	if (r < 0)
		return -1;
	a->share_changed = st.st_mtim;
	pthread_mutex_lock(&a->lock);
	a->share = (int)(v * (PLACES / 100.0) + 0.5);
	pthread_mutex_unlock(&a->lock);
	return 0;
}

static void *
look_for_ever(void *arg)
{
	struct app *a = arg;
	struct timespec until;
	struct err e = ERR_INIT;

	pthread_mutex_lock(&a->wake_lock);
	while (!a->ending) {
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += LOOK_MS * 1000000L;
		if (until.tv_nsec >= 1000000000L) {
			until.tv_nsec -= 1000000000L;
			until.tv_sec++;
		}
		if (!a->look_now)
			pthread_cond_timedwait(&a->wake, &a->wake_lock, &until);
		a->look_now = false;
		pthread_mutex_unlock(&a->wake_lock);
		look_at(a, &a->stable);
		look_at(a, &a->canary);
		if (a->share_file && read_share(a, &e) < 0)
			log_warn(a->log, "keeping the share: %s", e.msg);
		pthread_mutex_lock(&a->wake_lock);
	}
	pthread_mutex_unlock(&a->wake_lock);
	return NULL;
}

static void
slot_init(struct slot *s, const char *source, const char *variant)
{
	struct err ignored;
	struct name n;

	s->source = source;
	s->variant = variant;
	if (source && name_parse(&n, source, &ignored) == 0) {
		s->named = name_is_ref(&n);
		name_free(&n);
	}
}

int
app_new(struct app **out, const struct app_opts *o, struct err *e)
{
	struct app *a = xalloc(1, sizeof(*a));
	const struct store_opts so = { .log = o->log };
	struct err why = ERR_INIT;

	a->as = o->as;
	a->log = o->log;
	a->share = (int)(o->share * (PLACES / 100.0) + 0.5);
	a->share_file = o->share_file;
	pthread_mutex_init(&a->lock, NULL);
	pthread_mutex_init(&a->wake_lock, NULL);
	pthread_cond_init(&a->wake, NULL);
	slot_init(&a->stable, o->model, "stable");
	slot_init(&a->canary, o->canary, "canary");
	if (catalog_open(&a->catalog, NULL, &so, e) < 0)
		goto fail;
	(void)moved(a, &a->stable);
	if (load(a, &a->stable, e) < 0)
		goto fail;
	if (o->canary) {
		(void)moved(a, &a->canary);
		if (load(a, &a->canary, &why) < 0 && why.code != ERR_NOENT) {
			*e = why;
			goto fail;
		}
	}
	if ((a->share_file && read_share(a, e) < 0) || (o->log_folder &&
	    reqlog_open(&a->reqlog, o->log_folder, NULL, e) < 0))
		goto fail;
	if (pthread_create(&a->thread, NULL, look_for_ever, a) != 0) {
		err_set(e, ERR_IO, "cannot start a thread");
		goto fail;
	}
	a->started = true;
	*out = a;
	return 0;
fail:
	app_free(a);
	return -1;
}

void
app_free(struct app *a)
{
	if (a == NULL)
		return;
	if (a->started) {
		pthread_mutex_lock(&a->wake_lock);
		a->ending = true;
		pthread_cond_signal(&a->wake);
		pthread_mutex_unlock(&a->wake_lock);
		pthread_join(a->thread, NULL);
	}
	served_release(a->stable.now);
	served_release(a->canary.now);
	if (a->reqlog)
		reqlog_close(a->reqlog);
	if (a->catalog)
		catalog_close(a->catalog);
	stats_free(&a->stats);
	pthread_mutex_destroy(&a->lock);
	pthread_mutex_destroy(&a->wake_lock);
	pthread_cond_destroy(&a->wake);
	free(a);
}

void
app_refresh(struct app *a)
{
	pthread_mutex_lock(&a->wake_lock);
	a->look_now = true;
	pthread_cond_signal(&a->wake);
	pthread_mutex_unlock(&a->wake_lock);
}

void
app_retire(struct app *a)
{
	atomic_store(&a->retired, true);
}

/* --- who answers ---------------------------------------------------------- */

/* The version for this unit, held. */
static struct served *
choose(struct app *a, const char *unit, size_t n)
{
	struct served *s;
	uint64_t seed, place;

	pthread_mutex_lock(&a->lock);
	s = a->stable.now;
	if (a->canary.now && a->share > 0) {
		seed = hash64(s->name, strlen(s->name), 0x6d6c762d756e6974u);
		place = hash64(unit, n, seed) % PLACES;
		if (place < (uint64_t)a->share)
			s = a->canary.now;
	}
	served_hold(s);
	pthread_mutex_unlock(&a->lock);
	return s;
}

/* The version a path asks for by number, held; NULL when it is not served. */
static struct served *
by_version(struct app *a, const char *version, size_t n)
{
	struct slot *slots[2] = { &a->stable, &a->canary };
	struct served *s = NULL;

	pthread_mutex_lock(&a->lock);
	for (int i = 0; i < 2 && s == NULL; i++)
		if (slots[i]->now && strlen(slots[i]->now->version) == n &&
		    memcmp(slots[i]->now->version, version, n) == 0)
			s = slots[i]->now;
	if (s)
		served_hold(s);
	pthread_mutex_unlock(&a->lock);
	return s;
}

/* --- answering ------------------------------------------------------------ */

static void
fail_with(struct http_response *out, int status, const char *why)
{
	out->status = status;
	out->type = "application/json";
	buf_clear(&out->body);
	buf_adds(&out->body, "{\"error\":");
	json_quote(&out->body, why, strlen(why));
	buf_adds(&out->body, "}");
}

static void
mlflow_error(struct http_response *out, const char *why)
{
	out->status = 400;
	out->type = "application/json";
	buf_clear(&out->body);
	buf_adds(&out->body, "{\"error_code\":\"BAD_REQUEST\",\"message\":");
	json_quote(&out->body, why, strlen(why));
	buf_adds(&out->body, "}");
}

/* Each row to the request log: what came in, what went out. */
static void
log_rows(struct app *a, const struct served *s, const char *id,
    const char *unit, const struct table *in, const struct table *answers)
{
	struct reqlog_request r = { clock_wall_us(), id, unit, s->name,
	    s->version, s->digest, s->variant };
	const struct column **col;
	struct buf x, y;
	size_t n_in;

	(void)score_wants(s->plan, &n_in);
	col = xalloc(n_in + answers->cols + 1, sizeof(*col));
	for (size_t i = 0; i < n_in; i++)
		col[i] = &in->col[i];
	for (size_t i = 0; i < answers->cols; i++)
		col[n_in + i] = &answers->col[i];
	buf_init(&x, BUF_CAP_DOC);
	buf_init(&y, BUF_CAP_DOC);
	for (size_t i = 0; i < answers->rows; i++) {
		buf_clear(&x);
		buf_clear(&y);
		table_write_jsonl(&x, col, n_in, i, i + 1);
		table_write_jsonl(&y, col + n_in, answers->cols, i, i + 1);
		if (x.len && y.len)	/* without the newline */
			reqlog_row(a->reqlog, &r, x.data, x.len - 1, y.data,
			    y.len - 1);
	}
	buf_free(&x);
	buf_free(&y);
	free(col);
}

static const char *
find_id(const char *body, size_t n, struct arena *arena)
{
	struct json_pull p;
	struct err ignored;
	const char *id = NULL;
	enum json_token t;

	/* only the outermost "id": a look, not a parse */
	json_pull_init(&p, body, n, JSON_NAN);
	t = json_pull(&p, &ignored);
	while (t == JSON_T_MAP || t == JSON_KEY) {
		t = json_pull(&p, &ignored);
		if (t != JSON_KEY)
			break;
		if (p.n == 2 && memcmp(p.s, "id", 2) == 0) {
			if (json_pull(&p, &ignored) == JSON_T_TEXT)
				id = arena_strndup(arena, p.s, p.n);
			break;
		}
		if (json_pull_skip(&p, &ignored) < 0)
			break;
	}
	json_pull_free(&p);
	return id;
}

enum protocol { V2, INVOCATIONS };

static void
infer(struct app *a, const struct http_request *r, struct http_response *out,
    enum protocol protocol, struct served *s, const char *id,
    const char *unit)
{
	int64_t begin = clock_mono_us();
	const char *type = http_header(r, "Content-Type");
	bool csv = type && strncmp(type, "text/csv", 8) == 0;
	struct wire_request w;
	struct table *answers = NULL;
	struct err e = ERR_INIT;
	struct desk *d = desk_take(s, &e);
	int good = -1;

	if (d)
		good = protocol == V2 ? wire_read_v2(&w, d, s, r->body, r->n,
		    &e) : wire_read_invocation(&w, d, s, r->body, r->n, csv,
		    &e);
	if (good == 0)
		good = scorer_run(&answers, d->scorer, w.block, &e);
	out->type = "application/json";
	if (good < 0 && protocol == V2)
		fail_with(out, e.code == ERR_NOMEM ? 503 : 400, e.msg);
	else if (good < 0)
		mlflow_error(out, e.msg);
	else if (protocol == V2)
		wire_write_v2(&out->body, &w, s, answers);
	else
		wire_write_predictions(&out->body, answers);
	if (good == 0 && a->reqlog)
		log_rows(a, s, id, unit, w.block, answers);
	stats_count(s->stats, good == 0 ? answers->rows : 0, good == 0,
	    clock_mono_us() - begin);
	if (d)
		desk_give(s, d);
	out->extra[0][0] = "X-Mlv-Model";
	out->extra[0][1] = s->stats->digest;
	out->extra[1][0] = "X-Mlv-Version";
	out->extra[1][1] = s->stats->version;
	out->extra[2][0] = "X-Mlv-Variant";
	out->extra[2][1] = s->stats->variant;
}

static void
ask(struct app *a, const struct http_request *r, struct http_response *out,
    enum protocol protocol, const char *version, size_t n_version)
{
	const char *unit = http_header(r, "X-Unit-Id"), *id = NULL;
	struct arena arena = { 0 };
	struct served *s;

	atomic_fetch_add_explicit(&a->stats.in_flight, 1,
	    memory_order_relaxed);
	if (protocol == V2 && (a->reqlog || (a->canary.source && !unit)))
		id = find_id(r->body, r->n, &arena);
	if (version)
		s = by_version(a, version, n_version);
	else
		s = unit ? choose(a, unit, strlen(unit)) : id ?
		    choose(a, id, strlen(id)) : choose(a, r->body, r->n);
	if (s) {
		infer(a, r, out, protocol, s, id, unit ? unit : id);
		served_release(s);
	} else {
		fail_with(out, 404, "that version is not served here");
	}
	arena_free(&arena);
	atomic_fetch_sub_explicit(&a->stats.in_flight, 1,
	    memory_order_relaxed);
}

/* --- routes --------------------------------------------------------------- */

static bool
is_get(const struct http_request *r, struct http_response *out)
{
	if (strcmp(r->method, "GET") == 0 || strcmp(r->method, "HEAD") == 0)
		return true;
	fail_with(out, 405, "use GET");
	out->extra[0][0] = "Allow";
	out->extra[0][1] = "GET, HEAD";
	return false;
}

static bool
is_post(const struct http_request *r, struct http_response *out)
{
	if (strcmp(r->method, "POST") == 0)
		return true;
	fail_with(out, 405, "use POST");
	out->extra[0][0] = "Allow";
	out->extra[0][1] = "POST";
	return false;
}

static void
say_ready(struct app *a, struct http_response *out, const char *name)
{
	bool ready = !atomic_load(&a->retired);

	out->type = "application/json";
	out->status = ready ? 200 : 503;
	if (name) {
		buf_adds(&out->body, "{\"name\":");
		json_quote(&out->body, name, strlen(name));
		buf_addf(&out->body, ",\"ready\":%s}", ready ? "true" :
		    "false");
	} else {
		buf_addf(&out->body, "{\"live\":true,\"ready\":%s}",
		    ready ? "true" : "false");
	}
}

/* What follows /v2/models/NAME[/versions/V]. */
static void
model_route(struct app *a, const struct http_request *r,
    struct http_response *out, const char *rest)
{
	size_t n = strcspn(rest, "/"), n_version = 0;
	const char *version = NULL, *what = rest + n;
	struct served *s = choose(a, "", 0);
	bool known = strlen(s->name) == n && memcmp(s->name, rest, n) == 0;

	if (strncmp(what, "/versions/", 10) == 0) {
		struct served *other;

		version = what + 10;
		n_version = strcspn(version, "/");
		what = version + n_version;
		other = by_version(a, version, n_version);
		if (other) {
			served_release(s);
			s = other;
		} else {
			known = false;
		}
	}
	if (!known) {
		atomic_fetch_add(&a->stats.bad_requests, 1);
		fail_with(out, 404, "that model is not served here");
	} else if (strcmp(what, "/infer") == 0) {
		if (is_post(r, out))
			ask(a, r, out, V2, version, n_version);
	} else if (strcmp(what, "/ready") == 0) {
		if (is_get(r, out))
			say_ready(a, out, s->name);
	} else if (*what == '\0') {
		if (is_get(r, out)) {
			out->type = "application/json";
			wire_write_metadata(&out->body, s);
		}
	} else {
		atomic_fetch_add(&a->stats.bad_requests, 1);
		fail_with(out, 404, "no such path");
	}
	served_release(s);
}

static void
list_models(struct app *a, struct http_response *out)
{
	struct served *s = choose(a, "", 0);

	out->type = "application/json";
	buf_adds(&out->body, "{\"models\":[");
	json_quote(&out->body, s->name, strlen(s->name));
	buf_adds(&out->body, "]}");
	served_release(s);
}

static void
metrics(struct app *a, struct http_response *out)
{
	out->type = "text/plain; version=0.0.4; charset=utf-8";
	stats_write(&out->body, &a->stats, !atomic_load(&a->retired),
	    a->reqlog ? reqlog_rows(a->reqlog) : 0,
	    a->reqlog ? reqlog_dropped(a->reqlog) : 0);
}

static bool
takes_body(const struct http_request *r)
{
	const char *type = http_header(r, "Content-Type");

	return type == NULL || strncmp(type, "application/json", 16) == 0 ||
	    strncmp(type, "text/csv", 8) == 0;
}

static void
invocations(struct app *a, const struct http_request *r,
    struct http_response *out)
{
	if (!is_post(r, out))
		return;
	if (takes_body(r)) {
		ask(a, r, out, INVOCATIONS, NULL, 0);
		return;
	}
	out->status = 415;
	out->type = "text/plain";
	buf_adds(&out->body, "application/json or text/csv is needed\n");
}

void
app_answer(void *app, const struct http_request *r,
    struct http_response *out)
{
	struct app *a = app;
	const char *p = r->path;

	if (strncmp(p, "/v2/models/", 11) == 0) {
		model_route(a, r, out, p + 11);
	} else if (strcmp(p, "/invocations") == 0) {
		invocations(a, r, out);
	} else if (strcmp(p, "/v2/health/ready") == 0 ||
	    strcmp(p, "/readyz") == 0) {
		if (is_get(r, out))
			say_ready(a, out, NULL);
	} else if (strcmp(p, "/v2/health/live") == 0 ||
	    strcmp(p, "/livez") == 0) {
		if (is_get(r, out)) {
			out->type = "application/json";
			buf_adds(&out->body, "{\"live\":true}");
		}
	} else if (strcmp(p, "/ping") == 0 || strcmp(p, "/health") == 0) {
		if (is_get(r, out)) {
			out->status = atomic_load(&a->retired) ? 503 : 200;
			buf_adds(&out->body, "\n");
		}
	} else if (strcmp(p, "/version") == 0) {
		if (is_get(r, out)) {
			out->type = "text/plain";
			buf_adds(&out->body, MLV_VERSION "\n");
		}
	} else if (strcmp(p, "/metrics") == 0) {
		if (is_get(r, out))
			metrics(a, out);
	} else if (strcmp(p, "/v2/models") == 0) {
		if (is_get(r, out))
			list_models(a, out);
	} else if (strcmp(p, "/v2") == 0) {
		if (is_get(r, out)) {
			out->type = "application/json";
			buf_adds(&out->body, "{\"name\":\"mlv-serve\","
			    "\"version\":\"" MLV_VERSION "\",\"extensions\":[]}");
		}
	} else {
		atomic_fetch_add(&a->stats.bad_requests, 1);
		fail_with(out, 404, "no such path");
	}
}
