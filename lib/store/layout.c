/* The folders inside .mlv. */
#include "store/layout.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/path.h"

#define SWEEP_AGE_S 86400

char *
layout_path(const struct layout *l, const char *name)
{
	return path_join(l->folder, name);
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

		if (stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
		    now - (int64_t)st.st_mtim.tv_sec > SWEEP_AGE_S)
			(void)l->os->unlink(path);
		free(path);
	}
	folder_names_free(names, n);
	free(folder);
}

int
layout_make(struct layout *l, struct err *e)
{
	static const char *const names[] = {
		"objects", "refs", "audit", "locks", "tmp", "cache", "runs"
	};
	int r = 0;

	if (l->made)
		return 0;
	for (size_t i = 0; r == 0 && i < sizeof(names) / sizeof(*names); i++) {
		char *path = layout_path(l, names[i]);

		r = file_make_folders(l->os, path, e);
		free(path);
	}
	if (r < 0)
		return -1;
	l->made = true;
	sweep_temporary(l);
	return 0;
}
