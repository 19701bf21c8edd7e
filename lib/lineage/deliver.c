/* Events appended to a file, or posted to an endpoint. */
#include "lineage/deliver.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/beneath.h"
#include "base/buf.h"
#include "base/child.h"
#include "base/file.h"
#include "base/mem.h"

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

/* A value in quotes, as curl's configuration has it. */
static void
add_setting(struct buf *b, const char *name, const char *v, size_t n)
{
	buf_addf(b, "%s = \"", name);
	for (size_t i = 0; i < n; i++) {
		if (v[i] == '"' || v[i] == '\\')
			buf_addc(b, '\\');
		if (v[i] != '\n' && v[i] != '\r')
			buf_addc(b, v[i]);
	}
	buf_adds(b, "\"\n");
}

/* What is secret or long goes by a nameless file, not by arguments. */
static int
write_settings(int *fd, const struct delivery *to, const char *line, size_t n,
    struct err *e)
{
	const char *endpoint = to->endpoint ? to->endpoint :
	    "api/v1/lineage";
	size_t base = strlen(to->url);
	struct buf b, text;
	int r = -1;

	while (base > 0 && to->url[base - 1] == '/')
		base--;
	while (*endpoint == '/')
		endpoint++;
	buf_init(&b, BUF_CAP_DOC);
	buf_init(&text, BUF_CAP_SMALL);
	buf_addf(&text, "%.*s/%s", (int)base, to->url, endpoint);
	add_setting(&b, "url", text.data, text.len);
	if (to->key) {
		buf_clear(&text);
		buf_addf(&text, "Authorization: Bearer %s", to->key);
		add_setting(&b, "header", text.data, text.len);
	}
	add_setting(&b, "data-raw", line, n);
	if (buf_check(&b, e) == 0 && buf_check(&text, e) == 0 &&
	    file_open_scratch(fd, to->folder, e) == 0) {
		r = file_write_fd(os_real(), *fd, b.data, b.len,
		    "a temporary file", e);
		if (r == 0 && lseek(*fd, 0, SEEK_SET) < 0)
			r = err_sys(e, "cannot read a temporary file");
		if (r < 0)
			close(*fd);
	}
	buf_free(&b);
	buf_free(&text);
	return r;
}

static int
post_line(const struct delivery *to, const char *line, size_t n,
    struct err *e)
{
	static const char *const argv[] = { "curl", "-q", "-sf", "--proto",
	    "=http,https", "--connect-timeout", "2", "--max-time", "5", "-o",
	    "/dev/null", "-H", "Content-Type: application/json", "-K", "-",
	    NULL };
	struct child_usage use;
	int fd, quiet, status = 0, r;
	pid_t pid;

	if (write_settings(&fd, to, line, n, e) < 0)
		return -1;
	quiet = open("/dev/null", O_WRONLY | O_CLOEXEC);
	r = child_start(&pid, argv, fd, quiet, quiet, e);
	if (r == 0)
		r = child_wait(pid, &status, &use, e);
	else if (e->code == ERR_NOENT)
		err_set(e, ERR_NOENT, "there is no curl to post it to '%s'",
		    to->url);
	close(fd);
	if (quiet >= 0)
		close(quiet);
	if (r == 0 && status != 0)
		r = err_set(e, ERR_IO, "'%s' did not take it%s", to->url,
		    status == 6 ? ": no such host" : status == 7 ?
		    ": nobody listens there" : status == 22 ?
		    ": it said no" : status == 28 ? " in time" : "");
	return r;
}

int
deliver_events(const struct delivery *to, const char *lines, size_t n,
    struct err *e)
{
	const char *end = lines + n, *next;
	int r = 0;

	for (; r == 0 && lines < end; lines = next) {
		next = memchr(lines, '\n', (size_t)(end - lines));
		next = next ? next + 1 : end;
		r = to->file ? append_line(to->file, lines, (size_t)(next -
		    lines), e) : post_line(to, lines, (size_t)(next - lines),
		    e);
	}
	return r;
}
