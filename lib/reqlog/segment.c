/* Segments of a request log: found, and read whether packed or not. */
#include "reqlog/segment.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/beneath.h"
#include "base/folder.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/path.h"
#include "codec/zst.h"
#include "reqlog/internal.h"

#define PLAIN ".jsonl"
#define PACKED ".jsonl.zst"
#define SEGMENT_MAX ((uint64_t)1 << 31)	/* plain bytes of a packed one */
#define FRAME_HEAD 32		/* that say how many these are */

static bool
ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n > m && strcmp(s + n - m, end) == 0;
}

/* The digits of the digest in a packed segment's name, or NULL. */
static const char *
digits_of(const char *name)
{
	size_t n = strlen(name), tail = SHA256_HEX + strlen(PACKED);
	uint8_t digest[SHA256_BYTES];
	const char *s = name + n - tail;

	return ends_with(name, PACKED) && n > tail + 1 && s[-1] == '-' &&
	    hex_decode(digest, SHA256_BYTES, s, SHA256_HEX) == 0 ? s : NULL;
}

bool
reqlog_is_packed(const char *path)
{
	return digits_of(path_base(path)) != NULL;
}

bool
reqlog_is_segment_name(const char *name)
{
	return name[0] != '.' && (ends_with(name, PLAIN) ||
	    reqlog_is_packed(name));
}

char *
reqlog_segment_key(const char *path)
{
	const char *name = path_base(path), *digits = digits_of(name);

	return digits ? xprintf("%.*s" PLAIN, (int)(digits - 1 - name), name) :
	    xstrdup(name);
}

void
reqlog_segments_free(char **segment, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(segment[i]);
	free(segment);
}

/* What was packed and not yet taken away stands behind its packed form:
 * '-' comes before '.'. */
static bool
is_same_segment(const char *before, const char *name)
{
	char *key = reqlog_segment_key(before);
	bool same = strcmp(key, name) == 0;

	free(key);
	return same;
}

int
reqlog_segments(char ***out, size_t *n, const char *path, struct err *e)
{
	char **names;
	size_t count;
	struct stat st;

	*out = NULL;
	*n = 0;
	if (stat(path, &st) < 0)
		return err_sys(e, "cannot open '%s'", path);
	if (!S_ISDIR(st.st_mode)) {
		*out = xalloc(1, sizeof(**out));
		(*out)[(*n)++] = xstrdup(path);
		return 0;
	}
	if (folder_names(&names, &count, path, e) < 0)
		return -1;
	*out = xalloc(count + 1, sizeof(**out));
	for (size_t i = 0; i < count; i++)
		if (reqlog_is_segment_name(names[i]) && (*n == 0 ||
		    !is_same_segment((*out)[*n - 1], names[i])))
			(*out)[(*n)++] = path_join(path, names[i]);
	folder_names_free(names, count);
	return 0;
}

/* ---- bytes ---- */

static int
unpack(struct file_map *m, const char *path, struct err *e)
{
	const char *digits = digits_of(path_base(path));
	uint8_t digest[SHA256_BYTES], wanted[SHA256_BYTES];
	struct file_map packed;
	uint64_t plain;
	char *bytes;
	int r;

	if (file_map(&packed, path, e) < 0)
		return -1;
	if (!zst_frame_plain(&plain, packed.data, packed.n) ||
	    plain > SEGMENT_MAX) {
		file_unmap(&packed);
		return err_set(e, ERR_CORRUPT, "'%s' is no packed segment",
		    path);
	}
	bytes = mem_zeroed((size_t)plain + 1, 1);
	if (bytes == NULL) {
		file_unmap(&packed);
		return err_set(e, ERR_NOMEM, "there is no memory for '%s'",
		    path);
	}
	r = zst_expand(bytes, (size_t)plain, packed.data, packed.n, e);
	file_unmap(&packed);
	if (r == 0) {
		sha256_of(bytes, (size_t)plain, digest);
		(void)hex_decode(wanted, SHA256_BYTES, digits, SHA256_HEX);
		if (memcmp(digest, wanted, SHA256_BYTES) != 0)
			r = err_set(e, ERR_CORRUPT, "the bytes are not those "
			    "of its name");
	}
	if (r < 0) {
		free(bytes);
		return err_wrap(e, "'%s'", path);
	}
	*m = (struct file_map){ .data = bytes, .n = (size_t)plain };
	return 0;
}

/* The packed form of a segment in its folder, to be freed; or NULL. */
static char *
find_packed(const char *path)
{
	struct err ignored = ERR_INIT;
	char *folder = path_folder(path), **segment, *found = NULL;
	size_t n;

	if (reqlog_segments(&segment, &n, folder, &ignored) == 0) {
		for (size_t i = 0; i < n && found == NULL; i++)
			if (reqlog_is_packed(segment[i]) &&
			    is_same_segment(segment[i], path_base(path)))
				found = xstrdup(segment[i]);
		reqlog_segments_free(segment, n);
	}
	free(folder);
	return found;
}

int
reqlog_segment_map(struct file_map *m, const char *path, struct err *e)
{
	struct err why = ERR_INIT;
	char *packed;
	int r;

	if (reqlog_is_packed(path))
		return unpack(m, path, e);
	if (file_map(m, path, &why) == 0)
		return 0;
	if (why.code == ERR_NOENT && (packed = find_packed(path)) != NULL) {
		r = unpack(m, packed, e);
		free(packed);
		return r;
	}
	*e = why;
	return -1;
}

int
reqlog_segment_find(struct file_map *m, const char *path, struct err *e)
{
	struct err why = ERR_INIT;

	if (reqlog_segment_map(m, path, &why) == 0)
		return 1;
	if (why.code == ERR_NOENT)
		return 0;
	*e = why;
	return -1;
}

int
reqlog_segment_size(uint64_t *size, const char *path, struct err *e)
{
	char head[FRAME_HEAD];
	struct stat st;
	ssize_t got;
	bool good;
	int fd;

	if (!reqlog_is_packed(path)) {
		if (stat(path, &st) < 0)
			return err_sys(e, "cannot open '%s'", path);
		*size = (uint64_t)st.st_size;
		return 0;
	}
	fd = beneath_open_file(path, O_RDONLY, 0);
	if (fd < 0)
		return err_sys(e, "cannot open '%s'", path);
	got = read(fd, head, sizeof(head));
	close(fd);
	good = got > 0 && zst_frame_plain(size, head, (size_t)got);
	return good ? 0 : err_set(e, ERR_CORRUPT, "'%s' is no packed segment",
	    path);
}
