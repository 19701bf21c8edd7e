/* Facts of the host: names, processors, memory. */
#define _GNU_SOURCE
#include "base/machine.h"

#include <pwd.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/file.h"

static void
read_cpu_name(char *out, size_t room)
{
	char text[8192], *s, *end;

	out[0] = '\0';
	if (!file_read_small(text, sizeof(text), "/proc/cpuinfo") ||
	    (s = strstr(text, "model name")) == NULL ||
	    (s = strchr(s, ':')) == NULL)
		return;
	s += 1 + (s[1] == ' ');
	end = strchr(s, '\n');
	snprintf(out, room, "%.*s", end ? (int)(end - s) : (int)strlen(s), s);
}

void
machine_who(struct machine *m)
{
	struct passwd *pw = getpwuid(geteuid());

	memset(m, 0, sizeof(*m));
	if (gethostname(m->host, sizeof(m->host) - 1) < 0)
		m->host[0] = '\0';
	if (pw)
		snprintf(m->user, sizeof(m->user), "%s", pw->pw_name);
	else
		snprintf(m->user, sizeof(m->user), "%ld", (long)geteuid());
}

void
machine_boot(char *out, size_t room)
{
	if (!file_read_small(out, room, "/proc/sys/kernel/random/boot_id"))
		out[0] = '\0';
}

void
machine_read(struct machine *m)
{
	struct utsname u;
	struct sysinfo si;
	cpu_set_t set;

	machine_who(m);
	if (uname(&u) == 0)
		snprintf(m->system, sizeof(m->system), "%.64s %.64s %.64s",
		    u.sysname, u.release, u.machine);
	read_cpu_name(m->cpu, sizeof(m->cpu));
	machine_boot(m->boot, sizeof(m->boot));
	m->cpus = sched_getaffinity(0, sizeof(set), &set) == 0 ?
	    CPU_COUNT(&set) : 1;
	if (sysinfo(&si) == 0)
		m->memory_bytes = (int64_t)si.totalram * si.mem_unit;
}

bool
machine_has_avx2(void)
{
#if defined(__x86_64__) && defined(__GNUC__)
	return __builtin_cpu_supports("avx2") &&
	    __builtin_cpu_supports("popcnt") && __builtin_cpu_supports("bmi");
#else
	return false;
#endif
}

int64_t
machine_peak_bytes(void)
{
	struct rusage u;

	return getrusage(RUSAGE_SELF, &u) == 0 ? (int64_t)u.ru_maxrss * 1024 :
	    0;
}

uint64_t
machine_files(void)
{
	struct rlimit files;

	return getrlimit(RLIMIT_NOFILE, &files) == 0 ? files.rlim_cur : 0;
}

void
machine_raise_files(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
}
