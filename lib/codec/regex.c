/* Regular expressions, through PCRE2. */
#include "codec/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>

#include "base/mem.h"

#define STEPS_MAX 200000
#define DEPTH_MAX 2000
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
