/*
 * store/pack/chunked.h - how an object gets into packs: whole when it is
 * small, else in parts that are hashed, looked for and compressed by several
 * threads.  Private to lib/store.
 */
#ifndef STORE_PACK_CHUNKED_H
#define STORE_PACK_CHUNKED_H

#include "store/pack/packs.h"

const struct packs_writing *chunked_writing(void);

#endif
