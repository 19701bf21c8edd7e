/* The folders inside .mlv. */
#include "store/layout.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/beneath.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/mem.h"
#include "base/path.h"

#define SWEEP_AGE_S 86400

char *
layout_path(const struct layout *l, const char *name)
{
	return path_join(l->folder, name);
}

static const char *const folder_name[] = {
	"objects", "packs", "refs", "audit", "locks", "tmp", "cache", "runs", "studies",
	"tracking", "trash"
};
#define FOLDERS (sizeof(folder_name) / sizeof(*folder_name))

/* What is there must be a folder of ours, not a link to another's. */
static int
check_one(const char *folder, const char *name, struct err *e)
{
	char *path = name ? path_join(folder, name) : xstrdup(folder);
	struct err mine = ERR_INIT;
	int r = file_check_folder(path, &mine);

	free(path);
	if (r == 0 || mine.code == ERR_NOENT)
		return 0;
	*e = mine;
	return -1;
}

int
layout_check(const char *folder, struct err *e)
{
	char *refs = path_join(folder, "refs"), **kind = NULL;
	size_t n = 0;
	int r = check_one(folder, NULL, e);

	for (size_t i = 0; r == 0 && i < FOLDERS; i++)
		r = check_one(folder, folder_name[i], e);
	if (r == 0)
		r = check_one(folder, "cache/memo", e);
	if (r == 0)
		r = check_one(folder, "cache/matrix", e);
	if (r == 0 && (r = folder_names(&kind, &n, refs, e)) == 0) {
		for (size_t i = 0; r == 0 && i < n; i++)
			r = check_one(refs, kind[i], e);
		folder_names_free(kind, n);
	}
	free(refs);
	return r;
}

/* Names that temporary files are given: by lib/base/file.c and newfile.c
 * 16 digits and ".tmp", by lib/track/journal.c "RUN.run.tmp"; folders by
 * lib/store/tree/restore.c as files are. */
static bool
is_temporary(const char *name)
{
	size_t n = strlen(name), digits = 0;

	if (n > 8 && strcmp(name + n - 8, ".run.tmp") == 0)
		return true;
	if (n < 20 || strcmp(name + n - 4, ".tmp") != 0)
		return false;
	while (digits < 16 && strchr("0123456789abcdef",
	    name[n - 5 - digits]) != NULL)
		digits++;
	return digits == 16 && (n == 20 || name[n - 21] == '.');
}

/* A slow command that loses its temporary file fails cleanly, so a wrong
 * clock does no harm. */
static void
sweep_temporary(struct layout *l)
{
	char *folder = layout_path(l, "tmp"), **names;
	int64_t now = clock_wall_us() / 1000000;
	struct err ignored = ERR_INIT;
	struct stat st;
	size_t n;

	if (folder_names(&names, &n, folder, &ignored) < 0) {
		free(folder);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		char *path = path_join(folder, names[i]);

		if (!is_temporary(names[i]) || beneath_stat(path, &st) < 0 ||
		    now - (int64_t)st.st_mtim.tv_sec <= SWEEP_AGE_S)
			;
		else if (S_ISREG(st.st_mode))
			(void)l->os->unlink(path);
		else if (S_ISDIR(st.st_mode))
			(void)folder_remove(path, &ignored);
		free(path);
	}
	folder_names_free(names, n);
	free(folder);
}

int
layout_make(struct layout *l, struct err *e)
{
	int r;

	if (l->made)
		return 0;
	r = layout_check(l->folder, e);
	for (size_t i = 0; r == 0 && i < FOLDERS; i++) {
		char *path = layout_path(l, folder_name[i]);

		r = file_make_folders(l->os, path, e);
		free(path);
	}
	if (r < 0)
		return -1;
	l->made = true;
	sweep_temporary(l);
	return 0;
}
