/*
 * pipeline/template.h - ${...} in the texts of a pipeline, as DVC fills it.
 *
 * What stands in the braces is a path into the values in scope: names with
 * dots between them, numbers of list elements as a[0] or a.0.  A text that is
 * one ${...} becomes the value with its type; inside a longer text only
 * numbers, words and booleans may stand.  \${ is a literal ${.
 */
#ifndef PIPELINE_TEMPLATE_H
#define PIPELINE_TEMPLATE_H

#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "codec/json.h"

/* Maps to look in, the nearest first; borrowed. */
#define SCOPE_MAX 4
struct scope {
	const struct json *map[SCOPE_MAX];
	size_t n;
};

/* The value at `path` ("a.b[0]"), NULL when there is none. */
const struct json *scope_find(const struct scope *s, const char *path,
    size_t n);
/* A copy of the tree with every text filled, in the arena.  ERR_FORMAT names
 * what is not in scope, with the line. */
int template_fill(struct json **out, struct arena *a, const struct scope *s,
    const struct json *from, struct err *e);
/*
 * One text filled for a shell: here a map may stand too, and becomes options
 * ("--lr 0.1 --layer.size 8", true a flag, false nothing, a list its
 * elements), every value quoted as one word.
 */
int template_fill_command(char **out, struct arena *a, const struct scope *s,
    const struct json *from, struct err *e);
/* A number, word or boolean as it stands in a longer text; NULL for others. */
const char *template_text(struct arena *a, const struct json *value);
/* A copy of a tree in the arena, under `key` in the map `to`, or NULL in a
 * list. */
struct json *template_copy(struct arena *a, struct json *to, const char *key,
    const struct json *from);

#endif
