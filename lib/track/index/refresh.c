/* The index made to fit the refs of the runs. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "track/index/internal.h"
#include "track/internal.h"

/* So many rows may lie over the base, or an eighth of it. */
#define OVER_FEW 256

enum from {
	FROM_BASE,			/* as it stands there */
	FROM_DELTA,
	FROM_BASE_MOVED,		/* its ref's file is another one */
	FROM_STORE
};

struct line {
	const char *id;
	struct segment_ref ref;
	enum from from;
	uint32_t row;
};

struct listed {
	char *id;
	uint64_t stamp;
};

struct refresh {
	struct run_index *x;
	struct listed *listed;
	size_t n_listed, room;
	struct line *line;		/* (n_lines), by id */
	size_t n_lines;
	uint32_t *dead;			/* rows of the base, in order */
	size_t n_dead;
	size_t n_over;			/* lines that are not FROM_BASE */
};

char *
index_path(const struct catalog *c, int segment)
{
	return repo_path(catalog_repo(c), segment == BASE ? "cache/runs" :
	    "cache/runs.new");
}

/* ---- what there is ---- */

static int
by_id(const void *a, const void *b)
{
	return strcmp(((const struct listed *)a)->id,
	    ((const struct listed *)b)->id);
}

/* An alias of a run says which of its versions were removed: the run's stamp
 * is of that, too. */
static int
add_listed(void *ctx, const char *base, uint64_t stamp, struct err *e)
{
	size_t n = strcspn(base, "@");
	struct refresh *r = ctx;
	struct listed key = { .id = NULL }, *found;

	(void)e;
	if (base[n]) {
		key.id = xstrndup(base, n);
		found = r->n_listed ? bsearch(&key, r->listed, r->n_listed,
		    sizeof(key), by_id) : NULL;
		if (found)
			found->stamp = hash64(&stamp, sizeof(stamp),
			    found->stamp) | 1;
		free(key.id);
		return 0;
	}
	if (r->n_listed == r->room) {
		r->room = r->room ? r->room * 2 : 256;
		r->listed = xresize(r->listed, r->room, sizeof(*r->listed));
	}
	r->listed[r->n_listed++] = (struct listed){ xstrdup(base), stamp };
	return 0;
}

/* ---- what of it is known ---- */

/* Rows of both segments in order of their ids. */
struct known {
	struct id_reader ids[SEGMENTS];
	const struct segment_ref *refs[SEGMENTS];
	uint32_t at[SEGMENTS];
	size_t dead;
	/* the one at hand; id NULL: no more */
	const char *id;
	const struct segment_ref *ref;
	enum from from;
	uint32_t row;
};

static bool
known_open(struct known *k, struct run_index *x)
{
	memset(k, 0, sizeof(*k));
	for (int i = 0; i < SEGMENTS; i++) {
		struct segment *s = &x->segment[i];

		if (s->head.n_rows == 0)
			continue;
		if (!ids_open(&k->ids[i], s) ||
		    (k->refs[i] = segment_refs(s)) == NULL)
			return false;
	}
	return true;
}

/* False: damaged. */
static bool
known_next(struct known *k, struct refresh *r)
{
	const struct segment *base = &r->x->segment[BASE];
	const struct segment *over = &r->x->segment[DELTA];
	const char *id[SEGMENTS] = { NULL, NULL };
	int which = BASE;

	while (k->at[BASE] < base->head.n_rows && k->dead < over->head.n_dead &&
	    over->dead[k->dead] == k->at[BASE]) {
		r->dead[r->n_dead++] = k->at[BASE]++;
		k->dead++;
	}
	for (int i = 0; i < SEGMENTS; i++)
		if (k->at[i] < r->x->segment[i].head.n_rows &&
		    (id[i] = ids_at(&k->ids[i], k->at[i])) == NULL)
			return false;
	if (id[BASE] == NULL || (id[DELTA] && strcmp(id[DELTA], id[BASE]) < 0))
		which = DELTA;
	k->id = id[which];
	if (k->id) {
		k->row = k->at[which]++;
		k->ref = &k->refs[which][k->row];
		k->from = which == BASE ? FROM_BASE : FROM_DELTA;
	}
	return true;
}

/* The manifest that a run's ref means now; 0: none, 1, -1. */
static int
read_ref(struct oid *manifest, struct run_index *x, const char *id,
    struct err *e)
{
	char *name = xprintf("run/%s", id);
	struct err mine = ERR_INIT;
	const struct ref_value *last;
	struct ref versions;
	int r = 1;

	if (ref_read(&versions, catalog_repo(x->c), name, &mine) == 0) {
		last = ref_last(&versions);
		if (last)
			*manifest = last->id;
		else
			r = 0;
		ref_free(&versions);
	} else if (mine.code == ERR_NOENT) {
		r = 0;
	} else {
		*e = mine;
		r = -1;
	}
	free(name);
	return r;
}

static int
add_line(struct refresh *r, const struct listed *l, const struct known *k,
    struct err *e)
{
	struct line *to = &r->line[r->n_lines];
	int there;

	*to = (struct line){ .id = l->id, .from = FROM_STORE };
	if (k && k->ref->stamp == l->stamp) {
		to->from = k->from;
		to->row = k->row;
		to->ref = *k->ref;
	} else {
		if ((there = read_ref(&to->ref.manifest, r->x, l->id, e)) <= 0)
			return there;
		to->ref.stamp = l->stamp;
		if (k && oid_eq(&k->ref->manifest, &to->ref.manifest)) {
			to->from = k->from == FROM_BASE ? FROM_BASE_MOVED :
			    FROM_DELTA;
			to->row = k->row;
		}
	}
	r->n_lines++;
	r->n_over += to->from != FROM_BASE;
	return 0;
}

static bool
stays_in_base(const struct refresh *r)
{
	return r->n_lines && r->line[r->n_lines - 1].from == FROM_BASE;
}

/* 1: what is known of them is damaged. */
static int
compare(struct refresh *r, struct err *e)
{
	struct known k;
	size_t before;

	if (!known_open(&k, r->x) || !known_next(&k, r))
		return 1;
	for (size_t i = 0; i < r->n_listed || k.id;) {
		int d = i == r->n_listed ? 1 : k.id == NULL ? -1 :
		    strcmp(r->listed[i].id, k.id);

		before = r->n_lines;
		if (d <= 0 && add_line(r, &r->listed[i], d == 0 ? &k : NULL,
		    e) < 0)
			return -1;
		i += d <= 0;
		if (d < 0)
			continue;
		if (k.from == FROM_BASE && (d > 0 || before == r->n_lines ||
		    !stays_in_base(r)))
			r->dead[r->n_dead++] = k.row;
		if (!known_next(&k, r))
			return 1;
	}
	return 0;
}

/* ---- written ---- */

static int
put_line(struct segment_writer *w, struct refresh *r, const struct line *l,
    struct err *e)
{
	struct segment *s = &r->x->segment[l->from == FROM_DELTA ? DELTA :
	    BASE];
	struct err ignored = ERR_INIT;
	struct arena a = { NULL, 0 };
	const char *text = NULL;
	struct json *row;
	struct run run;
	int result = 0;
	size_t n;

	if (l->from != FROM_STORE)
		text = segment_json(&n, s, l->row);
	if (text && json_parse(&row, &a, text, n, 0, &ignored) == 0) {
		segment_add(w, &l->ref, row);
	} else if (run_from_manifest(&run, r->x->c, &l->ref.manifest, e) < 0) {
		result = err_wrap(e, "run:%s", l->id);
	} else {
		row = run_to_json(&a, &run);
		segment_add(w, &l->ref, row);
		run_free(&run);
	}
	arena_free(&a);
	return result;
}

/* Bytes of a segment: of all lines, or of those that lie over the base. */
static int
make_segment(struct buf *out, struct refresh *r, bool whole,
    const struct ref_moment *moment, struct err *e)
{
	uint64_t base = whole ? 0 : r->x->segment[BASE].head.id;
	struct segment_writer *w = segment_writer_new();
	int result = 0;

	for (size_t i = 0; result == 0 && i < r->n_lines; i++)
		if (whole || r->line[i].from != FROM_BASE)
			result = put_line(w, r, &r->line[i], e);
	for (size_t i = 0; !whole && i < r->n_dead; i++)
		segment_bury(w, r->dead[i]);
	if (!segment_writer_done(out, w, moment, base) && result == 0)
		result = err_set(e, ERR_TOOBIG, "the runs do not fit into an "
		    "index");
	return result;
}

static void
write_file(struct out_file *f, const struct buf *b)
{
	struct err ignored = ERR_INIT;

	if (f->os && out_file_add(f, b->data, b->len, &ignored) == 0)
		(void)out_file_commit(f, &ignored);
}

static int
replace(struct run_index *x, struct refresh *r, bool whole,
    struct out_file files[SEGMENTS], const struct ref_moment *moment,
    struct err *e)
{
	int which = whole ? BASE : DELTA;
	struct buf bytes;

	if (make_segment(&bytes, r, whole, moment, e) < 0) {
		buf_free(&bytes);
		return -1;
	}
	write_file(&files[which], &bytes);
	if (whole)
		segment_release(&x->segment[BASE]);
	segment_release(&x->segment[DELTA]);
	(void)segment_take(&x->segment[which], &bytes);
	return 0;
}

/* A temporary file each, and by its time the file system's clock before the
 * refs are listed; what cannot be written is not. */
static void
open_temporary(struct out_file files[SEGMENTS], struct catalog *c,
    struct ref_moment *moment)
{
	struct repo *repo = catalog_repo(c);
	const struct os *os = repo_os(repo);
	char *cache = repo_path(repo, "cache"), *temp = repo_path(repo, "tmp");
	struct err ignored = ERR_INIT;
	bool trusted = false;
	struct stat st;

	memset(files, 0, SEGMENTS * sizeof(*files));
	if (file_make_folders(os, cache, &ignored) == 0 &&
	    file_make_folders(os, temp, &ignored) == 0)
		for (int i = 0; i < SEGMENTS; i++) {
			char *path = index_path(c, i);

			if (out_file_open_own(&files[i], os, path, temp, 0666,
			    false, &ignored) < 0)
				files[i].os = NULL;
			else if (fstat(files[i].fd, &st) == 0)
				trusted = (int64_t)st.st_ctim.tv_sec *
				    1000000000 + st.st_ctim.tv_nsec >
				    moment->ns;
			free(path);
		}
	/* changed within this tick of the clock: it may change once more */
	if (!trusted)
		*moment = (struct ref_moment){ 0, 0 };
	free(temp);
	free(cache);
}

int
index_refresh(struct run_index *x, struct err *e)
{
	struct refresh r = { .x = x };
	struct out_file files[SEGMENTS];
	struct ref_moment moment;
	int result;

	ref_kind_moment(&moment, catalog_repo(x->c), "run");
	open_temporary(files, x->c, &moment);
	result = ref_each_stamp(catalog_repo(x->c), "run", add_listed, &r, e);
	if (result == 0) {
		r.line = xalloc(r.n_listed + 1, sizeof(*r.line));
		r.dead = xalloc((size_t)x->segment[BASE].head.n_rows + 1,
		    sizeof(*r.dead));
		result = compare(&r, e);
		if (result == 1) {
			for (int i = 0; i < SEGMENTS; i++)
				segment_release(&x->segment[i]);
			r.n_lines = r.n_dead = r.n_over = 0;
			result = compare(&r, e);
		}
	}
	if (result == 0)
		result = replace(x, &r, x->segment[BASE].head.id == 0 ||
		    r.n_over + r.n_dead > OVER_FEW + r.n_lines / 8, files,
		    &moment, e);
	for (int i = 0; i < SEGMENTS; i++)
		if (files[i].os)
			out_file_drop(&files[i]);
	for (size_t i = 0; i < r.n_listed; i++)
		free(r.listed[i].id);
	free(r.listed);
	free(r.line);
	free(r.dead);
	return result;
}
