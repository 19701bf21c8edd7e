/* Static pages out of a folder. */
#include "flow/tracking/pages.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/path.h"
#include "codec/mediatype.h"

#define PREFIX "/static-files/"

int
pages_check(const char *folder, struct err *e)
{
	char *path = path_join(folder, "index.html");
	struct buf b;
	int r;

	buf_init(&b, BUF_CAP_SMALL);
	r = file_read_own(&b, path, e);
	if (r < 0)
		err_wrap(e, "no pages to serve");
	buf_free(&b);
	free(path);
	return r;
}

bool
pages_answer(const char *folder, const char *path,
    struct http_response *response)
{
	bool top = strcmp(path, "/") == 0;
	struct err ignored = ERR_INIT;
	char *file;
	bool there;

	if (!top && strncmp(path, PREFIX, sizeof(PREFIX) - 1) != 0)
		return false;
	path = top ? "index.html" : path + sizeof(PREFIX) - 1;
	if (!path_is_below(path))
		return false;
	file = path_join(folder, path);
	there = file_read_own(&response->body, file, &ignored) == 0;
	if (there) {
		response->type = media_type_of_page(path);
		http_add_field(response, "X-Content-Type-Options", "nosniff");
		/* all but the first page have their hash in their name */
		http_add_field(response, "Cache-Control", top ? "no-cache" :
		    "max-age=86400");
	} else {
		buf_clear(&response->body);
	}
	free(file);
	return there;
}
