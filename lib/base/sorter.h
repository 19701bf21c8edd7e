/*
 * base/sorter.h - more records than memory holds, in order.
 *
 * A record is 1 to SORTER_RECORD_MAX bytes, ordered as memcmp does, the
 * shorter first.  What does not fit in memory waits, sorted, in nameless
 * files of one folder: a kill leaves nothing behind.
 *
 *	s = sorter_new(SORTER_MEMORY, "/var/tmp");
 *	while (...)
 *		sorter_add(s, record, n, e)
 *	if (sorter_sort(s, e) == 0)
 *		while ((r = sorter_next(&record, &n, s, e)) > 0)
 *			...
 *	sorter_free(s);
 */
#ifndef BASE_SORTER_H
#define BASE_SORTER_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

#define SORTER_MEMORY ((size_t)64 << 20)
#define SORTER_RECORD_MAX ((size_t)1 << 16)

struct sorter;

/* `folder` is borrowed.  `memory` is what records may take, about. */
struct sorter *sorter_new(size_t memory, const char *folder);
void sorter_free(struct sorter *s);
/* ERR_TOOBIG: the record is; ERR_IO: no room in the folder. */
int sorter_add(struct sorter *s, const void *record, size_t n, struct err *e);
/* No more are added. */
int sorter_sort(struct sorter *s, struct err *e);
/* 1 with the next, good until the next call; 0 at the end; -1. */
int sorter_next(const void **record, size_t *n, struct sorter *s,
    struct err *e);
uint64_t sorter_count(const struct sorter *s);

/* Parts of a record, so that bytes have the order of values: integers, falling
 * doubles, and a text of which none is the beginning of another. */
void sorter_put_u32(struct buf *b, uint32_t v);
void sorter_put_u64(struct buf *b, uint64_t v);
void sorter_put_falling(struct buf *b, double v);
void sorter_put_text(struct buf *b, const char *s, size_t n);
uint32_t sorter_get_u32(const void *p);
uint64_t sorter_get_u64(const void *p);
double sorter_get_falling(const void *p);
/* Bytes of the text part at p, its end among them. */
size_t sorter_text_bytes(const void *p, size_t n);

#endif
