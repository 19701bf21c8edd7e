/*
 * Reading refs.
 *
 * A ref's file, .mlv/refs/KIND/NAME[@LABEL]: the line "mlv-ref 1", then one
 * line a value: number TAB sha256:ID TAB digits of the audit record.  A
 * dropped alias has number 0 and "-" for the id.  A line that begins with
 * "~" is a value that was taken back (store/peer/adopt.h).
 */
#include "store/ref.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/beneath.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/num.h"
#include "store/internal.h"


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

char *
ref_path(const struct repo *repo, const char *name)
{
	return xprintf("%s/refs/%s", repo->layout.folder, name);
}

/* --- reading --------------------------------------------------------------- */

static bool
parse_value(struct ref_value *v, const char *at, size_t n)
{
	const char *tab = memchr(at, '\t', n), *tab2;
	uint64_t number;
	size_t rest;

	*v = (struct ref_value){ .number = 0 };
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

static bool
add_retired(struct ref *r, const char *at, size_t n)
{
	r->retired = xresize(r->retired, r->n_retired + 1,
	    sizeof(*r->retired));
	return parse_value(&r->retired[r->n_retired++], at, n);
}

static int
parse_ref(struct ref *r, const char *p, size_t n, const char *name,
    struct err *e)
{
	static const char head[] = REF_HEADER;
	const char *end = p + n, *at = p + sizeof(head) - 1, *stop;
	size_t room = 0;

	if (n < sizeof(head) - 1 || memcmp(p, head, sizeof(head) - 1) != 0)
		return err_set(e, ERR_CORRUPT, "ref '%s' is damaged: "
		    "it has no header", name);
	for (; at < end; at = stop + 1) {
		stop = memchr(at, '\n', (size_t)(end - at));
		if (*at == '~') {
			if (stop == NULL || !add_retired(r, at + 1,
			    (size_t)(stop - at - 1)))
				return err_set(e, ERR_CORRUPT, "ref '%s' is "
				    "damaged at a value that was taken back",
				    name);
			continue;
		}
		if (r->n == room) {
			room = room ? room * 2 : 8;
			r->value = xresize(r->value, room, sizeof(*r->value));
		}
		if (stop == NULL ||
		    !parse_value(&r->value[r->n], at, (size_t)(stop - at)))
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

static int
read_file(struct ref *r, struct repo *repo, const char *name, struct err *e)
{
	char *path;
	struct buf b;
	int result;

	memset(r, 0, sizeof(*r));
	if (!ref_name_ok(name))
		return err_set(e, ERR_USAGE, "'%.200s' is no name", name);
	path = ref_path(repo, name);
	buf_init(&b, REF_FILE_MAX);
	result = file_read_own(&b, path, e);
	if (result < 0 && e->code == ERR_NOENT)
		err_set(e, ERR_NOENT, "there is no '%s'", name);
	if (result == 0)
		result = parse_ref(r, b.data, b.len, name, e);
	if (result < 0)
		ref_free(r);
	buf_free(&b);
	free(path);
	return result;
}

/* Which of the versions were removed, and not brought back. */
static int
read_removed(struct ref *r, struct repo *repo, const char *name,
    struct err *e)
{
	char *list = xprintf("%s@" REF_REMOVED, name);
	struct err mine = ERR_INIT;
	struct ref removed;
	int result = 0;

	if (read_file(&removed, repo, list, &mine) == 0) {
		for (size_t i = 0; i < removed.n; i++) {
			uint32_t number = removed.value[i].number;

			if (number && number <= r->n)
				r->value[number - 1].removed ^= true;
		}
		ref_free(&removed);
	} else if (mine.code != ERR_NOENT) {
		*e = mine;
		result = -1;
	}
	free(list);
	return result;
}

int
ref_read(struct ref *r, struct repo *repo, const char *name, struct err *e)
{
	if (read_file(r, repo, name, e) < 0)
		return -1;
	if (strchr(name, '@') || read_removed(r, repo, name, e) == 0)
		return 0;
	ref_free(r);
	return -1;
}

void
ref_free(struct ref *r)
{
	free(r->value);
	free(r->retired);
	*r = (struct ref){ NULL, 0 };
}

const struct ref_value *
ref_last(const struct ref *r)
{
	size_t n = r->n;

	while (n && r->value[n - 1].removed)
		n--;
	return n && r->value[n - 1].number ? &r->value[n - 1] : NULL;
}

const struct ref_value *
ref_version(const struct ref *r, uint32_t number)
{
	if (number == 0 || number > r->n || r->value[number - 1].removed)
		return NULL;
	return &r->value[number - 1];
}

int
ref_refuse_version(struct err *e, const char *name, uint32_t number,
    const struct ref *r)
{
	int kind = (int)strcspn(name, "/");

	return err_set(e, ERR_NOENT, "%.*s:%s has no version %u; its newest "
	    "is %zu", kind, name, name + kind + 1, number, r->n);
}

const struct ref_value *
ref_with_id(const struct ref *r, const struct oid *id)
{
	for (size_t i = r->n; i-- > 0;)
		if (!r->value[i].removed && oid_eq(&r->value[i].id, id))
			return &r->value[i];
	return NULL;
}

/* --- listing --------------------------------------------------------------- */

static int
each_of_kind(struct repo *repo, const char *kind, const char *prefix,
    int (*fn)(void *ctx, const char *name, struct err *e), void *ctx,
    struct err *e)
{
	char *path = ref_path(repo, kind), **names;
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
ref_each(struct repo *repo, const char *prefix,
    int (*fn)(void *ctx, const char *name, struct err *e), void *ctx,
    struct err *e)
{
	char *path = repo_path(repo, "refs"), **kinds;
	size_t n, slash = strcspn(prefix, "/");
	int r = folder_names(&kinds, &n, path, e);

	for (size_t i = 0; r == 0 && i < n; i++)
		if (strncmp(kinds[i], prefix, slash) == 0 &&
		    (prefix[slash] == '\0' || kinds[i][slash] == '\0'))
			r = each_of_kind(repo, kinds[i], prefix, fn, ctx, e);
	folder_names_free(kinds, n);
	free(path);
	return r;
}

static uint64_t
stamp_of(const struct stat *st)
{
	uint64_t v[6] = { (uint64_t)st->st_ino, (uint64_t)st->st_size,
	    (uint64_t)st->st_mtim.tv_sec, (uint64_t)st->st_mtim.tv_nsec,
	    (uint64_t)st->st_ctim.tv_sec, (uint64_t)st->st_ctim.tv_nsec };

	return hash64(v, sizeof(v), 0) | 1;
}

uint64_t
ref_stamp(struct repo *repo, const char *name)
{
	char *path = ref_path(repo, name);
	struct stat st;
	uint64_t stamp = beneath_stat(path, &st) == 0 ? stamp_of(&st) : 0;

	free(path);
	return stamp;
}

void
ref_kind_moment(struct ref_moment *m, struct repo *repo, const char *kind)
{
	char *path = ref_path(repo, kind);
	struct stat st;

	memset(m, 0, sizeof(*m));
	if (beneath_stat(path, &st) == 0) {
		m->folder = (uint64_t)st.st_ino;
		m->ns = (int64_t)st.st_ctim.tv_sec * 1000000000 +
		    st.st_ctim.tv_nsec;
	}
	free(path);
}

int
ref_each_stamp(struct repo *repo, const char *kind,
    int (*fn)(void *ctx, const char *base, uint64_t stamp, struct err *e),
    void *ctx, struct err *e)
{
	char *path = ref_path(repo, kind), **names;
	int fd = beneath_open_file(path, O_RDONLY | O_DIRECTORY, 0);
	int r = fd < 0 && errno != ENOENT ? err_sys(e, "cannot list '%s'",
	    path) : 0;
	struct stat st;
	size_t n = 0;

	if (fd >= 0)
		r = folder_names(&names, &n, path, e);
	for (size_t i = 0; r == 0 && i < n; i++)
		if (fstatat(fd, names[i], &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    ref_part_ok(names[i], strcspn(names[i], "@")))
			r = fn(ctx, names[i], stamp_of(&st), e);
	if (fd >= 0) {
		folder_names_free(names, n);
		close(fd);
	}
	free(path);
	return r;
}
