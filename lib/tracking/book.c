/* The book of patches: read, appended, merged. */
#include "tracking/book.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/intern.h"
#include "base/mem.h"
#include "codec/json_edit.h"
#include "store/repo.h"

#define BOOK_MAX ((size_t)1 << 30)
#define WAIT_MS 30000

static const char *const kind_names[BOOK_KINDS] = {
	"experiment", "logged_model", "model", "version"
};

struct shelf {
	struct intern *ids;
	struct json **map;		/* (ids) */
	size_t room;
};

struct book {
	struct catalog *c;
	struct arena arena;
	struct shelf shelf[BOOK_KINDS];
	char *path;
	int fd;
	off_t at;			/* read so far: whole lines */
};

static struct json *
map_of(struct book *b, enum book_kind kind, const char *id)
{
	struct shelf *s = &b->shelf[kind];
	uint32_t i = intern_add(s->ids, id, strlen(id));

	if (i >= s->room) {
		size_t room = s->room ? s->room * 2 : 64;

		s->map = xresize(s->map, room, sizeof(*s->map));
		memset(s->map + s->room, 0, (room - s->room) *
		    sizeof(*s->map));
		s->room = room;
	}
	if (s->map[i] == NULL)
		s->map[i] = json_new(&b->arena, JSON_MAP);
	return s->map[i];
}

/* A line that is not what we write is another version's: passed over. */
static void
take_line(struct book *b, const char *s, size_t n)
{
	struct err ignored = ERR_INIT;
	struct arena a = { NULL, 0 };
	const struct json *id, *set;
	struct json *line;

	if (json_parse(&line, &a, s, n, 0, &ignored) == 0 &&
	    line->type == JSON_MAP)
		for (int kind = 0; kind < BOOK_KINDS; kind++) {
			id = json_get(line, kind_names[kind]);
			set = json_get(line, "set");
			if (id && id->type == JSON_TEXT && set &&
			    set->type == JSON_MAP)
				json_merge(&b->arena, map_of(b, kind, id->s),
				    set);
		}
	arena_free(&a);
}

int
book_refresh(struct book *b, struct err *e)
{
	off_t end = lseek(b->fd, 0, SEEK_END);
	const char *at, *stop, *last;
	struct buf text;
	ssize_t got = 0;
	int r = -1;

	if (end == b->at)
		return 0;
	buf_init(&text, BOOK_MAX);
	if (end < b->at || !buf_reserve(&text, (size_t)(end - b->at))) {
		err_set(e, ERR_CORRUPT, "'%s' is shorter than it was", b->path);
		goto done;
	}
	got = pread(b->fd, text.data, (size_t)(end - b->at), b->at);
	if (got < 0) {
		err_sys(e, "cannot read '%s'", b->path);
		goto done;
	}
	buf_grew(&text, (size_t)got);
	last = text.data + text.len;
	for (at = text.data; (stop = memchr(at, '\n', (size_t)(last - at)));
	    at = stop + 1)
		take_line(b, at, (size_t)(stop - at));
	b->at += at - text.data;
	r = 0;
done:
	buf_free(&text);
	return r;
}

int
book_open(struct book **out, struct catalog *c, struct err *e)
{
	const struct os *os = repo_os(catalog_repo(c));
	char *folder = repo_path(catalog_repo(c), "tracking");
	struct book *b = xalloc(1, sizeof(*b));
	int r = -1;

	b->c = c;
	b->fd = -1;
	for (int i = 0; i < BOOK_KINDS; i++)
		b->shelf[i].ids = intern_new();
	b->path = xprintf("%s/book.jsonl", folder);
	if (file_make_folders(os, folder, e) == 0 &&
	    file_open_own(&b->fd, os, b->path, O_RDWR | O_CREAT | O_APPEND,
	    0666, e) == 0)
		r = book_refresh(b, e);
	free(folder);
	if (r < 0)
		book_close(b);
	else
		*out = b;
	return r;
}

void
book_close(struct book *b)
{
	if (b == NULL)
		return;
	for (int i = 0; i < BOOK_KINDS; i++) {
		intern_free(b->shelf[i].ids);
		free(b->shelf[i].map);
	}
	if (b->fd >= 0)
		close(b->fd);
	arena_free(&b->arena);
	free(b->path);
	free(b);
}

const struct json *
book_get(const struct book *b, enum book_kind kind, const char *id)
{
	const struct shelf *s = &b->shelf[kind];
	uint32_t i = intern_find(s->ids, id, strlen(id));

	return i == INTERN_NONE ? NULL : s->map[i];
}

size_t
book_count(const struct book *b, enum book_kind kind)
{
	return intern_count(b->shelf[kind].ids);
}

const struct json *
book_at(const struct book *b, enum book_kind kind, size_t i, const char **id)
{
	size_t n;

	*id = intern_text(b->shelf[kind].ids, (uint32_t)i, &n);
	return b->shelf[kind].map[i];
}

/* Under the lock, behind whole lines alone: a writer that was killed in a
 * line leaves one that nobody reads. */
static int
append_line(struct book *b, const struct buf *line, struct err *e)
{
	const struct os *os = repo_os(catalog_repo(b->c));
	char last;
	off_t end;
	int r = 0;

	if (file_lock(b->fd, FILE_EXCLUSIVE, 0, 1, WAIT_MS, e) < 0)
		return -1;
	end = lseek(b->fd, 0, SEEK_END);
	if (end > 0 && pread(b->fd, &last, 1, end - 1) == 1 && last != '\n')
		r = file_write_fd(os, b->fd, "\n", 1, b->path, e);
	if (r == 0)
		r = file_write_fd(os, b->fd, line->data, line->len, b->path,
		    e);
	if (file_unlock(b->fd, 0, 1, e) < 0)
		r = -1;
	if (r == 0 && os->fdatasync(b->fd) < 0)
		r = err_sys(e, "cannot sync '%s'", b->path);
	return r;
}

static void
put_patch(struct buf *line, const char *kind, const char *id,
    const struct json *patch)
{
	buf_addf(line, "{\"%s\":", kind);
	json_quote(line, id, strlen(id));
	buf_adds(line, ",\"set\":");
	json_write(line, patch);
	buf_adds(line, "}\n");
}

int
book_change(struct book *b, enum book_kind kind, const char *id,
    const struct json *patch, struct err *e)
{
	struct buf line;
	int r;

	buf_init(&line, BUF_CAP_DOC);
	put_patch(&line, kind_names[kind], id, patch);
	r = buf_check(&line, e);
	if (r == 0)
		r = append_line(b, &line, e);
	if (r == 0)
		r = book_refresh(b, e);
	buf_free(&line);
	return r;
}
