/*
 * Forms of numbers and dates: their names, a cell turned plain, and which of
 * them fit the texts of a column.
 */
#include "table/form.h"

#include <string.h>

#include "base/clock.h"
#include "base/num.h"
#include "table/cell.h"

#define FORMS (FORM_MDY + 1)
#define MINUS "\xe2\x88\x92"	/* the sign that typesetters use */

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
	if (!minus && (drop_prefix(&t, "-") || drop_prefix(&t, MINUS)))
		minus = true;
	else if (!minus)
		(void)drop_prefix(&t, "+");
	if (percent) {
		if (!drop_suffix(&t, "%"))
			return false;
	} else if (drop_currency(&t)) {
		trim(&t);
		if (!minus && (drop_prefix(&t, "-") ||	/* "$-5" */
		    drop_prefix(&t, MINUS)))
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

struct date_part {
	unsigned v;
	size_t digits;		/* 0: the name of a month */
};

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* "Jul", "JULY", "Sept"; 0: none. */
static unsigned
month_named(const char *s, size_t n)
{
	static const char *const names[] = { "january", "february", "march",
	    "april", "may", "june", "july", "august", "september", "october",
	    "november", "december" };

	for (unsigned m = 0; m < 12; m++) {
		size_t len = strlen(names[m]), same = 0;

		while (same < n && same < len && (s[same] | 32) ==
		    names[m][same])
			same++;
		if (same == n && (n == 3 || n == len || (m == 8 && n == 4)))
			return m + 1;
	}
	return 0;
}

static bool
take_part(struct date_part *part, const char **p, const char *end)
{
	const char *s = *p;

	*part = (struct date_part){ 0 };
	if (s < end && is_letter(*s)) {
		while (*p < end && is_letter(**p))
			++*p;
		part->v = month_named(s, (size_t)(*p - s));
		if (part->v != 0 && *p < end && **p == '.' && *p - s < 5)
			++*p;
		return part->v != 0;
	}
	for (; *p < end && is_digit(**p) && part->digits < 5; ++*p) {
		part->v = part->v * 10 + (unsigned)(**p - '0');
		part->digits++;
	}
	return part->digits > 0;
}

/* What stands between two parts: one of "/.-", or a space, perhaps behind a
 * comma. */
static bool
take_mark(char *mark, const char **p, const char *end)
{
	const char *s = *p;

	if (s < end && strchr("/.-", *s) != NULL) {
		*mark = *s;
		++*p;
		return true;
	}
	if (s < end && *s == ',')
		++*p;
	for (s = *p; *p < end && **p == ' '; ++*p)
		;
	*mark = ' ';
	return *p > s;
}

static void
put_two(char *out, unsigned v)
{
	out[0] = (char)('0' + v / 10);
	out[1] = (char)('0' + v % 10);
}

/* " 3:45 PM" is " 15:45"; what is no such time stays. */
static void
put_time(char *out, size_t *at, const char *p, const char *end)
{
	const char *s = p + 1;
	unsigned hour = 0;
	size_t digits = 0;
	char half = '\0';

	for (; s < end && is_digit(*s) && digits < 2; s++, digits++)
		hour = hour * 10 + (unsigned)(*s - '0');
	if (digits == 0 || s == end || *s != ':') {
		memcpy(out + *at, p, (size_t)(end - p));
		*at += (size_t)(end - p);
		return;
	}
	if (end - s > 4 && (end[-1] | 32) == 'm' && ((end[-2] | 32) == 'a' ||
	    (end[-2] | 32) == 'p') && hour >= 1 && hour <= 12) {
		half = end[-2] | 32;
		end -= 2;
		while (end[-1] == ' ')
			end--;
		hour = hour % 12 + (half == 'p' ? 12 : 0);
	}
	out[(*at)++] = *p;
	put_two(out + *at, hour);
	*at += 2;
	memcpy(out + *at, s, (size_t)(end - s));
	*at += (size_t)(end - s);
}

static bool
plain_date(char *out, size_t *out_n, enum cell_form form, const char *s,
    size_t n)
{
	/* where year, month and day stand */
	static const uint8_t place[][3] = { [FORM_YMD] = { 0, 1, 2 },
	    [FORM_DMY] = { 2, 1, 0 }, [FORM_MDY] = { 2, 0, 1 } };
	const char *p = s, *end = s + n;
	const uint8_t *at = place[form];
	struct date_part v[3];
	char mark[2];
	unsigned year;

	if (!take_part(&v[0], &p, end) || !take_mark(&mark[0], &p, end) ||
	    !take_part(&v[1], &p, end) || !take_mark(&mark[1], &p, end) ||
	    !take_part(&v[2], &p, end))
		return false;
	/* spaces, and two marks, are for months by name */
	if (v[at[1]].digits != 0 && (mark[0] == ' ' || mark[0] != mark[1]))
		return false;
	year = v[at[0]].v;
	if (v[at[0]].digits == 2 && form != FORM_YMD)
		year += year < 69 ? 2000 : 1900;	/* as POSIX has it */
	else if (v[at[0]].digits != 4)
		return false;
	if (v[at[1]].v > 12 || v[at[2]].digits == 0 || v[at[2]].v > 31 ||
	    (p < end && *p != ' ' && *p != 'T') || end - p > 40)
		return false;
	put_two(out, year / 100);
	put_two(out + 2, year % 100);
	out[4] = out[7] = '-';
	put_two(out + 5, v[at[1]].v);
	put_two(out + 8, v[at[2]].v);
	*out_n = 10;
	if (p < end)
		put_time(out, out_n, p, end);
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

/* "3.11.4", "10.2.13": three numbers, and hardly a date. */
static bool
is_version(const char *s, size_t n)
{
	size_t points = 0;

	for (size_t i = 0; i < n; i++) {
		if (s[i] != '.' && !is_digit(s[i]))
			return false;
		points += s[i] == '.';
	}
	return points == 2 && n < 8;
}

/* In that form, and of its kind in the end? */
static bool
fits(enum cell_form form, const char *s, size_t n)
{
	char text[FORM_TEXT_MAX];
	size_t len;
	int64_t us;
	double d;

	if (!form_plain(text, &len, form, s, n) || is_version(s, n))
		return false;
	return forms[form].type == COL_DATETIME ? clock_parse(text, len, &us) :
	    num_parse_f64(text, len, &d);
}

/* Does it stand where a value is missing?  The usual words are read as that
 * already. */
static bool
is_missing_word(const char *s, size_t n)
{
	static const char *const words[] = { "?", "-", "--", "---", ".", "..",
	    "*", "**", "\xe2\x80\x93", "\xe2\x80\x94", "na", "n/a", "n.a.",
	    "#n/a", "nd", "n.d.", "nil", "none", "null", "(null)", "\\n",
	    "missing", "unknown", "not available" };
	size_t k;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strlen(words[i]) != n)
			continue;
		for (k = 0; k < n && (is_letter(s[k]) ? (s[k] | 32) : s[k]) ==
		    words[i][k]; k++)
			;
		if (k == n)
			return true;
	}
	return false;
}

static bool
is_plain(const char *s, size_t n)
{
	int64_t us;
	double d;

	return cell_float(s, n, &d) || clock_parse(s, n, &us);
}

void
form_look_init(struct form_look *l)
{
	*l = (struct form_look){ .left = (1u << FORMS) - 2, .plain = true };
}

void
form_look_add(struct form_look *l, const char *s, size_t n)
{
	double d;

	if (l->none || (l->left == 0 && !l->plain))
		return;
	if (is_missing_word(s, n)) {
		l->none = l->missing[0] != '\0' && (strlen(l->missing) != n ||
		    memcmp(l->missing, s, n) != 0);
		memcpy(l->missing, s, n);
		return;
	}
	l->values = true;
	for (int f = FORM_PLAIN + 1; f < FORMS; f++)
		if (l->left >> f & 1 && !fits((enum cell_form)f, s, n))
			l->left &= ~(1u << f);
	l->plain = l->plain && is_plain(s, n);
	l->odd = l->odd || !num_parse_f64(s, n, &d);
}

bool
form_look_end(struct form_guess *g, const struct form_look *l)
{
	memset(g, 0, sizeof(*g));
	memcpy(g->missing, l->missing, sizeof(g->missing));
	if (l->none || !l->values || (l->plain && l->missing[0] != '\0'))
		return !l->none && l->values;
	for (int f = FORM_PLAIN + 1; f < FORMS && l->odd; f++)
		if (l->left >> f & 1 && g->n < 2)
			g->fit[g->n++] = (enum cell_form)f;
	return g->n > 0;
}

bool
form_suggest(struct form_guess *g, const struct intern *texts)
{
	struct form_look l;
	size_t n;

	form_look_init(&l);
	for (size_t i = 0; i < intern_count(texts); i++) {
		const char *s = intern_text(texts, (uint32_t)i, &n);

		form_look_add(&l, s, n);
	}
	return form_look_end(g, &l);
}
