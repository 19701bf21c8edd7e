/*
 * flow/card/internal.h - a card while it is written.  Private to
 * lib/flow/card.
 *
 * card.c gathers what is known and calls the sections in order; all of them
 * state things through writer.c, so that a statement is in the document and,
 * with its status, in the data.
 */
#ifndef FLOW_CARD_INTERNAL_H
#define FLOW_CARD_INTERNAL_H

#include "base/arena.h"
#include "catalog/bytes.h"
#include "doc/doc.h"
#include "flow/card/card.h"
#include "model/score.h"
#include "track/journal.h"

#define CARD_EVALUATIONS 4	/* recorded ones that are shown */
#define CARD_METRICS METRIC_MAX

struct card {
	struct doc d;
	struct arena a;
	const struct card_request *r;
	struct catalog *c;
	struct catalog_bytes bytes;
	struct binding *binding;
	const struct model *model;
	struct run run;
	bool has_run;
	/* what is shown: the given one first, then the newest recorded ones */
	const struct evaluation *evaluation[1 + CARD_EVALUATIONS];
	size_t n_evaluations;
	struct evaluation recorded[CARD_EVALUATIONS];
	size_t n_recorded;
	const char *missing[32];
	size_t n_missing;
	/* the same statements as data */
	struct json *root, *fields, *evaluations, *inputs, *lineage,
	    *history;
	const char *section;
};

/* --- writer.c: statements ----------------------------------------------- */

/* The next section. */
void card_heading(struct card *k, const char *title);
/* Evidence, in the document and as data; NULL and "" are left out. */
void card_fact(struct card *k, const char *label, const char *s);
/* A statement of a person's, in Markdown. */
void card_note(struct card *k, const char *label, const char *s);
/* A statement that is missing. */
void card_lacks(struct card *k, const char *what);
/* The id of a link's bytes as sha256sum(1) prints it: of a dataset or a model
 * its file's.  The link's own where its manifest is not there any more. */
int card_content(struct oid *out, struct card *k, const struct link *l,
    struct err *e);
/* Of the model's own metadata, or NULL. */
const char *card_meta(const struct card *k, const char *key);

/* --- notes.c ------------------------------------------------------------ */

/* What the notes state for a section ("details", "uses", "risks"), and what
 * they lack; false when they state nothing. */
bool card_stated(struct card *k, const char *section);

/* --- frontmatter.c ------------------------------------------------------ */

/* Fields of the notes that Hugging Face's front matter takes as they are;
 * `license` is one more. */
#define FRONTMATTER_FIELDS 11
extern const char *const card_frontmatter_fields[FRONTMATTER_FIELDS];
/* Before the finished Markdown: front matter for the Hub when the notes give
 * some of it, with the evaluations as its model-index. */
int card_frontmatter(struct card *k, struct buf *out, struct err *e);

/* --- sections.c --------------------------------------------------------- */

/* Of the version, else of the run that made the file, or NULL. */
const struct json *card_params(const struct card *k);
/* One sentence under the title: what it is, in the words of its file. */
void card_lead(struct card *k);
void card_details(struct card *k);
/* A section that only a person can fill. */
void card_said(struct card *k, const char *title, const char *section);
void card_start(struct card *k);
int card_training(struct card *k, struct err *e);
void card_cost(struct card *k);
int card_lineage(struct card *k, struct err *e);
/* Who registered this version, who let it answer, and by which gate. */
int card_history(struct card *k, struct err *e);
void card_what_is_missing(struct card *k);

/* --- evaluation.c, evaluation_plots.c ----------------------------------- */

/* Which evaluations to show: the one given, and of those recorded the newest
 * of every label and data. */
int card_find_evaluations(struct card *k, struct err *e);
void card_release_evaluations(struct card *k);
/* The first of them as a few numbers under the title; nothing without one. */
void card_headline(struct card *k);
int card_evaluations(struct card *k, struct err *e);

void plot_metric_ranges(struct card *k, const struct metrics *m);
void plot_roc(struct card *k, const struct metrics *m);
/* `truth`: the bins of a regression. */
void plot_reliability(struct card *k, const struct metric_bin *bin,
    bool truth);
void plot_score_spread(struct card *k, const struct evaluation *v);
void plot_importance(struct card *k, const struct importance *im);

/* --- inputs.c, curves.c ------------------------------------------------- */

/* Every input as training saw it, every output. */
void card_inputs(struct card *k);
/* The metrics of its run, step by step. */
void card_curves(struct card *k);

/* --- metric_words.c ----------------------------------------------------- */

struct metric_word {
	const char *name, *title;
	bool share;			/* from 0 to 1: drawn on one scale */
};
/* NULL for a metric that has no words. */
const struct metric_word *metric_word(const char *metric);
/* What is asked for most comes first, metrics without words last; how many. */
size_t metrics_in_order(const struct metric **out, size_t room,
    const struct metrics *m);
bool metric_has_interval(const struct metric *m);

#endif
