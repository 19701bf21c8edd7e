/*
 * exec/command.h - any command as a tracked run.
 *
 * What it reads (-d), its parameters (-p) and what it makes (-o) are named;
 * then the same command on the same content with the same parameters has
 * been done before, and its outputs are put back instead of running it
 * again.  Otherwise the command runs: its journal is alive while it is
 * (track/journal.h), its words go to our standard error and into the
 * journal, and its cost is measured.
 *
 * The command finds its run in MLV_RUN (so that `mlv-train log` appends to
 * it) and its parameters in MLV_PARAM_<name>, other bytes than letters and
 * digits as '_'.  Its standard input is empty unless "-" is among what it
 * reads, or it is a terminal.  Work that reads nothing is done every time.
 */
#ifndef EXEC_COMMAND_H
#define EXEC_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/param.h"
#include "base/progress.h"
#include "catalog/catalog.h"

struct command_request {
	const char *const *command;	/* NULL-ended, at least one word */
	const char *name;		/* a word to find it by, or NULL */
	const char *parent;		/* the run it is a part of, or NULL */
	const char *const *deps;	/* paths and names it reads */
	size_t n_deps;
	const struct param *params;
	size_t n_params;
	const char *const *outs;	/* paths it makes */
	size_t n_outs;
	const char *const *env;		/* more for it, "NAME=value"; or NULL */
	struct buf *words;		/* gets its standard output; or NULL */
	/* outputs that are not to be there when it begins */
	const char *const *remove;
	size_t n_remove;
	/* outputs, JSON, YAML or TOML, whose numbers are metrics of the run */
	const char *const *metrics;
	size_t n_metrics;
	/*
	 * One of outs in which the command says what else it read
	 * (codec/depfile.h), or NULL; paths in it begin at depfile_folder
	 * (NULL: here).  What the last run that made these outputs found is
	 * read by this one, too, as far as it is there.
	 */
	const char *depfile, *depfile_folder;
	bool force;			/* run even when it was done before */
	bool repeatable;		/* reading nothing it makes the same */
	const struct log *log;
	/* Asked when the work of that name was not done here: 1 when the run
	 * *run (to be freed), which did it elsewhere, is here now; 0; -1.  May
	 * be NULL. */
	int (*recall)(void *ctx, char **run, const char *work, struct err *e);
	void *recall_ctx;
};

struct command_outcome {
	char id[128];
	char label[300];		/* "run:ID" */
	struct oid manifest;		/* none when it could not be sealed */
	bool finished;			/* run now, and sealed as such */
	bool restored;			/* outputs put back, nothing run */
	bool untouched;			/* restored, and they were all there */
	int exit_status;		/* the command's */
};

/* ERR_NO when the command succeeded but an output is missing; a command
 * that fails is not an error here: exit_status tells.  *out is filled as
 * soon as there is a run. */
int command_run(struct command_outcome *out, struct catalog *c,
    const struct command_request *rq, struct err *e);

/*
 * What command_run would find, with nothing stored or changed.
 */
enum command_state {
	COMMAND_NEW,			/* it would run */
	COMMAND_DONE,			/* its outputs would be put back */
	COMMAND_IN_PLACE		/* nothing is to be done */
};
struct command_look {
	enum command_state state;
	const char **name;		/* (n) what it would read: deps as they
					 * were named, then what was found */
	struct oid *dep;		/* (n) and its content */
	size_t n;
};
int command_look(struct command_look *out, struct arena *a,
    struct catalog *c, const struct command_request *rq, struct err *e);

/* What the last run that made rq->outs found in its depfile, sorted; also what
 * is not there any more.  None for a command without one. */
int command_found(const char ***path, size_t *n, struct arena *a,
    struct catalog *c, const struct command_request *rq, struct err *e);

/* "MLV_PARAM_name=value", in the arena. */
char *command_param_env(struct arena *a, const struct param *p);

/* A parameter or value as people type it: a number, true, false, null, else
 * text. */
struct json *journal_value(struct arena *a, const char *text);

#endif
