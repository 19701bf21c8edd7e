/* Which remotes a repository has: lines of .mlv/config. */
#include "remote/config.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/nearest.h"
#include "codec/yaml.h"
#include "store/ref.h"

#define CONFIG_MAX ((size_t)1 << 16)

/* --- reading --------------------------------------------------------------- */

static int
read_config(struct buf *b, struct repo *repo, struct err *e)
{
	char *path = repo_path(repo, "config");
	int r;

	buf_init(b, CONFIG_MAX);
	r = file_read_own(b, path, e);
	free(path);
	return r;
}

static int
parse_list(struct remote_list *l, const char *text, size_t n, struct err *e)
{
	const struct json *remotes;
	struct json *j;

	if (yaml_parse(&j, &l->arena, text, n, e) < 0)
		return err_wrap(e, ".mlv/config");
	l->meant = json_text(j, "remote", NULL);
	remotes = json_get(j, "remotes");
	if (remotes == NULL || remotes->type == JSON_NULL)
		return 0;
	if (remotes->type != JSON_MAP)
		return err_set(e, ERR_FORMAT, ".mlv/config: 'remotes' is no "
		    "list of NAME: URL");
	l->v = arena_alloc(&l->arena, (remotes->n + 1) * sizeof(*l->v));
	for (const struct json *c = remotes->child; c; c = c->next) {
		if (c->type != JSON_TEXT || !ref_part_ok(c->key,
		    strlen(c->key)))
			return err_set(e, ERR_FORMAT, ".mlv/config: line %u "
			    "is no NAME: URL of a remote", c->line);
		l->v[l->n++] = (struct remote_entry){ c->key, c->s };
	}
	return 0;
}

int
remote_list_read(struct remote_list *l, struct repo *repo, struct err *e)
{
	struct buf b;
	int r;

	*l = (struct remote_list){ .n = 0 };
	r = read_config(&b, repo, e);
	if (r == 0)
		r = parse_list(l, b.data, b.len, e);
	buf_free(&b);
	if (r < 0) {
		remote_list_release(l);
		return -1;
	}
	if (l->meant == NULL && l->n == 1)
		l->meant = l->v[0].name;
	for (size_t i = 0; l->meant == NULL && i < l->n; i++)
		if (strcmp(l->v[i].name, "origin") == 0)
			l->meant = l->v[i].name;
	return 0;
}

void
remote_list_release(struct remote_list *l)
{
	arena_free(&l->arena);
	*l = (struct remote_list){ .n = 0 };
}

int
remote_list_find(const struct remote_entry **found,
    const struct remote_list *l, const char *name, struct err *e)
{
	if (l->n == 0)
		return err_set(e, ERR_NOENT, "this repository has no remote: "
		    "'mlv-data remote add origin URL' tells it of one");
	if (name == NULL && (name = l->meant) == NULL)
		return err_set(e, ERR_USAGE, "which remote? say --remote NAME, "
		    "or 'mlv-data remote default NAME' once");
	for (size_t i = 0; i < l->n; i++) {
		if (strcmp(l->v[i].name, name) == 0) {
			*found = &l->v[i];
			return 0;
		}
	}
	return err_set(e, ERR_NOENT, "there is no remote '%.200s': 'mlv-data "
	    "remote ls' lists them", name);
}

/* --- writing --------------------------------------------------------------- */

/* The line that begins with `key` at the margin, or the text's end. */
static const char *
find_line(const char *text, const char *key)
{
	size_t n = strlen(key);

	while (*text) {
		if (strncmp(text, key, n) == 0)
			return text;
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
	return text;
}

static const char *
next_line(const char *at)
{
	at += strcspn(at, "\n");
	return at + (*at == '\n');
}

/* Is it what it was meant to be?  Then it takes the file's place. */
static int
write_config(struct repo *repo, struct buf *b, struct err *e)
{
	struct remote_list check = { .n = 0 };
	char *path = repo_path(repo, "config");
	int r = buf_check(b, e);

	if (r == 0)
		r = parse_list(&check, b->data, b->len, e);
	if (r == 0)
		r = file_replace_own(repo_os(repo), path, b->data, b->len,
		    0666, e);
	remote_list_release(&check);
	free(path);
	return r;
}

static int
check_url(const char *url, struct err *e)
{
	const char *at = strstr(url, "://"), *host;

	for (const char *p = url; *p; p++)
		if ((unsigned char)*p < 32 || *p == 127)
			return err_set(e, ERR_USAGE, "the URL holds a control "
			    "character");
	if (at == NULL)
		return *url == '/' ? 0 : err_set(e, ERR_USAGE, "'%.200s' is "
		    "no URL of a remote: write s3://BUCKET/PREFIX, "
		    "ssh://HOST/PATH, or the path of a folder from /", url);
	host = at + 3;
	if (strncmp(url, "s3://", 5) != 0 && strncmp(url, "ssh://", 6) != 0)
		return err_set(e, ERR_USAGE, "'%.200s' is no remote that is "
		    "known: s3://BUCKET/PREFIX, ssh://HOST/PATH, or the path "
		    "of a folder", url);
	if (*host == '\0' || *host == '/' || *host == '-')
		return err_set(e, ERR_USAGE, "'%.200s' names no %s", url,
		    url[1] == '3' ? "bucket" : "host");
	at = memchr(host, '@', strcspn(host, "/"));
	if (at && memchr(host, ':', (size_t)(at - host)))
		return err_set(e, ERR_USAGE, "a URL with a password would be "
		    "kept in git: leave it out");
	return 0;
}

int
remote_list_add(struct repo *repo, const char *name, const char *url,
    struct err *e)
{
	struct remote_list l = { .n = 0 };
	const char *at;
	struct buf b, out;
	int r = -1;

	if (!ref_part_ok(name, strlen(name)))
		return err_set(e, ERR_USAGE, "'%.200s' is no name for a "
		    "remote: lower-case letters, digits, '.', '_' and '-'",
		    name);
	if (check_url(url, e) < 0)
		return -1;
	buf_init(&out, CONFIG_MAX);
	if (read_config(&b, repo, e) < 0 || remote_list_read(&l, repo, e) < 0)
		goto done;
	for (size_t i = 0; i < l.n; i++) {
		if (strcmp(l.v[i].name, name) == 0) {
			err_set(e, ERR_EXISTS, "there is a remote '%s' "
			    "already, %s: 'mlv-data remote rm %s' first",
			    name, l.v[i].url, name);
			goto done;
		}
	}
	at = find_line(b.data, "remotes:");
	if (*at) {
		at = next_line(at);
		buf_add(&out, b.data, (size_t)(at - b.data));
	} else {
		buf_add(&out, b.data, b.len);
		if (b.len && b.data[b.len - 1] != '\n')
			buf_addc(&out, '\n');
		buf_adds(&out, "remotes:\n");
	}
	buf_addf(&out, "  %s: ", name);
	json_quote(&out, url, strlen(url));
	buf_addc(&out, '\n');
	buf_adds(&out, at);
	r = write_config(repo, &out, e);
done:
	remote_list_release(&l);
	buf_free(&out);
	buf_free(&b);
	return r;
}

/* Does the line say "  NAME:"? */
static bool
is_entry(const char *line, const char *name)
{
	size_t n = strlen(name);

	line += strspn(line, " \"'");
	return strncmp(line, name, n) == 0 && line[n + strspn(line + n,
	    "\"' ")] == ':';
}

int
remote_list_remove(struct repo *repo, const char *name, struct err *e)
{
	struct remote_list l = { .n = 0 };
	const struct remote_entry *found;
	const char *at, *from, *mean;
	struct buf b, out;
	int r = -1;

	buf_init(&out, CONFIG_MAX);
	if (read_config(&b, repo, e) < 0 ||
	    remote_list_read(&l, repo, e) < 0 ||
	    remote_list_find(&found, &l, name, e) < 0)
		goto done;
	mean = find_line(b.data, "remote:");
	from = at = find_line(b.data, "remotes:");
	for (at = next_line(at); *at == ' ' && !is_entry(at, name);)
		at = next_line(at);
	if (*at != ' ') {
		err_set(e, ERR_FORMAT, "take the remote '%s' out of "
		    ".mlv/config by hand: it is not written on a line of its "
		    "own", name);
		goto done;
	}
	for (const char *line = b.data; *line; line = next_line(line)) {
		bool drop = line == at ||
		    (l.n == 1 && line == from) ||
		    (line == mean && is_entry(line, "remote") && l.meant &&
		    strcmp(l.meant, name) == 0);

		if (!drop)
			buf_add(&out, line, (size_t)(next_line(line) - line));
	}
	r = write_config(repo, &out, e);
done:
	remote_list_release(&l);
	buf_free(&out);
	buf_free(&b);
	return r;
}

int
remote_list_mean(struct repo *repo, const char *name, struct err *e)
{
	struct remote_list l = { .n = 0 };
	const struct remote_entry *found;
	const char *mean;
	struct buf b, out;
	int r = -1;

	buf_init(&out, CONFIG_MAX);
	if (read_config(&b, repo, e) < 0 ||
	    remote_list_read(&l, repo, e) < 0 ||
	    remote_list_find(&found, &l, name, e) < 0)
		goto done;
	mean = find_line(b.data, "remote:");
	buf_add(&out, b.data, (size_t)(mean - b.data));
	if (out.len && out.data[out.len - 1] != '\n')
		buf_addc(&out, '\n');
	buf_addf(&out, "remote: %s\n", name);
	buf_adds(&out, next_line(mean));
	r = write_config(repo, &out, e);
done:
	remote_list_release(&l);
	buf_free(&out);
	buf_free(&b);
	return r;
}
