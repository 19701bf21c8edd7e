/*
 * codec/yaml.h - YAML as people write configuration, through libyaml.
 *
 * One document of maps, lists and scalars becomes the tree of codec/json.h
 * (with line numbers).  Plain scalars are null, bool, int, real or text by
 * YAML 1.2's core schema; quoted ones are text.  Anchors, aliases, tags,
 * further documents, duplicate keys, more than YAML_BYTES_MAX, 64 levels or
 * two million events are refused: libyaml 0.2.5 is quadratic in nesting, so
 * the depth is counted on its events before it goes deeper.
 */
#ifndef CODEC_YAML_H
#define CODEC_YAML_H

#include "codec/json.h"

#define YAML_BYTES_MAX ((size_t)1 << 24)

int yaml_parse(struct json **out, struct arena *a, const char *s, size_t n,
    struct err *e);
/* As block-style YAML that yaml_parse reads back to the same tree;
 * ERR_TOOBIG when that would be more than it reads. */
int yaml_write(struct buf *out, const struct json *j, struct err *e);

#endif
