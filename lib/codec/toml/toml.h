/*
 * codec/toml/toml.h - TOML 1.0 as people write configuration.
 *
 * A document becomes the tree of codec/json.h, with line numbers.  Dates and
 * times become their text, as it stands.  Refused besides what is no TOML:
 * more than TOML_BYTES_MAX, JSON_DEPTH_MAX levels, and a NUL in a key.  Source
 * of the grammar: toml.io/en/v1.0.0; tests/interop/toml.py asks its test suite.
 */
#ifndef CODEC_TOML_TOML_H
#define CODEC_TOML_TOML_H

#include "codec/json.h"

#define TOML_BYTES_MAX ((size_t)1 << 24)

/* *out is a map, of an empty document too, whose s may be NULL.  ERR_FORMAT names the line. */
int toml_parse(struct json **out, struct arena *a, const char *s, size_t n,
    struct err *e);

#endif
