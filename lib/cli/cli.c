/*
 * cli.c - the life of one invocation: descriptors and signals put in order,
 * words parsed, the verb run, its report flushed, the exit status decided.
 */
#define _GNU_SOURCE
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/nearest.h"
#include "catalog/catalog.h"
#include "cli/events.h"
#include "cli/help.h"
#include "cli/parse.h"
#include "store/repo.h"

#define PROGRESS_AFTER_US 1000000
#define PROGRESS_EVERY_US 166000

struct meter {
	int64_t start, last;
	bool shown;
	bool wanted;
};

/* A line on stderr, whatever became of stdio.  One line, and no words for
 * the terminal, whatever a file or a column is called. */
static void
words_write(const char *tool, const char *kind, const char *text)
{
	struct buf b;
	struct err e;

	buf_init(&b, BUF_CAP_SMALL);
	buf_addf(&b, "%s: %s: ", tool, kind);
	for (; *text; text++) {
		unsigned char ch = (unsigned char)*text;

		if (ch == '\n')
			buf_adds(&b, "\\n");
		else if (ch < 32 || ch == 127)
			buf_addf(&b, "\\x%02x", ch);
		else
			buf_addc(&b, *text);
	}
	buf_addc(&b, '\n');
	(void)file_write_fd(os_real(), 2, b.data, b.len, "standard error", &e);
	buf_free(&b);
}

int
cli_status(const struct err *e)
{
	switch (e->code) {
	case ERR_NO:
		return EXIT_NO;
	case ERR_USAGE:
		return EXIT_USAGE;
	case ERR_BUSY:
		return EXIT_BUSY;
	case ERR_UNPROVEN:
		return EXIT_UNPROVEN;
	default:
		return EXIT_TROUBLE;
	}
}

int
cli_worse(int status, int failed)
{
	if (failed != EXIT_UNPROVEN)
		return EXIT_TROUBLE;
	return status == EXIT_YES ? failed : status;
}

static void
clear_progress(struct cli *c)
{
	struct meter *m = c->progress.ctx;

	if (m && m->shown)
		(void)!write(2, "\r\033[K", 4);
	if (m)
		m->shown = false;
}

int
cli_fail(struct cli *c, const struct err *e)
{
	clear_progress(c);
	words_write(c->tool->name, "error", e->msg);
	snprintf(c->failure, sizeof(c->failure), "%s", e->msg);
	return cli_status(e);
}

int
cli_usage(struct cli *c, const char *fmt, ...)
{
	struct err e = { ERR_USAGE, "" };
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(e.msg, sizeof(e.msg), fmt, ap);
	va_end(ap);
	return cli_fail(c, &e);
}

static void
warn_line(void *ctx, const char *line)
{
	struct cli *c = ctx;

	if (c->quiet)
		return;
	clear_progress(c);
	words_write(c->tool->name, "warning", line);
}

void
cli_warn(struct cli *c, const char *fmt, ...)
{
	char line[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	warn_line(c, line);
}

static void
progress_draw(void *ctx, const char *what, uint64_t done, uint64_t total)
{
	struct meter *m = ctx;
	int64_t now = clock_mono_us();
	char line[160], name[64];
	int n;

	if (!m->wanted || now - m->start < PROGRESS_AFTER_US ||
	    now - m->last < PROGRESS_EVERY_US)
		return;
	m->last = now;
	m->shown = true;
	for (n = 0; n < 60 && what[n]; n++)
		name[n] = (unsigned char)what[n] < 32 || what[n] == 127 ? '?' :
		    what[n];
	name[n] = '\0';
	if (total) {
		double share = done < total ? (double)done / (double)total : 1;
		int full = (int)(share * 30);

		long left = share > 0.01 ? (long)((double)(now - m->start) /
		    1e6 * (1 / share - 1)) : 0;

		n = snprintf(line, sizeof(line), "\r%s [%.*s%.*s] %3d%%",
		    name, full, "##############################", 30 - full,
		    "..............................", (int)(share * 100));
		n += snprintf(line + n, sizeof(line) - (size_t)n, left > 0 &&
		    left < 360000 ? " %ld:%02ld left\033[K" : "\033[K",
		    left / 60, left % 60);
	} else {
		n = snprintf(line, sizeof(line), "\r%s %llu\033[K", name,
		    (unsigned long long)done);
	}
	(void)!write(2, line, (size_t)n);
}

static void
no_memory(void)
{
	static const char text[] = ": error: out of memory\n";
	const char *name = program_invocation_short_name;

	(void)!write(2, name, strlen(name));
	(void)!write(2, text, sizeof(text) - 1);
	_exit(EXIT_TROUBLE);
}

/* A data file must never become descriptor 0, 1 or 2.  What was closed is
 * opened so that using it fails, not so that it seems to work. */
static void
sanitize_descriptors(void)
{
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
			(void)!open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY);
}

static bool
wants_color(void)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(1) && (no == NULL || *no == '\0') && term &&
	    strcmp(term, "dumb") != 0;
}

/* Does this verb have two words, the first of them `name`? */
static bool
is_of_group(const struct verb *v, const char *name)
{
	size_t n = strlen(name);

	return strncmp(v->name, name, n) == 0 && v->name[n] == ' ';
}

static bool
is_group(const struct tool *t, const char *name)
{
	for (size_t i = 0; t->verbs[i]; i++)
		if (is_of_group(t->verbs[i], name))
			return true;
	return false;
}

/* The verb of argv[0], or of argv[0] and argv[1]; *words says which. */
static const struct verb *
find_verb(const struct tool *t, int argc, char **argv, int *words)
{
	for (size_t i = 0; t->verbs[i]; i++) {
		const struct verb *v = t->verbs[i];

		*words = 1;
		if (strcmp(v->name, argv[0]) == 0)
			return v;
		*words = 2;
		if (argc > 1 && is_of_group(v, argv[0]) &&
		    strcmp(v->name + strlen(argv[0]) + 1, argv[1]) == 0)
			return v;
	}
	return NULL;
}

static int
unknown_verb(struct cli *c, int argc, char **argv)
{
	const char *known[64], *near;
	bool group = is_group(c->tool, argv[0]);
	const char *name = group && argc > 1 ? arena_printf(&c->arena,
	    "%s %s", argv[0], argv[1]) : argv[0];
	size_t n = 0;

	if (group && argc < 2)
		return cli_usage(c, "'%s' needs another word; see "
		    "'%s %s --help'", name, c->tool->name, name);
	for (size_t i = 0; c->tool->verbs[i] && n < 64; i++)
		if (!group || is_of_group(c->tool->verbs[i], argv[0]))
			known[n++] = c->tool->verbs[i]->name;
	near = nearest_word(name, known, n);
	if (near)
		return cli_usage(c, "unknown verb '%s'; did you mean '%s'?",
		    name, near);
	return cli_usage(c, "unknown verb '%s'; see '%s --help'", name,
	    c->tool->name);
}

/* As the verb's flags say: 0, or the status of the error that was told. */
static int
open_catalog(struct cli *c)
{
	const struct repo_opts so = { .log = &c->log,
	    .progress = &c->progress };
	struct err e = ERR_INIT;
	int r = 0;

	if (c->verb->flags & VERB_REPOSITORY)
		r = catalog_open_repository(&c->catalog, NULL, &so, &e);
	else if (c->verb->flags & VERB_CATALOG)
		r = catalog_open(&c->catalog, NULL, &so, &e);
	return r < 0 ? cli_fail(c, &e) : 0;
}

static int
run_verb(struct cli *c, int argc, char **argv)
{
	struct parsed p;
	struct err e = ERR_INIT;
	int status;

	if (opt_parse(&p, c, argc, argv, &e) < 0)
		return cli_fail(c, &e);
	if (p.help) {
		help_verb(&c->out, c->tool, c->verb);
		free(p.opts);
		return EXIT_YES;
	}
	c->out.form = c->json ? OUT_JSON_LINES : c->nul ? OUT_NUL :
	    c->terminal && (c->verb->flags & VERB_TABLE) ? OUT_TABLE :
	    OUT_PLAIN;
	status = c->verb->check ? c->verb->check(c, p.opts, p.argc, p.argv) :
	    0;
	if (status == 0)
		status = open_catalog(c);
	if (status == 0) {
		events_begin(c, p.opts, p.argc, p.argv);
		status = c->verb->run(c, p.opts, p.argc, p.argv);
		events_end(c, status);
	}
	catalog_close(c->catalog);
	c->catalog = NULL;
	free(p.opts);
	return status;
}

static bool
is_help(const char *word)
{
	return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

/* Help for what the words name: a verb, several with one first word, all. */
static int
print_help(struct cli *c, int argc, char **argv)
{
	int words;

	if (argc == 0) {
		help_tool(&c->out, c->tool, NULL);
		return EXIT_YES;
	}
	c->verb = find_verb(c->tool, argc, argv, &words);
	if (c->verb)
		help_verb(&c->out, c->tool, c->verb);
	else if (argc == 1 && is_group(c->tool, argv[0]))
		help_tool(&c->out, c->tool, argv[0]);
	else
		return unknown_verb(c, argc, argv);
	return EXIT_YES;
}

static int
dispatch_verb(struct cli *c, int argc, char **argv)
{
	const char *first = argc > 1 ? argv[1] : NULL;
	int words;

	if (first == NULL) {
		help_tool(&c->out, c->tool, NULL);
		return EXIT_USAGE;
	}
	if (is_help(first) || strcmp(first, "help") == 0)
		return print_help(c, argc - 2, argv + 2);
	if (strcmp(first, "--version") == 0) {
		out_line(&c->out, "%s %s", c->tool->name, MLV_VERSION);
		return EXIT_YES;
	}
	if (strcmp(first, "--list-options") == 0) {
		help_list(&c->out, c->tool);
		return EXIT_YES;
	}
	c->verb = find_verb(c->tool, argc - 1, argv + 1, &words);
	if (c->verb == NULL && argc == 3 && is_help(argv[2]))
		return print_help(c, 1, argv + 1);
	if (c->verb == NULL)
		return unknown_verb(c, argc - 1, argv + 1);
	return run_verb(c, argc - words, argv + words);
}

int
cli_main(int argc, char **argv, const struct tool *tool)
{
	struct meter meter = { 0 };
	struct cli c = { .tool = tool };
	struct err e = ERR_INIT;
	int status;

	sanitize_descriptors();
	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_IGN);	/* EFBIG is an error we can report */
	mem_on_exhaustion(no_memory);
	out_init(&c.out, OUT_PLAIN);
	c.color = wants_color();
	c.terminal = c.out.terminal = isatty(1);
	meter.start = clock_mono_us();
	meter.wanted = isatty(2);
	c.progress = (struct progress){ progress_draw, &meter };
	c.log = (struct log){ warn_line, &c };

	status = dispatch_verb(&c, argc, argv);
	clear_progress(&c);
	/* what is done must be told apart from what is not: 5, not a signal */
	if (c.committed)
		signal(SIGPIPE, SIG_IGN);
	if (out_flush(&c.out, &e) < 0) {
		cli_fail(&c, &e);
		/* an error that came before says that not all was done */
		if (status == EXIT_YES || status == EXIT_NO)
			status = c.committed ? EXIT_UNPROVEN : EXIT_TROUBLE;
	}
	out_free(&c.out);
	arena_free(&c.arena);
	return status;
}
