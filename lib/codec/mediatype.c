/* Ends of names and their media types. */
#include "codec/mediatype.h"

#include <string.h>

#include "base/path.h"

#define BYTES "application/octet-stream"

static const struct {
	const char *end, *type;
	bool active;			/* a browser runs what is in it */
} types[] = {
	{ ".html", "text/html; charset=utf-8", true },
	{ ".js", "text/javascript; charset=utf-8", true },
	{ ".css", "text/css; charset=utf-8", true },
	{ ".svg", "image/svg+xml", true }, { ".wasm", "application/wasm", true },
	{ ".json", "application/json", false },
	{ ".map", "application/json", false },
	{ ".png", "image/png", false }, { ".jpg", "image/jpeg", false },
	{ ".jpeg", "image/jpeg", false }, { ".gif", "image/gif", false },
	{ ".ico", "image/x-icon", false }, { ".woff", "font/woff", false },
	{ ".woff2", "font/woff2", false }, { ".ttf", "font/ttf", false },
	{ ".txt", "text/plain", false }, { ".log", "text/plain", false },
	{ ".csv", "text/plain", false }, { ".yaml", "text/plain", false },
	{ ".yml", "text/plain", false }, { ".md", "text/plain", false },
	{ ".py", "text/plain", false },
};

static const char *
find_type(const char *path, bool active)
{
	const char *end = path_extension(path);

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (strcmp(end, types[i].end) == 0)
			return active || !types[i].active ? types[i].type :
			    BYTES;
	return BYTES;
}

const char *
media_type_of_page(const char *path)
{
	return find_type(path, true);
}

const char *
media_type_of_file(const char *path)
{
	return strcmp(path_base(path), "MLmodel") == 0 ? "text/plain" :
	    find_type(path, false);
}
