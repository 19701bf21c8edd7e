/*
 * tracking/select.h - maps of the book filtered, ordered and cut into pages,
 * as the fields filter, order_by, view_type, max_results and page_token of a
 * request say.  Private to lib/tracking.
 */
#ifndef TRACKING_SELECT_H
#define TRACKING_SELECT_H

#include "tracking/call.h"

struct selected {
	const char *id;
	const struct json *doc;
	const void *what;		/* the caller's, for put; or NULL */
};

struct selection {
	/* what the caller says */
	int64_t usual, most;		/* of max_results */
	const char *list;		/* the answer's member */
	void (*put)(struct call *k, const struct selected *s);
	const char *order_by;		/* when the request says nothing */
	bool down;
	bool alone;			/* ... and then only */
	bool views;			/* view_type, by lifecycle_stage */
	/* what is collected; the call's arena's */
	struct selected *v;
	size_t n, room;
};

enum view { VIEW_ACTIVE = 1, VIEW_DELETED, VIEW_ALL };
enum view call_view(const struct call *k, const char *field);

void selection_add(struct selection *s, struct call *k,
    const struct selected *one);
/* The whole answer; -1: answered. */
int selection_answer(struct selection *s, struct call *k);

#endif
