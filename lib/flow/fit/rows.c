/* A fit's files: where the model goes, and the rows it learns from. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "catalog/open_table.h"
#include "flow/fit/internal.h"
#include "store/repo.h"
#include "store/tree/tree.h"
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
valid_types(struct table_read_opts *o, struct fitting *f,
    const struct frame *like)
{
	const struct table *t = f->data.table;
	struct table_type *types = arena_alloc(&f->arena,
	    (like->n_features + 1) * sizeof(*types));

	*o = f->read;
	for (size_t i = 0; i < like->n_features; i++) {
		const struct feature *x = &like->feature[i];

		types[i] = (struct table_type){ x->name, x->read_as,
		    train_form(f, x->name, x->read_as) };
	}
	o->types = types;
	o->n_types = like->n_features;
	if (col_type_is_text(table_find(t, like->target)->type)) {
		types[o->n_types++] = (struct table_type){ like->target,
		    COL_CATEGORY };
	} else if (train_form(f, like->target, COL_FLOAT64) != FORM_PLAIN) {
		types[o->n_types++] = (struct table_type){ like->target,
		    COL_FLOAT64, train_form(f, like->target, COL_FLOAT64) };
	}
}

int
fit_try_output(struct fitting *f, struct err *e)
{
	if (f->rq->output == NULL)
		return f->s ? 0 : err_set(e, ERR_USAGE, "outside of a "
		    "repository the model needs a file");
	if (fit_open_output(f, e) < 0)
		return -1;
	out_file_drop(&f->file);
	f->file_open = false;
	return 0;
}

/* Less the rows without a target, when they are to be left out. */
static int
drop_missing(const struct fitting *f, struct fit_input *in, struct err *e)
{
	struct table *some;
	size_t at;

	if (!f->rq->drop_missing)
		return 0;
	if (table_index(&at, in->table, f->frame_opts.target, e) < 0 ||
	    table_gather_known(&some, &in->dropped, in->table, at, e) < 0)
		return -1;
	if (some == NULL)
		return 0;
	in->whole = in->table;
	in->table = some;
	return 0;
}

/* What may be read later stays where it is; of a repository its content is
 * known then. */
static int
find_input(struct fit_input *in, struct fitting *f, const char *name,
    struct err *e)
{
	struct err ignored = ERR_INIT;
	uint64_t size;

	in->name = name;
	if (catalog_find_bytes(&in->bytes, f->c, name, e) < 0)
		return -1;
	if (in->bytes.data == NULL && in->bytes.type && strcmp(in->bytes.type,
	    TREE_TYPE) == 0) {
		/* of a folder it is the table within that is meant */
		catalog_bytes_close(&in->bytes);
		if (catalog_open_bytes(&in->bytes, f->c, name, e) < 0)
			return -1;
	}
	in->open = true;
	if (in->bytes.data || f->s == NULL)
		return 0;
	if (in->bytes.item.kind != NAME_PATH)
		in->content = in->bytes.content;
	else if (worktree_hash_file(&in->content, &size, f->s,
	    in->bytes.item.base, &ignored) < 0)
		memset(&in->content, 0, sizeof(in->content));
	return 0;
}

int
fit_find_inputs(struct fitting *f, struct err *e)
{
	const struct fit_request *rq = f->rq;

	if (rq->read)
		f->read = *rq->read;
	f->read.threads = rq->learn.threads;
	train_types(f);
	if (rq->valid && strcmp(rq->valid, "-") == 0 && strcmp(rq->data,
	    "-") == 0)
		return err_set(e, ERR_USAGE, "standard input cannot be both "
		    "the data and --valid");
	if (find_input(&f->data, f, rq->data, e) < 0)
		return -1;
	return rq->valid ? find_input(&f->judge, f, rq->valid, e) : 0;
}

static int
load_input(struct fitting *f, struct fit_input *in,
    const struct table_read_opts *o, struct err *e)
{
	if (catalog_bytes_load(&in->bytes, f->c, e) < 0)
		return -1;
	/* what was kept of it is of the content that was found */
	if (in->bytes.item.kind == NAME_PATH && !oid_is_none(&in->content) &&
	    !oid_eq(catalog_bytes_id(&in->bytes), &in->content))
		return err_set(e, ERR_MOVED, "'%s' changed while it was "
		    "learned from", in->name);
	if (catalog_read_table(&in->table, &in->bytes, o, e) < 0)
		return -1;
	return drop_missing(f, in, e) < 0 ? err_wrap(e, "%s", in->name) : 0;
}

int
fit_load_train(struct fitting *f, struct err *e)
{
	return f->data.table || fit_load_parts(f) ? 0 : load_input(f, &f->data,
	    &f->read, e);
}

int
fit_load_valid(struct fitting *f, const struct frame *like, struct err *e)
{
	struct table_read_opts o;

	valid_types(&o, f, like);
	if (load_input(f, &f->judge, &o, e) < 0)
		return -1;
	return f->judge.table->rows ? 0 : err_set(e, ERR_FORMAT, "%s: there "
	    "are no rows", f->judge.name);
}

void
fit_input_release(struct fit_input *in)
{
	fit_parts_release(in);
	table_free(in->table);
	table_free(in->whole);
	if (in->open)
		catalog_bytes_close(&in->bytes);
	memset(in, 0, sizeof(*in));
}
