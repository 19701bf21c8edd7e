/* Text: letters in one case, words cut apart, n-grams counted. */
#include <stdlib.h>
#include <string.h>

#include "base/letter.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "codec/regex.h"
#include "engine/ops/broadcast.h"

/* Cutting a text takes so much a byte: the pattern's states. */
#define CUT_WORK 4

static bool
same_text(const struct text *a, const struct text *b)
{
	return a->n == b->n && (a->n == 0 || memcmp(a->s, b->s, a->n) == 0);
}

/* A copy in one case, in `room` of LETTER_ROOM bytes. */
static struct text
text_in_case(char *room, const struct text *t, bool upper)
{
	return (struct text){ room, letter_case(room, t->s, t->n, upper) };
}

/* --- StringNormalizer ----------------------------------------------------- */

enum letters { LETTERS_KEPT, LETTERS_LOWER, LETTERS_UPPER };

struct normalizer {
	enum letters letters;
	bool exact;			/* stop words are compared as they are */
	const struct text *stop;	/* else in lower case */
	size_t n_stop;
};

static int
prepare_normalizer(struct step *s, struct model *m, struct err *e)
{
	static const char *const cases[] = { "NONE", "LOWER", "UPPER" };
	const char *how = attr_text(s, "case_change_action", "NONE");
	const struct onnx_attr *stop = attr_list(s, "stopwords",
	    ONNX_ATTR_TEXTS);
	struct normalizer *c = arena_alloc(&m->arena, sizeof(*c));
	struct text *low;
	int k = 0;

	while (k < 3 && strcmp(how, cases[k]) != 0)
		k++;
	if (k == 3)
		return step_bad(s, e, "unknown case_change_action '%s'", how);
	c->letters = (enum letters)k;
	c->exact = attr_int(s, "is_case_sensitive", 0) != 0;
	s->state = c;
	if (stop == NULL)
		return 0;
	low = arena_alloc(&m->arena, stop->n * sizeof(*low));
	for (size_t i = 0; i < stop->n; i++)
		low[i] = c->exact ? stop->texts[i] :
		    text_in_case(arena_alloc(&m->arena,
		    LETTER_ROOM(stop->texts[i].n) + 1), &stop->texts[i],
		    false);
	c->stop = low;
	c->n_stop = stop->n;
	return 0;
}

static bool
is_stop_word(const struct normalizer *c, const struct text *t)
{
	for (size_t i = 0; i < c->n_stop; i++)
		if (same_text(&c->stop[i], t))
			return true;
	return false;
}

/* *to = t as it goes on; *stop when it is a stop word. */
static int
normalize_text(struct text *to, bool *stop, struct model_run *r,
    const struct step *s, const struct text *t, struct err *e)
{
	const struct normalizer *c = s->state;
	bool fold = c->n_stop && !c->exact;
	char *room;

	*to = *t;
	*stop = !fold && is_stop_word(c, t);
	if (step_work(r, s, t->n + c->n_stop, 1, e) < 0)
		return -1;
	if (!fold && c->letters == LETTERS_KEPT)
		return 0;
	if ((room = step_room(r, s, LETTER_ROOM(t->n) + 1, 1, e)) == NULL)
		return -1;
	if (fold) {
		struct text low = text_in_case(room, t, false);

		*stop = is_stop_word(c, &low);
	}
	if (c->letters != LETTERS_KEPT)
		*to = text_in_case(room, t, c->letters == LETTERS_UPPER);
	return 0;
}

static int
run_normalizer(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0);
	static const struct text none = { "", 0 };
	struct text *kept;
	struct tensor *out;
	int64_t dim[2] = { 1, 0 };
	size_t n = 0;

	NEED(a, s, e);
	if (a->elem != ONNX_TEXT)
		return step_bad_type(s, a->elem, e);
	if (a->rank < 1 || a->rank > 2 || (a->rank == 2 && a->dim[0] != 1))
		return step_bad(s, e, "a list of texts is needed");
	if ((kept = step_room(r, s, a->n + 1, sizeof(*kept), e)) == NULL)
		return -1;
	for (size_t i = 0; i < a->n; i++) {
		bool stop;

		if (normalize_text(&kept[n], &stop, r, s,
		    (const struct text *)a->data + i, e) < 0)
			return -1;
		n += !stop;
	}
	if (n == 0 && a->n)
		kept[n++] = none;
	dim[a->rank - 1] = (int64_t)n;
	if ((out = step_out(r, s, 0, ONNX_TEXT, a->rank, dim, e)) == NULL)
		return -1;
	if (n)
		memcpy(out->data, kept, n * sizeof(*kept));
	return 0;
}

/* --- TfIdfVectorizer ------------------------------------------------------ */

/* N-grams as a tree: a node is a number in `nodes` for the pair (node before
 * it, item), and carries the column it counts for. */
struct ngrams {
	struct intern *items, *nodes;
	int64_t *column;		/* by node, or -1 */
	const float **weight;		/* by node; NULL without weights */
	int64_t least, most, skips;
	size_t width;
	enum onnx_elem elem;
	char mode;			/* T: how often, I: whether, B: both */
};

#define ROOT UINT32_MAX

static uint32_t
node_of(const struct ngrams *g, uint32_t before, uint32_t item, bool add)
{
	uint32_t key[2] = { before, item };

	return add ? intern_add(g->nodes, (const char *)key, sizeof(key)) :
	    intern_find(g->nodes, (const char *)key, sizeof(key));
}

/* The number of an item of the pool or, negative i, of the input. */
static uint32_t
item_of(const struct ngrams *g, const void *data, enum onnx_elem elem, size_t i,
    bool add)
{
	const struct text *t = (const struct text *)data + i;
	const char *s;
	int64_t whole;
	size_t n = sizeof(whole);

	if (elem == ONNX_TEXT) {
		s = t->s;
		n = t->n;
	} else {
		whole = elem == ONNX_INT64 ? ((const int64_t *)data)[i] :
		    ((const int32_t *)data)[i];
		s = (const char *)&whole;
	}
	return add ? intern_add(g->items, s, n) : intern_find(g->items, s, n);
}

/* The pool's n-grams of n items, entries [from, to); *id counts them all. */
static int
add_ngrams(struct ngrams *g, const struct step *s, const void *pool,
    size_t from, size_t to, size_t n, size_t *id, struct err *e)
{
	const struct onnx_attr *column = attr_list(s, "ngram_indexes",
	    ONNX_ATTR_INTS);
	const struct onnx_attr *weight = attr_list(s, "weights",
	    ONNX_ATTR_FLOATS);

	if ((to - from) % n != 0)
		return step_bad(s, e, "its pool does not hold whole n-grams");
	for (; from < to; from += n, (*id)++) {
		uint32_t node = ROOT;

		if (*id >= column->n)
			return step_bad(s, e, "more n-grams than columns");
		if ((int64_t)n < g->least || (int64_t)n > g->most)
			continue;
		for (size_t k = 0; k < n; k++)
			node = node_of(g, node, item_of(g, pool, g->elem,
			    from + k, true), true);
		if (g->column[node] >= 0)
			return step_bad(s, e, "an n-gram stands twice");
		g->column[node] = column->ints[*id];
		if (weight)
			g->weight[node] = &weight->floats[*id];
	}
	return 0;
}

static int
fill_ngrams(struct ngrams *g, const struct step *s, const struct onnx_attr *pool,
    struct err *e)
{
	const struct onnx_attr *count = attr_list(s, "ngram_counts",
	    ONNX_ATTR_INTS);
	size_t id = 0;

	for (size_t k = 0; k < count->n; k++) {
		int64_t from = count->ints[k];
		int64_t to = k + 1 < count->n ? count->ints[k + 1] :
		    (int64_t)pool->n;

		if (from < 0 || to < from || (uint64_t)to > pool->n)
			return step_bad(s, e, "bad ngram_counts");
		if (add_ngrams(g, s, g->elem == ONNX_TEXT ?
		    (const void *)pool->texts : pool->ints, (size_t)from,
		    (size_t)to, k + 1, &id, e) < 0)
			return -1;
	}
	return 0;
}

static int
ngram_limits(struct ngrams *g, const struct step *s, struct err *e)
{
	const char *mode = attr_text(s, "mode", "");

	g->least = attr_int(s, "min_gram_length", 0);
	g->most = attr_int(s, "max_gram_length", 0);
	g->skips = attr_int(s, "max_skip_count", 0);
	if (g->least < 1 || g->most < g->least || g->most > 1024 ||
	    g->skips < 0 || g->skips > 1024)
		return step_bad(s, e, "bad lengths of n-grams");
	if (strcmp(mode, "TF") != 0 && strcmp(mode, "IDF") != 0 &&
	    strcmp(mode, "TFIDF") != 0)
		return step_bad(s, e, "unknown mode '%s'", mode);
	g->mode = mode[0] == 'I' ? 'I' : mode[2] ? 'B' : 'T';
	return 0;
}

static int
prepare_ngrams(struct step *s, struct model *m, struct err *e)
{
	struct ngrams *g = arena_alloc(&m->arena, sizeof(*g));
	const struct onnx_attr *texts = attr_list(s, "pool_strings",
	    ONNX_ATTR_TEXTS);
	const struct onnx_attr *pool = texts ? texts : attr_list(s,
	    "pool_int64s", ONNX_ATTR_INTS);
	const struct onnx_attr *column = attr_list(s, "ngram_indexes",
	    ONNX_ATTR_INTS);
	const struct onnx_attr *weight = attr_list(s, "weights",
	    ONNX_ATTR_FLOATS);

	if (pool == NULL || column == NULL ||
	    attr_list(s, "ngram_counts", ONNX_ATTR_INTS) == NULL)
		return step_bad(s, e, "it has no n-grams");
	if (weight && weight->n != column->n)
		return step_bad(s, e, "weights and columns do not agree");
	if (ngram_limits(g, s, e) < 0)
		return -1;
	for (size_t i = 0; i < column->n; i++) {
		if (column->ints[i] < 0 ||
		    column->ints[i] >= (int64_t)TENSOR_N_MAX)
			return step_bad(s, e, "bad ngram_indexes");
		if ((size_t)column->ints[i] >= g->width)
			g->width = (size_t)column->ints[i] + 1;
	}
	g->elem = texts ? ONNX_TEXT : ONNX_INT64;
	g->items = intern_new();
	step_keep_dict(m, g->items);
	g->nodes = intern_new();
	step_keep_dict(m, g->nodes);
	/* a node an item of the pool is the most there can be */
	g->column = arena_alloc(&m->arena, (pool->n + 1) * sizeof(*g->column));
	for (size_t i = 0; i < pool->n; i++)
		g->column[i] = -1;
	if (weight)
		g->weight = arena_alloc(&m->arena, (pool->n + 1) *
		    sizeof(*g->weight));
	s->state = g;
	return fill_ngrams(g, s, pool, e);
}

/* Count, by node, the n-grams of n items that are each `step` apart. */
static void
count_ngrams(uint32_t *count, const struct ngrams *g, const uint32_t *item,
    size_t n, int64_t step)
{
	for (size_t start = 0; start < n; start++) {
		uint32_t node = ROOT;
		size_t at = start;

		for (int64_t k = 1; k <= g->most && at < n; k++) {
			if (item[at] == INTERN_NONE || (node = node_of(g, node,
			    item[at], false)) == INTERN_NONE)
				break;
			/* single items have no distance: once is enough */
			count[node] += k > 1 || step == 1;
			at += (size_t)step;
		}
	}
}

/* Counts to columns, as the mode says. */
static void
weigh_counts(float *out, const struct ngrams *g, const uint32_t *count)
{
	for (uint32_t node = 0; node < intern_count(g->nodes); node++) {
		float w = g->weight && g->weight[node] ? *g->weight[node] : 1;

		if (g->column[node] < 0 || count[node] == 0)
			continue;
		if (g->mode == 'I')
			out[g->column[node]] = w;
		else
			out[g->column[node]] += (float)count[node] *
			    (g->mode == 'T' ? 1 : w);
	}
}

/* Lookups an item. */
static size_t
ngram_work(const struct ngrams *g, size_t n)
{
	size_t steps = (size_t)g->skips + 1;

	steps = steps < n ? steps : n ? n : 1;
	return 1 + steps * (size_t)g->most;
}

static int
run_ngrams(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0);
	const struct ngrams *g = s->state;
	size_t rows, n;
	int64_t dim[2];
	struct tensor *out;
	uint32_t *item, *count;

	NEED(a, s, e);
	if ((a->elem == ONNX_TEXT) != (g->elem == ONNX_TEXT) || (a->elem !=
	    ONNX_TEXT && a->elem != ONNX_INT64 && a->elem != ONNX_INT32))
		return step_bad_type(s, a->elem, e);
	if (a->rank < 1 || a->rank > 2)
		return step_bad(s, e, "rows of items are needed");
	rows = a->rank == 2 ? (size_t)a->dim[0] : 1;
	n = (size_t)a->dim[a->rank - 1];
	dim[0] = (int64_t)rows;
	dim[a->rank - 1] = (int64_t)g->width;
	if ((out = step_out(r, s, 0, ONNX_FLOAT, a->rank, dim, e)) == NULL)
		return -1;
	memset(out->data, 0, out->n * sizeof(float));
	item = step_room(r, s, n + 1, sizeof(*item), e);
	count = item ? step_room(r, s, intern_count(g->nodes) + 1,
	    sizeof(*count), e) : NULL;
	if (count == NULL || step_work(r, s, rows, intern_count(g->nodes),
	    e) < 0 || step_work(r, s, rows * n, ngram_work(g, n), e) < 0)
		return -1;
	for (size_t i = 0; i < rows; i++) {
		for (size_t k = 0; k < n; k++)
			item[k] = item_of(g, a->data, a->elem, i * n + k,
			    false);
		for (int64_t step = 1; step <= g->skips + 1; step++)
			if (step == 1 || (g->most > 1 && (size_t)step < n))
				count_ngrams(count, g, item, n, step);
		weigh_counts((float *)out->data + i * g->width, g, count);
		memset(count, 0, intern_count(g->nodes) * sizeof(*count));
	}
	return 0;
}

/* --- Tokenizer (com.microsoft), which skl2onnx puts before n-grams --------- */

struct tokenizer {
	struct regex *regex;		/* NULL: a token a character */
	struct text pad;
	size_t least;			/* characters of a token */
	bool mark;
};

static int
prepare_tokenizer(struct step *s, struct model *m, struct err *e)
{
	struct tokenizer *c = arena_alloc(&m->arena, sizeof(*c));
	const struct onnx_attr *cuts = attr_list(s, "separators",
	    ONNX_ATTR_TEXTS);
	const char *pattern = attr_text(s, "tokenexp", NULL);
	int64_t least = attr_int(s, "mincharnum", 1);

	c->pad.s = attr_text(s, "pad_value", "");
	c->pad.n = strlen(c->pad.s);
	c->mark = attr_int(s, "mark", 0) != 0;
	c->least = least < 1 ? 1 : (size_t)least;
	s->state = c;
	if (pattern == NULL && (cuts == NULL || cuts->n != 1 ||
	    cuts->texts[0].n != 0))
		return err_set(e, ERR_UNSUPPORTED, "Tokenizer with separators "
		    "is not supported in node '%s'", s->node->name);
	if (pattern == NULL || strcmp(pattern, ".") == 0)
		return 0;
	if (regex_new(&c->regex, pattern, false, e) < 0)
		return step_bad(s, e, "its tokenexp is no pattern: '%s'",
		    pattern);
	step_keep_regex(m, c->regex);
	return 0;
}

/* Tokens found in one text after another, and where each text's begin. */
struct tokens {
	struct text *token;
	size_t n, room;
	bool starved;		/* there was no memory for all */
};

static void
add_token(struct tokens *t, const char *s, size_t n)
{
	if (t->n == t->room) {
		size_t room = t->room * 2 + 64;
		struct text *more = mem_resize(t->token, room, sizeof(*more));

		t->starved |= more == NULL;
		if (more == NULL)
			return;
		t->token = more;
		t->room = room;
	}
	t->token[t->n++] = (struct text){ s, n };
}

static int
cut_text(struct tokens *t, const struct tokenizer *c, struct regex_walk *walk,
    const struct text *from, struct err *e)
{
	size_t at = 0, begin, end;
	bool yes = true;

	while (at < from->n) {
		if (walk == NULL) {
			size_t len = utf8_at(from->s + at, from->n - at);

			begin = at;
			end = at + (len ? len : 1);
		} else if (regex_walk_next(&yes, &begin, &end, walk, from->s,
		    from->n, at, e) < 0) {
			return -1;
		}
		if (!yes)
			break;
		if (utf8_count(from->s + begin, end - begin) >= c->least)
			add_token(t, from->s + begin, end - begin);
		/* an empty match moves on by a character */
		if (end == begin && end < from->n) {
			size_t len = utf8_at(from->s + end, from->n - end);

			end += len ? len : 1;
		} else if (end == begin) {
			break;
		}
		at = end;
	}
	return 0;
}

/* Tokens of every text into a table as wide as the longest list. */
static int
lay_tokens(struct model_run *r, const struct step *s, const struct tensor *a,
    const struct tokens *t, const size_t *first, struct err *e)
{
	const struct tokenizer *c = s->state;
	static const struct text start = { "\x02", 1 }, stop = { "\x03", 1 };
	int64_t dim[ONNX_RANK_MAX];
	size_t width = 0, marks;
	struct tensor *out;
	struct text *o;

	if (t->starved)
		return err_set(e, ERR_NOMEM, "out of memory");
	for (size_t i = 0; i < a->n; i++)
		if (first[i + 1] - first[i] > width)
			width = first[i + 1] - first[i];
	marks = c->mark && width ? 2 : 0;
	memcpy(dim, a->dim, sizeof(dim));
	dim[a->rank] = (int64_t)(width + marks);
	if ((out = step_out(r, s, 0, ONNX_TEXT, a->rank + 1, dim, e)) == NULL)
		return -1;
	o = out->data;
	for (size_t i = 0; i < a->n && width; i++) {
		size_t n = first[i + 1] - first[i];
		struct text *end = o + width + marks;

		if (marks)
			*o++ = start;
		for (size_t k = 0; k < n; k++)
			*o++ = t->token[first[i] + k];
		if (marks)
			*o++ = stop;
		while (o < end)
			*o++ = c->pad;
	}
	return 0;
}

static int
run_tokenizer(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0);
	const struct tokenizer *c = s->state;
	struct tokens t = { NULL, 0, 0 };
	struct regex_walk *walk = NULL;
	size_t *first;
	int result = -1;

	NEED(a, s, e);
	if (a->elem != ONNX_TEXT)
		return step_bad_type(s, a->elem, e);
	if (a->rank < 1 || a->rank > 2)
		return step_bad(s, e, "rows of texts are needed");
	if ((first = step_room(r, s, a->n + 1, sizeof(*first), e)) == NULL)
		return -1;
	if (c->regex)
		walk = regex_walk_new(c->regex);
	for (size_t i = 0; i < a->n; i++) {
		const struct text *from = (const struct text *)a->data + i;

		if (step_work(r, s, from->n, CUT_WORK, e) < 0)
			goto done;
		if (cut_text(&t, c, walk, from, e) < 0) {
			err_wrap(e, "%s node '%s'", s->node->op,
			    s->node->name);
			goto done;
		}
		first[i + 1] = t.n;
	}
	result = lay_tokens(r, s, a, &t, first, e);
done:
	regex_walk_free(walk);
	free(t.token);
	return result;
}

/* --- StringConcat, StringSplit, RegexFullMatch ---------------------------- */

struct text_pair {
	struct text a, b;
};

static void
pair_texts(void *out, const void *const *in, size_t n, const size_t *step)
{
	const struct text *a = in[0], *b = in[1];
	struct text_pair *o = out;

	for (size_t i = 0; i < n; i++)
		o[i] = (struct text_pair){ a[i * step[0]], b[i * step[1]] };
}

static int
run_concat(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *in[2] = { step_in(r, s, 0), step_in(r, s, 1) };
	size_t size[2] = { sizeof(struct text), sizeof(struct text) };
	struct text_pair *pair;
	struct broadcast plan;
	struct tensor *out;

	NEED(in[0], s, e);
	NEED(in[1], s, e);
	if (in[0]->elem != ONNX_TEXT || in[1]->elem != ONNX_TEXT)
		return step_bad(s, e, "two texts are needed");
	if (broadcast_plan(&plan, in, 2, s, e) < 0 || (out = step_out(r, s, 0,
	    ONNX_TEXT, plan.rank, plan.dim, e)) == NULL)
		return -1;
	if ((pair = step_room(r, s, out->n, sizeof(*pair), e)) == NULL)
		return -1;
	broadcast_run(&plan, pair, sizeof(*pair), in, size, pair_texts);
	for (size_t i = 0; i < out->n; i++) {
		size_t n = pair[i].a.n + pair[i].b.n;
		char *to = step_room(r, s, n + 1, 1, e);

		if (to == NULL || step_work(r, s, n, 1, e) < 0)
			return -1;
		if (pair[i].a.n)
			memcpy(to, pair[i].a.s, pair[i].a.n);
		if (pair[i].b.n)
			memcpy(to + pair[i].a.n, pair[i].b.s, pair[i].b.n);
		((struct text *)out->data)[i] = (struct text){ to, n };
	}
	return 0;
}

static bool
is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Parts between blanks, or between delimiters: at most `most` cuts. */
static void
split_text(struct tokens *t, const struct text *from, const struct text *cut,
    int64_t most)
{
	size_t at = 0, end, next;

	if (from->n == 0)
		return;
	for (;;) {
		while (cut->n == 0 && at < from->n && is_blank(from->s[at]))
			at++;
		if (cut->n == 0 && at == from->n)
			return;
		end = at;
		while (end < from->n && (cut->n == 0 ? !is_blank(from->s[end]) :
		    from->n - end < cut->n || memcmp(from->s + end, cut->s,
		    cut->n) != 0))
			end++;
		next = end + (cut->n ? cut->n : 1);
		if (end == from->n || most == 0) {
			add_token(t, from->s + at, from->n - at);
			return;
		}
		add_token(t, from->s + at, end - at);
		at = next;
		most -= most > 0;
	}
}

static int
run_split(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0);
	int64_t most = attr_int(s, "maxsplit", -1), dim[ONNX_RANK_MAX];
	struct tokens t = { NULL, 0, 0, false };
	struct text cut;
	size_t *first, width = 0;
	struct tensor *out, *count;
	int result = -1;

	NEED(a, s, e);
	if (a->elem != ONNX_TEXT || a->rank == ONNX_RANK_MAX)
		return step_bad_type(s, a->elem, e);
	cut.s = attr_text(s, "delimiter", "");
	cut.n = strlen(cut.s);
	if ((first = step_room(r, s, a->n + 1, sizeof(*first), e)) == NULL)
		return -1;
	for (size_t i = 0; i < a->n; i++) {
		const struct text *from = (const struct text *)a->data + i;

		if (step_work(r, s, from->n, 1, e) < 0)
			goto done;
		split_text(&t, from, &cut, most);
		first[i + 1] = t.n;
		if (t.n - first[i] > width)
			width = t.n - first[i];
	}
	if (t.starved) {
		err_set(e, ERR_NOMEM, "out of memory");
		goto done;
	}
	memcpy(dim, a->dim, sizeof(dim));
	dim[a->rank] = (int64_t)width;
	out = step_out(r, s, 0, ONNX_TEXT, a->rank + 1, dim, e);
	count = out ? step_out(r, s, 1, ONNX_INT64, a->rank, a->dim, e) : NULL;
	if (count == NULL)
		goto done;
	for (size_t i = 0; i < a->n; i++) {
		size_t n = first[i + 1] - first[i];
		struct text *o = (struct text *)out->data + i * width;

		((int64_t *)count->data)[i] = (int64_t)n;
		for (size_t k = 0; k < width; k++)
			o[k] = k < n ? t.token[first[i] + k] :
			    (struct text){ "", 0 };
	}
	result = 0;
done:
	free(t.token);
	return result;
}

static int
run_full_match(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0);
	struct regex *regex = NULL;
	struct tensor *out;
	int result = -1;

	NEED(a, s, e);
	if (a->elem != ONNX_TEXT)
		return step_bad_type(s, a->elem, e);
	if (regex_new(&regex, attr_text(s, "pattern", ""), true, e) < 0)
		return step_bad(s, e, "its pattern is none: '%s'",
		    attr_text(s, "pattern", ""));
	if ((out = step_out(r, s, 0, ONNX_BOOL, a->rank, a->dim, e)) == NULL)
		goto done;
	for (size_t i = 0; i < a->n; i++) {
		const struct text *t = (const struct text *)a->data + i;
		bool yes;

		if (regex_find(&yes, regex, t->s, t->n, e) < 0)
			goto done;
		((uint8_t *)out->data)[i] = yes;
	}
	result = 0;
done:
	regex_free(regex);
	return result;
}

const struct op ops_text[] = {
	{ "", "StringNormalizer", 10, 0, prepare_normalizer, run_normalizer,
	    0 },
	{ "", "TfIdfVectorizer", 9, 0, prepare_ngrams, run_ngrams, 0 },
	{ "com.microsoft", "Tokenizer", 1, 0, prepare_tokenizer,
	    run_tokenizer, 0 },
	{ "", "StringConcat", 20, 0, NULL, run_concat, 0 },
	{ "", "StringSplit", 20, 0, NULL, run_split, 0 },
	{ "", "RegexFullMatch", 20, 0, NULL, run_full_match, 0 },
	{ NULL, NULL, 0, 0, NULL, NULL, 0 }
};
