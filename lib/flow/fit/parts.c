/*
 * The training rows of a large CSV file, read in parts, so that a fit takes
 * memory for what it learns and not for the file.
 *
 * Of a part the profile is added to the one so far, and its numbers go, as
 * the float32 that a learner sees, into a file without a name, column after
 * column, which is mapped once they are all there.  Targets, weights, names
 * and what else is no feature of numbers stay in memory as they are.
 *
 * A column's type is that of all its values: when a part says that an earlier
 * one was read as the wrong one it is all read again.  What is odd in any way
 * is left to the reader of whole files, who says it, or knows better.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/names.h"
#include "base/pool.h"
#include "catalog/open_table.h"
#include "flow/fit/parts.h"
#include "read/parts/parts.h"
#include "store/odb.h"
#include "store/repo.h"
#include "store/worktree.h"

#define ATTEMPTS 4		/* to read it all with the right types */

struct part_reading {
	struct fitting *f;
	struct table_read_opts o;
	struct part_column *col;
	bool *fractions;		/* a column: it holds some */
	struct table *part;		/* the one at hand */
	struct table *all;		/* what that borrows from, or NULL */
	struct table *t;		/* all so far */
	struct table picked;		/* columns of the part: the features,
					 * then the target; borrowed */
	size_t target;
	struct profile *profile;
	struct pool *pool;
	struct part_file file;
	size_t places;			/* columns of the file */
	uint64_t size;
	size_t gone;			/* rows without a target */
	struct log log;
	atomic_bool odd;
};

/* ---- what is read, and is it still the same? ---- */

struct part_input {
	uint64_t size;
	struct stat st;
};

static bool
find_size(struct part_input *p, const struct fitting *f)
{
	const struct fit_input *in = &f->data;
	struct err ignored = ERR_INIT;

	if (in->bytes.item.kind != NAME_PATH)
		return f->s && odb_size(&p->size, repo_odb(f->s),
		    &in->content, &ignored) == 0;
	if (stat(in->bytes.item.base, &p->st) < 0 || !S_ISREG(p->st.st_mode))
		return false;
	p->size = (uint64_t)p->st.st_size;
	return f->s == NULL || !oid_is_none(&in->content);
}

/* What comes from the store was verified at its end. */
static bool
is_unchanged(const struct part_input *p, const struct fitting *f)
{
	const struct fit_input *in = &f->data;
	struct err ignored = ERR_INIT;
	uint64_t size;
	struct stat st;
	struct oid id;

	if (in->bytes.item.kind != NAME_PATH)
		return true;
	if (f->s)
		return worktree_hash_file(&id, &size, f->s,
		    in->bytes.item.base, &ignored) == 0 &&
		    oid_eq(&id, &in->content);
	return stat(in->bytes.item.base, &st) == 0 &&
	    worktree_same_stat(&st, &p->st);
}

/* ---- columns ---- */

static bool
find_columns(struct part_reading *g)
{
	const struct frame_opts *o = &g->f->frame_opts;
	struct err ignored = ERR_INIT;
	size_t weight = SIZE_MAX;

	if (table_index(&g->target, g->part, o->target, &ignored) < 0 ||
	    (o->weight && table_index(&weight, g->part, o->weight, &ignored) <
	    0))
		return false;
	g->col = xalloc(g->part->cols + 1, sizeof(*g->col));
	g->fractions = xalloc(g->part->cols + 1, sizeof(*g->fractions));
	for (size_t i = 0; i < g->part->cols; i++) {
		const char *name = g->part->col[i].name;
		struct part_column *c = &g->col[i];

		c->dropped = name_is_listed(name, o->drop, o->n_drop) &&
		    i != g->target && i != weight;
		c->feature = !c->dropped && i != g->target && i != weight;
		c->rounds = name_is_listed(name, o->numeric, o->n_numeric);
		c->type = COL_FLOAT64;
		for (size_t k = 0; k < g->o.n_types; k++)
			c->forced |= strcmp(g->o.types[k].name, name) == 0;
	}
	return true;
}

static enum outcome
settle_types(struct part_reading *g)
{
	enum outcome worst = GOES_ON, one;

	for (size_t i = 0; i < g->part->cols; i++) {
		one = part_column_settle(&g->col[i], &g->part->col[i]);
		worst = one > worst ? one : worst;
		g->fractions[i] = g->col[i].known &&
		    g->col[i].type == COL_FLOAT64;
	}
	/* the first part says the types, and is at hand */
	return worst == AGAIN && g->t == NULL ? settle_types(g) : worst;
}

static void
pick_columns(struct part_reading *g)
{
	struct table *p = &g->picked;

	p->rows = g->part->rows;
	p->cols = 0;
	if (p->col == NULL)
		p->col = xalloc(g->part->cols + 1, sizeof(*p->col));
	for (size_t i = 0; i < g->part->cols; i++)
		if (g->col[i].feature)
			p->col[p->cols++] = g->part->col[i];
	p->col[p->cols++] = g->part->col[g->target];
}

/* The first part: the table, its profile, and the file, of so many rows as
 * the part lets expect, and some. */
static bool
begin_table(struct part_reading *g, uint64_t taken)
{
	const char *folder = g->o.folder ? g->o.folder : FILE_SCRATCH_FOLDER;
	double rows = (double)g->part->rows * (double)g->size /
	    (double)taken * 1.25 + 65536;
	struct err ignored = ERR_INIT;

	if (rows >= UINT32_MAX || profile_new(&g->profile, &g->picked,
	    &ignored) < 0 || file_open_scratch(&g->file.fd, folder, &ignored) < 0)
		return false;
	g->file.room = ((size_t)rows / 65536 + 1) * 65536;
	g->t = table_new(g->part->cols);
	g->places = 0;
	for (size_t i = 0; i < g->part->cols; i++) {
		struct part_column *c = &g->col[i];
		enum col_type type = c->dropped ? COL_BOOL : part_column_is_number(c) ?
		    COL_FLOAT32 : c->type;

		if (column_init(&g->t->col[i], g->part->col[i].name, type, 0,
		    &ignored) < 0)
			return false;
		c->place = g->places;
		g->places += part_column_is_number(c);
	}
	return true;
}

static void
add_column(void *ctx, size_t i, int worker)
{
	struct part_reading *g = ctx;

	(void)worker;
	if (!part_column_add(&g->t->col[i], &g->col[i], &g->part->col[i],
	    &g->file, g->t->rows))
		g->odd = true;
}

/* ---- parts ---- */

/* The part less its rows without a target, where they are to be left out; its
 * types are those of all its rows. */
static bool
drop_missing(struct part_reading *g)
{
	struct err ignored = ERR_INIT;
	struct table *some;
	size_t gone;

	if (!g->f->rq->drop_missing)
		return true;
	if (table_gather_known(&some, &gone, g->part, g->target, &ignored) < 0)
		return false;
	if (some == NULL)
		return true;
	g->gone += gone;
	g->all = g->part;
	g->part = some;
	pick_columns(g);
	return true;
}

static enum outcome
add_part(struct part_reading *g, uint64_t taken)
{
	struct err ignored = ERR_INIT;
	enum outcome r;

	if (g->col == NULL && !find_columns(g))
		return READ_WHOLE;
	if ((r = settle_types(g)) != GOES_ON)
		return r;
	pick_columns(g);
	if (g->t == NULL && !begin_table(g, taken))
		return READ_WHOLE;
	if (g->t->rows + g->part->rows > g->file.room)
		return READ_WHOLE;
	if (!drop_missing(g))
		return READ_WHOLE;
	pool_run(g->pool, g->part->cols, add_column, g);
	if (g->odd || profile_add(g->profile, &g->picked,
	    g->o.threads, &ignored) < 0)
		return READ_WHOLE;
	g->t->rows += g->part->rows;
	progress_tick(g->o.progress, g->o.name, taken >> 20, g->size >> 20);
	return GOES_ON;
}

static enum outcome
read_parts(struct part_reading *g)
{
	size_t bytes = g->f->rq->parts_bytes;
	struct err ignored = ERR_INIT;
	struct table_read_opts o = g->o;
	struct parts *p = NULL;
	struct source src;
	enum outcome r = READ_WHOLE;
	int more;

	if (catalog_bytes_source(&src, &g->f->data.bytes, g->f->c,
	    &ignored) < 0)
		return READ_WHOLE;
	o.log = &g->log;
	if (parts_open(&p, &src, &o, bytes ? bytes : FIT_PARTS_BYTES,
	    &ignored) > 0) {
		do {
			parts_fractions(p, g->fractions);
			more = parts_next(&g->part, p, &ignored);
			r = more > 0 ? add_part(g, parts_taken(p)) :
			    more < 0 ? READ_WHOLE : GOES_ON;
			table_free(g->part);
			table_free(g->all);
			g->part = g->all = NULL;
		} while (more > 0 && r == GOES_ON);
		parts_free(p);
	}
	source_close(&src);
	return r;
}

static void
forget_rows(struct part_reading *g)
{
	profile_free(g->profile);
	table_free(g->t);
	if (g->file.fd >= 0)
		close(g->file.fd);
	g->profile = NULL;
	g->t = NULL;
	g->file.fd = -1;
	g->file.rounded = false;
	g->gone = 0;
}

/* ---- the table ---- */

static bool
finish_table(struct part_reading *g)
{
	struct fit_parts *to = &g->f->data.parts;
	size_t each = g->file.room * sizeof(float), rows = g->t->rows;
	struct err ignored = ERR_INIT;

	if (g->places && (ftruncate(g->file.fd, (off_t)(g->places * each)) < 0 ||
	    mapping_init(&to->map, g->file.fd, 0, g->places * each, "scratch",
	    &ignored) < 0))
		return false;
	for (size_t i = 0; i < g->t->cols; i++) {
		struct column *c = &g->t->col[i];

		if (g->col[i].dropped) {
			/* it is named, and not looked at */
			char *name = c->name;
			int r;

			c->name = NULL;
			column_release(c);
			r = column_init(c, name, COL_BOOL, rows, &ignored);
			free(name);
			if (r < 0)
				return false;
		} else if (part_column_is_number(&g->col[i])) {
			free(c->data);
			c->data = (void *)(uintptr_t)(to->map.data +
			    g->col[i].place * each);
			c->rows = rows;
		} else if (part_column_is_odd(&g->col[i], c)) {
			return false;
		}
	}
	to->profile = g->profile;
	to->rounded = g->file.rounded;
	g->profile = NULL;
	g->f->data.dropped = g->gone;
	g->f->data.table = g->t;
	g->t = NULL;
	return true;
}

static void
note_warning(void *ctx, const char *line)
{
	struct part_reading *g = ctx;

	(void)line;
	g->odd = true;
}

static bool
may_be_parts(const struct fitting *f, const struct part_input *in)
{
	size_t bytes = f->rq->parts_bytes ? f->rq->parts_bytes :
	    FIT_PARTS_BYTES;

	return f->rq->cv.folds == 0 && !f->rq->golden_real && in->size > 2 * (uint64_t)bytes;
}

bool
fit_load_parts(struct fitting *f)
{
	struct part_reading g = { .f = f, .file = { .fd = -1 } };
	enum outcome r = AGAIN;
	struct err ignored = ERR_INIT;
	struct part_input in = { 0 };
	bool done;

	if (f->data.parts.tried || f->data.bytes.data || !find_size(&in, f) ||
	    !may_be_parts(f, &in) || catalog_read_opts(&g.o, &f->data.bytes,
	    &f->read, &ignored) < 0)
		return false;
	f->data.parts.tried = true;
	g.size = in.size;
	g.log = (struct log){ note_warning, &g };
	g.pool = pool_new(g.o.threads);
	for (int i = 0; r == AGAIN && i < ATTEMPTS; i++) {
		forget_rows(&g);
		r = read_parts(&g);
	}
	done = r == GOES_ON && g.t && g.t->rows && !g.odd && is_unchanged(&in, f) &&
	    finish_table(&g);
	if (!done) {
		forget_rows(&g);
		fit_parts_release(&f->data);
	} else if (g.file.fd >= 0) {
		close(g.file.fd);		/* the mapping holds it */
	}
	pool_free(g.pool);
	free(g.picked.col);
	free(g.fractions);
	free(g.col);
	return done;
}

void
fit_parts_release(struct fit_input *in)
{
	struct fit_parts *p = &in->parts;

	if (p->profile) {
		for (size_t i = 0; i < in->table->cols; i++)
			if (in->table->col[i].type == COL_FLOAT32)
				in->table->col[i].data = NULL;
		table_free(in->table);
		in->table = NULL;
	}
	profile_free(p->profile);
	mapping_release(&p->map);
	p->profile = NULL;
	p->rounded = false;
}
