/*
 * remote/s3/listing.h - what a bucket answers to ListObjectsV2, page by page.
 */
#ifndef REMOTE_S3_LISTING_H
#define REMOTE_S3_LISTING_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "remote/transport/transport.h"

struct listing {
	const char *prefix;	/* the caller's */
	transport_listed_fn *fn;
	void *ctx;
	struct buf next;	/* what to ask the next page with; "": none */
};

void listing_init(struct listing *l, const char *prefix,
    transport_listed_fn *fn, void *ctx);
void listing_release(struct listing *l);

/* Is it a page to its end, and not an error or a half? */
bool listing_is_whole(const char *page);
/* Every key below the prefix, by what follows it; ERR_IO where a page asks to
 * be followed by itself or does not say by what. */
int listing_take(struct listing *l, const char *page, struct err *e);

#endif
