/* Quotas of control groups, version 2 (cpu.max) and 1 (cpu.cfs_quota_us). */
#include "base/quota.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define GROUPS_MAX 8192

/* Whole processors; 0: no quota. */
static int
round_up(long long quota, long long period)
{
	long long n;

	if (quota <= 0 || period <= 0)
		return 0;
	n = quota / period + (quota % period != 0);
	return n > 65536 ? 65536 : (int)n;
}

/* The text of a small file; base/file.h uses threads, which ask here. */
static bool
read_text(char *out, size_t room, const char *path)
{
	FILE *f = fopen(path, "re");
	size_t n;

	if (f == NULL)
		return false;
	n = fread(out, 1, room - 1, f);
	out[n] = '\0';
	fclose(f);
	return true;
}

static bool
read_group_file(char *out, size_t room, const char *group, const char *name)
{
	char *path = xprintf("%s/%s", group, name);
	bool there = read_text(out, room, path);

	free(path);
	return there;
}

/* Of a folder alone. */
static int
quota_of(const char *group)
{
	long long quota = -1, period = 100000;
	char text[64];

	if (read_group_file(text, sizeof(text), group, "cpu.max"))
		return sscanf(text, "%lld %lld", &quota, &period) < 1 ? 0 :
		    round_up(quota, period);
	if (!read_group_file(text, sizeof(text), group, "cpu.cfs_quota_us") ||
	    sscanf(text, "%lld", &quota) != 1 ||
	    !read_group_file(text, sizeof(text), group, "cpu.cfs_period_us") ||
	    sscanf(text, "%lld", &period) != 1)
		return 0;
	return round_up(quota, period);
}

static int
least(int a, int b)
{
	return a == 0 || (b && b < a) ? b : a;
}

/* Of `path`, "/a/b", below a mounted folder, and of all above it.  A container
 * may see the path that its group has outside: then the folder is its own. */
static int
quota_above(const char *mounted, const char *path)
{
	char *group = xprintf("%s%s", mounted, path), *slash;
	int n = 0;

	while (strlen(group) > strlen(mounted)) {
		n = least(n, quota_of(group));
		slash = strrchr(group, '/');
		*slash = '\0';
	}
	free(group);
	return least(n, quota_of(mounted));
}

/* Is "cpu" one of the names between commas? */
static bool
names_cpu(const char *names, size_t n)
{
	while (n >= 3) {
		size_t len = 0;

		while (len < n && names[len] != ',')
			len++;
		if (len == 3 && memcmp(names, "cpu", 3) == 0)
			return true;
		if (len == n)
			break;
		names += len + 1;
		n -= len + 1;
	}
	return false;
}

/* A line "ID:NAMES:PATH". */
static int
quota_of_line(const char *line, const char *root)
{
	static const char *const below[] = { "/cpu", "/cpu,cpuacct" };
	const char *names = strchr(line, ':');
	const char *path = names ? strchr(names + 1, ':') : NULL;
	size_t n = path ? (size_t)(path - names - 1) : 0;
	int quota = 0;

	if (path == NULL || path[1] != '/' || strstr(path, "/.."))
		return 0;
	path += path[2] == '\0' ? 2 : 1;	/* "/" is the folder itself */
	if (n == 0)
		return quota_above(root, path);
	for (size_t i = 0; i < 2 && names_cpu(names + 1, n); i++) {
		char *mounted = xprintf("%s%s", root, below[i]);

		quota = least(quota, quota_above(mounted, path));
		free(mounted);
	}
	return quota;
}

int
quota_cpus(const char *self, const char *root)
{
	char groups[GROUPS_MAX], *line, *end;
	int n = 0;

	if (!read_text(groups, sizeof(groups), self))
		return quota_of(root);
	for (line = groups; *line; line = end) {
		end = line + strcspn(line, "\n");
		if (*end)
			*end++ = '\0';
		n = least(n, quota_of_line(line, root));
	}
	return n;
}
