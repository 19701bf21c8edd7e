/*
 * cli/opt.h - option tables: what a verb's words may be, and where their
 * values go.
 *
 *	struct fit_opts { const char *target; int task; int64_t threads; };
 *	static const struct opt fit_options[] = {
 *		{ OPT_TEXT, 't', "target", offsetof(struct fit_opts, target),
 *		    "COLUMN", "the column to learn",
 *		    .needed = "say with --target which column to learn" },
 *		{ OPT_WORD, 0, "task", offsetof(struct fit_opts, task),
 *		    "TASK", "instead of finding out", .words = task_words },
 *		{ OPT_INT, 0, "threads", offsetof(struct fit_opts, threads),
 *		    "N", "how many", .low = 1, .high = 1024 },
 *		OPT_END
 *	};
 *
 * The table refuses what it can refuse, in one sentence written once: an
 * unknown option (with the nearest known one), a word that is none of
 * .words, a number outside [.low, .high], an option that is .needed and was
 * not given, two that exclude each other, and one that would have no effect
 * because the one it goes .with was not given.  What is left for a verb's own
 * check is what depends on several values.
 */
#ifndef CLI_OPT_H
#define CLI_OPT_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum opt_type {
	OPT_FLAG,		/* bool; --no-NAME unsets it */
	OPT_TEXT,		/* const char * */
	OPT_TEXTS,		/* struct texts, may be repeated */
	OPT_LIST,		/* struct texts, comma-separated, repeated */
	OPT_WORD,		/* int: the value of one of .words */
	OPT_INT,		/* int64_t, in [.low, .high] */
	OPT_NUM			/* double, in [.low, .high] */
};

struct texts {
	const char **v;
	size_t n;
};

/* The words an OPT_WORD takes; ends with { NULL, 0 }. */
struct opt_word {
	const char *word;
	int value;
};

struct opt {
	enum opt_type type;
	char letter;		/* 0: none */
	const char *name;	/* without the dashes; NULL ends the table */
	size_t at;		/* offsetof in the verb's options struct */
	const char *value;	/* what to call its value in help */
	const char *help;	/* one line, lower case, no full stop */
	/* optional, by their names */
	const struct opt_word *words;
	double low, high;	/* both 0: any; high INFINITY: no bound */
	const char *needed;	/* the sentence when it was not given */
	const char *excludes;	/* another option's name: not both */
	const char *with;	/* another's: means nothing without it */
};

#define OPT_MAX 64		/* options a verb */
#define OPT_END { OPT_FLAG, 0, NULL, 0, NULL, NULL }

#endif
