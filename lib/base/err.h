/*
 * base/err.h - how a library function says what went wrong.
 *
 * Every function that can fail takes a `struct err *e` last and returns 0,
 * or -1 with *e filled in.  On success *e is untouched.  Library code never
 * prints and never exits: the message travels up to lib/cli, which prints
 * it once, as "mlv-data: error: MESSAGE".
 *
 * A message is lower case, without a full stop; it says first what failed
 * and quotes the subject: "cannot open 'x.csv': Permission denied".
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#if defined(__GNUC__)
#define MLV_PRINTF(f, a) __attribute__((format(printf, f, a)))
#else
#define MLV_PRINTF(f, a)
#endif

/* One code for each thing a caller can react to; the rest is text. */
enum err_code {
	ERR_NONE = 0,
	ERR_NO,			/* an honest no: gate failed, drift found */
	ERR_USAGE,		/* the caller's words are off */
	ERR_NOENT,		/* no such file, name, object, column */
	ERR_EXISTS,		/* it is already there */
	ERR_MOVED,		/* compare-and-swap lost: read again */
	ERR_BUSY,		/* a lock was not to be had in time */
	ERR_FORMAT,		/* input that is not what it should be */
	ERR_TOOBIG,		/* beyond a stated cap */
	ERR_UNSUPPORTED,	/* valid, but not something we do */
	ERR_CORRUPT,		/* stored bytes do not match their name */
	ERR_IO,			/* the system said no */
	ERR_NOMEM,
	ERR_UNPROVEN,		/* committed, durability or report unproven */
	ERR_STOPPED		/* a signal asked us to stop */
};

struct err {
	enum err_code code;
	char msg[1024];
};

#define ERR_INIT { ERR_NONE, "" }

/* Fill *e and return -1, so that `return err_set(e, ...)` is one line. */
int err_set(struct err *e, enum err_code code, const char *fmt, ...)
    MLV_PRINTF(3, 4);

/* As err_set, with ": strerror(errno)" appended and the code by errno
 * (ENOENT -> ERR_NOENT, EEXIST -> ERR_EXISTS, ENOMEM -> ERR_NOMEM,
 * EAGAIN -> ERR_BUSY, otherwise ERR_IO). */
int err_sys(struct err *e, const char *fmt, ...) MLV_PRINTF(2, 3);

/* Put "CONTEXT: " before the message already in *e; returns -1. */
int err_wrap(struct err *e, const char *fmt, ...) MLV_PRINTF(2, 3);

/* Broken invariants only, never input: prints and aborts. */
void bug_at(const char *file, int line, const char *what);
#define BUG(what) bug_at(__FILE__, __LINE__, what)

#endif
