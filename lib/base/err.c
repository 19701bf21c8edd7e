/* Errors as a code and a message. */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int
err_set(struct err *e, enum err_code code, const char *fmt, ...)
{
	va_list ap;

	e->code = code;
	va_start(ap, fmt);
	vsnprintf(e->msg, sizeof(e->msg), fmt, ap);
	va_end(ap);
	return -1;
}

static enum err_code
code_of_errno(int n)
{
	switch (n) {
	case ENOENT:
	case ENOTDIR:
		return ERR_NOENT;
	case EEXIST:
		return ERR_EXISTS;
	case ENOMEM:
		return ERR_NOMEM;
	case EAGAIN:
		return ERR_BUSY;
	default:
		return ERR_IO;
	}
}

int
err_sys(struct err *e, const char *fmt, ...)
{
	int saved = errno;
	va_list ap;
	size_t n;

	e->code = code_of_errno(saved);
	va_start(ap, fmt);
	vsnprintf(e->msg, sizeof(e->msg), fmt, ap);
	va_end(ap);
	n = strlen(e->msg);
	snprintf(e->msg + n, sizeof(e->msg) - n, ": %s", saved == ELOOP ?
	    "a link is in the way; none is followed there" : strerror(saved));
	return -1;
}

int
err_wrap(struct err *e, const char *fmt, ...)
{
	char old[sizeof(e->msg)];
	va_list ap;
	size_t n;

	memcpy(old, e->msg, sizeof(old));
	va_start(ap, fmt);
	vsnprintf(e->msg, sizeof(e->msg), fmt, ap);
	va_end(ap);
	n = strlen(e->msg);
	snprintf(e->msg + n, sizeof(e->msg) - n, ": %s", old);
	return -1;
}

void
bug_at(const char *file, int line, const char *what)
{
	fprintf(stderr, "mlv: bug at %s:%d: %s\n", file, line, what);
	abort();
}
