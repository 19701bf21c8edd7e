/* A stream of rows, a detector a column, and what is kept between two runs. */
#include "flow/watch.h"

#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/utf8.h"
#include "read/stream.h"

#define VALUE_MAX 1e100			/* sums of squares stay finite */
#define SAVE_US 1000000			/* at most so long between two saves
					 * while rows come without a pause */

struct watched {
	struct detection *d;
	bool warned;
};

struct watch {
	const struct watch_opts *o;
	struct watch_count *count;
	struct watched *col;
	uint64_t rows;			/* seen, over all runs */
	uint64_t skip;			/* rows the state has seen already */
	int64_t saved_us;
	bool dirty;
};

/* ---- the state ---- */

static int
save_state(struct watch *w, struct err *e)
{
	const struct watch_opts *o = w->o;
	struct arena a = { NULL, 0 };
	struct json *j = json_new(&a, JSON_MAP), *list;
	struct buf b;
	int r;

	json_add_text(&a, j, "schema", WATCH_SCHEMA);
	json_add_text(&a, j, "detector", o->detector);
	detection_params(json_add_map(&a, j, "parameters"), &a, w->col[0].d);
	json_add_int(&a, j, "rows", (int64_t)w->rows);
	list = json_add_list(&a, j, "columns");
	for (size_t i = 0; i < o->n_columns; i++) {
		struct json *c = json_add_map(&a, list, NULL);

		json_add_text(&a, c, "column", o->column[i]);
		json_add_bool(&a, c, "warned", w->col[i].warned);
		detection_save(json_add_map(&a, c, "state"), &a,
		    w->col[i].d);
	}
	buf_init(&b, BUF_CAP_DATA);
	json_write(&b, j);
	buf_addc(&b, '\n');
	r = buf_check(&b, e) < 0 || file_replace(os_real(), o->state, b.data,
	    b.len, 0666, e) < 0 ? -1 : 0;
	buf_free(&b);
	arena_free(&a);
	w->saved_us = clock_mono_us();
	w->dirty = false;
	return r;
}

static bool
same_json(const struct json *a, const struct json *b)
{
	struct buf x, y;
	bool same;

	buf_init(&x, BUF_CAP_SMALL);
	buf_init(&y, BUF_CAP_SMALL);
	json_write(&x, a);
	json_write(&y, b);
	same = x.len == y.len && memcmp(x.data, y.data, x.len) == 0;
	buf_free(&x);
	buf_free(&y);
	return same;
}

static int
load_columns(struct watch *w, const struct json *list, struct err *e)
{
	const struct watch_opts *o = w->o;
	const struct json *c = list->child;

	for (size_t i = 0; i < o->n_columns; i++, c = c->next) {
		const struct json *state = json_get(c, "state");

		if (strcmp(json_text(c, "column", ""), o->column[i]) != 0)
			return err_set(e, ERR_FORMAT, "it is of column '%s', "
			    "not '%s'", json_text(c, "column", ""),
			    o->column[i]);
		w->col[i].warned = json_bool(c, "warned", false);
		if (state == NULL || state->type != JSON_MAP)
			return err_set(e, ERR_FORMAT, "no state of column "
			    "'%s'", o->column[i]);
		if (detection_load(w->col[i].d, state, e) < 0)
			return -1;
	}
	return 0;
}

static int
load_json(struct watch *w, const struct json *j, struct arena *a,
    struct err *e)
{
	const struct json *list = json_get(j, "columns");
	const struct json *params = json_get(j, "parameters");
	struct json *mine = json_new(a, JSON_MAP);
	int64_t rows = json_int(j, "rows", -1);

	if (strcmp(json_text(j, "schema", ""), WATCH_SCHEMA) != 0 ||
	    rows < 0 || params == NULL || list == NULL ||
	    list->type != JSON_LIST)
		return err_set(e, ERR_FORMAT, "it is no state of a watch");
	if (strcmp(json_text(j, "detector", ""), w->o->detector) != 0)
		return err_set(e, ERR_FORMAT, "it is of %s, not %s",
		    json_text(j, "detector", ""), w->o->detector);
	detection_params(mine, a, w->col[0].d);
	if (!same_json(params, mine))
		return err_set(e, ERR_FORMAT, "its parameters are others");
	if (list->n != w->o->n_columns)
		return err_set(e, ERR_FORMAT, "it is of %zu columns, not %zu",
		    list->n, w->o->n_columns);
	w->rows = (uint64_t)rows;
	return load_columns(w, list, e);
}

/* What is not there yet begins with the first save. */
static int
load_state(struct watch *w, struct err *e)
{
	const char *path = w->o->state;
	struct arena a = { NULL, 0 };
	struct err why = ERR_INIT;
	struct json *j;
	struct file_map m;
	int r;

	if (file_map(&m, path, &why) < 0) {
		if (why.code == ERR_NOENT)
			return 0;
		*e = why;
		return -1;
	}
	r = json_parse(&j, &a, m.data, m.n, 0, e);
	if (r == 0)
		r = load_json(w, j, &a, e);
	file_unmap(&m);
	arena_free(&a);
	return r < 0 ? err_wrap(e, "state '%s'", path) : 0;
}

/* ---- rows ---- */

static bool
parse_value(double *v, const struct raw_cell *c)
{
	static const char *const yes_no[] = {
		"false", "true", "False", "True", "FALSE", "TRUE"
	};

	for (size_t i = 0; i < 6; i++)
		if (strlen(yes_no[i]) == c->n && memcmp(yes_no[i], c->s,
		    c->n) == 0) {
			*v = (double)(i % 2);
			return true;
		}
	return !c->json && num_parse_f64(c->s, c->n, v) && fabs(*v) <=
	    VALUE_MAX;
}

static int
add_cell(struct watch *w, size_t i, const struct raw_cell *cell,
    struct err *e)
{
	struct watched *c = &w->col[i];
	struct watch_sign s = { .column = w->o->column[i], .index = w->rows };

	if (cell->s == NULL) {
		w->count->missing++;
		return 0;
	}
	if (!parse_value(&s.value, cell))
		return err_set(e, ERR_UNSUPPORTED, "row %llu: column '%s': "
		    "'%.*s' is no number below 1e100", (unsigned long long)w->rows,
		    s.column, (int)utf8_cut(cell->s, cell->n, 40), cell->s);
	if (detection_add(&s.sign, c->d, s.value, e) < 0)
		return err_wrap(e, "row %llu: column '%s'",
		    (unsigned long long)w->rows, s.column);
	if (s.sign == DETECT_DRIFT || (s.sign == DETECT_WARNING &&
	    !c->warned)) {
		w->o->say(w->o->ctx, &s);
		w->count->drifts += s.sign == DETECT_DRIFT;
	}
	c->warned = s.sign == DETECT_WARNING;
	return 0;
}

static int
add_block(struct watch *w, const struct table *t, struct err *e)
{
	for (size_t row = 0; row < t->rows; row++) {
		if (w->skip > 0) {
			w->skip--;
			continue;
		}
		for (size_t i = 0; i < w->o->n_columns; i++)
			if (add_cell(w, i, &t->col[i].raw[row], e) < 0)
				return -1;
		w->rows++;
		w->count->rows++;
		w->dirty = true;
	}
	return 0;
}

/* Signs first, then the state: see above. */
static int
keep(struct watch *w, struct err *e)
{
	if (w->o->flush(w->o->ctx, e) < 0)
		return -1;
	return w->o->state != NULL && w->dirty ? save_state(w, e) : 0;
}

static int
read_rows(struct watch *w, struct source *in, struct err *e)
{
	const struct watch_opts *o = w->o;
	struct table_want *want = xalloc(o->n_columns, sizeof(*want));
	struct table_reader_opts ro = { .read = o->read, .want = want,
	    .n_want = o->n_columns, .eager = true };
	struct table_reader *rd = NULL;
	struct table *block;
	int r;

	for (size_t i = 0; i < o->n_columns; i++)
		want[i] = (struct table_want){ o->column[i], COL_RAW, false };
	r = table_reader_open(&rd, in, &ro, e);
	while (r == 0 && (r = table_reader_next(&block, rd, e)) > 0) {
		struct err why = ERR_INIT;

		r = add_block(w, block, e);
		/* a full block: there is more, which need not wait */
		if ((r < 0 || block->rows < TABLE_BLOCK_ROWS ||
		    clock_mono_us() - w->saved_us > SAVE_US) &&
		    keep(w, r < 0 ? &why : e) < 0)
			r = -1;
	}
	table_reader_free(rd);
	free(want);
	return r;
}

/*
 * One at a time: two would each replace what the other has seen.  The lock is
 * on STATE.lock, which is removed again; one that another removed before we
 * had it is no lock.
 */
static int
lock_state(int *fd, const char *lock, const char *state, struct err *e)
{
	struct err why = ERR_INIT;
	struct stat mine, there;

	for (;;) {
		*fd = os_real()->open(lock, O_RDWR | O_CREAT | O_NOFOLLOW, 0666);
		if (*fd < 0)
			return err_sys(e, "cannot create '%s'", lock);
		/* a file system without locks cannot tell */
		if (file_lock(*fd, FILE_EXCLUSIVE, 0, 0, 0, &why) < 0 &&
		    why.code == ERR_BUSY) {
			close(*fd);
			*fd = -1;
			return err_set(e, ERR_BUSY, "another watch goes on "
			    "with state '%s'; try again when it has ended",
			    state);
		}
		if (fstat(*fd, &mine) == 0 && stat(lock, &there) == 0 &&
		    mine.st_ino == there.st_ino && mine.st_dev == there.st_dev)
			return 0;
		close(*fd);
	}
}

int
watch_run(struct watch_count *count, struct source *in,
    const struct watch_opts *o, struct err *e)
{
	struct watch w = { .o = o, .count = count,
	    .saved_us = clock_mono_us() };
	struct err why = ERR_INIT;
	char *lock = NULL;
	int fd = -1, r = 0;

	memset(count, 0, sizeof(*count));
	w.col = xalloc(o->n_columns, sizeof(*w.col));
	for (size_t i = 0; r == 0 && i < o->n_columns; i++)
		r = detection_new(&w.col[i].d, o->detector, o->set, o->n_set,
		    e);
	if (r == 0 && o->state != NULL) {
		lock = xprintf("%s.lock", o->state);
		r = lock_state(&fd, lock, o->state, e);
	}
	if (r == 0 && o->state != NULL)
		r = load_state(&w, e);
	w.skip = o->from_start ? w.rows : 0;
	if (r == 0) {
		r = read_rows(&w, in, e);
		/* what came before a row that is none has been seen */
		if (keep(&w, r < 0 ? &why : e) < 0)
			r = -1;
	}
	for (size_t i = 0; i < o->n_columns; i++)
		detection_free(w.col[i].d);
	free(w.col);
	if (fd >= 0) {
		(void)os_real()->unlink(lock);
		close(fd);
	}
	free(lock);
	return r;
}
