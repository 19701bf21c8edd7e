/* Stages done through make: in order, in parallel, in its jobserver. */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/child.h"
#include "base/file.h"
#include "base/shellword.h"
#include "base/stop.h"
#include "flow/repro.h"
#include "store/repo.h"

#define LOOK_OFTEN_MS 50		/* where make's end does not wake us */

/* Each stage is a target without a file: whether there is something to do is
 * found by content, in its turn. */
static void
write_makefile(struct buf *b, const struct repro_work *w)
{
	const struct pipeline *p = w->pipeline;
	struct buf line;

	buf_adds(b, "all:\n.PHONY: all\n");
	for (size_t i = 0; i < p->n; i++) {
		const struct stage *s = &p->stage[i];

		if (!w->want[i])
			continue;
		buf_addf(b, ".PHONY: stage%zu\nall: stage%zu\nstage%zu:", i, i, i);
		for (size_t k = 0; k < s->n_after; k++)
			if (w->want[s->after[k]])
				buf_addf(b, " stage%zu", s->after[k]);
		buf_init(&line, BUF_CAP_SMALL);
		for (size_t k = 0; w->again[k]; k++) {
			shellword_add(&line, w->again[k]);
			buf_addc(&line, ' ');
		}
		shellword_add(&line, s->name);
		buf_adds(b, "\n\t+@");
		for (size_t k = 0; k < line.len; k++) {
			if (line.data[k] == '$')
				buf_addc(b, '$');
			buf_addc(b, line.data[k]);
		}
		buf_addc(b, '\n');
		buf_free(&line);
	}
}

/* A descriptor to read the text from. */
static int
open_text(int *fd, struct repo *s, const struct buf *b, struct err *e)
{
	char *folder = repo_path(s, "tmp");
	int r = buf_check(b, e);

	if (r == 0)
		r = file_make_folders(repo_os(s), folder, e);
	if (r == 0)
		r = file_open_scratch(fd, folder, e);
	free(folder);
	if (r < 0)
		return -1;
	r = file_write_fd(os_real(), *fd, b->data, b->len, "a temporary file", e);
	if (r == 0 && lseek(*fd, 0, SEEK_SET) < 0)
		r = err_sys(e, "cannot read a temporary file");
	if (r < 0)
		close(*fd);
	return r;
}

/* make passes a signal on to what it runs. */
static int
wait_for_make(int *status, pid_t pid, struct stop *stop, struct err *e)
{
	struct pollfd p[2] = { { stop->fd, POLLIN, 0 },
	    { child_end_fd(pid), POLLIN, 0 } };
	int r, sig, came = 0;

	while ((r = child_poll(pid, status, NULL, e)) == 0) {
		(void)poll(p, 2, p[1].fd < 0 ? LOOK_OFTEN_MS : -1);
		if ((sig = stop_signal(stop)) != 0) {
			came = sig;
			(void)kill(pid, sig);
		}
	}
	if (p[1].fd >= 0)
		close(p[1].fd);
	if (r < 0)
		return -1;
	return came ? err_set(e, ERR_STOPPED, "stopped by a signal; repro goes "
	    "on from there") : 0;
}

static int
run_make(int *status, const char *const *argv, int in, struct err *e)
{
	struct stop stop;
	pid_t pid;
	int r;

	if (stop_open(&stop, e) < 0)
		return -1;
	r = child_start(&pid, argv, in, -1, -1, e);
	if (r == 0)
		r = wait_for_make(status, pid, &stop, e);
	else if (e->code == ERR_NOENT)
		err_set(e, ERR_NOENT, "repro lets 'make' do the work, which is "
		    "not installed");
	stop_close(&stop);
	return r;
}

int
repro_make(bool *failed, struct catalog *c, const struct repro_work *w,
    struct err *e)
{
	const char *argv[8] = { "make", "--no-print-directory", "-s", "-r" };
	char jobs[32];
	struct buf b;
	size_t n = 4;
	int fd, status, r;

	if (w->keep_going)
		argv[n++] = "-k";
	if (w->jobs) {
		snprintf(jobs, sizeof(jobs), "-j%zu", w->jobs);
		argv[n++] = jobs;
	}
	argv[n++] = "-f-";
	argv[n] = NULL;
	buf_init(&b, BUF_CAP_DOC);
	write_makefile(&b, w);
	r = open_text(&fd, catalog_repo(c), &b, e);
	buf_free(&b);
	if (r < 0)
		return -1;
	r = run_make(&status, argv, fd, e);
	close(fd);
	*failed = r == 0 && status != 0;
	return r;
}
