/* The files of a Delta table that is a folder. */
#include <stdlib.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/path.h"
#include "read/delta.h"

static int
list_log(void *ctx, char ***names, size_t *n, struct err *e)
{
	char *log = path_join(ctx, "_delta_log");
	int r = folder_names(names, n, log, e);

	free(log);
	return r;
}

static int
read_below(void *ctx, struct buf *out, const char *path, struct err *e)
{
	char *full = path_join(ctx, path);
	int r = file_read(out, full, e);

	free(full);
	return r;
}

struct delta_files
delta_files_of(const char *folder)
{
	return (struct delta_files){ folder, list_log, read_below,
	    (void *)(uintptr_t)folder };
}

bool
delta_table_is(const char *folder)
{
	char *log = path_join(folder, "_delta_log");
	struct stat st;
	bool is = stat(log, &st) == 0 && S_ISDIR(st.st_mode);

	free(log);
	return is;
}
