/* A data file put under version control, its rows counted. */
#include "catalog/addfile.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/path.h"
#include "catalog/dataset.h"
#include "catalog/internal.h"
#include "catalog/open_table.h"
#include "catalog/put.h"
#include "read/count/count.h"
#include "read/stream.h"
#include "store/odb.h"
#include "store/tree/snapshot.h"
#include "store/worktree.h"

/* A file larger than this is counted row by row and its columns are named
 * without their types, so that adding needs no memory for it. */
#define WHOLE_TABLE_MAX ((uint64_t)1 << 28)
/* Of a name in a folder, on the file systems people have. */
#define NAME_BYTES_MAX 255

/* What was kept of a table's bytes while they were stored: all of them, or its
 * rows; or nothing. */
struct seen {
	struct buf plain;
	struct row_count *count;
};

static int
see_bytes(void *ctx, const void *p, size_t n, struct err *e)
{
	struct seen *s = ctx;

	(void)e;
	if (s->count)
		row_count_add(s->count, p, n);
	else
		buf_add(&s->plain, p, n);
	return 0;
}

/* A file that is small enough is kept, unless it grows meanwhile. */
static struct sink
see_table(struct seen *s, const char *path, const struct table_read_opts *o)
{
	struct stat st;

	if (strcmp(path, "-") != 0 && stat(path, &st) == 0 &&
	    S_ISREG(st.st_mode) && (uint64_t)st.st_size < WHOLE_TABLE_MAX)
		(void)buf_reserve(&s->plain, (size_t)st.st_size);
	else
		s->count = row_count_new(o);
	return (struct sink){ see_bytes, s };
}

static struct json *
describe_columns(struct arena *a, const struct table *t)
{
	struct json *list = json_new(a, JSON_LIST);

	for (size_t i = 0; i < t->cols; i++) {
		struct json *col = json_add_map(a, list, NULL);

		json_add_text(a, col, "name", t->col[i].name);
		json_add_text(a, col, "type", col_type_name(t->col[i].type));
	}
	return list;
}

static int
read_whole(struct catalog_dataset *d, struct arena *a, struct repo *s,
    const struct seen *seen, const struct table_read_opts *o, struct err *e)
{
	const struct buf *plain = &seen->plain;
	struct table *t = NULL;
	struct buf b;
	int r = 0;

	buf_init(&b, BUF_CAP_DATA);
	if (plain->len == 0 || plain->len != d->n) {
		r = odb_get(&b, repo_odb(s), d->content, e);
		plain = &b;
	}
	if (r == 0)
		r = table_read(&t, plain->data, plain->len, o, e);
	if (r == 0) {
		d->rows = (int64_t)t->rows;
		d->columns = describe_columns(a, t);
	}
	table_free(t);
	buf_free(&b);
	return r;
}

static void
describe_names(struct catalog_dataset *d, struct arena *a, uint64_t rows,
    const char *const *names, size_t n)
{
	struct json *list = json_new(a, JSON_LIST);

	for (size_t i = 0; i < n; i++)
		json_add_text(a, json_add_map(a, list, NULL), "name",
		    names[i]);
	d->rows = (int64_t)rows;
	d->columns = list;
}

static int
read_by_rows(struct catalog_dataset *d, struct arena *a, struct repo *s,
    const struct seen *seen, const struct table_read_opts *o, struct err *e)
{
	struct table_reader_opts how = { .read = *o };
	struct table_reader *rd = NULL;
	const char *const *names;
	struct source from;
	struct table *block;
	uint64_t rows = 0;
	size_t n;
	int r;

	if (seen->count && row_count_done(&rows, &names, &n, seen->count)) {
		describe_names(d, a, rows, names, n);
		return 0;
	}
	if (odb_get_source(&from, repo_odb(s), d->content, e) < 0)
		return -1;
	r = table_reader_open(&rd, &from, &how, e);
	if (r == 0) {
		while ((r = table_reader_next(&block, rd, e)) > 0)
			rows += block->rows;
	}
	if (r == 0) {
		names = table_reader_names(rd, &n);
		describe_names(d, a, rows, names, n);
	}
	table_reader_free(rd);
	source_close(&from);
	return r;
}

/* What we know of this content, read this way, from the newest version. */
static bool
known_rows(struct catalog_dataset *d, struct arena *a, struct catalog *c,
    const char *name, const struct oid *content)
{
	const struct name n = { .kind = NAME_DATA, .base = name };
	struct err ignored = ERR_INIT;
	struct catalog_item item;
	const struct json *m, *read;
	struct buf have, want;
	struct link l;
	bool yes = false;

	buf_init(&have, BUF_CAP_SMALL);
	buf_init(&want, BUF_CAP_SMALL);
	if (catalog_resolve_name(&item, c, &n, &ignored) == 0) {
		if (catalog_manifest(&m, a, c, &item.id, &ignored) == 0 &&
		    manifest_find(&l, m, "content", NULL) &&
		    oid_eq(&l.id, content)) {
			if ((read = json_get(m, "read")) != NULL)
				(void)json_canonical(&have, read, &ignored);
			if (d->read && d->read->n)
				(void)json_canonical(&want, d->read, &ignored);
			yes = have.len == want.len &&
			    memcmp(have.data, want.data, have.len) == 0;
			d->rows = json_int(m, "rows", -1);
			d->columns = json_get(m, "columns");
		}
		catalog_item_free(&item);
	}
	buf_free(&want);
	buf_free(&have);
	return yes;
}

static bool
is_table(const char *type)
{
	return strcmp(type, TYPE_CSV) == 0 || strcmp(type, TYPE_JSONL) == 0 ||
	    strcmp(type, TYPE_PARQUET) == 0;
}

/*
 * Rows and columns of what was stored, unless they are known: of the stored
 * bytes (as they were seen, or read again where they were not), not of the
 * file, which may have changed since.  What cannot be read as a table is stored
 * all the same; what cannot be read at all is not.
 */
static int
describe_rows(struct catalog_dataset *d, struct arena *a, struct catalog *c,
    const struct seen *seen, const struct table_read_opts *o,
    const char *name, struct err *e)
{
	struct table_read_opts how = *o;
	struct err mine = ERR_INIT;
	bool parquet = strcmp(d->type, TYPE_PARQUET) == 0;

	if (!is_table(d->type))
		return 0;
	if (known_rows(d, a, c, name, d->content) && d->rows >= 0)
		return 0;
	how.shape = true;
	if (parquet)		/* what its name says it must be */
		how.format = TABLE_PARQUET;
	if ((d->n <= WHOLE_TABLE_MAX ? read_whole(d, a, c->repo, seen, &how, &mine) :
	    read_by_rows(d, a, c->repo, seen, &how, &mine)) == 0)
		return 0;
	/* Parquet that is none is half a download, never what was meant */
	if (mine.code != ERR_UNSUPPORTED && mine.code != ERR_USAGE &&
	    (parquet || (mine.code != ERR_FORMAT &&
	    mine.code != ERR_TOOBIG))) {
		*e = mine;
		return -1;
	}
	d->rows = -1;
	d->columns = NULL;
	log_warn(c->opts.log, "'%s' is stored, but cannot be read as a table: "
	    "%s", o->name, mine.msg);
	return 0;
}

/* What could not be kept is refused before it is stored. */
static int
check_path(struct catalog *c, const char *path, const char *base, bool named,
    struct err *e)
{
	char *rel = worktree_relative(c->repo, path);
	size_t n = strlen(path_base(path));
	int r = 0;

	if (!name_base_ok(base))
		r = named ? err_set(e, ERR_USAGE, "'%.200s' is no name: "
		    "lower-case letters, digits, '.', '_' and '-', beginning "
		    "with a letter or digit", base) :
		    err_set(e, ERR_USAGE, "no name can be made of '%.200s'; "
		    "give one with --name", path);
	else if (rel && (strncmp(rel, ".mlv/", 5) == 0 ||
	    strcmp(rel, ".mlv") == 0))
		r = err_set(e, ERR_USAGE, "'%.200s' is the repository's own",
		    path);
	else if (rel && strcmp(path_extension(path), ".mlv") == 0)
		r = err_set(e, ERR_USAGE, "'%.200s' stands for a file: add "
		    "'%.*s'", path, (int)(strlen(path) - 4), path);
	else if (rel && n + 4 > NAME_BYTES_MAX)
		r = err_set(e, ERR_USAGE, "the name of '%.200s' is too long "
		    "for a pointer beside it", path);
	else if (rel && !named)
		r = dataset_holder(c, base, rel, NULL, e);
	free(rel);
	return r;
}

/* A source whose first bytes are remembered, and all of them seen. */
struct watched {
	struct source *in;
	struct sink *seen;
	char first[5];
	size_t n;
};

static int64_t
read_watched(void *ctx, void *p, size_t n, struct err *e)
{
	struct watched *w = ctx;
	int64_t got = source_read(w->in, p, n, e);

	for (int64_t i = 0; i < got && w->n < sizeof(w->first); i++)
		w->first[w->n++] = ((const char *)p)[i];
	if (got > 0 && w->seen->write(w->seen->ctx, p, (size_t)got, e) < 0)
		return -1;
	return got;
}

/* Bytes from a pipe have a name, no path: what they are is seen by them. */
static int
put_stdin(struct oid *content, uint64_t *size, struct catalog_dataset *d,
    struct sink *to, struct catalog *c, struct err *e)
{
	struct watched seen = { .seen = to };
	struct source from, watched;
	int r;

	if (d->name == NULL || !name_base_ok(d->name))
		return err_set(e, ERR_USAGE, "standard input needs a name: "
		    "give one with --name");
	d->path = NULL;
	from = source_fd(0, "standard input");
	seen.in = &from;
	watched = (struct source){ read_watched, NULL, &seen, from.name };
	r = odb_put_source(content, size, repo_odb(c->repo), &watched, 0, e);
	if (strcmp(d->type, TYPE_BYTES) == 0)
		d->type = seen.n == sizeof(seen.first) && memcmp(seen.first,
		    "PAR1\x15", sizeof(seen.first)) == 0 ? TYPE_PARQUET :
		    TYPE_CSV;
	source_close(&from);
	return r;
}

static int
put_bytes(struct catalog_added *added, struct catalog *c, const char *path,
    const char *name, const char *base, const struct table_read_opts *read,
    struct err *e)
{
	struct table_read_opts o = { .name = path };
	struct catalog_dataset d = { .name = name, .path = path, .rows = -1 };
	struct seen seen = { .count = NULL };
	struct arena a = { NULL, 0 };
	struct oid content;
	struct sink to;
	bool table;
	int r;

	if (read)
		o = *read;
	o.name = strcmp(path, "-") == 0 ? "standard input" : path;
	d.read = table_opts_json(&a, &o);
	d.type = o.format == TABLE_JSONL ? TYPE_JSONL : o.format == TABLE_CSV ?
	    TYPE_CSV : o.format == TABLE_PARQUET ? TYPE_PARQUET : manifest_type_of_path(path);
	/* whoever says how it is to be read says that it is a table */
	if (d.read->n && strcmp(d.type, TYPE_BYTES) == 0)
		d.type = TYPE_CSV;
	buf_init(&seen.plain, WHOLE_TABLE_MAX);
	table = is_table(d.type) || strcmp(path, "-") == 0;
	if (table)
		to = see_table(&seen, path, &o);
	r = strcmp(path, "-") == 0 ?
	    put_stdin(&content, &added->bytes, &d, &to, c, e) :
	    worktree_put_seen(&content, &added->bytes, table ? &to : NULL,
	    c->repo, path, e);
	if (r == 0) {
		d.content = &content;
		d.n = (size_t)added->bytes;
		r = describe_rows(&d, &a, c, &seen, &o, base, e);
		added->rows = d.rows;
	}
	if (r == 0)
		r = catalog_put_dataset(&added->put, c, &d, e);
	row_count_free(seen.count);
	buf_free(&seen.plain);
	arena_free(&a);
	return r;
}

static int
put_folder(struct catalog_added *added, struct catalog *c, const char *path,
    const char *name, struct err *e)
{
	struct catalog_dataset d = { .name = name, .path = path, .rows = -1,
	    .type = TREE_TYPE };
	char *rel = worktree_relative(c->repo, path);
	struct tree_total total;
	struct oid content;
	int r;

	if (rel == NULL || strcmp(rel, ".") == 0)
		r = err_set(e, ERR_USAGE, "'%.200s' is %s: only a folder in it "
		    "can be added", path, rel ? "the work tree itself" :
		    "outside the work tree");
	else
		r = tree_put_folder(&content, &total, c->repo, rel, e);
	if (r == 0) {
		added->bytes = total.bytes;
		added->files = (int64_t)total.files;
		d.content = &content;
		d.n = (size_t)total.object;
		d.tree = &total;
		r = catalog_put_dataset(&added->put, c, &d, e);
	}
	free(rel);
	return r;
}

/* Is it a folder to be added as one?  A link to one is not followed: what is
 * in it would change without the link. */
static int
look_for_folder(bool *yes, const char *path, struct err *e)
{
	struct stat st, at;

	*yes = false;
	if (strcmp(path, "-") == 0 || stat(path, &st) < 0 ||
	    !S_ISDIR(st.st_mode))
		return 0;
	if (lstat(path, &at) == 0 && S_ISLNK(at.st_mode))
		return err_set(e, ERR_UNSUPPORTED, "'%s' is a link to a folder: "
		    "add the folder itself, in the work tree", path);
	*yes = true;
	return 0;
}

int
catalog_add_file(struct catalog_added *added, struct catalog *c,
    const char *path, const char *name, const struct table_read_opts *read,
    struct err *e)
{
	struct odb_transaction *t;
	uint64_t before;
	char *base, *clean;
	size_t n = strlen(path);
	bool folder;
	int r;

	*added = (struct catalog_added){ .rows = -1, .files = -1 };
	if (catalog_need_repo(c, path, e) < 0)
		return -1;
	while (n > 1 && path[n - 1] == '/')
		n--;
	clean = xstrndup(path, n);
	base = name ? xstrdup(name) : name_from_path(clean);
	before = odb_written(catalog_odb(c));
	t = odb_begin(catalog_odb(c));	/* the content and its manifest */
	r = look_for_folder(&folder, clean, e);
	if (r == 0 && strcmp(clean, "-") != 0)
		r = check_path(c, clean, base, name != NULL, e);
	if (r == 0)
		r = folder ? put_folder(added, c, clean, name, e) :
		    put_bytes(added, c, clean, name, base, read, e);
	if (r == 0)
		r = odb_commit(t, e);
	else
		odb_abandon(t);
	added->stored = odb_written(catalog_odb(c)) - before;
	free(base);
	free(clean);
	return r;
}

int
catalog_add_stored(struct catalog_added *added, struct catalog *c,
    const char *path, const char *name, const struct oid *content,
    uint64_t size, const struct tree_total *tree, struct err *e)
{
	const struct table_read_opts o = { .name = path };
	struct catalog_dataset d = { .name = name, .path = path, .rows = -1,
	    .content = content, .tree = tree,
	    .n = (size_t)(tree ? tree->object : size),
	    .type = tree ? TREE_TYPE : manifest_type_of_path(path) };
	struct arena a = { NULL, 0 };
	char *base = name ? xstrdup(name) : name_from_path(path);
	int r;

	*added = (struct catalog_added){ .rows = -1,
	    .files = tree ? (int64_t)tree->files : -1,
	    .bytes = tree ? tree->bytes : size };
	r = check_path(c, path, base, name != NULL, e);
	if (r == 0 && tree == NULL) {
		d.read = table_opts_json(&a, &o);
		r = describe_rows(&d, &a, c, &(struct seen){ .count = NULL },
		    &o, base, e);
		added->rows = d.rows;
	}
	if (r == 0)
		r = catalog_put_dataset(&added->put, c, &d, e);
	arena_free(&a);
	free(base);
	return r;
}
