/* Objects in parts that came, proven. */
#include "remote/proof.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/source.h"
#include "store/odb.h"
#include "store/pack/exchange.h"

#define BLOCK ((size_t)1 << 18)
#define LIST_MAX ((size_t)1 << 30)

static int
read_list(struct proof *p, const char *path, struct err *e)
{
	struct err mine = ERR_INIT;
	struct oid id;
	struct buf b;
	int r = 0;

	buf_init(&b, LIST_MAX);
	if (file_read_own(&b, path, &mine) < 0 && mine.code != ERR_NOENT) {
		*e = mine;
		r = -1;
	}
	for (size_t at = 0; r == 0 && at + OID_HEX < b.len; at += OID_HEX + 1)
		if (hex_decode(id.b, OID_BYTES, b.data + at, OID_HEX) == 0)
			intern_add(p->ids, (const char *)id.b, OID_BYTES);
	buf_free(&b);
	return r;
}

/* Of all remotes: a list that one sent may have its parts from another. */
int
proof_begin(struct proof *p, struct remote *r, struct err *e)
{
	char *all = path_folder(r->cache), **names = NULL;
	size_t n = 0;
	int result;

	*p = (struct proof){ .r = r, .ids = intern_new() };
	p->path = path_join(r->cache, "unproven");
	result = folder_names(&names, &n, all, e);
	for (size_t i = 0; result == 0 && i < n; i++) {
		char *path = xprintf("%s/%s/unproven", all, names[i]);

		result = read_list(p, path, e);
		free(path);
	}
	folder_names_free(names, n);
	free(all);
	return result;
}

void
proof_release(struct proof *p)
{
	if (p->ids)
		intern_free(p->ids);
	free(p->path);
}

void
proof_note(struct proof *p, const struct oid *id)
{
	size_t before = intern_count(p->ids);

	/* what is here was put together, or is noted */
	if (odb_has(catalog_odb(p->r->c), id))
		return;
	intern_add(p->ids, (const char *)id->b, OID_BYTES);
	p->unsaved |= intern_count(p->ids) > before;
}

int
proof_save(struct proof *p, struct err *e)
{
	char hex[OID_HEX + 1];
	struct oid id;
	struct buf b;
	int r;

	if (!p->unsaved)
		return 0;
	buf_init(&b, LIST_MAX);
	for (uint32_t i = 0; i < intern_count(p->ids); i++) {
		memcpy(id.b, intern_text(p->ids, i, NULL), OID_BYTES);
		buf_addf(&b, "%s\n", oid_hex(hex, &id));
	}
	r = buf_check(&b, e);
	if (r == 0 && b.len == 0)
		(void)unlink(p->path);
	else if (r == 0)
		r = file_replace_own(os_real(), p->path, b.data, b.len, 0666,
		    e);
	buf_free(&b);
	p->unsaved = r < 0;
	return r;
}

/* Read to its end, where its hash is compared. */
static int
read_through(struct proof *p, const struct oid *id, struct err *e)
{
	char *block = xalloc(1, BLOCK);
	struct source from;
	int64_t n = -1;

	if (odb_get_source(&from, catalog_odb(p->r->c), id, e) == 0) {
		while ((n = source_read(&from, block, BLOCK, e)) > 0)
			;
		source_close(&from);
	}
	free(block);
	return n < 0 ? -1 : 0;
}

int
proof_run(struct proof *p, struct err *e)
{
	struct intern *left = intern_new();
	int r = 0;

	for (uint32_t i = 0; i < intern_count(p->ids); i++) {
		const char *bytes = intern_text(p->ids, i, NULL);
		struct err mine = ERR_INIT;
		struct oid id;
		bool whole;

		memcpy(id.b, bytes, OID_BYTES);
		if (r == 0 && exchange_parts_here(&whole, p->r->repo, &id,
		    &mine) == 0 && whole && read_through(p, &id, &mine) < 0 &&
		    mine.code == ERR_CORRUPT)
			(void)exchange_expel(p->r->repo, &id, &mine);
		if (mine.code == ERR_CORRUPT) {
			*e = mine;
			r = err_wrap(e, "what it sent is not what it says");
		} else if (mine.code != ERR_NONE && mine.code != ERR_NOENT) {
			*e = mine;
			r = -1;
		}
		/* one that is not here needs no proof any more */
		if (r < 0 ? mine.code != ERR_CORRUPT :
		    mine.code == ERR_NONE && !whole)
			intern_add(left, bytes, OID_BYTES);
	}
	p->unsaved |= intern_count(left) != intern_count(p->ids);
	intern_free(p->ids);
	p->ids = left;
	if (r == 0)
		return proof_save(p, e);
	(void)proof_save(p, &(struct err){ .code = ERR_NONE });
	return -1;
}
