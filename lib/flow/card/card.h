/*
 * flow/card/card.h - a model card: a query, not a document.
 *
 * Every statement is evidence (it names the object it comes from), stated
 * by a person (the notes), or missing; what is missing is listed at the
 * end.  Evidence comes from the model file and its metadata, and with a
 * repository from the version's manifest, its run, its data and the
 * evaluations recorded for its bytes.  No clock: the same evidence gives
 * the same bytes.  The order of sections is that of Hugging Face's template.
 *
 * mlv-card(5) describes the card as data (mlv.card/1).
 */
#ifndef FLOW_CARD_CARD_H
#define FLOW_CARD_CARD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "catalog/catalog.h"
#include "doc/doc.h"
#include "evidence/evaluation.h"

struct card_request {
	const char *model;		/* a name or a file */
	enum doc_form form;
	bool json;			/* instead: one object */
	/* what a person states: a map of the fields below, or NULL */
	const struct json *notes;
	const struct evaluation *evaluation;	/* given, or NULL */
};

/* ERR_USAGE when the notes hold a field that no card has; the nearest known
 * one is named. */
int card_check_notes(const struct json *notes, struct err *e);
/* *missing: how many fields are. */
int card_write(struct buf *out, size_t *missing, struct catalog *c,
    const struct card_request *r, struct err *e);

#endif
