/*
 * A pack with its lists of parts forged: the first and the last part of each
 * change places, so all sizes and checksums hold, and the content is another.
 * Prints what a record says of it.
 */
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/os.h"
#include "store/pack/pack.h"
#include "store/pack/pack_writer.h"

static void
swap_parts(struct buf *list, size_t n)
{
	char first[PACK_PART], *last = list->data + (n - 1) * PACK_PART;

	memcpy(first, list->data, PACK_PART);
	memcpy(list->data, last, PACK_PART);
	memcpy(last, first, PACK_PART);
}

static int
copy_forged(struct pack_writer *w, const struct pack *p, struct err *e)
{
	struct buf b;
	int r = 0;

	buf_init(&b, PACK_STORED_MAX);
	for (uint64_t i = 0; r == 0 && i < pack_count(p); i++) {
		struct pack_entry t;

		pack_entry_at(&t, p, i);
		buf_clear(&b);
		r = pack_read_stored(&b, p, &t, e);
		if (r == 0 && t.encoding == PACK_PARTS)
			swap_parts(&b, pack_part_count(&t));
		if (r == 0)
			r = pack_writer_add(w, &t, b.data, e);
	}
	buf_free(&b);
	return r;
}

/* forge_list PACK FOLDER */
int
main(int argc, char **argv)
{
	struct err e = ERR_INIT;
	struct pack_writer *w;
	struct pack *p = NULL;
	char hex[OID_HEX + 1], path[4096];
	struct oid name;

	if (argc != 3)
		return 2;
	if (pack_open(&p, argv[1], &e) < 0 ||
	    pack_writer_new(&w, os_real(), argv[2], argv[2], &e) < 0 ||
	    copy_forged(w, p, &e) < 0 || pack_writer_commit(&name, w, &e) < 0) {
		fprintf(stderr, "%s\n", e.msg);
		return 3;
	}
	pack_writer_free(w);
	pack_close(p);
	snprintf(path, sizeof(path), "%s/%s" PACK_SUFFIX, argv[2],
	    oid_hex(hex, &name));
	if (pack_open(&p, path, &e) < 0)
		return 3;
	/* the tail says where the index begins; ids and entries are equal */
	printf("%s %llu\n", hex, (unsigned long long)pack_bytes(p));
	pack_close(p);
	return 0;
}
