/*
 * sandbox.h - what mlv-serve http gives up before it reads a model.
 */
#ifndef MLV_SERVE_SANDBOX_H
#define MLV_SERVE_SANDBOX_H

#include "base/confine.h"
#include "cli/cli.h"

enum sandbox { SANDBOX_AUTO, SANDBOX_OFF, SANDBOX_REQUIRED };
extern const struct opt_word sandbox_words[];

/* Where it may write besides the repository; NULL is nothing. */
struct sandbox_folders {
	const char *log, *feedback, *store, *cache, *socket, *grpc;
	bool remote;			/* helpers are run, and connect */
};

/* Give up what the kernel lets us. */
int sandbox_enter(struct confined *out, struct cli *c, enum sandbox how,
    const struct sandbox_folders *f, struct err *e);
/* "seccomp, landlock 4", or "none". */
const char *sandbox_text(struct cli *c, const struct confined *s);

#endif
