/*
 * cli/cli.h - what the six programs share: verbs, help, errors, exit status.
 *
 * A tool is a table of verbs; a verb is a table of options (cli/opt.h), a
 * struct they are stored in, and a function.  Help, completions and the
 * checks of the man pages are made from these tables, so they are static
 * and complete.
 *
 *	static int add_run(struct cli *c, void *opts, int argc, char **argv);
 *	const struct verb verb_add = {
 *		.name = "add", .summary = "put files under version control",
 *		.synopsis = "[options] FILE...",
 *		.about = "Paragraphs of help.
", .options = add_options,
 *		.opts_size = sizeof(struct add_opts),
 *		.flags = VERB_JSON | VERB_NUL | VERB_STDIN | VERB_REPOSITORY,
 *		.run = add_run,
 *	};
 *
 * The verb's function returns the exit status: EXIT_YES, EXIT_NO, or
 * cli_fail(c, &e), cli_usage(c, ...).  It writes records with cli/out.h
 * and nothing else to stdout.  With VERB_CATALOG or VERB_REPOSITORY,
 * c->catalog is open while it runs.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/log.h"
#include "base/progress.h"
#include "cli/opt.h"
#include "cli/out.h"

enum exit_status {
	EXIT_YES = 0,		/* yes, done */
	EXIT_NO = 1,		/* an honest no */
	EXIT_USAGE = 2,
	EXIT_TROUBLE = 3,
	EXIT_BUSY = 4,		/* try again */
	EXIT_UNPROVEN = 5	/* committed; durability or report unproven */
};

enum verb_flag {
	VERB_JSON = 1 << 0,	/* has --json */
	VERB_NUL = 1 << 1,	/* has -z */
	VERB_STDIN = 1 << 2,	/* has --stdin: arguments come from a pipe */
	VERB_COMMAND = 1 << 3,	/* options end at the first argument */
	VERB_TABLE = 1 << 4,	/* a terminal gets its records as a table */
	VERB_CATALOG = 1 << 5,	/* c->catalog: the repository around, if any */
	VERB_REPOSITORY = 1 << 6,	/* ... and there must be one */
	VERB_EVENTS = 1 << 7	/* told as OpenLineage events (cli/events.h) */
};

struct catalog;
struct lineage_event;
struct cli;

struct verb {
	const char *name;	/* "add", or two words: "search ask" */
	const char *summary;	/* one line for the tool's help */
	const char *synopsis;	/* what follows the verb; lines for variants */
	const char *about;	/* help text, ends with a newline */
	const struct opt *options;	/* may be NULL */
	size_t opts_size;
	const void *defaults;	/* opts_size bytes, or NULL for all zero */
	unsigned flags;
	/* Refuse wrong words before anything is opened: 0, or the status of
	 * cli_usage.  May be NULL. */
	int (*check)(struct cli *c, void *opts, int argc, char **argv);
	int (*run)(struct cli *c, void *opts, int argc, char **argv);
};

struct tool {
	const char *name;	/* "mlv-data" */
	const char *summary;
	const struct verb *const *verbs;	/* NULL-ended, in help order */
};

/* One invocation. */
struct cli {
	const struct tool *tool;
	const struct verb *verb;
	bool json, nul, quiet, from_stdin;
	bool color;		/* stdout may be coloured */
	bool terminal;		/* stdout is one: plots may be drawn */
	/* Set as soon as something durable has changed: a report that then
	 * cannot be written is EXIT_UNPROVEN, not EXIT_TROUBLE. */
	bool committed;
	struct catalog *catalog;	/* by VERB_CATALOG, VERB_REPOSITORY */
	struct lineage_event *event;	/* by VERB_EVENTS, where wanted */
	char failure[1024];	/* the last error that was told */
	struct out out;
	struct progress progress;	/* hand on to libraries */
	struct log log;
	struct arena arena;	/* lives as long as the invocation */
};

/* A whole main(): returns the exit status. */
int cli_main(int argc, char **argv, const struct tool *tool);

/* The full name of a model that a user called so: where no file has that name
 * and the repository a model, "churn@champion" is "model:churn@champion".
 * A file comes first, with a warning if there is a model, too.  In the
 * arena. */
const char *cli_model_name(struct cli *c, const char *text);

/* Print "TOOL: error: MSG" and return the status that fits e->code. */
int cli_fail(struct cli *c, const struct err *e);
/* The status of a command that goes on after what failed: what was not done
 * weighs more than what is done but unproven. */
int cli_worse(int status, int failed);
/* Print it and go on with other work; the status as above. */
int cli_status(const struct err *e);
/* Wrong words on the command line: one line, returns EXIT_USAGE. */
int cli_usage(struct cli *c, const char *fmt, ...) MLV_PRINTF(2, 3);
/* "TOOL: warning: ..." on stderr, unless -q. */
void cli_warn(struct cli *c, const char *fmt, ...) MLV_PRINTF(2, 3);

/*
 * The names a verb works on: its arguments, or with --stdin the first field
 * of each record on standard input (TAB-separated lines, escaped as in
 * cli/out.h; NUL-ended with -z).  No name at all is an error: what judges
 * must not say yes to nothing.
 */
int cli_names(struct cli *c, struct texts *out, int argc, char **argv,
    struct err *e);

/* "KEY=VALUE" cut at the first '='; false when there is none.  A key may
 * stand in quotes, as in CSV: "\"a=b\"=1". */
bool cli_key_value(struct cli *c, const char *s, const char **key,
    const char **value);
/* "COLUMN=VALUE" cut at the last '=', where the value holds none. */
bool cli_column_value(struct cli *c, const char *s, const char **column,
    const char **value);

#endif
