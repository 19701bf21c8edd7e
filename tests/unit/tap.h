/*
 * tap.h - what a unit test program needs.  ok() prints one TAP line; a
 * failed one says where it stands.  main ends with `return tap_done();`.
 */
#ifndef TAP_H
#define TAP_H

#include <math.h>
#include <stdio.h>
#include <string.h>

static int tap_count, tap_failed;

#define ok(cond, ...) tap_line((cond) ? 1 : 0, __FILE__, __LINE__, __VA_ARGS__)

#if defined(__GNUC__)
__attribute__((format(printf, 4, 5), unused))
#endif
static int
tap_line(int good, const char *file, int line, const char *fmt, ...)
{
	__builtin_va_list ap;

	tap_count++;
	printf("%sok %d - ", good ? "" : "not ", tap_count);
	__builtin_va_start(ap, fmt);
	vprintf(fmt, ap);
	__builtin_va_end(ap);
	printf("\n");
	if (!good) {
		tap_failed++;
		printf("#   at %s:%d\n", file, line);
	}
	fflush(stdout);
	return good;
}

/* Same text; prints both when not. */
#define is_text(got, want, ...) do { \
	const char *g_ = (got), *w_ = (want); \
	if (!ok(strcmp(g_, w_) == 0, __VA_ARGS__)) \
		printf("#   got:  %s\n#   want: %s\n", g_, w_); \
} while (0)

/* |got - want| <= tol; prints both when not. */
#define is_near(got, want, tol, ...) do { \
	double g_ = (got), w_ = (want); \
	if (!ok(fabs(g_ - w_) <= (tol), __VA_ARGS__)) \
		printf("#   got:  %.17g\n#   want: %.17g\n", g_, w_); \
} while (0)

#define is_int(got, want, ...) do { \
	long long g_ = (long long)(got), w_ = (long long)(want); \
	if (!ok(g_ == w_, __VA_ARGS__)) \
		printf("#   got:  %lld\n#   want: %lld\n", g_, w_); \
} while (0)

__attribute__((unused)) static int
tap_done(void)
{
	printf("1..%d\n", tap_count);
	fflush(stdout);
	return tap_failed != 0;
}

#endif
