/*
 * Setting cells of a column one by one: from text, numbers and JSON values.
 */
#include "table/column_set.h"

#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/num.h"
#include "table/cell.h"
#include "table/form.h"

void
column_set_missing(struct column *c, size_t i)
{
	if (c->type == COL_RAW) {
		c->raw[i] = (struct raw_cell){ 0 };
		return;
	}
	if (c->valid == NULL) {
		size_t words = column_valid_words(c->room);

		c->valid = xalloc(words, sizeof(*c->valid));
		memset(c->valid, 0xff, words * sizeof(*c->valid));
	}
	if (!(c->valid[i >> 6] >> (i & 63) & 1))
		return;
	c->valid[i >> 6] &= ~((uint64_t)1 << (i & 63));
	c->missing++;
	switch (c->type) {
	case COL_FLOAT64:
		c->f64[i] = NAN;
		break;
	case COL_FLOAT32:
		c->f32[i] = NAN;
		break;
	case COL_CATEGORY:
	case COL_TEXT:
		c->code[i] = INTERN_NONE;
		break;
	case COL_BOOL:
		c->b[i] = 0;
		break;
	default:
		c->i64[i] = 0;
	}
}

/* A cell that is set anew holds a value, whatever it held before. */
static inline void
mark_present(struct column *c, size_t i)
{
	uint64_t bit = (uint64_t)1 << (i & 63);

	if (c->valid == NULL || c->type == COL_RAW ||
	    (__atomic_load_n(&c->valid[i >> 6], __ATOMIC_RELAXED) & bit))
		return;
	c->valid[i >> 6] |= bit;
	c->missing--;
}

static int
refuse_text(const struct column *c, const char *s, size_t n, struct err *e)
{
	static const char *const want[] = {
		[COL_INT64] = "an integer", [COL_FLOAT64] = "a number",
		[COL_FLOAT32] = "a number", [COL_BOOL] = "true or false",
		[COL_DATETIME] = "a date-time",
	};

	return err_set(e, ERR_FORMAT, "'%.*s%s' is not %s",
	    n > 60 ? 60 : (int)n, s, n > 60 ? "..." : "", want[c->type]);
}

static int
set_int(struct column *c, size_t i, const char *s, size_t n, struct err *e)
{
	struct num v;

	if (!num_parse(s, n, &v))
		return refuse_text(c, s, n, e);
	if (v.whole || (v.d == floor(v.d) && fabs(v.d) < 0x1p63)) {
		c->i64[i] = v.whole ? v.i : (int64_t)v.d;
		return 0;
	}
	return refuse_text(c, s, n, e);
}

static int
set_bool(struct column *c, size_t i, const char *s, size_t n, struct err *e)
{
	double d;

	if (cell_bool(s, n, &c->b[i]))
		return 0;
	if (num_parse_f64(s, n, &d) && (d == 0 || d == 1)) {
		c->b[i] = d == 1;
		return 0;
	}
	return refuse_text(c, s, n, e);
}

int
column_set_text(struct column *c, size_t i, const char *s, size_t n,
    struct err *e)
{
	char plain[FORM_TEXT_MAX];
	uint8_t b;
	double d;

	mark_present(c, i);
	if (c->form != FORM_PLAIN) {
		if (!form_plain(plain, &n, c->form, s, n))
			return err_set(e, ERR_FORMAT, "'%.*s%s' is not "
			    "written as %s", n > 60 ? 60 : (int)n, s, n > 60 ?
			    "..." : "", form_name(c->form));
		s = plain;
	}
	switch (c->type) {
	case COL_INT64:
		return set_int(c, i, s, n, e);
	case COL_FLOAT64:
	case COL_FLOAT32:
		if (!num_parse_f64(s, n, &d)) {
			if (!cell_bool(s, n, &b))
				return refuse_text(c, s, n, e);
			d = b;
		}
		return column_set_number(c, i, d, e);
	case COL_BOOL:
		return set_bool(c, i, s, n, e);
	case COL_DATETIME:
		return clock_parse(s, n, &c->i64[i]) ? 0 :
		    refuse_text(c, s, n, e);
	case COL_CATEGORY:
	case COL_TEXT:
		c->code[i] = intern_try(c->dict, s, n);
		return c->code[i] != INTERN_NONE ? 0 : err_set(e, ERR_NOMEM,
		    "no memory for so many different texts");
	case COL_RAW:
		c->raw[i] = (struct raw_cell){ .s = s, .n = (uint32_t)n };
		return 0;
	}
	return 0;
}

int
column_set_number(struct column *c, size_t i, double v, struct err *e)
{
	char text[NUM_TEXT_MAX];

	if (isnan(v)) {
		column_set_missing(c, i);
		return 0;
	}
	mark_present(c, i);
	switch (c->type) {
	case COL_FLOAT64:
		c->f64[i] = v;
		return 0;
	case COL_FLOAT32:
		c->f32[i] = (float)v;
		return 0;
	case COL_INT64:
	case COL_DATETIME:
		if (v == floor(v) && fabs(v) < 0x1p63) {
			c->i64[i] = (int64_t)v;
			return 0;
		}
		break;
	default:
		break;
	}
	return column_set_text(c, i, text, num_print_f64(text, v), e);
}

int
column_set_whole(struct column *c, size_t i, int64_t v, struct err *e)
{
	char text[NUM_TEXT_MAX];

	switch (c->type) {
	case COL_INT64:
	case COL_DATETIME:
		mark_present(c, i);
		c->i64[i] = v;
		return 0;
	case COL_FLOAT64:
	case COL_FLOAT32:
		return column_set_number(c, i, (double)v, e);
	default:
		return column_set_text(c, i, text, num_print_i64(text, v), e);
	}
}

int
column_set_token(struct column *c, size_t i, enum json_token t,
    const struct json_pull *p, struct err *e)
{
	bool text = col_type_is_text(c->type);
	/* taken as it is written: exact, where no double is */
	bool written = text || c->type == COL_INT64;

	switch (t) {
	case JSON_T_NULL:
		column_set_missing(c, i);
		return 0;
	case JSON_T_NUM:
		if (c->type == COL_INT64 && p->is_int)
			return column_set_whole(c, i, p->i, e);
		return written && !isnan(p->d) ?
		    column_set_text(c, i, p->s, p->n, e) :
		    column_set_number(c, i, p->d, e);
	case JSON_T_BOOL:
		return column_set_text(c, i, p->b ? "true" : "false",
		    p->b ? 4 : 5, e);
	case JSON_T_TEXT:
		if (p->n == 0 || (!text && na_usual(p->s, p->n))) {
			column_set_missing(c, i);
			return 0;
		}
		return column_set_text(c, i, p->s, p->n, e);
	default:
		return err_set(e, ERR_FORMAT, "a list or object is no cell");
	}
}
