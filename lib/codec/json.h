/*
 * codec/json.h - JSON: a tree, a pull reader for rows, and writers.
 *
 * The tree (`struct json`) also holds what codec/yaml.h reads, so the rest
 * of mlv knows one shape for configuration, manifests and requests.  It
 * lives in an arena and is freed with it.
 *
 * Reading is strict RFC 8259 (depth at most 64, UTF-8 checked, duplicate
 * keys refused), iterative, and never allocates more than it has read
 * input for.  With JSON_NAN the bare words NaN, Infinity and -Infinity are
 * numbers too, as servers of models need.
 */
#ifndef CODEC_JSON_H
#define CODEC_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

enum json_type {
	JSON_NULL, JSON_BOOL, JSON_INT, JSON_REAL, JSON_TEXT, JSON_LIST, JSON_MAP
};

struct json {
	enum json_type type;
	bool b;
	int64_t i;		/* JSON_INT: fits int64 and was written so */
	double d;		/* JSON_INT too, rounded */
	const char *s;		/* JSON_TEXT: NUL-ended, may hold NULs */
	size_t n;		/* bytes of s, or number of children */
	struct json *child;	/* first of a list or map, in order */
	struct json *last;	/* its last child, so that appending is quick */
	struct json *next;	/* sibling */
	const char *key;	/* in a map: its name */
	uint32_t line;		/* where it stood, from 1; 0 if made by us */
};

#define JSON_NAN 1		/* accept NaN, Infinity, -Infinity */
#define JSON_DEPTH_MAX 64

/* Parse exactly one value.  ERR_FORMAT names line and column. */
int json_parse(struct json **out, struct arena *a, const char *s, size_t n,
    int flags, struct err *e);

/* Look up.  get: a member of a map, or NULL.  The typed forms return the
 * fallback when the member is absent or of another type; json_num takes
 * both kinds of number. */
const struct json *json_get(const struct json *j, const char *key);
/* "a.b.c" through maps; a member whose name holds dots wins over nesting. */
const struct json *json_path(const struct json *j, const char *dotted);
const char *json_text(const struct json *j, const char *key,
    const char *fallback);
double json_num(const struct json *j, const char *key, double fallback);
int64_t json_int(const struct json *j, const char *key, int64_t fallback);
bool json_bool(const struct json *j, const char *key, bool fallback);

/* Build.  Strings are copied into the arena.  The add functions append to
 * `to` (a map when key is not NULL, else a list) and return the new value. */
struct json *json_new(struct arena *a, enum json_type type);
struct json *json_add(struct arena *a, struct json *to, const char *key,
    struct json *value);
struct json *json_add_text(struct arena *a, struct json *to, const char *key,
    const char *s);
struct json *json_add_textn(struct arena *a, struct json *to, const char *key,
    const char *s, size_t n);
struct json *json_add_int(struct arena *a, struct json *to, const char *key,
    int64_t v);
struct json *json_add_num(struct arena *a, struct json *to, const char *key,
    double v);
struct json *json_add_bool(struct arena *a, struct json *to, const char *key,
    bool v);
struct json *json_add_null(struct arena *a, struct json *to, const char *key);
struct json *json_add_map(struct arena *a, struct json *to, const char *key);
struct json *json_add_list(struct arena *a, struct json *to, const char *key);

/* Write a tree.  json_write is compact, members in tree order; a number
 * that is not finite is written as null.  json_write_pretty indents by two.
 * json_canonical is RFC 8785 (members sorted by UTF-16 code units, numbers
 * as ECMAScript prints them); integers beyond 2^53 become strings, and a
 * number that is not finite is refused. */
void json_write(struct buf *out, const struct json *j);
void json_write_pretty(struct buf *out, const struct json *j);
int json_canonical(struct buf *out, const struct json *j, struct err *e);

/* The quoted, escaped form of n bytes; bytes that are not UTF-8 become
 * U+FFFD. */
void json_quote(struct buf *out, const char *s, size_t n);

/*
 * The pull reader, for rows and tensors: no tree, no copy.  Text tokens
 * point into the input when they hold no escapes, into *scratch otherwise.
 *
 *	json_pull_init(&p, s, n, JSON_NAN);
 *	while ((t = json_pull(&p, e)) > JSON_END_ALL)
 *		...
 *	r = t == JSON_BAD ? -1 : 0;
 *	json_pull_free(&p);
 *
 * Members arrive as JSON_KEY followed by their value.  After JSON_END_ALL
 * comes nothing; JSON_BAD means *e is set.
 */
enum json_token {
	JSON_BAD = -1, JSON_END_ALL = 0, JSON_KEY, JSON_T_NULL, JSON_T_BOOL,
	JSON_T_NUM, JSON_T_TEXT, JSON_T_LIST, JSON_T_LIST_END, JSON_T_MAP,
	JSON_T_MAP_END
};

struct json_pull {
	const char *start, *at, *end;
	int flags;
	int depth;
	uint64_t in_map;	/* one bit a level */
	int state;		/* private */
	/* the current token */
	const char *s;		/* key or text; the number's own text */
	size_t n;
	double d;		/* number, correctly rounded */
	bool is_int;		/* ... written as an integer that fits i */
	int64_t i;
	bool b;
	struct buf scratch;	/* freed by json_pull_free */
};

void json_pull_init(struct json_pull *p, const char *s, size_t n, int flags);
void json_pull_free(struct json_pull *p);
enum json_token json_pull(struct json_pull *p, struct err *e);
/* Skip the value that comes next, whatever it is. */
int json_pull_skip(struct json_pull *p, struct err *e);
/* Is the key or text just read this word? */
static inline bool
json_pull_is(const struct json_pull *p, const char *word)
{
	return strlen(word) == p->n && memcmp(p->s, word, p->n) == 0;
}
/* The first byte of the value that follows a member's name, NUL when there
 * is none; *at is where it stands. */
static inline char
json_peek(const struct json_pull *p, const char **at)
{
	const char *s = p->at;

	while (s < p->end && (*s == ':' || *s == ' ' || *s == '\t' ||
	    *s == '\n' || *s == '\r'))
		s++;
	*at = s;
	return s < p->end ? *s : '\0';
}

#endif
