/* File names, as bytes. */
#include "base/path.h"

#include <string.h>

#include "base/mem.h"

char *
path_join(const char *folder, const char *name)
{
	size_t n = strlen(folder), len = strlen(name);
	char *path;

	if (name[0] == '/' || n == 0 || strcmp(folder, ".") == 0)
		return xstrdup(name);
	/* a walk through a million files joins as many */
	n -= folder[n - 1] == '/';
	path = xalloc(n + len + 2, 1);
	memcpy(path, folder, n);
	path[n] = '/';
	memcpy(path + n + 1, name, len + 1);
	return path;
}

char *
path_folder(const char *path)
{
	const char *slash = strrchr(path, '/');

	while (slash && slash[1] == '\0' && slash > path) {
		/* "a/b/" is in "a" */
		while (slash > path && slash[-1] == '/')
			slash--;
		while (slash > path && slash[-1] != '/')
			slash--;
		if (slash == path)
			return xstrdup(*path == '/' ? "/" : ".");
		slash--;
		return xstrndup(path, (size_t)(slash - path));
	}
	if (slash == NULL)
		return xstrdup(".");
	if (slash == path)
		return xstrdup("/");
	return xstrndup(path, (size_t)(slash - path));
}

const char *
path_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

const char *
path_extension(const char *path)
{
	const char *base = path_base(path), *dot = strrchr(base, '.');

	return dot && dot != base ? dot : base + strlen(base);
}

char *
path_stem(const char *path)
{
	const char *base = path_base(path);

	return xstrndup(base, (size_t)(path_extension(path) - base));
}

bool
path_is_below(const char *path)
{
	if (*path == '/' || *path == '\0')
		return false;
	while (*path) {
		size_t n = strcspn(path, "/");

		if (n == 0 || (n == 1 && path[0] == '.') ||
		    (n == 2 && path[0] == '.' && path[1] == '.'))
			return false;
		path += n;
		if (*path == '/' && *++path == '\0')
			return false;
	}
	return true;
}

char *
path_relative(const char *folder, const char *path)
{
	size_t n = strlen(folder);

	while (n > 1 && folder[n - 1] == '/')
		n--;
	if (strncmp(folder, path, n) != 0)
		return NULL;
	if (n == 1 && folder[0] == '/')
		return xstrdup(path + 1);
	if (path[n] == '\0')
		return xstrdup(".");
	return path[n] == '/' ? xstrdup(path + n + 1) : NULL;
}

char *
path_clean(const char *path)
{
	char *out = xalloc(1, strlen(path) + 2), *end = out;
	const char *at = path;

	if (*at == '/')
		*end++ = '/';
	while (*at) {
		size_t n = strcspn(at, "/");
		char *slash = end;

		if (n == 2 && at[0] == '.' && at[1] == '.' && end > out &&
		    !(end - out >= 2 && end[-1] == '.' && end[-2] == '.' &&
		    (end - out == 2 || end[-3] == '/')) && end[-1] != '/') {
			while (slash > out && slash[-1] != '/')
				slash--;
			end = slash > out && slash - 1 > out ? slash - 1 : slash;
		} else if (n && !(n == 1 && *at == '.')) {
			if (end > out && end[-1] != '/')
				*end++ = '/';
			memcpy(end, at, n);
			end += n;
		}
		at += n;
		at += strspn(at, "/");
	}
	if (end == out)
		*end++ = '.';
	*end = '\0';
	return out;
}
