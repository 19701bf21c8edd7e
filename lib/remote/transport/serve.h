/*
 * remote/transport/serve.h - the other side of a remote reached by ssh: a
 * folder served over standard input and output.
 *
 * The server begins with "mlv-remote FIRST LAST", the versions of the talk it
 * knows; the client answers "mlv-remote VERSION", one of them.  Version 1:
 *
 *	get KEY FROM N TAG	data N, bytes ...; then ok TAG
 *	put KEY N, bytes	ok - or existed -
 *	match KEY TAG N, bytes	ok TAG
 *
 * Version 2 also:
 *
 *	remove KEY		ok -
 *
 * Version 3 also:
 *
 *	list FOLDER		data N, lines "NAME BYTES" ...; then ok -
 *
 * Version 4 also:
 *
 *	sweep SECONDS LOOK	ok BYTES
 *
 * TAG is "-" where there is none (of get: 1 where it is wanted, else 0).  Any
 * of them may be answered by "error CODE TEXT".  Lines end in a newline.
 */
#ifndef REMOTE_TRANSPORT_SERVE_H
#define REMOTE_TRANSPORT_SERVE_H

#include "base/err.h"

#define SERVE_FIRST 1
#define SERVE_LAST 4

/* Serve the folder until the input ends. */
int remote_serve(const char *path, int in, int out, struct err *e);

/* The words of errors that the other side must tell apart. */
const char *serve_word(enum err_code code);
enum err_code serve_code(const char *word);

#endif
