/* git-lfs: pointers in git's index, objects beside git's own. */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/path.h"
#include "codec/git.h"
#include "foreign/internal.h"

#define VERSION "version https://git-lfs.github.com/spec/v1"
#define EXPR "^" VERSION "$|^oid sha256:[0-9a-f]{64}$"
#define OID "oid sha256:"

/* Git's objects, of all worktrees; git-lfs's lie beside them. */
static int
find_objects(const char **folder, struct arena *a, const char *path,
    struct err *e)
{
	struct buf b;
	char *git;
	int r;

	buf_init(&b, BUF_CAP_SMALL);
	r = git_read_path(&b, path, "objects", e);
	if (r == 0) {
		git = path_folder(b.data);
		*folder = *git == '/' ? arena_printf(a, "%s/lfs/objects",
		    git) : arena_printf(a, "%s/%s/lfs/objects", path, git);
		free(git);
	}
	buf_free(&b);
	return r;
}

static void
add_pointer(struct foreign_list *l, const char *objects, const char *folder,
    const char *path, const char *digest)
{
	struct arena *a = &l->arena;
	struct foreign_file *f;

	f = foreign_add(l, strcmp(folder, ".") == 0 ? path :
	    arena_printf(a, "%s/%s", folder, path));
	if (f == NULL)
		return;
	f->how = DIGEST_SHA256;
	f->digest = arena_strndup(a, digest, SHA256_HEX);
	f->place[0] = arena_printf(a, "%s/%.2s/%.2s/%s", objects, f->digest,
	    f->digest + 2, f->digest);
	f->place[1] = f->path;
}

int
lfs_list(struct foreign_list *l, const char *path, struct err *e)
{
	const char *objects = NULL, *at, *name, *number, *line, *end, *before = "";
	struct buf b;
	int r = -1;

	if (find_objects(&objects, &l->arena, path, e) < 0)
		return -1;
	buf_init(&b, BUF_CAP_DOC);
	if (git_read_lines(&b, path, EXPR, e) < 0)
		goto done;
	/* PATH NUL NUMBER NUL line; line 1 is the version, line 2 the oid */
	for (at = b.data; at < b.data + b.len; at = end + 1) {
		name = at;
		number = name + strlen(name) + 1;
		if (number >= b.data + b.len)
			break;
		line = number + strlen(number) + 1;
		if (line >= b.data + b.len)
			break;
		end = line + strcspn(line, "\n");
		if (strcmp(number, "1") == 0 && strncmp(line, VERSION,
		    strlen(VERSION)) == 0)
			before = name;
		else if (strcmp(number, "2") == 0 && strcmp(before, name) ==
		    0 && strncmp(line, OID, strlen(OID)) == 0)
			add_pointer(l, objects, path, name, line +
			    strlen(OID));
	}
	r = 0;
done:
	buf_free(&b);
	return r;
}
