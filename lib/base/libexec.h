/*
 * base/libexec.h - programs of ours whose libraries are slow to start.
 */
#ifndef BASE_LIBEXEC_H
#define BASE_LIBEXEC_H

/* Where it is: ../libexec/mlv/NAME beside this program, wherever that lies; the
 * name alone, to be looked for in PATH, where nobody knows.  Freed by the
 * caller. */
char *libexec_path(const char *name);

#endif
