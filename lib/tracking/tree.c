/* A list of files made a tree, folder by folder. */
#include "tracking/tree.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/tree/tree.h"

struct placed {
	const char *at;			/* below the folder at hand */
	const struct listed_file *file;
};

static int
by_path(const void *a, const void *b)
{
	const struct placed *x = a, *y = b;

	return strcmp(x->at, y->at);
}

static int put_folder(struct tree_entry *out, struct odb *odb,
    struct placed *v, size_t n, int depth, struct err *e);

/* The files from v[0] on that lie in one folder of this one, as its entry;
 * *taken of them. */
static int
add_folder(struct tree *t, size_t *taken, struct odb *odb, struct placed *v,
    size_t n, int depth, struct err *e)
{
	size_t name = strcspn(v[0].at, "/"), same = 0;
	struct tree_entry entry = { .kind = TREE_FOLDER, .name = v[0].at,
	    .n = name };

	while (same < n && strncmp(v[same].at, v[0].at, name + 1) == 0)
		same++;
	for (size_t i = 0; i < same; i++)
		v[i].at += name + 1;
	if (put_folder(&entry, odb, v, same, depth + 1, e) < 0)
		return -1;
	tree_add(t, &entry);
	*taken = same;
	return 0;
}

/* out->id, files and bytes. */
static int
put_folder(struct tree_entry *out, struct odb *odb, struct placed *v,
    size_t n, int depth, struct err *e)
{
	struct tree t;
	struct buf b;
	int r = 0;

	memset(&t, 0, sizeof(t));
	buf_init(&b, BUF_CAP_DOC);
	if (depth > TREE_DEPTH)
		r = err_set(e, ERR_TOOBIG, "artifacts lie too deep");
	for (size_t i = 0, taken; r == 0 && i < n; i += taken) {
		size_t name = strcspn(v[i].at, "/");

		taken = 1;
		if (name == 0)
			r = err_set(e, ERR_FORMAT, "'%.300s' is a file and a "
			    "folder", v[i].file->path);
		else if (v[i].at[name])
			r = add_folder(&t, &taken, odb, v + i, n - i, depth,
			    e);
		else
			tree_add(&t, &(struct tree_entry){ .name = v[i].at,
			    .n = name, .kind = TREE_FILE,
			    .id = v[i].file->id, .files = 1,
			    .bytes = v[i].file->size });
	}
	if (r == 0) {
		tree_sort(&t);
		tree_sum(&out->files, &out->bytes, &t);
		r = tree_write(&b, &t, e);
	}
	if (r == 0)
		r = odb_put(&out->id, odb, b.data, b.len, e);
	out->n = depth ? out->n : b.len;
	buf_free(&b);
	tree_release(&t);
	return r;
}

int
files_put_tree(struct oid *id, uint64_t *size, struct odb *odb,
    const struct file_list *files, const char *folder, struct err *e)
{
	struct placed *v = xalloc(files->n + 1, sizeof(*v));
	struct tree_entry top = { .n = 0 };
	size_t n = 0;
	int r;

	for (size_t i = 0; i < files->n; i++) {
		const char *at = file_below(files->v[i].path, folder);

		if (at && *at)
			v[n++] = (struct placed){ at, &files->v[i] };
	}
	qsort(v, n, sizeof(*v), by_path);
	r = n ? put_folder(&top, odb, v, n, 0, e) : err_set(e, ERR_NOENT,
	    "there are no artifacts at '%.300s'", folder);
	*id = top.id;
	*size = top.n;
	free(v);
	return r;
}
