/* A run as read back: from its journal while it lives, from the run manifest
 * and the journal that it links to once it is sealed. */
#include "track/run.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/beneath.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/intern.h"
#include "base/machine.h"
#include "base/mem.h"
#include "base/num.h"
#include "catalog/manifest.h"
#include "codec/json_edit.h"
#include "store/odb.h"
#include "track/find.h"
#include "track/internal.h"

struct growing_metric {
	const char *name;
	size_t n, room;
	int64_t *step, *time_us;
	double *value;
	double summary;
	bool summed;			/* else it is the newest value */
};

struct run_builder {
	struct run *r;
	struct growing_metric *metric;	/* (names) */
	struct intern *names;
	size_t n_metrics, room;
	size_t room_links;
	struct json *params, *facts;
};

static const char *const status_words[] = {
	"running", "finished", "failed", "killed", "unknown"
};

const char *
run_status_text(enum run_status s)
{
	return status_words[s];
}

static enum run_status
status_of(const char *word)
{
	for (size_t i = 0; i < sizeof(status_words) / sizeof(*status_words); i++)
		if (strcmp(word, status_words[i]) == 0)
			return (enum run_status)i;
	return RUN_UNKNOWN;
}

void
run_free(struct run *r)
{
	arena_free(&r->arena);
	memset(r, 0, sizeof(*r));
}

/* The member of that name gets another value; a new one goes to the end. */
static void
map_set(struct arena *a, struct json *map, const char *key,
    const struct json *value)
{
	static const struct json null = { .type = JSON_NULL };

	json_set(a, map, key, value ? value : &null);
}

static int64_t
time_of(const struct json *j, const char *key)
{
	const char *s = json_text(j, key, "");
	int64_t us;

	return clock_parse(s, strlen(s), &us) ? us : 0;
}

/* --- one event each -------------------------------------------------------- */

static double
metric_value(const struct json *event)
{
	const struct json *v = json_get(event, "value");
	double d = NAN;

	if (v && v->type == JSON_TEXT && !num_parse_f64(v->s, v->n, &d))
		d = NAN;
	return v && v->type != JSON_TEXT ? json_num(event, "value", NAN) : d;
}

static struct growing_metric *
find_metric(const struct run_builder *b, const struct json *event)
{
	const char *name = json_text(event, "name", "");
	uint32_t i = intern_find(b->names, name, strlen(name));

	return i == INTERN_NONE ? NULL : &b->metric[i];
}

/* Of a metric that has values; it follows them. */
static void
add_summary(struct run_builder *b, const struct json *event)
{
	struct growing_metric *g = find_metric(b, event);

	if (g == NULL)
		return;
	g->summary = metric_value(event);
	g->summed = true;
}

static void
add_point(struct run_builder *b, const char *name, size_t n, int64_t step,
    double value, int64_t us)
{
	uint32_t i = intern_add(b->names, name, n);
	struct growing_metric *g;

	if (i == b->n_metrics) {
		if (b->n_metrics == b->room) {
			b->room = b->room ? b->room * 2 : 16;
			b->metric = xresize(b->metric, b->room,
			    sizeof(*b->metric));
		}
		b->metric[b->n_metrics++] = (struct growing_metric){
			.name = arena_strndup(&b->r->arena, name, n)
		};
	}
	g = &b->metric[i];
	if (g->n == g->room) {
		g->room = g->room ? g->room * 2 : 4;
		g->step = xresize(g->step, g->room, sizeof(*g->step));
		g->time_us = xresize(g->time_us, g->room, sizeof(*g->time_us));
		g->value = xresize(g->value, g->room, sizeof(*g->value));
	}
	g->step[g->n] = step;
	g->time_us[g->n] = us;
	g->value[g->n++] = value;
}

static void
add_metric(struct run_builder *b, const struct json *event)
{
	const char *name = json_text(event, "name", "");

	add_point(b, name, strlen(name), json_int(event, "step", 0),
	    metric_value(event), json_int(event, "us", 0));
}

/* The next part of a line must be this. */
static bool
skip_word(const char **at, const char *end, const char *word, size_t n)
{
	if ((size_t)(end - *at) < n || memcmp(*at, word, n) != 0)
		return false;
	*at += n;
	return true;
}

#define SKIP(at, end, word) skip_word(at, end, word, sizeof(word) - 1)

/* Up to a byte, which is passed over. */
static bool
take_until(const char **s, size_t *n, const char **at, const char *end, char c)
{
	const char *stop = memchr(*at, c, (size_t)(end - *at));

	if (stop == NULL)
		return false;
	*s = *at;
	*n = (size_t)(stop - *at);
	*at = stop + 1;
	return true;
}

/* A point as event_put_metric writes it: most lines of most journals.  False:
 * it is something else, or the same in other words. */
static bool
read_point(struct run_builder *b, const char *at, const char *end)
{
	const char *name, *step, *value, *us;
	size_t name_n, step_n, value_n, us_n;
	int64_t i, t;
	double d;

	if (!SKIP(&at, end, "{\"event\":\"metric\",\"name\":\"") ||
	    !take_until(&name, &name_n, &at, end, '"') ||
	    !SKIP(&at, end, ",\"step\":") ||
	    !take_until(&step, &step_n, &at, end, ',') ||
	    !SKIP(&at, end, "\"value\":") ||
	    !take_until(&value, &value_n, &at, end, ',') ||
	    !SKIP(&at, end, "\"us\":") ||
	    !take_until(&us, &us_n, &at, end, '}') || at != end)
		return false;
	for (size_t k = 0; k < name_n; k++)
		if (name[k] < ' ' || name[k] == '\\' || name[k] == 0x7f)
			return false;
	/* JSON's own numbers: no plus, no word, no 01, no .5 */
	if (!num_parse_i64(step, step_n, &i) || *step == '+' ||
	    !num_parse_i64(us, us_n, &t) || *us == '+' || value_n == 0 ||
	    (*value != '-' && (*value < '0' || *value > '9')) ||
	    memchr(value, 'n', value_n) || memchr(value, 'I', value_n) ||
	    !num_parse_f64(value, value_n, &d))
		return false;
	add_point(b, name, name_n, i, d, t);
	return true;
}

static void
push_link(struct run_builder *b, const struct link *l)
{
	struct run *r = b->r;
	struct link *more;

	if (r->n_links == b->room_links) {
		b->room_links = b->room_links ? b->room_links * 2 : 8;
		more = arena_alloc(&r->arena, b->room_links * sizeof(*more));
		if (r->n_links)
			memcpy(more, r->link, r->n_links * sizeof(*more));
		r->link = more;
	}
	more = &r->link[r->n_links++];
	*more = *l;
	more->rel = arena_strdup(&r->arena, l->rel);
	more->type = arena_strdup(&r->arena, l->type);
	more->name = arena_strdup(&r->arena, l->name);
}

static void
add_link(struct run_builder *b, const struct json *event)
{
	struct err ignored = ERR_INIT;
	struct link l;

	l.rel = json_text(event, "rel", "");
	l.type = json_text(event, "type", TYPE_BYTES);
	l.name = json_text(event, "name", "");
	l.size = (uint64_t)json_int(event, "size", 0);
	if (oid_parse(&l.id, json_text(event, "id", ""), &ignored) == 0)
		push_link(b, &l);
}

static void
add_begin(struct run_builder *b, const struct json *event)
{
	const struct json *command = json_get(event, "command");
	const struct json *facts = json_get(event, "facts");
	struct run *r = b->r;
	struct json *holder;

	r->id = arena_strdup(&r->arena, json_text(event, "id", ""));
	r->verb = arena_strdup(&r->arena, json_text(event, "verb", ""));
	r->name = arena_strdup(&r->arena, json_text(event, "name", ""));
	r->host = arena_strdup(&r->arena, json_text(event, "host", ""));
	r->user = arena_strdup(&r->arena, json_text(event, "user", ""));
	r->boot = arena_strdup(&r->arena, json_text(event, "boot", ""));
	r->begin_us = time_of(event, "time");
	if (command && command->type == JSON_LIST) {
		holder = json_new(&r->arena, JSON_MAP);
		manifest_copy(&r->arena, holder, "command", command);
		r->command = holder->child;
	}
	if (facts && facts->type == JSON_MAP)
		for (const struct json *f = facts->child; f; f = f->next)
			map_set(&r->arena, b->facts, f->key, f);
}

/* A word about the run; null takes it away. */
static void
add_tag(struct run_builder *b, const struct json *event)
{
	const struct json *value = json_get(event, "value");
	const char *name = json_text(event, "name", "");
	struct arena *a = &b->r->arena;
	struct json *tags = (struct json *)(uintptr_t)json_get(b->facts,
	    "tags");

	if (tags == NULL || tags->type != JSON_MAP) {
		map_set(a, b->facts, "tags", json_new(a, JSON_MAP));
		tags = (struct json *)(uintptr_t)json_get(b->facts, "tags");
	}
	if (value == NULL || value->type == JSON_NULL)
		json_remove(tags, name);
	else
		map_set(a, tags, name, value);
}

/* An output that is one no more. */
static void
drop_output(struct run *r, const char *name)
{
	size_t kept = 0;

	for (size_t i = 0; i < r->n_links; i++)
		if (strcmp(r->link[i].rel, "output") != 0 ||
		    strcmp(r->link[i].name, name) != 0)
			r->link[kept++] = r->link[i];
	r->n_links = kept;
}

/* What is said of a run beside what it did: true when this is such. */
static bool
add_word(struct run_builder *b, const struct json *event, const char *what)
{
	struct run *r = b->r;

	if (strcmp(what, "tag") == 0) {
		add_tag(b, event);
	} else if (strcmp(what, "rename") == 0) {
		r->name = arena_strdup(&r->arena, json_text(event, "name", ""));
	} else if (strcmp(what, "drop") == 0) {
		drop_output(r, json_text(event, "name", ""));
	} else if (strcmp(what, "resume") == 0) {
		r->status = RUN_UNKNOWN;
		r->end_us = 0;
	} else {
		return false;
	}
	return true;
}

static void
add_event(struct run_builder *b, const struct json *event)
{
	const char *what = json_text(event, "event", "");
	struct run *r = b->r;

	if (strcmp(what, "metric") == 0) {
		add_metric(b, event);
	} else if (strcmp(what, "summary") == 0) {
		add_summary(b, event);
	} else if (strcmp(what, "param") == 0) {
		map_set(&r->arena, b->params, json_text(event, "name", ""),
		    json_get(event, "value"));
	} else if (strcmp(what, "fact") == 0) {
		map_set(&r->arena, b->facts, json_text(event, "key", ""),
		    json_get(event, "value"));
	} else if (strcmp(what, "link") == 0) {
		add_link(b, event);
	} else if (!add_word(b, event, what) && strcmp(what, "end") == 0) {
		r->status = status_of(json_text(event, "status", ""));
		r->exit_status = (int)json_int(event, "exit", 0);
		r->end_us = time_of(event, "time");
	}
}

/* --- a whole journal ------------------------------------------------------- */

bool
run_point_is_newer(struct run_point p, struct run_point than)
{
	if (p.step != than.step)
		return p.step > than.step;
	if (p.time != than.time)
		return p.time > than.time;
	return p.time == 0 || (isnan(p.value) ? 0 : p.value) >
	    (isnan(than.value) ? 0 : than.value);
}

/* Writers may overtake each other. */
static double
newest_value(const struct growing_metric *g)
{
	struct run_point best = { g->step[0], g->time_us[0], g->value[0] };

	for (size_t i = 1; i < g->n; i++) {
		struct run_point p = { g->step[i], g->time_us[i],
		    g->value[i] };

		if (run_point_is_newer(p, best))
			best = p;
	}
	return best.value;
}

static void
finish_metrics(struct run_builder *b)
{
	struct run *r = b->r;

	r->metric = arena_alloc(&r->arena,
	    (b->n_metrics + 1) * sizeof(*r->metric));
	r->n_metrics = b->n_metrics;
	for (size_t i = 0; i < b->n_metrics; i++) {
		struct growing_metric *g = &b->metric[i];
		int64_t *step = arena_alloc(&r->arena, g->n * sizeof(*step));
		int64_t *when = arena_alloc(&r->arena, g->n * sizeof(*when));
		double *value = arena_alloc(&r->arena, g->n * sizeof(*value));

		memcpy(step, g->step, g->n * sizeof(*step));
		memcpy(when, g->time_us, g->n * sizeof(*when));
		memcpy(value, g->value, g->n * sizeof(*value));
		r->metric[i] = (struct run_metric){ g->name, g->n, step, value,
		    g->summed ? g->summary : newest_value(g), when };
	}
}

static void
builder_release(struct run_builder *b)
{
	for (size_t i = 0; i < b->n_metrics; i++) {
		free(b->metric[i].step);
		free(b->metric[i].time_us);
		free(b->metric[i].value);
	}
	free(b->metric);
	intern_free(b->names);
}

static void
builder_init(struct run_builder *b, struct run *r)
{
	memset(b, 0, sizeof(*b));
	b->r = r;
	b->names = intern_new();
	b->params = json_new(&r->arena, JSON_MAP);
	b->facts = json_new(&r->arena, JSON_MAP);
	r->params = b->params;
	r->facts = b->facts;
	r->status = RUN_UNKNOWN;
	r->id = r->verb = r->name = r->host = r->user = r->boot = "";
}

/* Each metric of a manifest's summaries as such an event. */
static void
add_summaries(struct run_builder *b, const struct json *manifest,
    void (*add)(struct run_builder *b, const struct json *event))
{
	const struct json *metrics = json_get(manifest, "metrics"), *flag;
	const struct json *flags = json_get(manifest, "metrics_flag");
	struct json *event;

	if (metrics == NULL || metrics->type != JSON_MAP)
		return;
	for (const struct json *v = metrics->child; v; v = v->next) {
		flag = flags ? json_get(flags, v->key) : NULL;
		event = json_new(&b->r->arena, JSON_MAP);
		json_add_text(&b->r->arena, event, "name", v->key);
		manifest_copy(&b->r->arena, event, "value", flag ? flag : v);
		add(b, event);
	}
}

/* `sealed` (or NULL) is the manifest, whose summaries count: they are what is
 * looked for, and the rule by which they are found may have been another. */
static int
parse_journal(struct run *r, const char *s, size_t n,
    const struct json *sealed, struct err *e)
{
	const char *at = s, *end = s + n, *stop;
	struct err ignored = ERR_INIT;
	struct arena line = { NULL, 0 };
	struct run_builder b;
	struct json *event;
	bool begun = false;

	builder_init(&b, r);
	for (; (stop = memchr(at, '\n', (size_t)(end - at))); at = stop + 1) {
		if (begun && read_point(&b, at, stop))
			continue;
		arena_clear(&line);
		if (json_parse(&event, &line, at, (size_t)(stop - at), 0,
		    &ignored) < 0 || event->type != JSON_MAP)
			continue;	/* its writer was killed half way */
		if (begun) {
			add_event(&b, event);
		} else if (strcmp(json_text(event, "event", ""), "begin") == 0) {
			add_begin(&b, event);
			begun = true;
		} else {
			break;
		}
	}
	arena_free(&line);
	if (sealed)
		add_summaries(&b, sealed, add_summary);
	finish_metrics(&b);
	builder_release(&b);
	if (!begun)
		return err_set(e, ERR_FORMAT, "this is no run's journal");
	return 0;
}

int
run_parse(struct run *r, const char *s, size_t n, struct err *e)
{
	return parse_journal(r, s, n, NULL, e);
}

bool
run_began_here(const struct run *r)
{
	struct machine m;

	machine_who(&m);
	machine_boot(m.boot, sizeof(m.boot));
	return *r->boot && strcmp(m.boot, r->boot) == 0 &&
	    strcmp(m.host, r->host) == 0;
}

char *
journal_folder(const struct catalog *c)
{
	return repo_path(catalog_repo(c), "runs");
}

char *
journal_path(const struct catalog *c, const char *id)
{
	return xprintf("%s/runs/%s.jsonl", repo_folder(catalog_repo(c)), id);
}

/* --- out of the repository ------------------------------------------------- */

/* Of a run whose lock nobody holds.  One that is told of over a network has
 * a lease: it lives while it was heard of within. */
static enum run_status
unheld_status(const struct run *r, int fd)
{
	int64_t lease = json_int(r->facts, "lease_s", 0);
	struct stat st;

	if (lease > 0 && fstat(fd, &st) == 0)
		return clock_wall_us() / 1000000 - st.st_mtim.tv_sec > lease ?
		    RUN_KILLED : RUN_RUNNING;
	return run_began_here(r) ? RUN_KILLED : RUN_UNKNOWN;
}

int
run_from_journal(struct run *r, struct catalog *c, const char *id,
    struct err *e)
{
	char *path = journal_path(c, id);
	int fd = beneath_open_file(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);
	int locked, result = -1;
	struct buf b;

	buf_init(&b, BUF_CAP_DATA);
	memset(r, 0, sizeof(*r));
	if (fd < 0) {
		err_sys(e, "cannot open '%s'", path);
		goto done;
	}
	/* asked before reading: a run that ends meanwhile has its end line */
	if ((locked = file_is_locked(fd, 0, 1, e)) < 0 ||
	    file_read_fd(&b, fd, path, e) < 0 ||
	    run_parse(r, b.data, b.len, e) < 0)
		goto done;
	if (locked)
		r->status = RUN_RUNNING;
	else if (r->end_us == 0)
		r->status = unheld_status(r, fd);
	result = 0;
done:
	if (result < 0)
		run_free(r);
	buf_free(&b);
	if (fd >= 0)
		close(fd);
	free(path);
	return result;
}

bool
run_is_held(struct catalog *c, const char *id)
{
	char *path = journal_path(c, id);
	int fd = beneath_open_file(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);
	struct err ignored = ERR_INIT;
	bool held = fd >= 0 && file_is_locked(fd, 0, 1, &ignored) != 0;

	if (fd >= 0)
		close(fd);
	free(path);
	return held;
}

/* What a manifest and a row of the index both say. */
static void
fill_brief(struct run *r, const struct json *m)
{
	const struct json *v;
	struct run_builder b;
	struct link l;

	builder_init(&b, r);
	r->id = json_text(m, "id", "");
	r->status = status_of(json_text(m, "status", ""));
	r->exit_status = (int)json_int(m, "exit", 0);
	r->verb = json_text(m, "verb", "");
	r->name = json_text(m, "name", "");
	r->host = json_text(m, "host", "");
	r->user = json_text(m, "user", "");
	r->begin_us = time_of(m, "begin");
	r->end_us = time_of(m, "end");
	r->command = json_get(m, "command");
	if ((v = json_get(m, "params")) != NULL && v->type == JSON_MAP)
		r->params = v;
	if ((v = json_get(m, "facts")) != NULL && v->type == JSON_MAP)
		r->facts = v;
	for (size_t i = 0; manifest_link_at(&l, m, i); i++)
		push_link(&b, &l);
	add_summaries(&b, m, add_metric);
	finish_metrics(&b);
	builder_release(&b);
}

/* From the manifest alone: metrics have their summaries only. */
int
run_from_manifest(struct run *r, struct catalog *c, const struct oid *id,
    struct err *e)
{
	const struct json *m;

	memset(r, 0, sizeof(*r));
	if (catalog_manifest(&m, &r->arena, c, id, e) < 0) {
		run_free(r);
		return -1;
	}
	fill_brief(r, m);
	r->manifest = *id;
	return 0;
}

void
run_from_row(struct run *r, const struct json *row, const struct oid *id)
{
	memset(r, 0, sizeof(*r));
	fill_brief(r, row);
	r->manifest = *id;
}

int
run_from_sealed(struct run *r, struct catalog *c, const struct oid *id,
    struct err *e)
{
	struct arena a = { NULL, 0 };
	const struct json *m;
	struct link journal;
	struct buf b;
	int result = -1;

	memset(r, 0, sizeof(*r));
	if (catalog_manifest(&m, &a, c, id, e) < 0)
		goto done;
	if (!manifest_find(&journal, m, "journal", NULL)) {
		result = run_from_manifest(r, c, id, e);
		goto done;
	}
	buf_init(&b, BUF_CAP_DATA);
	result = odb_get(&b, catalog_odb(c), &journal.id, e);
	if (result == 0)
		result = parse_journal(r, b.data, b.len, m, e);
	buf_free(&b);
	if (result == 0)
		r->manifest = *id;
	else
		run_free(r);
done:
	arena_free(&a);
	return result;
}

/* --- as JSON --------------------------------------------------------------- */

const struct run_metric *
run_find_metric(const struct run *r, const char *name)
{
	for (size_t i = 0; i < r->n_metrics; i++)
		if (strcmp(r->metric[i].name, name) == 0)
			return &r->metric[i];
	return NULL;
}

void
run_put_metrics(struct arena *a, struct json *j, const struct run *r)
{
	struct json *metrics = json_add_map(a, j, "metrics"), *flags = NULL;
	char text[NUM_TEXT_MAX];

	for (size_t i = 0; i < r->n_metrics; i++) {
		const struct run_metric *m = &r->metric[i];
		double v = m->summary;

		if (isfinite(v)) {
			json_add_num(a, metrics, m->name, v);
			continue;
		}
		json_add_null(a, metrics, m->name);
		if (flags == NULL)
			flags = json_add_map(a, j, "metrics_flag");
		num_print_f64(text, v);
		json_add_text(a, flags, m->name, text);
	}
}

bool
run_reads(const struct link *l)
{
	return strcmp(l->rel, "input") == 0 || strcmp(l->rel, "train") == 0 ||
	    strcmp(l->rel, "valid") == 0;
}

/* What it read, by name. */
static void
add_data(struct arena *a, struct json *j, const struct run *r)
{
	struct buf b;

	buf_init(&b, BUF_CAP_SMALL);
	for (size_t i = 0; i < r->n_links; i++)
		if (run_reads(&r->link[i]) && *r->link[i].name)
			buf_addf(&b, "%s%s", b.len ? "," : "",
			    r->link[i].name);
	if (b.len)
		json_add_text(a, j, "data", b.data);
	buf_free(&b);
}

struct json *
run_to_json(struct arena *a, const struct run *r)
{
	struct json *j = json_new(a, JSON_MAP);
	char text[CLOCK_TEXT_MAX];

	json_add_text(a, j, "id", r->id);
	json_add_text(a, j, "status", run_status_text(r->status));
	if (r->status == RUN_FINISHED || r->status == RUN_FAILED)
		json_add_int(a, j, "exit", r->exit_status);
	json_add_text(a, j, "verb", r->verb);
	if (*r->name)
		json_add_text(a, j, "name", r->name);
	json_add_text(a, j, "host", r->host);
	json_add_text(a, j, "user", r->user);
	clock_print(text, r->begin_us);
	json_add_text(a, j, "begin", text);
	if (r->end_us) {
		clock_print(text, r->end_us);
		json_add_text(a, j, "end", text);
		json_add_num(a, j, "seconds",
		    (double)(r->end_us - r->begin_us) / 1e6);
	}
	manifest_copy(a, j, "command", r->command);
	manifest_copy(a, j, "params", r->params);
	run_put_metrics(a, j, r);
	manifest_copy(a, j, "facts", r->facts);
	add_data(a, j, r);
	return j;
}
