/*
 * remote/s3/sigv4.h - requests signed as Amazon's services want it: AWS
 * Signature Version 4.
 */
#ifndef REMOTE_S3_SIGV4_H
#define REMOTE_S3_SIGV4_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct sigv4_pair {
	const char *name, *value;
};

struct sigv4_request {
	const char *method;
	const char *path;	/* encoded already */
	const char *query;	/* as sigv4_query makes it; "" for none */
	/* those that are signed, names in lower case and in order */
	const struct sigv4_pair *header;
	size_t n_headers;
	const char *payload;	/* the body's SHA-256, 64 digits */
	const char *time;	/* "20150830T123600Z" */
	const char *region, *service;
};

/* Bytes but A-Z a-z 0-9 - _ . ~ as %XX; a slash stays with `slash`. */
void sigv4_encode(struct buf *out, const char *s, bool slash);
/* Names and values encoded, in order. */
void sigv4_query(struct buf *out, const struct sigv4_pair *pair, size_t n);
/* What is hashed into the signature. */
void sigv4_canonical(struct buf *out, const struct sigv4_request *rq);
/* 64 digits and a NUL. */
void sigv4_sign(char out[65], const struct sigv4_request *rq,
    const char *secret);
/* The value of the header Authorization. */
void sigv4_authorization(struct buf *out, const struct sigv4_request *rq,
    const char *key_id, const char *secret);

#endif
