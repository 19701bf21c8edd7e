/* Segments that have ended: packed, and in time taken away. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/path.h"
#include "codec/zst.h"
#include "reqlog/internal.h"

#define SMALL ((size_t)64 << 10)	/* not worth another name */
#define LEVEL 3

/* The packed bytes get their name when they are on the disk, and only then
 * the plain ones go: a kill in between leaves both, of which readers take the
 * packed, and the next who tidies takes the other away. */
static int
replace_by_packed(const struct os *os, const char *path,
    const struct buf *packed, const char *name, struct err *e)
{
	char *folder = path_folder(path);
	struct new_file f;
	bool existed;
	int r = new_file_open(&f, os, folder, packed->len, e);

	if (r == 0) {
		r = file_write_fd(os, f.fd, packed->data, packed->len, name,
		    e);
		if (r == 0)
			r = new_file_commit(&f, name, false, &existed, e);
		new_file_drop(&f);
	}
	if (r == 0)
		r = file_sync_folder(os, folder, e);
	if (r == 0 && os->unlink(path) < 0 && errno != ENOENT)
		r = err_sys(e, "cannot remove '%s'", path);
	free(folder);
	return r;
}

int
reqlog_pack(const struct os *os, const char *path, struct err *e)
{
	char hex[SHA256_HEX + 1], *name;
	uint8_t digest[SHA256_BYTES];
	struct err why = ERR_INIT;
	struct zst_block *z;
	struct file_map m;
	struct buf packed;
	size_t n = strlen(path);
	int r;

	if (file_map(&m, path, &why) < 0) {
		if (why.code == ERR_NOENT)	/* somebody removed it */
			return 0;
		*e = why;
		return -1;
	}
	if (m.n < SMALL) {
		r = m.n == 0 && os->unlink(path) < 0 && errno != ENOENT ?
		    err_sys(e, "cannot remove '%s'", path) : 0;
		file_unmap(&m);
		return r;
	}
	buf_init(&packed, BUF_CAP_DATA);
	z = zst_block_new(LEVEL);
	r = zst_block_add(z, &packed, m.data, m.n, e);
	zst_block_free(z);
	if (r == 0)
		r = buf_check(&packed, e);
	sha256_of(m.data, m.n, digest);
	file_unmap(&m);
	hex_encode(hex, digest, SHA256_BYTES);
	name = xprintf("%.*s-%s.jsonl.zst", (int)(n - strlen(".jsonl")), path,
	    hex);
	if (r == 0)
		r = replace_by_packed(os, path, &packed, name, e);
	free(name);
	buf_free(&packed);
	return r;
}

/* ---- a folder ---- */

/* One of ours by its name, TIME-PID.jsonl, that nobody writes any more. */
static bool
is_left(int *fd, const struct os *os, const char *path)
{
	const char *s = path_base(path);
	struct err ignored = ERR_INIT;
	struct stat st;

	if (reqlog_is_packed(path) || strlen(s) < 24 || s[8] != 'T' ||
	    s[15] != '.')
		return false;
	*fd = os->open(path, O_RDWR, 0);
	if (*fd < 0)
		return false;
	if (file_lock(*fd, FILE_EXCLUSIVE, 0, 0, 0, &ignored) == 0 &&
	    fstat(*fd, &st) == 0 && st.st_nlink > 0)
		return true;
	os->close(*fd);
	return false;
}

/* A small one that was packed is not packed again; one that stands beside its
 * packed form has another reason to be opened. */
static void
pack_left(const struct os *os, char **segment, size_t n,
    const struct log *log)
{
	for (size_t i = 0; i < n; i++) {
		struct err e = ERR_INIT;
		int fd;

		if (!is_left(&fd, os, segment[i]))
			continue;
		if (reqlog_pack(os, segment[i], &e) < 0)
			log_warn(log, "a segment of the request log stays as "
			    "it is: %s", e.msg);
		os->close(fd);
	}
}

/* Of the packed ones the plain file that a kill may have left. */
static void
remove_doubles(const struct os *os, char **segment, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char *key, *folder, *plain;

		if (!reqlog_is_packed(segment[i]))
			continue;
		key = reqlog_segment_key(segment[i]);
		folder = path_folder(segment[i]);
		plain = path_join(folder, key);
		if (strcmp(plain, segment[i]) != 0)
			(void)os->unlink(plain);
		free(plain);
		free(folder);
		free(key);
	}
}

/* From the newest back: what is older, or beyond the bytes, goes.  What is
 * written now stays, but counts. */
static void
remove_old(const struct os *os, char **segment, size_t n, int64_t keep_ms,
    uint64_t keep_bytes)
{
	int64_t since = clock_wall_us() / 1000000 - keep_ms / 1000;
	uint64_t bytes = 0;

	for (size_t i = n; i-- > 0;) {
		struct stat st;
		int fd;

		if (stat(segment[i], &st) < 0)
			continue;
		bytes += (uint64_t)st.st_size;
		if ((keep_ms == 0 || st.st_mtime >= since) &&
		    (keep_bytes == 0 || bytes <= keep_bytes))
			continue;
		if (reqlog_is_packed(segment[i])) {
			(void)os->unlink(segment[i]);
		} else if (is_left(&fd, os, segment[i])) {
			(void)os->unlink(segment[i]);
			os->close(fd);
		}
	}
}

void
reqlog_tidy(const struct os *os, const char *folder, int64_t keep_ms,
    uint64_t keep_bytes, const struct log *log)
{
	struct err ignored = ERR_INIT;
	char **segment;
	size_t n;

	if (reqlog_segments(&segment, &n, folder, &ignored) < 0)
		return;
	pack_left(os, segment, n, log);
	remove_doubles(os, segment, n);
	reqlog_segments_free(segment, n);
	if (keep_ms == 0 && keep_bytes == 0)
		return;
	if (reqlog_segments(&segment, &n, folder, &ignored) < 0)
		return;
	remove_old(os, segment, n, keep_ms, keep_bytes);
	reqlog_segments_free(segment, n);
}
