/* Events appended to a file, or posted to an endpoint. */
#include "lineage/deliver.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/beneath.h"
#include "base/file.h"
#include "base/mem.h"
#include "remote/transport/http_client.h"

#define WITHIN_S 5		/* for one event */

static int
append_line(const char *path, const char *line, size_t n, struct err *e)
{
	int fd, r;

	if (strcmp(path, "-") == 0)
		return file_write_fd(os_real(), 2, line, n, "standard error",
		    e);
	fd = beneath_open_file(path, O_WRONLY | O_APPEND | O_CREAT, 0666);
	if (fd < 0)
		return err_sys(e, "cannot open '%s'", path);
	r = file_write_fd(os_real(), fd, line, n, path, e);
	if (close(fd) < 0 && r == 0)
		r = err_sys(e, "cannot close '%s'", path);
	return r;
}

/* Nothing in it would end a line of a request. */
static bool
is_plain(const char *s, char least)
{
	for (; *s; s++)
		if ((unsigned char)*s < (unsigned char)least || *s == 127)
			return false;
	return true;
}

static int
post_line(struct http_client *h, const struct delivery *to, const char *url,
    const char *line, size_t n, struct err *e)
{
	char *bearer = to->key ? xprintf("Bearer %s", to->key) : NULL;
	const struct sigv4_pair header[] = {
		{ "Content-Type", "application/json" }, { "Expect", "" },
		{ "Authorization", bearer },
	};
	const struct http_request rq = { .method = "POST", .url = url,
	    .header = header, .n_headers = bearer ? 3 : 2, .body = line,
	    .n = n, .within_s = WITHIN_S };
	struct http_answer a;
	int r = http_client_ask(&a, h, &rq, e);

	if (r < 0)
		err_wrap(e, "'%s' did not take it", to->url);
	else if (a.status < 200 || a.status > 299)
		r = err_set(e, ERR_IO, "'%s' did not take it: it answered %d",
		    to->url, a.status);
	buf_free(&a.said);
	free(bearer);
	return r;
}

static int
post_lines(const struct delivery *to, const char *lines, size_t n,
    struct err *e)
{
	const char *endpoint = to->endpoint ? to->endpoint :
	    "api/v1/lineage", *end = lines + n, *next;
	size_t base = strlen(to->url);
	struct http_client *h;
	char *url;
	int r = 0;

	if (!is_plain(to->url, '!') || !is_plain(endpoint, '!') ||
	    (to->key && !is_plain(to->key, ' ')))
		return err_set(e, ERR_USAGE, "OpenLineage's url or key has a "
		    "space or a control character");
	while (base > 0 && to->url[base - 1] == '/')
		base--;
	while (*endpoint == '/')
		endpoint++;
	if (http_client_new(&h, to->http, e) < 0)
		return -1;
	url = xprintf("%.*s/%s", (int)base, to->url, endpoint);
	for (; r == 0 && lines < end; lines = next) {
		next = memchr(lines, '\n', (size_t)(end - lines));
		r = post_line(h, to, url, lines, next ? (size_t)(next -
		    lines) : (size_t)(end - lines), e);
		next = next ? next + 1 : end;
	}
	free(url);
	http_client_free(h);
	return r;
}

int
deliver_events(const struct delivery *to, const char *lines, size_t n,
    struct err *e)
{
	const char *end = lines + n, *next;
	int r = 0;

	if (to->file == NULL)
		return post_lines(to, lines, n, e);
	for (; r == 0 && lines < end; lines = next) {
		next = memchr(lines, '\n', (size_t)(end - lines));
		next = next ? next + 1 : end;
		r = append_line(to->file, lines, (size_t)(next - lines), e);
	}
	return r;
}
