/*
 * registry/registry.h - models under a name: versions with lineage, and
 * aliases that move when a gate holds.
 */
#ifndef REGISTRY_REGISTRY_H
#define REGISTRY_REGISTRY_H

#include <stdbool.h>
#include <stdint.h>

#include "catalog/catalog.h"
#include "registry/policy.h"

/*
 * Register a model.  `source` is a run (run:ID, run:ID:PATH, an ID, a run's
 * word), a model file, or model:NAME@V, sha256:DIGITS.  A run gives its
 * model file (the only ONNX output, or PATH), metrics, parameters, code and
 * lineage to the run and its data; so does a file that a run put out.
 * ERR_FORMAT for a table.  What our engine cannot load is registered all the
 * same.
 */
struct registry_added {
	struct catalog_put put;
	uint64_t size;
	char run[160];		/* "run:ID", or "" */
	char refused[400];	/* why mlv-serve will not load it, or "" */
};
int registry_add(struct registry_added *out, struct catalog *c,
    const char *name, const char *source, struct err *e);

/*
 * Let name@alias mean `version` (0: drop the alias).  With a policy its gate
 * is judged first, against the evidence and champion of that moment; a
 * champion or an alias that moves meanwhile is ERR_MOVED.  `expect`: the
 * version the alias must have now, 0 none, or REF_ANY.  *g (may be NULL) is
 * the gate's judgment, for the record; freed by the caller.
 * ERR_NO when the gate does not hold.
 */
int registry_set(uint32_t *was, struct gate *g, struct catalog *c,
    const char *name, const char *alias, uint32_t version, uint32_t expect,
    const struct policy *p, const char *note, struct err *e);

/* Back to the version it meant before the present one; repeated, further
 * back.  ERR_NO when there is no earlier one. */
int registry_rollback(uint32_t *now, uint32_t *was, struct catalog *c,
    const char *name, const char *alias, const char *note, struct err *e);

/*
 * Everything a version rests on, checked byte for byte.  fn (may be NULL)
 * hears of what is damaged or gone: label is the link's name or rel.
 * *objects counts what was checked, *bad what did not hold.
 */
int registry_verify(uint64_t *objects, uint64_t *bad, struct catalog *c,
    const struct oid *id, void (*fn)(void *ctx, const char *what,
    const char *why), void *ctx, struct err *e);

#endif
