/* Quotas of control groups of both versions, in folders of our own. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../tap.h"
#include "base/quota.h"

static void
put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	if (f == NULL || fputs(text, f) < 0 || fclose(f) != 0)
		exit(1);
}

static void
is(int want, const char *groups, const char *what)
{
	int got;

	put("self", groups);
	got = quota_cpus("self", "fs");
	ok(got == want, "%s: %d", what, got);
}

int
main(void)
{
	char folder[] = "/tmp/mlv-quota.XXXXXX";

	if (mkdtemp(folder) == NULL || chdir(folder) < 0)
		return 1;
	mkdir("fs", 0777);
	mkdir("fs/a", 0777);
	mkdir("fs/a/b", 0777);
	is(0, "0::/a/b\n", "no quota");
	put("fs/a/b/cpu.max", "150000 100000\n");
	is(2, "0::/a/b\n", "one and a half processors are two");
	put("fs/a/cpu.max", "max 100000\n");
	is(2, "0::/a/b\n", "the group above has none");
	put("fs/a/cpu.max", "50000 100000\n");
	is(1, "0::/a/b\n", "the group above has less");
	put("fs/cpu.max", "300000 100000\n");
	is(3, "0::/\n", "the folder itself, as a container sees it");
	is(3, "0::/not/here\n", "a path that the group has outside");
	is(3, "0::/../x\n0::/\n", "a path that leads out is passed over");
	ok(quota_cpus("none", "fs") == 3, "no list of groups");
	unlink("fs/cpu.max");
	mkdir("fs/cpu", 0777);
	mkdir("fs/cpu/s", 0777);
	put("fs/cpu/s/cpu.cfs_quota_us", "-1\n");
	put("fs/cpu/s/cpu.cfs_period_us", "100000\n");
	is(0, "4:cpu,cpuacct:/s\n3:memory:/s\n", "version 1 without a quota");
	put("fs/cpu/s/cpu.cfs_quota_us", "400000\n");
	is(4, "4:cpu,cpuacct:/s\n3:memory:/s\n", "version 1 with one");
	is(0, "4:cpuset:/s\n", "of another kind");
	if (system("rm -rf fs self") != 0)
		return 1;
	rmdir(folder);
	return tap_done();
}
