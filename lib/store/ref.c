/*
 * A ref's file, .mlv/refs/KIND/NAME[@LABEL]: the line "mlv-ref 1", then one
 * line a value: number TAB sha256:ID TAB digits of the audit record.  A
 * dropped alias has number 0 and "-" for the id.
 */
#include "store/ref.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/path.h"
#include "store/audit.h"
#include "store/internal.h"

#define REF_FILE_MAX ((size_t)1 << 28)
static const char head[] = "mlv-ref 1\n";

bool
ref_part_ok(const char *s, size_t n)
{
	if (n == 0 || n > REF_NAME_MAX)
		return false;
	for (size_t i = 0; i < n; i++) {
		bool word = (s[i] >= 'a' && s[i] <= 'z') ||
		    (s[i] >= '0' && s[i] <= '9');

		if (!word && (i == 0 ||
		    (s[i] != '.' && s[i] != '_' && s[i] != '-')))
			return false;
		if (s[i] == '.' && i + 1 < n && s[i + 1] == '.')
			return false;
	}
	return true;
}

bool
ref_name_ok(const char *name)
{
	size_t kind = strcspn(name, "/"), base, label;
	const char *at = name + kind;

	if (*at != '/' || !ref_part_ok(name, kind))
		return false;
	at++;
	base = strcspn(at, "@");
	if (!ref_part_ok(at, base))
		return false;
	if (at[base] == '\0')
		return true;
	label = strlen(at + base + 1);
	return ref_part_ok(at + base + 1, label);
}

static char *
ref_path(const struct store *s, const char *name)
{
	return xprintf("%s/refs/%s", s->folder, name);
}

/* --- reading --------------------------------------------------------------- */

static bool
parse_line(struct ref_value *v, const char *at, size_t n)
{
	const char *tab = memchr(at, '\t', n), *tab2;
	uint64_t number;
	size_t rest;

	if (tab == NULL || !num_parse_u64(at, (size_t)(tab - at), &number) ||
	    number >= UINT32_MAX)
		return false;
	v->number = (uint32_t)number;
	rest = n - (size_t)(tab + 1 - at);
	if ((tab2 = memchr(tab + 1, '\t', rest)) == NULL)
		return false;
	if (number == 0) {
		memset(&v->id, 0, sizeof(v->id));
		if (tab2 != tab + 2 || tab[1] != '-')
			return false;
	} else if (strncmp(tab + 1, "sha256:", 7) != 0 || hex_decode(v->id.b,
	    OID_BYTES, tab + 8, (size_t)(tab2 - tab - 8)) < 0) {
		return false;
	}
	return hex_decode(v->audit.b, OID_BYTES, tab2 + 1,
	    (size_t)(at + n - tab2 - 1)) == 0;
}

static int
parse(struct ref *r, const char *p, size_t n, const char *name, struct err *e)
{
	const char *end = p + n, *at = p + sizeof(head) - 1, *stop;
	size_t room = 0;

	if (n < sizeof(head) - 1 || memcmp(p, head, sizeof(head) - 1) != 0)
		return err_set(e, ERR_CORRUPT, "ref '%s' is damaged: "
		    "it has no header", name);
	for (; at < end; at = stop + 1) {
		stop = memchr(at, '\n', (size_t)(end - at));
		if (r->n == room) {
			room = room ? room * 2 : 8;
			r->value = xresize(r->value, room, sizeof(*r->value));
		}
		if (stop == NULL ||
		    !parse_line(&r->value[r->n], at, (size_t)(stop - at)))
			return err_set(e, ERR_CORRUPT,
			    "ref '%s' is damaged at value %zu", name, r->n + 1);
		/* versions count up; what an alias labels jumps about */
		if (!strchr(name, '@') && r->value[r->n].number != r->n + 1)
			return err_set(e, ERR_CORRUPT, "ref '%s' is damaged: "
			    "value %zu has another number", name, r->n + 1);
		r->n++;
	}
	if (r->n == 0)
		return err_set(e, ERR_CORRUPT, "ref '%s' is empty", name);
	return 0;
}

int
ref_read(struct ref *r, struct store *s, const char *name, struct err *e)
{
	char *path;
	struct buf b;
	int result;

	memset(r, 0, sizeof(*r));
	if (!ref_name_ok(name))
		return err_set(e, ERR_USAGE, "'%.200s' is no name", name);
	path = ref_path(s, name);
	buf_init(&b, REF_FILE_MAX);
	result = file_read(&b, path, e);
	if (result < 0 && e->code == ERR_NOENT)
		err_set(e, ERR_NOENT, "there is no '%s'", name);
	if (result == 0)
		result = parse(r, b.data, b.len, name, e);
	if (result < 0)
		ref_free(r);
	buf_free(&b);
	free(path);
	return result;
}

void
ref_free(struct ref *r)
{
	free(r->value);
	*r = (struct ref){ NULL, 0 };
}

const struct ref_value *
ref_last(const struct ref *r)
{
	return r->n && r->value[r->n - 1].number ? &r->value[r->n - 1] : NULL;
}

const struct ref_value *
ref_version(const struct ref *r, uint32_t number)
{
	if (number == 0 || number > r->n)
		return NULL;
	return &r->value[number - 1];
}

const struct ref_value *
ref_with_id(const struct ref *r, const struct oid *id)
{
	for (size_t i = r->n; i-- > 0;)
		if (oid_eq(&r->value[i].id, id))
			return &r->value[i];
	return NULL;
}

/* --- writing --------------------------------------------------------------- */

int
refs_lock(int *fd, struct store *s, bool shared, struct err *e)
{
	char *path = store_path(s, "locks/refs");

	if (shared) {
		*fd = open(path, O_RDONLY | O_CLOEXEC);
		if (*fd < 0 && errno == ENOENT) {	/* no writer yet */
			free(path);
			return 0;
		}
	} else {
		*fd = -1;
		if (store_make_folders(s, e) < 0) {
			free(path);
			return -1;
		}
		*fd = s->os->open(path, O_RDWR | O_CREAT, 0666);
	}
	if (*fd < 0) {
		err_sys(e, "cannot open '%s'", path);
		free(path);
		return -1;
	}
	free(path);
	if (file_lock(*fd, shared ? FILE_SHARED : FILE_EXCLUSIVE, 0, 0,
	    s->wait_ms, e) < 0) {
		if (e->code == ERR_BUSY)
			err_set(e, ERR_BUSY, "another process is moving refs "
			    "in this repository; try again");
		refs_unlock(*fd);
		return -1;
	}
	return 0;
}

void
refs_unlock(int fd)
{
	if (fd >= 0)
		close(fd);
}

static void
put_value(struct buf *b, const struct ref_value *v)
{
	char text[OID_TEXT], hex[OID_HEX + 1];

	buf_addf(b, "%u\t%s\t%s\n", v->number,
	    v->number ? oid_print(text, &v->id) : "-", oid_hex(hex, &v->audit));
}

/* The whole file anew, with one more value. */
static int
write_ref(struct store *s, const char *name, const struct ref *r,
    const struct ref_value *more, struct err *e)
{
	char *path = ref_path(s, name), *folder = path_folder(path);
	char *tmp = store_path(s, "tmp"), *refs = store_path(s, "refs");
	struct out_file f;
	struct buf b;
	int result = -1;

	buf_init(&b, REF_FILE_MAX);
	buf_adds(&b, head);
	for (size_t i = 0; i < r->n; i++)
		put_value(&b, &r->value[i]);
	put_value(&b, more);
	/* the folder may be another's, killed before it synced its parent */
	if (buf_check(&b, e) < 0 || file_make_folders(s->os, folder, e) < 0 ||
	    file_sync_folder(s->os, refs, e) < 0 ||
	    out_file_open_in(&f, s->os, path, tmp, 0666, true, e) < 0)
		goto done;
	if (out_file_add(&f, b.data, b.len, e) < 0)
		out_file_drop(&f);
	else
		result = out_file_commit(&f, e);
done:
	buf_free(&b);
	free(refs);
	free(tmp);
	free(folder);
	free(path);
	return result;
}

/* A network file system may rename and yet say it failed. */
static bool
is_there(struct store *s, const char *name, const struct ref_value *want)
{
	struct err ignored = ERR_INIT;
	struct ref now;
	bool yes;

	if (ref_read(&now, s, name, &ignored) < 0)
		return false;
	yes = now.n && oid_eq(&now.value[now.n - 1].audit, &want->audit);
	ref_free(&now);
	return yes;
}

/* Audit record, then ref.  The caller holds the lock. */
static int
commit(struct store *s, const char *name, const struct ref *r,
    struct ref_value *v, const struct audit_record *record, struct err *e)
{
	if (audit_append(&v->audit, s, record, e) < 0)
		return -1;
	if (write_ref(s, name, r, v, e) == 0)
		return 0;
	if (e->code != ERR_UNPROVEN && is_there(s, name, v))
		e->code = ERR_UNPROVEN;
	return -1;
}

static int
read_or_none(struct ref *r, struct store *s, const char *name, struct err *e)
{
	struct err mine = ERR_INIT;

	if (ref_read(r, s, name, &mine) == 0 || mine.code == ERR_NOENT)
		return 0;
	*e = mine;
	return -1;
}

/* "model:churn@champion moved: ...", as people write it. */
static void
err_moved(struct err *e, const char *name, uint32_t expect, uint32_t found)
{
	int kind = (int)strcspn(name, "/");

	err_set(e, ERR_MOVED, "%.*s:%s moved: expected version %u, found %u",
	    kind, name, name + kind + 1, expect, found);
}

int
ref_add(uint32_t *number, bool *added, struct store *s, const char *name,
    const struct oid *id, uint32_t expect, const char *note, struct err *e)
{
	struct audit_record record;
	struct ref_value v;
	struct ref r = { NULL, 0 };
	int fd, result = -1;

	*added = false;
	if (!ref_name_ok(name) || strchr(name, '@'))
		return err_set(e, ERR_USAGE, "'%.200s' is no name", name);
	if (!store_has(s, id))
		return err_set(e, ERR_NOENT, "what '%s' is to mean is not in "
		    "the repository", name);
	if (refs_lock(&fd, s, false, e) < 0)
		return -1;
	if (read_or_none(&r, s, name, e) < 0)
		goto done;
	if (expect != REF_ANY && expect != r.n) {
		err_moved(e, name, expect, (uint32_t)r.n);
		goto done;
	}
	*number = (uint32_t)r.n;
	if (r.n && oid_eq(&r.value[r.n - 1].id, id)) {
		result = 0;
		goto done;
	}
	v = (struct ref_value){ .number = (uint32_t)r.n + 1, .id = *id };
	record = (struct audit_record){
		.op = "add", .ref = name, .number = v.number, .id = *id,
		.note = note,
	};
	result = commit(s, name, &r, &v, &record, e);
	if (result == 0 || e->code == ERR_UNPROVEN) {
		*number = v.number;
		*added = true;
	}
done:
	ref_free(&r);
	refs_unlock(fd);
	return result;
}

static int
move_locked(uint32_t *was, struct store *s, const char *name,
    const struct ref_move *m, struct err *e)
{
	struct ref versions = { NULL, 0 }, r = { NULL, 0 };
	struct ref_value v = { .number = m->number };
	const struct ref_value *now, *to = NULL;
	struct audit_record record;
	int result = -1;

	if (ref_read(&versions, s, name, e) < 0 ||
	    read_or_none(&r, s, m->alias, e) < 0)
		goto done;
	now = ref_last(&r);
	*was = now ? now->number : 0;
	if (m->expect != REF_ANY && m->expect != *was) {
		err_moved(e, m->alias, m->expect, *was);
		goto done;
	}
	if (m->number &&
	    (to = ref_version(&versions, m->number)) == NULL) {
		err_set(e, ERR_NOENT, "'%s' has no version %u", name,
		    m->number);
		goto done;
	}
	if (m->number == *was) {
		result = 0;
		goto done;
	}
	if (to)
		v.id = to->id;
	record = (struct audit_record){
		.op = m->op ? m->op : m->number ? "move" : "drop",
		.ref = m->alias, .number = m->number, .was = *was, .id = v.id,
		.note = m->note,
	};
	result = commit(s, m->alias, &r, &v, &record, e);
done:
	ref_free(&versions);
	ref_free(&r);
	return result;
}

int
ref_move(uint32_t *was, struct store *s, const struct ref_move *m,
    struct err *e)
{
	char *name;
	int fd, r = -1;

	if (!ref_name_ok(m->alias) || strchr(m->alias, '@') == NULL)
		return err_set(e, ERR_USAGE, "'%.200s' is no alias", m->alias);
	name = xstrndup(m->alias, strcspn(m->alias, "@"));
	if (refs_lock(&fd, s, false, e) == 0) {
		r = move_locked(was, s, name, m, e);
		refs_unlock(fd);
	}
	free(name);
	return r;
}

/* --- listing --------------------------------------------------------------- */

static int
each_of_kind(struct store *s, const char *kind, const char *prefix,
    int (*fn)(void *ctx, const char *name, struct err *e), void *ctx,
    struct err *e)
{
	char *path = ref_path(s, kind), **names;
	size_t n;
	int r = folder_names(&names, &n, path, e);

	for (size_t i = 0; r == 0 && i < n; i++) {
		char *name = xprintf("%s/%s", kind, names[i]);

		if (ref_name_ok(name) &&
		    strncmp(name, prefix, strlen(prefix)) == 0)
			r = fn(ctx, name, e);
		free(name);
	}
	folder_names_free(names, n);
	free(path);
	return r;
}

int
ref_each(struct store *s, const char *prefix,
    int (*fn)(void *ctx, const char *name, struct err *e), void *ctx,
    struct err *e)
{
	char *path = store_path(s, "refs"), **kinds;
	size_t n, slash = strcspn(prefix, "/");
	int r = folder_names(&kinds, &n, path, e);

	for (size_t i = 0; r == 0 && i < n; i++)
		if (strncmp(kinds[i], prefix, slash) == 0 &&
		    (prefix[slash] == '\0' || kinds[i][slash] == '\0'))
			r = each_of_kind(s, kinds[i], prefix, fn, ctx, e);
	folder_names_free(kinds, n);
	free(path);
	return r;
}

uint64_t
ref_stamp(struct store *s, const char *name)
{
	char *path = ref_path(s, name);
	struct stat st;
	uint64_t v[4] = { 0, 0, 0, 0 }, stamp = 0;

	if (stat(path, &st) == 0) {
		v[0] = (uint64_t)st.st_ino;
		v[1] = (uint64_t)st.st_size;
		v[2] = (uint64_t)st.st_mtim.tv_sec;
		v[3] = (uint64_t)st.st_mtim.tv_nsec;
		stamp = hash64(v, sizeof(v), 0) | 1;
	}
	free(path);
	return stamp;
}
