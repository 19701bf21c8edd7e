/* A fit's files: where the model goes, and the rows it learns from. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "catalog/open_table.h"
#include "flow/fit/internal.h"
#include "store/repo.h"
#include "store/worktree.h"

int
fit_open_output(struct fitting *f, struct err *e)
{
	const char *path = f->rq->output;
	char *temp = NULL, *inside = NULL;
	struct stat st;
	int r;

	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return err_set(e, ERR_USAGE, "'%s' is not a regular file",
		    path);
	if (f->s && (inside = worktree_relative(f->s, path)) != NULL)
		temp = repo_temp(f->s);
	r = out_file_open_in(&f->file, f->s ? repo_os(f->s) : os_real(), path,
	    temp, 0666, true, e);
	if (r == 0 && f->file.temp == NULL) {
		out_file_drop(&f->file);
		r = err_set(e, ERR_USAGE, "'%s' is not a file of its own: "
		    "standard output carries the record", path);
	}
	f->file_open = r == 0;
	free(inside);
	free(temp);
	return r;
}

/* Columns the user calls categories are read as such, so that their text
 * is what the server will see. */
static void
train_types(struct fitting *f)
{
	const struct frame_opts *o = &f->rq->frame;
	struct table_type *t = arena_alloc(&f->arena, (f->read.n_types +
	    o->n_categorical + 1) * sizeof(*t));
	size_t n = 0;

	for (size_t i = 0; i < f->read.n_types; i++)
		t[n++] = f->read.types[i];
	for (size_t i = 0; i < o->n_categorical; i++)
		t[n++] = (struct table_type){ o->categorical[i],
		    COL_CATEGORY };
	f->read.types = t;
	f->read.n_types = n;
}

/* How the training rows' cells are written. */
static enum cell_form
train_form(const struct fitting *f, const char *name, enum col_type type)
{
	for (size_t i = 0; i < f->read.n_types; i++)
		if (strcmp(f->read.types[i].name, name) == 0 &&
		    !col_type_is_text(type))
			return f->read.types[i].form;
	return FORM_PLAIN;
}

/* The validation rows have the training rows' types. */
static void
valid_types(struct table_read_opts *o, struct fitting *f)
{
	const struct table *t = f->train_table;
	struct table_type *types = arena_alloc(&f->arena,
	    (f->train.n_features + 1) * sizeof(*types));

	*o = f->read;
	for (size_t i = 0; i < f->train.n_features; i++) {
		const struct feature *x = &f->train.feature[i];

		types[i] = (struct table_type){ x->name, x->read_as,
		    train_form(f, x->name, x->read_as) };
	}
	o->types = types;
	o->n_types = f->train.n_features;
	if (col_type_is_text(table_find(t, f->train.target)->type)) {
		types[o->n_types++] = (struct table_type){ f->train.target,
		    COL_CATEGORY };
	} else if (train_form(f, f->train.target, COL_FLOAT64) != FORM_PLAIN) {
		types[o->n_types++] = (struct table_type){ f->train.target,
		    COL_FLOAT64, train_form(f, f->train.target, COL_FLOAT64) };
	}
}

int
fit_try_output(struct fitting *f, struct err *e)
{
	if (fit_open_output(f, e) < 0)
		return -1;
	out_file_drop(&f->file);
	f->file_open = false;
	return 0;
}

/* *t less the rows without a target, when they are to be left out; *whole is
 * then what was read. */
static int
drop_missing(const struct fitting *f, struct table **t, struct table **whole,
    const char *name, struct err *e)
{
	const char *target = f->frame_opts.target;
	struct table *some;
	size_t at, gone;

	if (!f->rq->drop_missing)
		return 0;
	if (table_index(&at, *t, target, e) < 0 ||
	    table_gather_known(&some, &gone, *t, at, e) < 0)
		return -1;
	if (some == NULL)
		return 0;
	log_warn(f->rq->log, "%s: %zu of %zu rows have no value of the target "
	    "'%s' and are left out", name, gone, (*t)->rows, target);
	*whole = *t;
	*t = some;
	return 0;
}

static void
warn_of_rounding(const struct fitting *f)
{
	const struct frame *t = &f->train;

	for (size_t i = 0; i < t->n_rounded && i < FRAME_ROUNDED_TOLD; i++)
		log_warn(f->rq->log, "column '%s' holds whole numbers beyond "
		    "2^24, which are rounded to float32%s: --numeric %s says "
		    "that they are meant to be", t->rounded[i],
		    i + 1 == FRAME_ROUNDED_TOLD && t->n_rounded > i + 1 ?
		    ", as in other columns" : "", t->rounded[i]);
}

const struct column *
fit_column(const struct fitting *f, const char *name)
{
	return &f->train_table->col[names_find(f->train_names, name)];
}

int
fit_read_rows(struct fitting *f, struct err *e)
{
	const struct fit_request *rq = f->rq;
	struct table_read_opts o;

	if (rq->read)
		f->read = *rq->read;
	f->read.threads = rq->learn.threads;
	train_types(f);
	if (rq->valid && strcmp(rq->valid, "-") == 0 && strcmp(rq->data,
	    "-") == 0)
		return err_set(e, ERR_USAGE, "standard input cannot be both "
		    "the data and --valid");
	if (catalog_open_table(&f->train_table, &f->train_bytes, f->c,
	    rq->data, &f->read, e) < 0)
		return -1;
	if (drop_missing(f, &f->train_table, &f->train_read, rq->data, e) < 0 ||
	    frame_init(&f->train, f->train_table, &f->frame_opts, e) < 0)
		return err_wrap(e, "%s", rq->data);
	f->train_names = table_names(f->train_table);
	f->out->dropped = f->train_read ? f->train_read->rows -
	    f->train.rows : 0;
	warn_of_rounding(f);
	if (rq->valid == NULL)
		return 0;
	valid_types(&o, f);
	if (catalog_open_table(&f->valid_table, &f->valid_bytes, f->c,
	    rq->valid, &o, e) < 0)
		return -1;
	if (drop_missing(f, &f->valid_table, &f->valid_read, rq->valid, e) < 0)
		return err_wrap(e, "%s", rq->valid);
	if (f->valid_table->rows == 0)
		return err_set(e, ERR_FORMAT, "%s: there are no rows",
		    rq->valid);
	if (frame_init_like(&f->valid, &f->train, f->valid_table, e) < 0)
		return err_wrap(e, "%s", rq->valid);
	return 0;
}
