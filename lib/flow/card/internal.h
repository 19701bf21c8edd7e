/*
 * flow/card/internal.h - a card while it is written.  Private to lib/flow.
 *
 * card.c goes through the sections; those with figures have a file each.
 */
#ifndef FLOW_CARD_INTERNAL_H
#define FLOW_CARD_INTERNAL_H

#include "base/arena.h"
#include "catalog/bytes.h"
#include "flow/card/card.h"
#include "track/journal.h"
#include "model/score.h"

struct card {
	struct doc d;
	struct arena a;
	const struct card_request *r;
	struct catalog *c;
	struct catalog_bytes bytes;
	struct score_plan *plan;
	const struct model *model;
	struct run run;
	bool has_run;
	const char *missing[32];
	size_t n_missing;
	size_t n_evaluations;
	/* the same statements as data */
	struct json *root, *fields, *evaluations, *inputs, *lineage,
	    *history;
	const char *section;
};

/* Fields of the notes that Hugging Face's front matter takes as they are;
 * `license` is one more. */
#define FRONT_FIELDS 11
extern const char *const card_front_fields[FRONT_FIELDS];
/* Before the finished Markdown: front matter for the Hub when the notes give
 * some of it, with the evaluations as its model-index. */
int card_front(struct card *k, struct buf *out, struct err *e);

/* The next section. */
void card_heading(struct card *k, const char *title);
/* Evidence, in the document and as data; NULL and "" are left out. */
void card_fact(struct card *k, const char *label, const char *s);
/* A statement that is missing. */
void card_lacks(struct card *k, const char *what);
/* Of the model's own metadata, or NULL. */
const char *card_meta(const struct card *k, const char *key);

/* The newest evaluation of the model, given or recorded, as three or four
 * numbers under the title; nothing when there is none. */
int card_headline(struct card *k, struct err *e);
int card_evaluations(struct card *k, struct err *e);
/* Every input as training saw it, every output. */
void card_inputs(struct card *k);
/* The metrics of its run, step by step. */
void card_curves(struct card *k);

#endif
