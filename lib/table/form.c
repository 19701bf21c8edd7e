/*
 * Forms of numbers and dates: their names, a cell turned plain, and which of
 * them fit the texts of a column.
 */
#include "table/form.h"

#include <string.h>

#include "base/clock.h"
#include "base/num.h"

#define FORMS (FORM_MDY + 1)
#define LOOK_MAX 1000		/* texts that a suggestion looks at */

static const struct {
	const char *name;
	enum col_type type;
} forms[FORMS] = {
	[FORM_PLAIN] = { NULL, COL_TEXT },
	[FORM_MONEY] = { "money", COL_FLOAT64 },
	[FORM_COMMA] = { "comma", COL_FLOAT64 },
	[FORM_PERCENT] = { "percent", COL_FLOAT64 },
	[FORM_PERCENT_COMMA] = { "percent-comma", COL_FLOAT64 },
	[FORM_YMD] = { "date-ymd", COL_DATETIME },
	[FORM_DMY] = { "date-dmy", COL_DATETIME },
	[FORM_MDY] = { "date-mdy", COL_DATETIME },
};

const char *
form_name(enum cell_form form)
{
	return forms[form].name;
}

bool
form_parse(const char *word, enum cell_form *form, enum col_type *type)
{
	for (int i = FORM_PLAIN + 1; i < FORMS; i++) {
		if (strcmp(word, forms[i].name) == 0) {
			*form = (enum cell_form)i;
			*type = forms[i].type;
			return true;
		}
	}
	return false;
}

const char *
type_word(enum col_type type, enum cell_form form)
{
	return form != FORM_PLAIN ? forms[form].name : col_type_name(type);
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* ---- numbers ---- */

struct span {
	const char *s;
	size_t n;
};

static bool
drop_prefix(struct span *t, const char *word)
{
	size_t n = strlen(word);

	if (t->n < n || memcmp(t->s, word, n) != 0)
		return false;
	t->s += n;
	t->n -= n;
	return true;
}

static bool
drop_suffix(struct span *t, const char *word)
{
	size_t n = strlen(word);

	if (t->n < n || memcmp(t->s + t->n - n, word, n) != 0)
		return false;
	t->n -= n;
	return true;
}

/* Spaces, also those that do not break. */
static void
trim(struct span *t)
{
	while (drop_prefix(t, " ") || drop_prefix(t, "\xc2\xa0") ||
	    drop_prefix(t, "\xe2\x80\xaf"))
		;
	while (drop_suffix(t, " ") || drop_suffix(t, "\xc2\xa0") ||
	    drop_suffix(t, "\xe2\x80\xaf"))
		;
}

/* A sign of money or three capitals, at one end. */
static bool
drop_currency(struct span *t)
{
	static const char *const signs[] = { "$", "\xe2\x82\xac", "\xc2\xa3",
	    "\xc2\xa5", "\xe2\x82\xb9", "\xe2\x82\xa9", "\xe2\x82\xbd",
	    "\xe2\x82\xba", "US$", "R$", "kr", "z\xc5\x82" };
	const char *last = t->s + t->n - 3;

	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (drop_prefix(t, signs[i]) || drop_suffix(t, signs[i]))
			return true;
	for (int end = 0; end < 2 && t->n > 3; end++) {
		const char *p = end ? last : t->s;

		if (p[0] >= 'A' && p[0] <= 'Z' && p[1] >= 'A' && p[1] <= 'Z' &&
		    p[2] >= 'A' && p[2] <= 'Z') {
			t->s += end ? 0 : 3;
			t->n -= 3;
			return true;
		}
	}
	return false;
}

/* How many bytes stand between groups of digits at p; 0: none. */
static size_t
group_mark(const char *p, const char *end, char decimal)
{
	if (p < end && (*p == (decimal == '.' ? ',' : '.') || *p == ' ' ||
	    *p == '\''))
		return 1;
	if (end - p >= 2 && memcmp(p, "\xc2\xa0", 2) == 0)
		return 2;
	return end - p >= 3 && memcmp(p, "\xe2\x80\xaf", 3) == 0 ? 3 : 0;
}

/* Digits in groups of three, or in none, and decimals. */
static bool
copy_digits(char *out, size_t *at, const struct span *t, char decimal)
{
	const char *p = t->s, *end = p + t->n;
	size_t run = 0, groups = 0, mark, digits = 0;

	for (;;) {
		for (run = 0; p < end && is_digit(*p); p++, run++, digits++)
			out[(*at)++] = *p;
		if (groups > 0 && run != 3)
			return false;
		mark = group_mark(p, end, decimal);
		if (mark == 0)
			break;
		if (run == 0 || run > 3)
			return false;
		p += mark;
		groups++;
	}
	if (p < end && *p == decimal) {
		out[(*at)++] = '.';
		for (p++; p < end && is_digit(*p); p++, digits++)
			out[(*at)++] = *p;
	}
	return p == end && digits > 0;
}

static bool
plain_number(char *out, size_t *out_n, char decimal, bool percent,
    const char *s, size_t n)
{
	struct span t = { s, n };
	bool minus = false;
	size_t at = 0;

	trim(&t);
	if (t.n > 2 && t.s[0] == '(' && t.s[t.n - 1] == ')') {
		minus = true;
		t.s++;
		t.n -= 2;
		trim(&t);
	}
	if (!minus && drop_prefix(&t, "-"))
		minus = true;
	else if (!minus)
		(void)drop_prefix(&t, "+");
	if (percent) {
		if (!drop_suffix(&t, "%"))
			return false;
	} else if (drop_currency(&t)) {
		trim(&t);
		if (!minus && drop_prefix(&t, "-"))	/* "$-5" */
			minus = true;
	}
	trim(&t);
	if (minus)
		out[at++] = '-';
	if (!copy_digits(out, &at, &t, decimal))
		return false;
	if (percent) {
		memcpy(out + at, "e-2", 3);
		at += 3;
	}
	*out_n = at;
	return true;
}

/* ---- dates ---- */

static bool
take_number(unsigned *v, size_t *digits, const char **p, const char *end)
{
	*v = 0;
	for (*digits = 0; *p < end && is_digit(**p) && *digits < 5; ++*p) {
		*v = *v * 10 + (unsigned)(**p - '0');
		++*digits;
	}
	return *digits > 0;
}

static void
put_two(char *out, unsigned v)
{
	out[0] = (char)('0' + v / 10);
	out[1] = (char)('0' + v % 10);
}

static bool
plain_date(char *out, size_t *out_n, enum cell_form form, const char *s,
    size_t n)
{
	/* where year, month and day stand */
	static const uint8_t place[][3] = { [FORM_YMD] = { 0, 1, 2 },
	    [FORM_DMY] = { 2, 1, 0 }, [FORM_MDY] = { 2, 0, 1 } };
	const char *p = s, *end = s + n;
	unsigned v[3], year, month, day;
	size_t digits[3];
	char mark = '\0';

	for (int i = 0; i < 3; i++) {
		if (i > 0 && (p == end || (i == 1 && strchr("/.-", *p) ==
		    NULL) || (i == 2 && *p != mark)))
			return false;
		if (i > 0)
			mark = *p++;
		if (!take_number(&v[i], &digits[i], &p, end))
			return false;
	}
	year = v[place[form][0]];
	month = v[place[form][1]];
	day = v[place[form][2]];
	if (digits[place[form][0]] != 4 || month > 12 || day > 31 ||
	    (p < end && *p != ' ' && *p != 'T') || end - p > 40)
		return false;
	put_two(out, year / 100);
	put_two(out + 2, year % 100);
	out[4] = out[7] = '-';
	put_two(out + 5, month);
	put_two(out + 8, day);
	memcpy(out + 10, p, (size_t)(end - p));
	*out_n = 10 + (size_t)(end - p);
	return true;
}

bool
form_plain(char out[FORM_TEXT_MAX], size_t *out_n, enum cell_form form,
    const char *s, size_t n)
{
	if (n == 0 || n > FORM_TEXT_MAX - 8)
		return false;
	switch (form) {
	case FORM_PLAIN:
		memcpy(out, s, n);
		*out_n = n;
		return true;
	case FORM_MONEY:
	case FORM_PERCENT:
		return plain_number(out, out_n, '.', form == FORM_PERCENT, s,
		    n);
	case FORM_COMMA:
	case FORM_PERCENT_COMMA:
		return plain_number(out, out_n, ',', form ==
		    FORM_PERCENT_COMMA, s, n);
	default:
		return plain_date(out, out_n, form, s, n);
	}
}

/* ---- which one ---- */

/* In that form, and of its kind in the end? */
static bool
fits(enum cell_form form, const char *s, size_t n)
{
	char text[FORM_TEXT_MAX];
	size_t len;
	int64_t us;
	double d;

	if (!form_plain(text, &len, form, s, n))
		return false;
	return forms[form].type == COL_DATETIME ? clock_parse(text, len, &us) :
	    num_parse_f64(text, len, &d);
}

int
form_suggest(enum cell_form fit[2], const struct intern *texts)
{
	size_t count = intern_count(texts), n;
	unsigned left = (1u << FORMS) - 2;
	bool odd = false;		/* none of the plain readers takes it */
	int found = 0;
	double d;

	if (count > LOOK_MAX)
		count = LOOK_MAX;
	for (size_t i = 0; i < count && left != 0; i++) {
		const char *s = intern_text(texts, (uint32_t)i, &n);

		for (int f = FORM_PLAIN + 1; f < FORMS; f++)
			if (left >> f & 1 && !fits((enum cell_form)f, s, n))
				left &= ~(1u << f);
		odd = odd || !num_parse_f64(s, n, &d);
	}
	for (int f = FORM_PLAIN + 1; f < FORMS && odd && count > 0; f++)
		if (left >> f & 1 && found < 2)
			fit[found++] = (enum cell_form)f;
	return found;
}
