/* Regular expressions, through PCRE2. */
#include "codec/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>

#include "base/mem.h"

#define STEPS_MAX 200000
#define DEPTH_MAX 2000
#define WALK_CELLS 2000		/* room for states of a walk */
#define STACK_BYTES ((size_t)1 << 15)
#define STACK_BYTES_MAX ((size_t)1 << 23)

struct regex {
	pcre2_code *code;
	pcre2_match_data *data;
	pcre2_match_context *limits;
	pcre2_jit_stack *stack;		/* NULL: there is no compiler */
};

int
regex_new(struct regex **out, const char *pattern, bool whole, struct err *e)
{
	struct regex *r = xalloc(1, sizeof(*r));
	PCRE2_UCHAR text[128];
	PCRE2_SIZE at;
	int code;

	r->code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
	    PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C | (whole ? PCRE2_ANCHORED |
	    PCRE2_ENDANCHORED : 0), &code, &at, NULL);
	if (r->code == NULL) {
		pcre2_get_error_message(code, text, sizeof(text));
		free(r);
		return err_set(e, ERR_USAGE, "pattern '%s' at %zu: %s", pattern,
		    (size_t)at, (const char *)text);
	}
	/* without the compiler for patterns the interpreter does the same;
	 * with it long texts need more than its own small stack */
	if (pcre2_jit_compile(r->code, PCRE2_JIT_COMPLETE) == 0)
		r->stack = pcre2_jit_stack_create(STACK_BYTES,
		    STACK_BYTES_MAX, NULL);
	r->data = pcre2_match_data_create_from_pattern(r->code, NULL);
	r->limits = pcre2_match_context_create(NULL);
	if (r->data == NULL || r->limits == NULL) {
		regex_free(r);
		return err_set(e, ERR_NOMEM, "out of memory");
	}
	pcre2_set_match_limit(r->limits, STEPS_MAX);
	pcre2_set_depth_limit(r->limits, DEPTH_MAX);
	if (r->stack != NULL)
		pcre2_jit_stack_assign(r->limits, NULL, r->stack);
	*out = r;
	return 0;
}

void
regex_free(struct regex *r)
{
	if (r == NULL)
		return;
	pcre2_match_context_free(r->limits);
	pcre2_match_data_free(r->data);
	pcre2_jit_stack_free(r->stack);
	pcre2_code_free(r->code);
	free(r);
}

int
regex_find(bool *yes, struct regex *r, const char *s, size_t n,
    struct err *e)
{
	int got = pcre2_match(r->code, (PCRE2_SPTR)s, n, 0, 0, r->data,
	    r->limits);

	*yes = got >= 0;
	if (got == PCRE2_ERROR_MATCHLIMIT || got == PCRE2_ERROR_DEPTHLIMIT ||
	    got == PCRE2_ERROR_HEAPLIMIT || got == PCRE2_ERROR_JIT_STACKLIMIT)
		return err_set(e, ERR_TOOBIG,
		    "a pattern needs too many steps on a cell");
	return 0;
}

struct regex_walk {
	const struct regex *regex;
	pcre2_match_data *data;
	int cell[WALK_CELLS];
};

struct regex_walk *
regex_walk_new(const struct regex *r)
{
	struct regex_walk *w = xalloc(1, sizeof(*w));

	w->regex = r;
	w->data = pcre2_match_data_create(1, NULL);
	return w;
}

void
regex_walk_free(struct regex_walk *w)
{
	if (w == NULL)
		return;
	pcre2_match_data_free(w->data);
	free(w);
}

int
regex_walk_next(bool *yes, size_t *from, size_t *to, struct regex_walk *w,
    const char *s, size_t n, size_t at, struct err *e)
{
	const PCRE2_SIZE *ends;
	int got;

	if (w->data == NULL)
		return err_set(e, ERR_NOMEM, "out of memory");
	got = pcre2_dfa_match(w->regex->code, (PCRE2_SPTR)s, n, at, 0,
	    w->data, NULL, w->cell, WALK_CELLS);
	*yes = got >= 0;
	if (*yes) {
		ends = pcre2_get_ovector_pointer(w->data);
		*from = ends[0];
		*to = ends[1];
		return 0;
	}
	/* no match, or a text that is not UTF-8 */
	if (got == PCRE2_ERROR_NOMATCH ||
	    (got <= PCRE2_ERROR_UTF8_ERR1 && got >= PCRE2_ERROR_UTF8_ERR21))
		return 0;
	if (got == PCRE2_ERROR_DFA_UITEM || got == PCRE2_ERROR_DFA_UCOND ||
	    got == PCRE2_ERROR_DFA_UINVALID_UTF)
		return err_set(e, ERR_UNSUPPORTED,
		    "a pattern that looks back is not supported");
	return err_set(e, ERR_TOOBIG,
	    "a pattern needs too many steps on a text");
}
