/* Clocks, and times as RFC 3339 text. */
#include "base/clock.h"

#include <stdio.h>
#include <time.h>

#include "base/buf.h"

static int64_t
read_clock_ns(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int64_t
read_clock(clockid_t id)
{
	return read_clock_ns(id) / 1000;
}

int64_t clock_wall_us(void) { return read_clock(CLOCK_REALTIME); }
int64_t clock_mono_us(void) { return read_clock(CLOCK_MONOTONIC); }
int64_t clock_mono_ns(void) { return read_clock_ns(CLOCK_MONOTONIC); }
int64_t clock_cpu_us(void) { return read_clock(CLOCK_PROCESS_CPUTIME_ID); }
int64_t clock_thread_cpu_ns(void) { return read_clock_ns(CLOCK_THREAD_CPUTIME_ID); }

/* Days since 1970-01-01 of a proleptic Gregorian date, and back (Howard
 * Hinnant, "chrono-compatible low-level date algorithms"). */
static int64_t
days_from_civil(int64_t y, int64_t m, int64_t d)
{
	int64_t era, yoe, doy, doe;

	y -= m <= 2;
	era = (y >= 0 ? y : y - 399) / 400;
	yoe = y - era * 400;
	doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
	return era * 146097 + doe - 719468;
}

static void
civil_from_days(int64_t z, int64_t *y, int64_t *m, int64_t *d)
{
	int64_t era, doe, yoe, doy, mp;

	z += 719468;
	era = (z >= 0 ? z : z - 146096) / 146097;
	doe = z - era * 146097;
	yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	mp = (5 * doy + 2) / 153;
	*d = doy - (153 * mp + 2) / 5 + 1;
	*m = mp + (mp < 10 ? 3 : -9);
	*y = yoe + era * 400 + (*m <= 2);
}

/* The digits of a number that has no more. */
static char *
put_digits(char *out, int64_t v, int digits)
{
	for (int i = digits; i-- > 0; v /= 10)
		out[i] = (char)('0' + v % 10);
	return out + digits;
}

size_t
clock_print(char out[CLOCK_TEXT_MAX], int64_t us)
{
	int64_t sec = us / 1000000, frac = us % 1000000, day, rest, y, m, d;
	char *p = out;

	if (frac < 0) {
		frac += 1000000;
		sec--;
	}
	day = sec / 86400;
	rest = sec % 86400;
	if (rest < 0) {
		rest += 86400;
		day--;
	}
	civil_from_days(day, &y, &m, &d);
	p = y >= 0 && y <= 9999 ? put_digits(p, y, 4) : p +
	    snprintf(p, CLOCK_TEXT_MAX, "%04lld", (long long)y);
	*p++ = '-';
	p = put_digits(p, m, 2);
	*p++ = '-';
	p = put_digits(p, d, 2);
	*p++ = 'T';
	p = put_digits(p, rest / 3600, 2);
	*p++ = ':';
	p = put_digits(p, rest / 60 % 60, 2);
	*p++ = ':';
	p = put_digits(p, rest % 60, 2);
	if (frac) {
		*p++ = '.';
		p = put_digits(p, frac, 6);
	}
	*p++ = 'Z';
	*p = '\0';
	return (size_t)(p - out);
}

struct scan {
	const char *s, *end;
};

/* Exactly `n` digits. */
static bool
read_digits(struct scan *c, int n, int64_t *out)
{
	int64_t v = 0;

	for (; n > 0; n--, c->s++) {
		if (c->s == c->end || *c->s < '0' || *c->s > '9')
			return false;
		v = v * 10 + (*c->s - '0');
	}
	*out = v;
	return true;
}

static bool
take_char(struct scan *c, char want)
{
	if (c->s == c->end || *c->s != want)
		return false;
	c->s++;
	return true;
}

/* Up to six digits count, further ones are dropped. */
static bool
read_fraction(struct scan *c, int64_t *us)
{
	int64_t unit = 100000;

	*us = 0;
	if (c->s == c->end || *c->s < '0' || *c->s > '9')
		return false;
	for (; c->s < c->end && *c->s >= '0' && *c->s <= '9'; c->s++) {
		*us += (*c->s - '0') * unit;
		unit /= 10;
	}
	return true;
}

static bool
read_zone(struct scan *c, int64_t *offset)
{
	int64_t h, m = 0, sign;

	*offset = 0;
	if (c->s == c->end || take_char(c, 'Z') || take_char(c, 'z'))
		return true;
	sign = take_char(c, '+') ? 1 : take_char(c, '-') ? -1 : 0;
	if (sign == 0 || !read_digits(c, 2, &h) ||
	    ((take_char(c, ':') || c->s < c->end) && !read_digits(c, 2, &m)) ||
	    h > 23 || m > 59)
		return false;
	*offset = sign * (h * 3600 + m * 60);
	return true;
}

static int64_t
days_in_month(int64_t y, int64_t m)
{
	static const int of[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;

	return of[m - 1] + (m == 2 && leap);
}

/* In whatever way. */
static bool
parse_any(const char *s, size_t n, int64_t *us)
{
	struct scan c = { s, s + n };
	int64_t y, m, d, hh = 0, mm = 0, ss = 0, frac = 0, off = 0;

	if (!read_digits(&c, 4, &y) || !take_char(&c, '-') || !read_digits(&c, 2, &m) ||
	    !take_char(&c, '-') || !read_digits(&c, 2, &d) ||
	    m < 1 || m > 12 || d < 1 || d > days_in_month(y, m))
		return false;
	if (c.s < c.end) {
		if (!take_char(&c, 'T') && !take_char(&c, ' ') && !take_char(&c, 't'))
			return false;
		if (!read_digits(&c, 2, &hh) || !take_char(&c, ':') ||
		    !read_digits(&c, 2, &mm) ||
		    (take_char(&c, ':') && !read_digits(&c, 2, &ss)) ||
		    (take_char(&c, '.') && !read_fraction(&c, &frac)) ||
		    !read_zone(&c, &off) || c.s != c.end ||
		    hh > 23 || mm > 59 || ss > 60)
			return false;
	}
	*us = ((days_from_civil(y, m, d) * 86400 + hh * 3600 + mm * 60 + ss -
	    off) * 1000000) + frac;
	return true;
}

#define BYTE(w, i) ((int64_t)((w) >> 8 * (i) & 0xff))
#define TWO(w, i) (BYTE(w, i) * 10 + BYTE(w, (i) + 1))
#define TOP_BITS ((uint64_t)0x8080808080808080)

/*
 * "2026-01-02T03:04:05", as most are written, eight bytes at a time: digits
 * become their values, what stands between them 0.  What is added lifts any
 * larger value into the top bit of its byte.  False: written in another way, or
 * no time at all.
 */
static bool
parse_usual(const char s[19], int64_t *us)
{
	uint64_t date = get_le64(s) ^ get_le64("0000-00-");
	uint64_t time = get_le64(s + 8) ^ get_le64("00T00:00");
	unsigned ten = (unsigned char)(s[17] - '0');
	unsigned one = (unsigned char)(s[18] - '0');
	int64_t y, m, d, hh, mm, ss = (int64_t)(ten * 10 + one);

	if (s[10] == ' ' || s[10] == 't')
		time &= ~((uint64_t)0xff << 16);
	if ((((date + 0x7f76767f76767676u) | date |
	    (time + 0x76767f76767f7676u) | time) & TOP_BITS) != 0 ||
	    s[16] != ':' || ten > 9 || one > 9)
		return false;
	y = TWO(date, 0) * 100 + TWO(date, 2);
	m = TWO(date, 5);
	d = TWO(time, 0);
	hh = TWO(time, 3);
	mm = TWO(time, 6);
	if (m < 1 || m > 12 || d < 1 || (d > 28 && d > days_in_month(y, m)) ||
	    hh > 23 || mm > 59 || ss > 60)
		return false;
	*us = (days_from_civil(y, m, d) * 86400 + hh * 3600 + mm * 60 + ss) *
	    1000000;
	return true;
}

bool
clock_parse(const char *s, size_t n, int64_t *us)
{
	return (n == 19 && parse_usual(s, us)) || parse_any(s, n, us);
}
