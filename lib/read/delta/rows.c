/* The rows of a Delta table: file after file, in the schema's columns. */
#include "read/delta.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/path.h"
#include "read/delta/log.h"
#include "read/whole.h"
#include "table/write.h"

bool
delta_table_is(const char *folder)
{
	char *log = path_join(folder, "_delta_log");
	struct stat st;
	bool is = stat(log, &st) == 0 && S_ISDIR(st.st_mode);

	free(log);
	return is;
}

/* The names of the schema's columns; how many. */
static size_t
column_names(const char ***out, struct delta_log *l)
{
	const struct json *fields = json_get(l->schema, "fields");
	size_t n = 0;

	*out = arena_alloc(&l->arena, ((fields != NULL ? fields->n : 0) + 1) *
	    sizeof(**out));
	for (const struct json *f = fields != NULL ? fields->child : NULL;
	    f != NULL; f = f->next)
		if (json_text(f, "name", NULL) != NULL)
			(*out)[n++] = json_text(f, "name", NULL);
	return n;
}

static bool
is_partition(const struct delta_log *l, const char *name)
{
	for (size_t i = 0; i < l->partitions; i++)
		if (strcmp(l->partition[i], name) == 0)
			return true;
	return false;
}

/* A column of one value for all rows, or of none. */
static int
make_constant(struct column *c, const char *name, const char *value,
    size_t rows, struct err *e)
{
	uint32_t code;

	if (column_init(c, name, COL_CATEGORY, rows, e) != 0)
		return -1;
	code = value == NULL ? INTERN_NONE : intern_add(c->dict, value,
	    strlen(value));
	for (size_t i = 0; i < rows; i++)
		c->code[i] = code;
	return 0;
}

static int
add_rows(struct buf *out, struct delta_log *l, const struct delta_file *f,
    struct table *t, const char *const *name, size_t n, struct err *e)
{
	const struct column **col = xalloc(n + 1, sizeof(*col));
	struct column *made = xalloc(n + 1, sizeof(*made));
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++) {
		bool constant = is_partition(l, name[i]);
		const char *value = constant && f->partition != NULL ?
		    json_text(f->partition, name[i], NULL) : NULL;

		col[i] = constant ? NULL : table_find(t, name[i]);
		if (col[i] == NULL) {
			r = make_constant(&made[i], name[i], value != NULL &&
			    *value != '\0' ? value : NULL, t->rows, e);
			col[i] = &made[i];
		}
	}
	if (r == 0) {
		table_write_csv(out, col, n, 0, t->rows, NULL);
		r = buf_check(out, e);
	}
	for (size_t i = 0; i < n; i++)
		column_release(&made[i]);
	free(made);
	free(col);
	return r;
}

static int
read_file(struct buf *out, struct delta_log *l, const struct delta_file *f,
    const char *const *name, size_t n, struct err *e)
{
	char *path = path_join(l->folder, f->path);
	struct table_read_opts o = { .format = TABLE_PARQUET, .name = path };
	struct file_map m;
	struct table *t;
	int r = file_map(&m, path, e);

	if (r == 0) {
		r = table_read(&t, m.data, m.n, &o, e);
		file_unmap(&m);
		if (r == 0) {
			r = add_rows(out, l, f, t, name, n, e);
			table_free(t);
		}
	}
	free(path);
	return r;
}

static int
by_path(const void *a, const void *b)
{
	const struct delta_file *x = a, *y = b;

	return strcmp(x->path, y->path);
}

/* Those that are the table, by their paths. */
static size_t
present_files(struct delta_log *l)
{
	size_t n = 0;

	for (size_t i = 0; i < l->files; i++)
		if (!l->file[i].removed)
			l->file[n++] = l->file[i];
	if (n > 0)
		qsort(l->file, n, sizeof(*l->file), by_path);
	return n;
}

static void
add_header(struct buf *out, const char *const *name, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_addc(out, ',');
		csv_write_cell(out, name[i], strlen(name[i]), ',');
	}
	buf_addc(out, '\n');
}

int
delta_table_read(struct buf *out, const char *folder, struct err *e)
{
	struct delta_log l;
	const char **name;
	size_t n, files;
	int r = delta_log_read(&l, folder, e);

	if (r == 0) {
		n = column_names(&name, &l);
		if (n == 0)
			r = err_set(e, ERR_CORRUPT, "%s: its schema has no "
			    "column", folder);
		add_header(out, name, n);
		files = present_files(&l);
		for (size_t i = 0; r == 0 && i < files; i++)
			r = read_file(out, &l, &l.file[i], name, n, e);
	}
	delta_log_release(&l);
	return r;
}
