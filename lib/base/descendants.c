/* Processes below one of ours, found in /proc and signalled. */
#define _GNU_SOURCE
#include "base/descendants.h"

#include <dirent.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/num.h"

#define STAT_ROOM 1024
#define STATUS_ROOM 4096

struct process {
	struct descendant is;
	pid_t parent;
	bool below;		/* the root, or one to be signalled */
};
struct listing {
	struct process *p;
	size_t n, room;
};

void
descendants_adopt(void)
{
	(void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

void
descendants_reap(pid_t except)
{
	siginfo_t info;

	for (;;) {
		info.si_pid = 0;
		if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) < 0 ||
		    info.si_pid == 0 || info.si_pid == except)
			return;
		(void)waitpid(info.si_pid, NULL, WNOHANG);
	}
}

/* "PID (NAME) STATE PPID ... START": a name may hold anything. */
static bool
read_process(struct process *p, pid_t pid)
{
	char path[64], text[STAT_ROOM], *at;
	unsigned long long start;
	char state;
	int parent;

	snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
	if (!file_read_small(text, sizeof(text), path) ||
	    (at = strrchr(text, ')')) == NULL ||
	    sscanf(at + 1, " %c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u "
	    "%*d %*d %*d %*d %*d %*d %llu", &state, &parent, &start) != 3 ||
	    state == 'Z' || state == 'X')
		return false;
	*p = (struct process){ { pid, start }, (pid_t)parent, false };
	return true;
}

static void
list_processes(struct listing *l)
{
	DIR *d = opendir("/proc");
	struct dirent *entry;
	int64_t pid;

	memset(l, 0, sizeof(*l));
	while (d && (entry = readdir(d)) != NULL) {
		if (!num_parse_i64(entry->d_name, strlen(entry->d_name), &pid))
			continue;
		if (l->n == l->room) {
			l->room = l->room ? l->room * 2 : 256;
			l->p = xresize(l->p, l->room, sizeof(*l->p));
		}
		l->n += read_process(&l->p[l->n], (pid_t)pid);
	}
	if (d)
		closedir(d);
}

static bool
blocks(pid_t pid, int sig)
{
	static const char word[] = "\nSigBlk:\t";
	char path[64], text[STATUS_ROOM], *at;
	uint8_t mask[8];	/* signal 1 is the last bit of the last byte */

	snprintf(path, sizeof(path), "/proc/%ld/status", (long)pid);
	return file_read_small(text, sizeof(text), path) &&
	    (at = strstr(text, word)) != NULL &&
	    hex_decode(mask, 8, at + sizeof(word) - 1, 16) == 0 &&
	    (mask[7 - (sig - 1) / 8] >> ((sig - 1) % 8) & 1);
}

static bool
is_told(const struct descendants *d, const struct descendant *one)
{
	for (size_t i = 0; i < d->n; i++)
		if (d->told[i].pid == one->pid && d->told[i].start == one->start)
			return true;
	return false;
}

static void
tell(struct descendants *d, const struct descendant *one, int sig)
{
	bool told = is_told(d, one);

	if (sig == SIGKILL || !told)
		(void)kill(one->pid, sig);
	if (told)
		return;
	d->told = xresize(d->told, d->n + 1, sizeof(*d->told));
	d->told[d->n++] = *one;
}

size_t
descendants_signal(struct descendants *d, pid_t root, int sig)
{
	struct listing l;
	size_t living = 0;
	bool more = true;

	list_processes(&l);
	for (size_t i = 0; i < l.n; i++)
		l.p[i].below = l.p[i].is.pid == root;
	/* children may have lower numbers than their parents */
	while (more) {
		more = false;
		for (size_t i = 0; i < l.n; i++) {
			struct process *p = &l.p[i], *q = l.p;

			while (q < l.p + l.n && q->is.pid != p->parent)
				q++;
			if (p->below || q == l.p + l.n || !q->below || (sig !=
			    SIGKILL && q->is.pid != root && blocks(q->is.pid, sig)))
				continue;
			p->below = more = true;
			living++;
			tell(d, &p->is, sig);
		}
	}
	free(l.p);
	return living;
}

void
descendants_release(struct descendants *d)
{
	free(d->told);
	*d = (struct descendants){ NULL, 0 };
}
