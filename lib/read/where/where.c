/* A condition evaluated row by row. */
#include "read/where.h"

#include <stdlib.h>

#include "base/mem.h"
#include "codec/regex.h"

struct picking {
	const struct column **col;	/* (names) */
	char (*room)[COLUMN_PRINT_MAX];	/* (names) */
	size_t row;
	struct match {
		const char *text;
		struct regex *regex;
	} *match;			/* patterns, compiled once */
	size_t matches;
};

static int
value_of(void *ctx, size_t i, struct expr_value *v, struct err *e)
{
	struct picking *p = ctx;
	const struct column *c = p->col[i];
	size_t row = p->row;

	(void)e;
	*v = (struct expr_value){ .type = EXPR_MISSING };
	if (column_missing(c, row))
		return 0;
	switch (c->type) {
	case COL_INT64:
		v->type = EXPR_NUM;
		v->num = num_of_i64(c->i64[row]);
		return 0;
	case COL_FLOAT64:
	case COL_FLOAT32:
		v->type = EXPR_NUM;
		v->num = num_of_f64(column_number(c, row));
		return 0;
	case COL_BOOL:
		v->type = EXPR_BOOL;
		v->b = c->b[row] != 0;
		return 0;
	default:
		v->type = EXPR_TEXT;
		v->s = column_print(c, row, p->room[i], &v->n);
		return 0;
	}
}

static int
matches(void *ctx, const char *pattern, const char *s, size_t n, bool *yes,
    struct err *e)
{
	struct picking *p = ctx;
	size_t i = 0;

	while (i < p->matches && p->match[i].text != pattern)
		i++;
	if (i == p->matches) {
		p->match = xresize(p->match, i + 1, sizeof(*p->match));
		p->match[i].text = pattern;
		if (regex_new(&p->match[i].regex, pattern, false, e) != 0)
			return -1;
		p->matches++;
	}
	return regex_find(yes, p->match[i].regex, s, n, e);
}

static int
find_columns(struct picking *p, const struct table *t, const struct expr *x,
    struct err *e)
{
	size_t n = expr_names(x), at;

	p->col = xalloc(n + 1, sizeof(*p->col));
	p->room = xalloc(n + 1, sizeof(*p->room));
	for (size_t i = 0; i < n; i++) {
		if (table_index(&at, t, expr_name(x, i), e) != 0)
			return -1;
		p->col[i] = &t->col[at];
	}
	return 0;
}

int
table_where(struct table **out, const struct table *t, const struct expr *x,
    struct err *e)
{
	struct picking p = { 0 };
	const struct expr_env env = { value_of, matches, &p };
	size_t *row = mem_array(t->rows + 1, sizeof(*row)), n = 0;
	bool yes;
	int r = -1;

	if (row == NULL) {
		err_set(e, ERR_NOMEM, "no memory for the numbers of the rows");
		goto done;
	}
	if (find_columns(&p, t, x, e) != 0)
		goto done;
	for (; p.row < t->rows; p.row++) {
		if (expr_holds(&yes, x, &env, e) != 0)
			goto done;
		row[n] = p.row;
		n += yes;
	}
	r = table_gather(out, t, row, n, e);
done:
	for (size_t i = 0; i < p.matches; i++)
		regex_free(p.match[i].regex);
	free(p.match);
	free(p.col);
	free(p.room);
	free(row);
	return r;
}
