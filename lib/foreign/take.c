/* Bytes of another tool's cache put into the store, held against digests. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/path.h"
#include "codec/json.h"
#include "foreign/internal.h"
#include "store/odb.h"

#define DIR_MAX ((size_t)1 << 30)	/* bytes of a .dir object */

/* ---- MD5 of what is read on its way into the store ---- */

struct tee {
	struct source from;
	struct md5 *raw, *text;	/* text: CR LF as LF; or NULL */
	bool cr;		/* a CR is held back */
};

static void
add_text(struct tee *t, const char *p, size_t n)
{
	const char *end = p + n, *q;

	if (t->cr && n) {
		if (*p != '\n')
			md5_add(t->text, "\r", 1);
		t->cr = false;
	}
	for (; p < end; p = q) {
		q = memchr(p, '\r', (size_t)(end - p));
		if (q == NULL) {
			md5_add(t->text, p, (size_t)(end - p));
			return;
		}
		md5_add(t->text, p, (size_t)(q - p));
		if (++q == end)
			t->cr = true;
		else if (*q != '\n')
			md5_add(t->text, "\r", 1);
	}
}

static int64_t
tee_read(void *ctx, void *p, size_t n, struct err *e)
{
	struct tee *t = ctx;
	int64_t got = source_read(&t->from, p, n, e);

	if (got > 0) {
		md5_add(t->raw, p, (size_t)got);
		if (t->text)
			add_text(t, p, (size_t)got);
	}
	return got;
}

static bool
is_md5(struct md5 *h, const char *digest)
{
	uint8_t out[MD5_BYTES];
	char hex[2 * MD5_BYTES + 1];

	md5_done(h, out);
	hex_encode(hex, out, sizeof(out));
	return strcmp(hex, digest) == 0;
}

static int
put_md5(struct oid *id, uint64_t *size, bool *right, struct odb *o,
    const char *path, const char *digest, bool text, struct err *e)
{
	struct tee t = { .raw = md5_new() };
	struct source s = { tee_read, NULL, &t, path };
	int r = -1;

	if (t.raw == NULL)
		return err_set(e, ERR_UNSUPPORTED, "libcrypto has no MD5 here, "
		    "so DVC's cache cannot be verified");
	t.text = text ? md5_new() : NULL;
	if (source_open(&t.from, path, e) == 0) {
		r = odb_put_source(id, size, o, &s, 0, e);
		source_close(&t.from);
	}
	if (t.cr)
		md5_add(t.text, "\r", 1);
	*right = is_md5(t.raw, digest);
	if (t.text && is_md5(t.text, digest))
		*right = true;
	return r;
}

static int
put_sha256(struct oid *id, uint64_t *size, bool *right, struct odb *o,
    const char *path, const char *digest, struct err *e)
{
	char hex[OID_HEX + 1];
	struct source s;
	int r;

	if (source_open(&s, path, e) < 0)
		return -1;
	r = odb_put_source(id, size, o, &s, 0, e);
	source_close(&s);
	*right = r == 0 && strcmp(oid_hex(hex, id), digest) == 0;
	return r;
}

/* ---- one object ---- */

static int
put_object(struct oid *id, uint64_t *size, const struct foreign_file *f,
    struct odb *o, struct err *e)
{
	bool right = false;

	for (size_t i = 0; i < 4 && f->place[i]; i++) {
		if (access(f->place[i], F_OK) < 0)
			continue;
		if ((f->how == DIGEST_SHA256 ? put_sha256(id, size, &right, o,
		    f->place[i], f->digest, e) : put_md5(id, size, &right, o,
		    f->place[i], f->digest, f->how == DIGEST_MD5_TEXT,
		    e)) < 0)
			return -1;
		if (right)
			return 0;
		/* an edited file is no damage */
		if (strcmp(f->place[i], f->path) != 0)
			return err_set(e, ERR_CORRUPT, "'%s': its bytes do not "
			    "have the digest in its name: nothing is taken "
			    "for '%s'", f->place[i], f->path);
	}
	return err_set(e, ERR_NOENT, "'%s': its object '%s' is missing: fetch "
	    "it with the tool that keeps it", f->path, f->place[0]);
}

/* ---- folders of DVC ---- */

struct dir_entry {
	const char *path;
	struct tree_entry file;
};

struct dir_reading {
	struct odb *odb;
	struct arena arena;
	struct dir_entry *v;
	size_t n, room;
};

static int
by_path(const void *a, const void *b)
{
	const struct dir_entry *x = a, *y = b;

	return strcmp(x->path, y->path);
}

/* The file that the .dir object names becomes an object of ours. */
static int
put_entry(struct dir_reading *d, const struct foreign_file *of,
    const struct json *j, struct err *e)
{
	const char *path = json_text(j, "relpath", "");
	const char *md5 = json_text(j, "md5", "");
	struct foreign_file f = { .how = of->how, .digest = md5 };
	struct dir_entry entry = { .path = path,
	    .file = { .kind = TREE_FILE, .files = 1 } };

	if (!path_is_below(path) || !is_digest(md5, MD5_BYTES))
		return err_set(e, ERR_FORMAT, "'%s': '%.200s' is no entry of "
		    "a folder", of->path, path);
	f.path = arena_printf(&d->arena, "%s/%s", of->path, path);
	dvc_places(f.place, &d->arena, of->cache, md5, false);
	f.place[2] = f.path;
	if (put_object(&entry.file.id, &entry.file.bytes, &f, d->odb, e) < 0)
		return -1;
	d->v = arena_grow(&d->arena, d->v, d->n, &d->room, sizeof(*d->v));
	d->v[d->n++] = entry;
	return 0;
}

/* The tree of entries [from, to), whose paths are the same for `skip`
 * bytes. */
static int
put_tree(struct oid *id, struct tree_total *total, struct dir_reading *d,
    size_t from, size_t to, size_t skip, struct err *e)
{
	struct tree t = { 0 };
	struct tree_total below;
	struct buf b;
	size_t next;
	int r = 0;

	*total = (struct tree_total){ 0 };
	for (; r == 0 && from < to; from = next) {
		const char *name = d->v[from].path + skip;
		size_t n = strcspn(name, "/");
		struct tree_entry entry = d->v[from].file;

		next = from + 1;
		if (name[n] == '/') {
			while (next < to && strncmp(d->v[next].path + skip,
			    name, n + 1) == 0)
				next++;
			entry = (struct tree_entry){ .kind = TREE_FOLDER };
			r = put_tree(&entry.id, &below, d, from, next, skip +
			    n + 1, e);
			entry.files = below.files;
			entry.bytes = below.bytes;
		}
		entry.name = arena_strndup(&d->arena, name, n);
		entry.n = n;
		tree_add(&t, &entry);
	}
	tree_sort(&t);
	tree_sum(&total->files, &total->bytes, &t);
	buf_init(&b, BUF_CAP_DOC);
	if (r == 0)
		r = tree_write(&b, &t, e);
	if (r == 0)
		r = odb_put(id, d->odb, b.data, b.len, e);
	total->object = b.len;
	buf_free(&b);
	tree_release(&t);
	return r;
}

static int
check_entries(const struct dir_reading *d, const char *path, struct err *e)
{
	size_t n;

	for (size_t i = 1; i < d->n; i++) {
		n = strlen(d->v[i - 1].path);
		if (strncmp(d->v[i - 1].path, d->v[i].path, n) == 0 &&
		    (d->v[i].path[n] == '\0' || d->v[i].path[n] == '/'))
			return err_set(e, ERR_FORMAT, "'%s': '%.200s' stands "
			    "there twice", path, d->v[i - 1].path);
	}
	return 0;
}

static int
read_dir(struct buf *b, const struct foreign_file *f, struct err *e)
{
	struct md5 *h = md5_new();
	struct err mine = ERR_INIT;

	if (h == NULL)
		return err_set(e, ERR_UNSUPPORTED, "libcrypto has no MD5 here, "
		    "so DVC's cache cannot be verified");
	for (size_t i = 0; i < 2; i++) {
		buf_clear(b);
		if (file_read(b, f->place[i], &mine) == 0) {
			md5_add(h, b->data, b->len);
			return is_md5(h, f->digest) ? 0 : err_set(e,
			    ERR_CORRUPT, "'%s': its bytes do not have the "
			    "digest in its name: nothing is taken for '%s'",
			    f->place[i], f->path);
		}
	}
	is_md5(h, "");
	return err_set(e, ERR_NOENT, "'%s': its object '%s' is missing: fetch "
	    "it with the tool that keeps it", f->path, f->place[0]);
}

static int
put_folder(struct oid *id, struct tree_total *total,
    const struct foreign_file *f, struct odb *o, struct err *e)
{
	struct dir_reading d = { .odb = o };
	struct json *j;
	struct buf b;
	int r = -1;

	buf_init(&b, DIR_MAX);
	if (read_dir(&b, f, e) < 0)
		goto done;
	if (json_parse(&j, &d.arena, b.data, b.len, 0, e) < 0 ||
	    j->type != JSON_LIST) {
		err_set(e, ERR_FORMAT, "'%s': its .dir object is no list",
		    f->path);
		goto done;
	}
	r = 0;
	for (const struct json *c = j->child; r == 0 && c; c = c->next)
		r = put_entry(&d, f, c, e);
	if (r == 0) {
		if (d.n)
			qsort(d.v, d.n, sizeof(*d.v), by_path);
		r = check_entries(&d, f->path, e);
	}
	if (r == 0)
		r = put_tree(id, total, &d, 0, d.n, 0, e);
done:
	buf_free(&b);
	arena_free(&d.arena);
	return r;
}

int
foreign_take(struct oid *content, uint64_t *size, struct tree_total *tree,
    const struct foreign_file *f, struct catalog *c, struct err *e)
{
	int r;

	if (!f->folder)
		return put_object(content, size, f, catalog_odb(c), e);
	r = put_folder(content, tree, f, catalog_odb(c), e);
	*size = r == 0 ? tree->bytes : 0;
	return r;
}
