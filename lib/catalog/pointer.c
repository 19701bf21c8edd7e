/*
 * The pointer file stands for a data file in git: a few lines of YAML in a
 * fixed order, so that two versions differ in the lines that matter.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/path.h"
#include "catalog/internal.h"
#include "catalog/pointer.h"
#include "codec/git.h"
#include "codec/yaml.h"
#include "store/odb.h"
#include "store/worktree.h"

#define POINTER_MAX ((size_t)1 << 16)
#define IGNORE_MAX ((size_t)1 << 24)

static char *
full_path(const struct catalog *c, const char *path, const char *suffix)
{
	return xprintf("%s/%s%s", repo_top(c->repo), path, suffix);
}

void
pointer_release(struct pointer *p)
{
	free(p->name);
	p->name = NULL;
}

int
pointer_read(struct pointer *p, struct catalog *c, const char *path,
    struct err *e)
{
	char *file = full_path(c, path, ".mlv");
	struct arena a = { NULL, 0 };
	struct json *j;
	struct buf b;
	int r = -1;

	memset(p, 0, sizeof(*p));
	buf_init(&b, POINTER_MAX);
	if (file_read_own(&b, file, e) < 0)
		goto done;
	if (yaml_parse(&j, &a, b.data, b.len, e) < 0 ||
	    oid_parse(&p->id, json_text(j, "id", ""), e) < 0 ||
	    oid_parse(&p->content, json_text(j, "content", ""), e) < 0) {
		e->code = ERR_FORMAT;
		err_wrap(e, "'%s' is no pointer", file);
		goto done;
	}
	p->name = xstrdup(json_text(j, "name", ""));
	p->size = json_int(j, "size", -1);
	p->rows = json_int(j, "rows", -1);
	p->files = json_int(j, "files", -1);
	r = 0;
done:
	buf_free(&b);
	arena_free(&a);
	free(file);
	return r;
}

/* Replace a file of the work tree through the store's temporary folder, so
 * that a kill leaves nothing beside it.  A link is replaced, not followed. */
static int
replace_file(struct catalog *c, const char *file, const struct buf *b,
    struct err *e)
{
	const struct os *os = repo_os(c->repo);
	char *tmp = repo_temp(c->repo);
	struct out_file f;
	struct stat st;
	mode_t mode = lstat(file, &st) == 0 && S_ISREG(st.st_mode) ?
	    st.st_mode & 0777 : 0666;
	int r = -1;

	if (file_make_folders(os, tmp, e) == 0 &&
	    out_file_open_own(&f, os, file, tmp, mode, true, e) == 0) {
		if (out_file_add(&f, b->data, b->len, e) < 0)
			out_file_drop(&f);
		else
			r = out_file_commit(&f, e);
	}
	free(tmp);
	return r;
}

/* The old name then means its newest version, whatever git checks out. */
static void
warn_renamed(struct catalog *c, const char *path, const char *name)
{
	struct err ignored = ERR_INIT;
	struct pointer p;

	if (pointer_read(&p, c, path, &ignored) < 0)
		return;
	if (strcmp(p.name, name) != 0)
		log_warn(c->opts.log, "'%s.mlv' stood for data:%s; it stands "
		    "for data:%s now", path, p.name, name);
	pointer_release(&p);
}

int
pointer_write(struct catalog *c, const char *path,
    const struct pointer *says, struct err *e)
{
	char *file = full_path(c, path, ".mlv"), text[OID_TEXT];
	struct err ignored = ERR_INIT;
	struct buf b, now;
	int r = 0;

	buf_init(&b, POINTER_MAX);
	buf_init(&now, POINTER_MAX);
	buf_addf(&b, "# Stands for the %s of this name without .mlv; see "
	    "mlv-data(1).\n", says->files < 0 ? "file" : "folder");
	buf_addf(&b, "name: %s\n", says->name);
	buf_addf(&b, "id: %s\n", oid_print(text, &says->id));
	buf_addf(&b, "content: %s\n", oid_print(text, &says->content));
	if (says->size >= 0)
		buf_addf(&b, "size: %lld\n", (long long)says->size);
	if (says->rows >= 0)
		buf_addf(&b, "rows: %lld\n", (long long)says->rows);
	if (says->files >= 0)
		buf_addf(&b, "files: %lld\n", (long long)says->files);
	/* untouched when it says so already: nothing for git to see */
	if (file_read_own(&now, file, &ignored) < 0 || now.len != b.len ||
	    memcmp(now.data, b.data, b.len) != 0) {
		warn_renamed(c, path, says->name);
		r = replace_file(c, file, &b, e);
	}
	buf_free(&now);
	buf_free(&b);
	free(file);
	return r;
}

/* gitignore's own words for a literal name. */
static bool
put_pattern(struct buf *b, const char *base)
{
	size_t n = strlen(base);

	buf_addc(b, '/');
	for (size_t i = 0; i < n; i++) {
		if (base[i] == '\n')
			return false;
		if (strchr("*?[]\\#!", base[i]) ||
		    (base[i] == ' ' && i + 1 == n))
			buf_addc(b, '\\');
		buf_addc(b, base[i]);
	}
	return true;
}

static bool
has_line(const struct buf *b, const char *line, size_t n)
{
	const char *at = b->data, *end = b->data + b->len;

	while (at < end) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		size_t len = (size_t)((stop ? stop : end) - at);

		if (len && at[len - 1] == '\r')
			len--;
		if (len == n && memcmp(at, line, n) == 0)
			return true;
		if (stop == NULL)
			break;
		at = stop + 1;
	}
	return false;
}

/* A line in .gitignore does nothing for what git has already. */
static void
warn_tracked(struct catalog *c, const char *path)
{
	struct err ignored = ERR_INIT;

	if (git_tracks(repo_top(c->repo), path, &ignored) == 1)
		log_warn(c->opts.log, "git tracks '%s' itself; 'git rm "
		    "--cached' leaves it to mlv", path);
}

static int
add_ignore_line(struct catalog *c, const char *file, const char *path, struct err *e)
{
	struct err mine = ERR_INIT;
	struct buf text, line;
	struct stat st;
	int r = 0;

	buf_init(&text, IGNORE_MAX);
	buf_init(&line, BUF_CAP_SMALL);
	if (lstat(file, &st) == 0 && S_ISLNK(st.st_mode)) {
		/* its words are another file's; git does not follow it either */
		log_warn(c->opts.log, "'%s' was a link, which git does not "
		    "follow; it is replaced by a file", file);
	} else if (file_read_own(&text, file, &mine) < 0 &&
	    mine.code != ERR_NOENT) {
		*e = mine;
		r = -1;
	}
	if (r < 0) {
		;
	} else if (!put_pattern(&line, path_base(path))) {
		log_warn(c->opts.log, "'%s' cannot be said in .gitignore: keep "
		    "it out of git yourself", path);
	} else if (!has_line(&text, line.data, line.len)) {
		if (text.len && text.data[text.len - 1] != '\n')
			buf_addc(&text, '\n');
		buf_add(&text, line.data, line.len);
		buf_addc(&text, '\n');
		r = buf_check(&text, e);
		if (r == 0)
			r = replace_file(c, file, &text, e);
		if (r == 0)
			warn_tracked(c, path);
	}
	buf_free(&line);
	buf_free(&text);
	return r;
}

int
ignore_in_git(struct catalog *c, const char *path, struct err *e)
{
	char *full = full_path(c, path, ""), *folder = path_folder(full);
	char *file = path_join(folder, ".gitignore");
	char *lock = xprintf("%s/.mlv/locks/ignore", repo_top(c->repo));
	char *locks = path_folder(lock);
	int fd = -1, r = -1;

	/* two adders in one folder must not lose each other's line */
	if (file_make_folders(repo_os(c->repo), locks, e) < 0)
		goto done;
	if (file_open_own(&fd, repo_os(c->repo), lock, O_RDWR | O_CREAT, 0666,
	    e) < 0)
		goto done;
	if (file_lock(fd, FILE_EXCLUSIVE, 0, 0, 30000, e) == 0)
		r = add_ignore_line(c, file, path, e);
done:
	if (fd >= 0)
		close(fd);
	free(locks);
	free(lock);
	free(file);
	free(folder);
	free(full);
	return r;
}

static int
stored_path(char **path, struct catalog *c, const struct oid *id,
    struct err *e)
{
	struct arena a = { NULL, 0 };
	const struct json *m;
	const char *text;
	int r = catalog_manifest(&m, &a, c, id, e);

	*path = NULL;
	if (r == 0 && (text = json_text(m, "path", NULL)) != NULL &&
	    path_is_below(text))
		*path = xstrdup(text);
	arena_free(&a);
	return r;
}

/* 1: what the pointer beside the path says, 0: there is none for this name. */
static int
read_pointer_of(struct oid *id, struct catalog *c, const char *path,
    const char *base, struct err *e)
{
	struct err mine = ERR_INIT;
	struct pointer p;
	int r;

	if (pointer_read(&p, c, path, &mine) < 0) {
		if (mine.code == ERR_NOENT)
			return 0;
		*e = mine;
		return -1;
	}
	r = strcmp(p.name, base) == 0;
	if (r)
		*id = p.id;
	pointer_release(&p);
	return r;
}

/* The newest version's path is asked first; an older checkout may have the
 * pointer where the file was then. */
int
pointer_standing(char **path, struct oid *id, struct catalog *c,
    const char *base, const struct ref *versions, struct err *e)
{
	char *asked = NULL, *at;
	int r = 0;

	*path = NULL;
	for (size_t i = versions->n; r == 0 && i-- > 0;) {
		if (versions->value[i].removed)
			continue;
		if ((r = stored_path(&at, c, &versions->value[i].id, e)) < 0)
			break;
		if (at == NULL && &versions->value[i] == ref_last(versions))
			break;
		if (at == NULL || (asked && strcmp(at, asked) == 0)) {
			free(at);
			continue;
		}
		free(asked);
		asked = at;
		r = read_pointer_of(id, c, at, base, e);
	}
	if (r == 0)
		free(asked);
	else
		*path = asked;
	return r;
}

int
pointer_decides(struct oid *id, uint32_t *version, struct catalog *c,
    const char *base, const struct ref *versions, struct err *e)
{
	const struct ref_value *v;
	char text[OID_TEXT], *path;
	int r = pointer_standing(&path, id, c, base, versions, e);

	if (r == 1) {
		v = ref_with_id(versions, id);
		*version = v ? v->number : 0;
		if (!odb_has(repo_odb(c->repo), id))
			r = err_set(e, ERR_NOENT, "'%s.mlv' says data:%s is %s, "
			    "which this repository does not have (its newest "
			    "is data:%s@%u)", path, base, oid_print(text, id),
			    base, (uint32_t)versions->n);
	}
	free(path);
	return r;
}

int
pointer_each(struct catalog *c, pointer_visit *visit, void *ctx,
    struct err *e)
{
	struct err mine = ERR_INIT;
	struct buf files;
	int r = 0;

	buf_init(&files, BUF_CAP_DOC);
	if (git_read_files(&files, repo_top(c->repo), "*.mlv", &mine) < 0)
		buf_clear(&files);
	for (size_t at = 0; r == 0 && at < files.len;
	    at += strlen(files.data + at) + 1) {
		size_t n = strlen(files.data + at);
		struct pointer p;
		char *path;

		if (n <= 4)
			continue;
		path = xstrndup(files.data + at, n - 4);
		if (pointer_read(&p, c, path, &mine) == 0)
			r = visit(ctx, path, &p, e);
		else if (mine.code != ERR_NOENT)
			r = visit(ctx, path, NULL, &mine);
		pointer_release(&p);
		free(path);
	}
	buf_free(&files);
	return r;
}

struct pointer_search {
	const char *base;
	char *path;
};

static int
match_pointer(void *ctx, const char *path, const struct pointer *p,
    struct err *e)
{
	struct pointer_search *search = ctx;

	(void)e;
	if (p == NULL || strcmp(p->name, search->base) != 0)
		return 0;
	search->path = xstrdup(path);
	return 1;
}

char *
pointer_find(struct catalog *c, const char *base)
{
	struct pointer_search search = { .base = base };
	struct err ignored = ERR_INIT;

	(void)pointer_each(c, match_pointer, &search, &ignored);
	return search.path;
}
