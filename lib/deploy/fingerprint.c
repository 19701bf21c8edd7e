/* Fingerprints of files, by what stat says, and of catalog names, by the
 * stamp of the references behind them. */
#include "deploy/fingerprint.h"

#include <string.h>

#include "catalog/name.h"
#include "catalog/resolve.h"

bool
fingerprint_of_file(struct fingerprint *f, const char *path)
{
	f->stamp = 0;
	return stamp_of_file(&f->file, path);
}

bool
fingerprint_of_name(struct fingerprint *f, struct catalog *c,
    const char *name)
{
	struct err ignored;
	struct name n;

	memset(f, 0, sizeof(*f));
	if (name_parse(&n, name, &ignored) < 0)
		return false;
	f->stamp = catalog_stamp(c, &n);
	name_free(&n);
	return true;
}

bool
fingerprint_same(const struct fingerprint *a, const struct fingerprint *b)
{
	return a->stamp == b->stamp && stamp_same(&a->file, &b->file);
}
