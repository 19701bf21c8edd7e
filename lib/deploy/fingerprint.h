/*
 * deploy/fingerprint.h - what a model's name or path looks like from
 * outside: it differs when the name points elsewhere or the file changed.
 * Taking it is cheap; nothing is read.
 */
#ifndef DEPLOY_FINGERPRINT_H
#define DEPLOY_FINGERPRINT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/stamp.h"
#include "catalog/catalog.h"

struct fingerprint {
	uint64_t stamp;			/* of a catalog name */
	struct stamp file;
};

/* Of a file; false when it is not there. */
bool fingerprint_of_file(struct fingerprint *f, const char *path);
/* Of a catalog name, as model:churn@champion; false when it is none. */
bool fingerprint_of_name(struct fingerprint *f, struct catalog *c,
    const char *name);
bool fingerprint_same(const struct fingerprint *a,
    const struct fingerprint *b);

#endif
