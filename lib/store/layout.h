/*
 * store/layout.h - the folders inside .mlv: their names, and making them.
 * Private to lib/store.
 */
#ifndef STORE_LAYOUT_H
#define STORE_LAYOUT_H

#include <stdbool.h>

#include "base/err.h"
#include "base/os.h"

struct layout {
	const struct os *os;
	char *folder;		/* with objects, refs, audit: "/x/.mlv" */
	bool made;		/* its folders are known to be there */
};

/* folder/name, to be freed. */
char *layout_path(const struct layout *l, const char *name);
/* Is what is in .mlv there as folders, none of them a link to others' files?
 * A checkout is somebody else's; what is not there is in order. */
int layout_check(const char *folder, struct err *e);
/*
 * The folders are there on return (a fresh git clone has only config).  The
 * first call also removes temporary files, by the names we give them, that are
 * older than a day: killed commands left them.
 */
int layout_make(struct layout *l, struct err *e);

#endif
