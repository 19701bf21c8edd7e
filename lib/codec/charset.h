/*
 * codec/charset.h - text in other encodings made UTF-8, through the system's
 * iconv.
 */
#ifndef CODEC_CHARSET_H
#define CODEC_CHARSET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct charset_in;

/* NULL: the system does not know the encoding. */
struct charset_in *charset_in_new(const char *encoding);
void charset_in_free(struct charset_in *c);
bool charset_known(const char *encoding);
/*
 * Reads from in[0..n), writes to out[0..cap), says how much of each; bytes
 * that are the beginning of a character are left, unless `last`.  ERR_FORMAT:
 * what stands behind the bytes read is no character.
 */
int charset_step(struct charset_in *c, void *out, size_t cap, size_t *made,
    const void *in, size_t n, size_t *used, bool last, struct err *e);

#endif
