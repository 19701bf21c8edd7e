/*
 * deploy/variant.h - the parts a model version can play behind an endpoint.
 *
 * Another variant is one line here, its name in variant.c, and what is
 * particular to it in traffic.c: everything else goes over all of them.
 */
#ifndef DEPLOY_VARIANT_H
#define DEPLOY_VARIANT_H

enum variant {
	VARIANT_STABLE,		/* answers what nobody else does: always there */
	VARIANT_CANARY,		/* answers a share of the units */
	VARIANT_SHADOW,		/* answers beside, for the log alone */
	VARIANTS,
	/* what the stable version of an endpoint is called that is asked by its
	 * label alone, beside another endpoint of that name */
	VARIANT_LABELLED = VARIANTS
};

/* "stable", "canary", "shadow", "labelled": in logs, metrics and the
 * X-Mlv-Variant header. */
const char *variant_text(enum variant v);

#endif
