/* Textfiles of metrics, read when the page is asked for. */
#define _GNU_SOURCE
#include "flow/serve/textfiles.h"

#include <stdbool.h>
#include <string.h>

#include "base/file.h"
#include "deploy/metrics.h"

#define TEXTFILE_MAX ((size_t)1 << 20)

/* A comment, or a sample that begins with a name. */
static bool
is_line(const char *s, size_t n)
{
	return n == 0 || *s == '#' || *s == '_' || *s == ':' ||
	    (*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z');
}

static bool
is_textfile(const struct buf *b)
{
	if (b->len == 0 || b->data[b->len - 1] != '\n' ||
	    memchr(b->data, '\0', b->len) != NULL)
		return false;
	for (size_t at = 0; at < b->len;) {
		const char *end = memchr(b->data + at, '\n', b->len - at);
		size_t n = (size_t)(end - b->data) - at;

		if (!is_line(b->data + at, n))
			return false;
		at += n + 1;
	}
	return true;
}

/* "# HELP name " or "# TYPE name " that the page has already. */
static bool
is_said(const struct buf *page, const char *line, size_t n)
{
	const char *end;

	if (n < 8 || (memcmp(line, "# HELP ", 7) != 0 &&
	    memcmp(line, "# TYPE ", 7) != 0))
		return false;
	end = memchr(line + 7, ' ', n - 7);
	return end != NULL && page->len > 0 && memmem(page->data, page->len,
	    line, (size_t)(end + 1 - line)) != NULL;
}

static bool
add_textfile(struct buf *page, const char *path)
{
	struct err ignored = ERR_INIT;
	struct buf b;
	bool good;

	buf_init(&b, TEXTFILE_MAX);
	good = file_read(&b, path, &ignored) == 0 && is_textfile(&b);
	for (size_t at = 0; good && at < b.len;) {
		const char *line = b.data + at;
		size_t n = (size_t)((const char *)memchr(line, '\n', b.len -
		    at) - line);

		if (n > 0 && !is_said(page, line, n))
			buf_add(page, line, n + 1);
		at += n + 1;
	}
	buf_free(&b);
	return good;
}

void
textfiles_write(struct buf *page, const char *const *path, size_t n)
{
	struct buf state;

	buf_init(&state, BUF_CAP_DOC);
	if (n > 0)
		buf_adds(&state, "# HELP mlv_textfile_readable 1 where the "
		    "file of metrics is here too.\n# TYPE "
		    "mlv_textfile_readable gauge\n");
	for (size_t i = 0; i < n; i++) {
		bool good = add_textfile(page, path[i]);

		buf_adds(&state, "mlv_textfile_readable{file=");
		metrics_quote(&state, path[i]);
		buf_addf(&state, "} %d\n", good);
	}
	buf_add(page, state.data, state.len);
	buf_free(&state);
}
