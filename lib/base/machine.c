#define _GNU_SOURCE
#include "base/machine.h"

#include <fcntl.h>
#include <pwd.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/num.h"

/* A small file's text without its last newline; false when unreadable. */
static bool
small_file(char *out, size_t room, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return false;
	n = read(fd, out, room - 1);
	close(fd);
	if (n < 0)
		return false;
	while (n > 0 && out[n - 1] == '\n')
		n--;
	out[n] = '\0';
	return true;
}

static void
read_cpu_name(char *out, size_t room)
{
	char text[8192], *s, *end;

	out[0] = '\0';
	if (!small_file(text, sizeof(text), "/proc/cpuinfo") ||
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
	small_file(m->boot, sizeof(m->boot), "/proc/sys/kernel/random/boot_id");
	m->cpus = sched_getaffinity(0, sizeof(set), &set) == 0 ?
	    CPU_COUNT(&set) : 1;
	if (sysinfo(&si) == 0)
		m->memory_bytes = (int64_t)si.totalram * si.mem_unit;
}

static bool
read_counter(uint64_t *out, size_t zone, const char *what)
{
	char path[96], text[32];

	snprintf(path, sizeof(path),
	    "/sys/class/powercap/intel-rapl:%zu/%s", zone, what);
	return small_file(text, sizeof(text), path) &&
	    num_parse_u64(text, strlen(text), out);
}

int64_t
machine_peak_bytes(void)
{
	struct rusage u;

	return getrusage(RUSAGE_SELF, &u) == 0 ? (int64_t)u.ru_maxrss * 1024 :
	    0;
}

void
energy_begin(struct energy *m)
{
	memset(m, 0, sizeof(*m));
	while (m->zones < 16 &&
	    read_counter(&m->last_uj[m->zones], m->zones, "energy_uj") &&
	    read_counter(&m->range_uj[m->zones], m->zones,
	    "max_energy_range_uj"))
		m->zones++;
}

void
energy_update(struct energy *m)
{
	for (size_t i = 0; i < m->zones; i++) {
		uint64_t now, spent;

		if (!read_counter(&now, i, "energy_uj"))
			continue;
		spent = now >= m->last_uj[i] ? now - m->last_uj[i] :
		    now + m->range_uj[i] - m->last_uj[i];
		m->joules += (double)spent * 1e-6;
		m->last_uj[i] = now;
	}
}
