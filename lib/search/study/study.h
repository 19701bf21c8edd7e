/*
 * search/study/study.h - a study as its journal tells it: its directions, what
 * it varies, and every trial with what became of it.
 *
 * A journal is an Optuna journal, and this is what Optuna would read of it:
 * an operation on a trial that has ended, or on a study that is gone, counts
 * for nothing, so of two tells the first one holds.  What mlv adds are system
 * attributes, which Optuna keeps and passes over (mlv-study(5)).
 *
 * Reading goes on from an index beside the journal, which can be thrown away
 * at any time.
 */
#ifndef SEARCH_STUDY_H
#define SEARCH_STUDY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "search/study/oplog.h"
#include "search/space.h"

#define STUDY_OBJECTIVES_MAX 16
#define STUDY_TRIALS_MAX 10000000
#define STUDY_NONE (-1)

enum trial_state {			/* Optuna's numbers */
	TRIAL_RUNNING, TRIAL_COMPLETE, TRIAL_PRUNED, TRIAL_FAIL, TRIAL_WAITING
};
const char *trial_state_text(enum trial_state s);

struct trial_step {
	int64_t step;
	double value;
};

struct trial {
	int64_t id;			/* its number in the journal */
	enum trial_state state;
	bool has_value;
	uint32_t n_steps, steps_room;
	struct trial_step *step;	/* (n_steps), in order of first report */
	uint32_t n_rungs;
	double *rung;			/* (n_rungs), NAN: not reached */
	double violation;		/* sum of the constraints above 0 */
	uint32_t n_constraints;
	int64_t begin_us, end_us;	/* 0: not known */
	double lease_s;			/* how long it may be silent; 0: for ever */
	int64_t seen_us;		/* when it was last heard of */
	char boot[40];			/* of a worker that holds it, or "" */
	uint32_t attempt;		/* how often it was asked; 0: once */
	char run[64];			/* the run it was, or "" */
	const char *fixed;		/* WAITING: JSON of what it must have */
};

/* One parameter of some trial, whether the space knows it or not. */
struct study_column {
	struct space_param param;
	char *seen;			/* the last distribution's text */
	size_t seen_n;
	double *map;			/* (n_map): its choices as ours */
	size_t n_map;
	bool clash;			/* `seen` is of another kind or scale */
	bool shifted;			/* it had other choices, kind or scale */
};

struct study {
	struct oplog log;
	struct arena arena;
	char *name;
	int64_t id;			/* in the journal; STUDY_NONE: not there */
	size_t n_objectives;
	bool maximize[STUDY_OBJECTIVES_MAX];
	char *setup;			/* JSON (search/setup.h), or NULL */
	struct study_column *column;	/* (n_columns) */
	size_t n_columns, columns_room;
	struct trial *trial;		/* (n), by number */
	size_t n, room;
	double *x;			/* (room, columns_room) */
	double *y;			/* (room, n_objectives) */
	/* the last step of the trial that completed first; -1: none yet */
	int64_t first_last_step;
	/* where reading has come to */
	uint64_t offset, lines, indexed;
	char **study_name;		/* (n_studies), by id; NULL: deleted */
	size_t n_studies;
	int64_t *number_of;		/* (n_ids): of a trial's id, or -1 */
	size_t n_ids, ids_room;
};

struct study_place {
	const char *journal;		/* a path */
	const char *name;
	const struct os *os;
	const struct log *log;
};

/* Open a journal and read the study by that name; s->id is STUDY_NONE when
 * there is none.  ERR_NOENT without a journal, unless `make`; ERR_FORMAT for
 * a file of another program. */
int study_open(struct study **out, const struct study_place *at, bool make,
    struct err *e);
void study_close(struct study *s);
/* Read what was appended since. */
int study_catch_up(struct study *s, struct err *e);
/* Append operations under the lock, and read them back as everybody else
 * will; lines is emptied. */
int study_append(struct study *s, struct buf *lines, bool sync, struct err *e);
/* The names of all studies of a journal, in the arena. */
int study_names(const char ***names, size_t *n, struct arena *a,
    const struct study_place *at, struct err *e);

/* ERR_NOENT for a number that no trial has. */
int study_find_trial(struct trial **t, struct study *s, int64_t number,
    struct err *e);
/* The space: what mlv was told, or, of a study made by Optuna, what all its
 * trials have.  Built anew by each call, in the arena. */
int study_space(struct space *out, struct study *s, struct err *e);
/* The column of a parameter, or SPACE_NONE; and its value in trial `number`
 * as p sees it: NAN where it has none, or one that p cannot have. */
size_t study_find_column(const struct study *s, const char *name);
double study_value(const struct study *s, size_t number, size_t column,
    const struct space_param *p);
/* Values told, (n_objectives), valid with has_value. */
const double *study_objectives(const struct study *s, size_t number);
/* The last step that was reported, or NULL. */
const struct trial_step *trial_last_step(const struct trial *t);
/* Is a the better, the last one of several objectives left out? */
bool study_is_better(const struct study *s, double a, double b);

#endif
