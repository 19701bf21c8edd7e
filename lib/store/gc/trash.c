/* The trash: files renamed into it, removed, or put back. */
#include "store/gc/trash.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/beneath.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/path.h"
#include "store/internal.h"
#include "store/ref.h"

#define VERSIONS_MAX ((size_t)1 << 28)

static const char *const part[] = { "objects", "packs" };
#define PARTS 2

/* .mlv/trash/PART, to be freed. */
static char *
part_path(const struct repo *repo, size_t i)
{
	return xprintf("%s/trash/%s", repo->layout.folder, part[i]);
}

static char *
versions_path(const struct repo *repo)
{
	return xprintf("%s/trash/versions", repo->layout.folder);
}

static int
each_file(struct repo *repo, size_t i, int (*fn)(struct repo *repo,
    const char *path, void *ctx, struct err *e), void *ctx, struct err *e)
{
	char *folder = part_path(repo, i), **names = NULL;
	size_t n = 0;
	int r = folder_names(&names, &n, folder, e);

	for (size_t k = 0; r == 0 && k < n; k++) {
		char *path = path_join(folder, names[k]);

		r = fn(repo, path, ctx, e);
		free(path);
	}
	folder_names_free(names, n);
	free(folder);
	return r;
}

struct trash_size {
	uint64_t bytes, files;
};

static int
add_size(struct repo *repo, const char *path, void *ctx, struct err *e)
{
	struct trash_size *s = ctx;
	struct stat st;

	(void)repo;
	(void)e;
	if (beneath_stat(path, &st) == 0)
		s->bytes += (uint64_t)st.st_size;
	s->files++;
	return 0;
}

int
trash_measure(uint64_t *bytes, uint64_t *files, struct repo *repo,
    struct err *e)
{
	struct trash_size s = { 0, 0 };
	int r = 0;

	for (size_t i = 0; r == 0 && i < PARTS; i++)
		r = each_file(repo, i, add_size, &s, e);
	*bytes = s.bytes;
	*files = s.files;
	return r;
}

static int
remove_one(struct repo *repo, const char *path, void *ctx, struct err *e)
{
	(void)ctx;
	return repo->os->unlink(path) < 0 && errno != ENOENT ?
	    err_sys(e, "cannot remove '%s'", path) : 0;
}

int
trash_empty(struct repo *repo, struct err *e)
{
	char *versions = versions_path(repo);
	int r = remove_one(repo, versions, NULL, e);

	for (size_t i = 0; r == 0 && i < PARTS; i++)
		r = each_file(repo, i, remove_one, NULL, e);
	free(versions);
	return r;
}

/* Moves are made sure by whoever moves the last one; a file that is in both
 * places after a power cut is in the trash without need. */
static int
move_file(struct repo *repo, const char *from, const char *to, struct err *e)
{
	char *folder = path_folder(to);
	int r = file_make_folders(repo->os, folder, e);

	if (r == 0 && repo->os->rename(from, to) < 0 && errno != ENOENT)
		r = err_sys(e, "cannot move '%s'", from);
	free(folder);
	return r;
}

int
trash_object(struct repo *repo, const struct oid *id, struct err *e)
{
	char hex[OID_HEX + 1], *from, *to;
	int r;

	oid_hex(hex, id);
	from = xprintf("%s/objects/%.2s/%s", repo->layout.folder, hex, hex + 2);
	to = xprintf("%s/trash/objects/%s", repo->layout.folder, hex);
	r = move_file(repo, from, to, e);
	free(from);
	free(to);
	return r;
}

int
trash_pack(struct repo *repo, const char *path, struct err *e)
{
	char *to = xprintf("%s/trash/packs/%s", repo->layout.folder,
	    path_base(path));
	int r = move_file(repo, path, to, e);

	free(to);
	return r;
}

int
trash_note_versions(struct repo *repo, const char *text, size_t n,
    struct err *e)
{
	char *path = versions_path(repo), *folder = path_folder(path);
	int r = file_make_folders(repo->os, folder, e);

	if (r == 0)
		r = file_replace_own(repo->os, path, text, n, 0666, e);
	free(folder);
	free(path);
	return r;
}

/* --- put back -------------------------------------------------------------- */

static int
restore_file(struct repo *repo, const char *path, void *ctx, struct err *e)
{
	const char *name = path_base(path);
	bool is_object = strlen(name) == OID_HEX;
	char *to = is_object ? xprintf("%s/objects/%.2s/%s",
	    repo->layout.folder, name, name + 2) :
	    xprintf("%s/packs/%s", repo->layout.folder, name);
	char *folder = path_folder(to);
	int r = move_file(repo, path, to, e);

	if (r == 0)
		r = file_sync_folder(repo->os, folder, e);
	++*(uint64_t *)ctx;
	free(folder);
	free(to);
	return r;
}

static int
restore_version(struct repo *repo, char *line, struct err *e)
{
	char *space = strchr(line, ' ');
	struct err mine = ERR_INIT;
	uint64_t number;

	if (space == NULL || !num_parse_u64(space + 1, strlen(space + 1),
	    &number) || number > UINT32_MAX)
		return err_set(e, ERR_CORRUPT, "the list of versions in the "
		    "trash is damaged");
	*space = '\0';
	if (ref_remove(repo, line, (uint32_t)number, false, "gc --undo",
	    &mine) == 0)
		return 0;
	*e = mine;
	return -1;
}

int
trash_restore(uint64_t *files, uint64_t *versions, struct repo *repo,
    struct err *e)
{
	char *path = versions_path(repo), *line, *next;
	struct err mine = ERR_INIT;
	struct buf b;
	int r = 0;

	*files = *versions = 0;
	for (size_t i = 0; r == 0 && i < PARTS; i++)
		r = each_file(repo, i, restore_file, files, e);
	buf_init(&b, VERSIONS_MAX);
	if (r == 0 && file_read_own(&b, path, &mine) < 0) {
		if (mine.code != ERR_NOENT) {
			*e = mine;
			r = -1;
		}
	}
	for (line = b.data; r == 0 && *line; line = next) {
		next = line + strcspn(line, "\n");
		if (*next)
			*next++ = '\0';
		r = restore_version(repo, line, e);
		++*versions;
	}
	if (r == 0)
		r = remove_one(repo, path, NULL, e);
	buf_free(&b);
	free(path);
	return r;
}
