/*
 * feature/kv.h - sorted pairs of bytes in one file, through LMDB.
 *
 * One process writes at a time, others wait; readers never wait and see the
 * state of one commit.  A kill or a full disk leaves the last commit.
 */
#ifndef FEATURE_KV_H
#define FEATURE_KV_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

#define KV_KEY_MAX 500

struct kv;

struct kv_bytes {
	const void *p;
	size_t n;
};

/* The file at `path`; ERR_NOENT when it is not there and not to be written. */
int kv_open(struct kv **out, const char *path, bool write, struct err *e);
/* The same file for another thread, to be closed before k is. */
struct kv *kv_share(const struct kv *k);
void kv_close(struct kv *k);

/* One transaction at a time of each handle; what get and next give is good
 * until its end or the next put. */
int kv_begin(struct kv *k, bool write, struct err *e);
int kv_commit(struct kv *k, struct err *e);
void kv_abort(struct kv *k);		/* also when none is open */

/* 1 found, 0 not, -1. */
int kv_get(struct kv_bytes *value, struct kv *k, const void *key, size_t n,
    struct err *e);
/* ERR_TOOBIG: the key is longer than KV_KEY_MAX, or the file than it may. */
int kv_put(struct kv *k, const void *key, size_t n, const void *value,
    size_t value_n, struct err *e);
/* The first pair whose key is not before `key` (NULL: the one after the last
 * one given): 1, 0 at the end, -1. */
int kv_next(struct kv_bytes *key_out, struct kv_bytes *value, struct kv *k,
    const void *key, size_t n, struct err *e);

#endif
