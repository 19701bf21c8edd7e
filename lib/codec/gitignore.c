/*
 * Patterns of gitignore(5): each is compiled to steps, and a path is run
 * through all places of them at once, so that no pattern is slow.
 */
#include "codec/gitignore.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define LINE_MAX_BYTES 4096

enum step_kind {
	STEP_BYTE,
	STEP_ANY,		/* ? : one byte that is no slash */
	STEP_SET,		/* [...] */
	STEP_STAR,		/* * : bytes that are no slash */
	STEP_FOLDERS,		/* a double star and a slash: nothing, or
				 * anything that ends in a slash */
	STEP_REST		/* a double star at the end: one byte or more */
};

struct step {
	enum step_kind kind;
	unsigned char byte;
	uint8_t set[32];	/* a bit a byte */
};

struct pattern {
	struct step *step;
	size_t n;
	bool negated, folders_only;
	bool anchored;		/* against the path, not the last name */
};

struct gitignore {
	struct pattern *pattern;
	size_t n;
};

/* --- compiling ------------------------------------------------------------- */

static void
set_add(uint8_t *set, unsigned c)
{
	set[c / 8] |= (uint8_t)(1u << (c % 8));
}

static bool
in_class(const char *name, size_t n, int c)
{
	static const struct { const char *name; int (*is)(int); } known[] = {
		{ "alnum", isalnum }, { "alpha", isalpha },
		{ "blank", isblank }, { "cntrl", iscntrl },
		{ "digit", isdigit }, { "graph", isgraph },
		{ "lower", islower }, { "print", isprint },
		{ "punct", ispunct }, { "space", isspace },
		{ "upper", isupper }, { "xdigit", isxdigit },
	};

	/* the "C" locale's, whatever the user's is: ASCII alone */
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (strlen(known[i].name) == n &&
		    memcmp(known[i].name, name, n) == 0)
			return c < 128 && known[i].is(c);
	return false;
}

/* [...] from p[0] == '[' on; the bytes it takes, 0: no such set. */
static size_t
compile_set(struct step *s, const char *p, size_t n)
{
	size_t i = 1;
	bool inverted = i < n && (p[i] == '!' || p[i] == '^');

	s->kind = STEP_SET;
	i += inverted;
	for (size_t first = i; i < n && (p[i] != ']' || i == first);) {
		unsigned lo, hi;
		const char *end;

		if (p[i] == '[' && i + 1 < n && p[i + 1] == ':' &&
		    (end = memchr(p + i + 2, ':', n - i - 2)) != NULL &&
		    end + 1 < p + n && end[1] == ']') {
			for (int c = 0; c < 128; c++)
				if (in_class(p + i + 2, (size_t)(end - p) - i - 2, c))
					set_add(s->set, (unsigned)c);
			i = (size_t)(end - p) + 2;
			continue;
		}
		i += p[i] == '\\' && i + 1 < n;
		lo = hi = (unsigned char)p[i++];
		if (i + 1 < n && p[i] == '-' && p[i + 1] != ']') {
			i++;
			i += p[i] == '\\' && i + 1 < n;
			hi = (unsigned char)p[i++];
		}
		for (; lo <= hi; lo++)
			set_add(s->set, lo);
	}
	if (i >= n)
		return 0;
	for (size_t b = 0; inverted && b < sizeof(s->set); b++)
		s->set[b] = (uint8_t)~s->set[b];
	s->set['/' / 8] &= (uint8_t)~(1u << ('/' % 8));
	return i + 1;
}

/* One step from p[i] on; the bytes it takes. */
static size_t
compile_step(struct step *s, const char *p, size_t n, size_t i)
{
	size_t stars = 0, took;

	while (i + stars < n && p[i + stars] == '*')
		stars++;
	if (stars == 2 && (i == 0 || p[i - 1] == '/') && i + 2 < n &&
	    p[i + 2] == '/') {
		s->kind = STEP_FOLDERS;
		return 3;
	}
	if (stars == 2 && i + 2 == n && (i == 0 || p[i - 1] == '/')) {
		s->kind = STEP_REST;
		return 2;
	}
	if (stars) {
		s->kind = STEP_STAR;
		return stars;
	}
	if (p[i] == '[' && (took = compile_set(s, p + i, n - i)) > 0)
		return took;
	memset(s->set, 0, sizeof(s->set));
	s->kind = p[i] == '?' ? STEP_ANY : STEP_BYTE;
	if (p[i] == '\\' && i + 1 < n) {
		s->byte = (unsigned char)p[i + 1];
		return 2;
	}
	s->byte = (unsigned char)p[i];
	return 1;
}

static bool
compile_pattern(struct pattern *t, const char *p, size_t n)
{
	*t = (struct pattern){ .n = 0 };
	if (n && p[n - 1] == '\r')
		n--;
	while (n && p[n - 1] == ' ' && !(n > 1 && p[n - 2] == '\\'))
		n--;
	if (n == 0 || n > LINE_MAX_BYTES || p[0] == '#')
		return false;
	if (p[0] == '!') {
		t->negated = true;
		p++;
		n--;
	}
	if (n && p[n - 1] == '/') {
		t->folders_only = true;
		n--;
	}
	t->anchored = memchr(p, '/', n) != NULL;
	if (n && p[0] == '/') {
		p++;
		n--;
	}
	if (n == 0)
		return false;
	t->step = xalloc(n, sizeof(*t->step));
	for (size_t i = 0; i < n;)
		i += compile_step(&t->step[t->n++], p, n, i);
	return true;
}

struct gitignore *
gitignore_new(const char *text, size_t n)
{
	struct gitignore *g = xalloc(1, sizeof(*g));
	size_t room = 0;

	if (n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		text += 3;
		n -= 3;
	}
	while (n) {
		const char *end = memchr(text, '\n', n);
		size_t len = end ? (size_t)(end - text) : n;

		if (g->n == room) {
			room = room ? 2 * room : 16;
			g->pattern = xresize(g->pattern, room,
			    sizeof(*g->pattern));
		}
		g->n += compile_pattern(&g->pattern[g->n], text, len);
		text += len + (end != NULL);
		n -= len + (end != NULL);
	}
	return g;
}

void
gitignore_free(struct gitignore *g)
{
	if (g == NULL)
		return;
	for (size_t i = 0; i < g->n; i++)
		free(g->pattern[i].step);
	free(g->pattern);
	free(g);
}

/* --- matching -------------------------------------------------------------- */

/* Where a run through the steps may be: before step i, or within it. */
enum { AT = 1, WITHIN = 2 };

/* What may be skipped is: a star, and folders that were just begun. */
static void
enter_steps(const struct pattern *t, uint8_t *now)
{
	for (size_t i = 0; i < t->n; i++) {
		if ((now[i] & AT) && (t->step[i].kind == STEP_STAR ||
		    t->step[i].kind == STEP_FOLDERS))
			now[i + 1] |= AT;
		if ((now[i] & WITHIN) && t->step[i].kind == STEP_STAR)
			now[i + 1] |= AT;
	}
}

static void
take_byte(const struct step *s, unsigned char c, const uint8_t *now,
    uint8_t *next, size_t i)
{
	switch (s->kind) {
	case STEP_BYTE:
		next[i + 1] |= s->byte == c && (now[i] & AT) ? AT : 0;
		break;
	case STEP_ANY:
		next[i + 1] |= c != '/' ? AT : 0;
		break;
	case STEP_SET:
		next[i + 1] |= s->set[c / 8] >> (c % 8) & 1 ? AT : 0;
		break;
	case STEP_STAR:
		next[i] |= c != '/' ? WITHIN : 0;
		break;
	case STEP_FOLDERS:
		next[i] |= WITHIN;
		next[i + 1] |= c == '/' ? AT : 0;
		break;
	case STEP_REST:
		next[i] |= WITHIN;
		next[i + 1] |= AT;
		break;
	}
}

static bool
pattern_matches(const struct pattern *t, const char *path)
{
	uint8_t state[2][LINE_MAX_BYTES + 2];
	uint8_t *now = state[0], *next = state[1], *other;

	memset(now, 0, t->n + 1);
	now[0] = AT;
	enter_steps(t, now);
	for (; *path; path++) {
		memset(next, 0, t->n + 1);
		for (size_t i = 0; i < t->n; i++)
			if (now[i])
				take_byte(&t->step[i], (unsigned char)*path,
				    now, next, i);
		enter_steps(t, next);
		other = now;
		now = next;
		next = other;
	}
	return now[t->n] & AT;
}

enum gitignore_verdict
gitignore_match(const struct gitignore *g, const char *path, bool is_folder)
{
	const char *slash = strrchr(path, '/');

	for (size_t i = g->n; i-- > 0;) {
		const struct pattern *t = &g->pattern[i];

		if (t->folders_only && !is_folder)
			continue;
		if (pattern_matches(t, t->anchored || slash == NULL ? path :
		    slash + 1))
			return t->negated ? GITIGNORE_NO : GITIGNORE_YES;
	}
	return GITIGNORE_NONE;
}
