/* foreign/internal.h - what the files of lib/foreign share; nobody else's. */
#ifndef FOREIGN_INTERNAL_H
#define FOREIGN_INTERNAL_H

#include "foreign/foreign.h"

/* One more, unless its path is there; NULL then. */
struct foreign_file *foreign_add(struct foreign_list *l, const char *path);
/* Lower-case hexadecimal of so many bytes? */
bool is_digest(const char *s, size_t bytes);
/* Where DVC's object of that digest may lie: place[0], place[1]. */
void dvc_places(const char *place[4], struct arena *a, const char *cache,
    const char *digest, bool folder);

#endif
