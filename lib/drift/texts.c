/* Texts as numbers: lengths, and words that the reference has not. */
#include "drift/texts.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "table/column_set.h"

static bool
is_letter(char c)
{
	return (unsigned char)c >= 0x80 || (c >= '0' && c <= '9') ||
	    (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

size_t
texts_word(char word[TEXTS_WORD_MAX], const char *s, size_t n, size_t *at)
{
	size_t i = *at, len = 0;

	for (; i < n && !is_letter(s[i]); i++)
		;
	for (; i < n && is_letter(s[i]); i++)
		if (len < TEXTS_WORD_MAX)
			word[len++] = s[i] >= 'A' && s[i] <= 'Z' ?
			    (char)(s[i] + 32) : s[i];
	*at = i;
	return len;
}

/* ---- the words of the reference ---- */

struct words {
	struct intern *all;
	uint32_t *first;		/* the text that had it first */
	bool *again;			/* another one had it, too */
	size_t room;
};

static void
learn_text(struct words *w, const char *s, size_t n, uint32_t row)
{
	char word[TEXTS_WORD_MAX];
	size_t at = 0, len;

	while ((len = texts_word(word, s, n, &at)) > 0) {
		size_t have = intern_count(w->all);
		uint32_t k = have < TEXTS_WORDS_MAX ? intern_add(w->all, word,
		    len) : intern_find(w->all, word, len);

		if (k == INTERN_NONE)
			continue;
		if (k >= w->room) {
			w->room = 2 * w->room + 1024;
			w->first = xresize(w->first, w->room,
			    sizeof(*w->first));
			w->again = xresize(w->again, w->room,
			    sizeof(*w->again));
		}
		if (k == have) {
			w->first[k] = row;
			w->again[k] = false;
		} else if (w->first[k] != row) {
			w->again[k] = true;
		}
	}
}

/* Does a text other than that of the row, UINT32_MAX of none, have it? */
static bool
is_known(const struct words *w, const char *word, size_t len, uint32_t row)
{
	uint32_t k = intern_find(w->all, word, len);

	return k != INTERN_NONE && (w->first[k] != row || w->again[k]);
}

static double
unknown_share(const struct words *w, const char *s, size_t n, uint32_t row)
{
	char word[TEXTS_WORD_MAX];
	size_t at = 0, len, all = 0, unknown = 0;

	while ((len = texts_word(word, s, n, &at)) > 0) {
		all++;
		unknown += !is_known(w, word, len, row);
	}
	return all > 0 ? (double)unknown / (double)all : 0;
}

/* ---- columns ---- */

static int
measure_side(struct table *t, const struct words *w, size_t column,
    bool reference, struct err *e)
{
	const struct column *from;
	char *name;
	int r = 0;

	t->col = xresize(t->col, t->cols + 2, sizeof(*t->col));
	memset(&t->col[t->cols], 0, 2 * sizeof(*t->col));
	from = &t->col[column];
	for (size_t k = 0; r == 0 && k < 2; k++) {
		name = xprintf("%s.%s", from->name, k == 0 ? "length" :
		    "unknown");
		r = table_find(t, name) != NULL ? err_set(e, ERR_EXISTS,
		    "column '%s' is there already: exclude '%s', or rename it",
		    name, from->name) : column_init(&t->col[t->cols], name,
		    COL_FLOAT64, t->rows, e);
		t->cols += r == 0;
		free(name);
	}
	for (size_t i = 0; r == 0 && i < t->rows; i++) {
		struct column *to = &t->col[t->cols - 2];
		size_t n;
		const char *s = column_text(from, i, &n);

		if (s == NULL) {
			column_set_missing(&to[0], i);
			column_set_missing(&to[1], i);
			continue;
		}
		to[0].f64[i] = (double)utf8_count(s, n);
		to[1].f64[i] = unknown_share(w, s, n, reference ?
		    (uint32_t)i : UINT32_MAX);
	}
	return r;
}

static int
measure_column(struct table *ref, struct table *cur, size_t at,
    const char *name, struct err *e)
{
	struct words w = { .all = intern_new() };
	const struct column *c = &ref->col[at];
	size_t n, other = 0;
	int r;

	for (size_t i = 0; i < c->rows; i++) {
		const char *s = column_text(c, i, &n);

		if (s != NULL)
			learn_text(&w, s, n, (uint32_t)i);
	}
	r = table_index(&other, cur, name, e);
	if (r == 0)
		r = measure_side(ref, &w, at, true, e);
	if (r == 0)
		r = measure_side(cur, &w, other, false, e);
	free(w.first);
	free(w.again);
	intern_free(w.all);
	return r;
}

static bool
is_named(const char *name, const char *const *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (v[i] != NULL && strcmp(v[i], name) == 0)
			return true;
	return false;
}

int
texts_measure(const char ***names, size_t *n, struct arena *a,
    struct table *ref, struct table *cur, const char *const *except,
    size_t n_except, struct err *e)
{
	size_t cols = ref->cols;

	*names = arena_alloc(a, (cols + 1) * sizeof(**names));
	*n = 0;
	for (size_t i = 0; i < cols; i++) {
		const char *name = ref->col[i].name;
		const struct column *c = table_find(cur, name);

		if (c == NULL || ref->col[i].type != COL_TEXT || c->type !=
		    COL_TEXT || is_named(name, except, n_except))
			continue;
		(*names)[*n] = arena_strdup(a, name);
		if (measure_column(ref, cur, i, (*names)[(*n)++], e) < 0)
			return -1;
	}
	if (*n == 0)
		return 0;
	return table_drop(ref, *names, *n, e) < 0 ? -1 : table_drop(cur,
	    *names, *n, e);
}

const char **
texts_expand(size_t *n, struct arena *a, const char *const *list,
    size_t n_list, const char *const *names, size_t n_names)
{
	const char **v = arena_alloc(a, (2 * n_list + 1) * sizeof(*v));

	*n = 0;
	for (size_t i = 0; i < n_list; i++) {
		if (!is_named(list[i], names, n_names)) {
			v[(*n)++] = list[i];
			continue;
		}
		v[(*n)++] = arena_printf(a, "%s.length", list[i]);
		v[(*n)++] = arena_printf(a, "%s.unknown", list[i]);
	}
	return v;
}

void
texts_weigh(struct drift_opts *o, struct arena *a, const char *const *names,
    size_t n_names)
{
	struct drift_weight *v = arena_alloc(a, (2 * o->n_weight + 1) *
	    sizeof(*v));
	size_t n = 0;

	for (size_t i = 0; i < o->n_weight; i++) {
		const struct drift_weight *w = &o->weight[i];

		if (!is_named(w->column, names, n_names)) {
			v[n++] = *w;
			continue;
		}
		v[n++] = (struct drift_weight){ arena_printf(a, "%s.length",
		    w->column), w->weight / 2 };
		v[n++] = (struct drift_weight){ arena_printf(a, "%s.unknown",
		    w->column), w->weight / 2 };
	}
	o->weight = v;
	o->n_weight = n;
}
