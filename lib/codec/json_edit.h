/*
 * codec/json_edit.h - trees of JSON changed in place.
 */
#ifndef CODEC_JSON_EDIT_H
#define CODEC_JSON_EDIT_H

#include "codec/json.h"

/* A copy down to the leaves. */
struct json *json_copy(struct arena *a, const struct json *from);
/* A member of that name gets another value, a copy; a new one goes to the
 * end. */
void json_set(struct arena *a, struct json *map, const char *key,
    const struct json *value);
void json_remove(struct json *map, const char *key);
/* A patch as RFC 7396 has it: null takes away, a map changes the map there,
 * anything else replaces. */
void json_merge(struct arena *a, struct json *map, const struct json *patch);

#endif
