/* Arrays written into a parcel and taken out; damage of every byte. */
#include "base/parcel.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "../tap.h"

static const char path[] = "parcel.test";

static void
write_one(void)
{
	static const uint32_t three[] = { 1, 2, 3 };
	struct parcel_out o = { .n_items = 0 };
	struct err e = ERR_INIT;

	parcel_add(&o, three, sizeof(three));
	parcel_add_text(&o, "word");
	parcel_add_text(&o, "");
	parcel_add_text(&o, NULL);
	parcel_add_number(&o, 77);
	parcel_add(&o, NULL, 0);
	ok(parcel_write(&o, os_real(), ".", path, 5, &e) == 0, "written%s",
	    e.msg);
	parcel_out_release(&o);
}

static void
take_all(void)
{
	struct err e = ERR_INIT;
	const uint32_t *three;
	const char *word;
	struct parcel p;
	size_t n;

	ok(parcel_open(&p, path, 5, &e) == 0, "opened");
	three = parcel_take_array(&p, 3, sizeof(*three));
	ok(three && three[2] == 3 && (uintptr_t)three % 64 == 0,
	    "an array, aligned");
	word = parcel_take_text(&p);
	ok(word && strcmp(word, "word") == 0, "a text");
	word = parcel_take_text(&p);
	ok(word && *word == '\0', "an empty one");
	ok(parcel_take_text(&p) == NULL && !p.bad, "none");
	ok(parcel_take_number(&p, 77) == 77, "a number");
	ok(parcel_take_maybe(&p, 9, 9) == NULL && !p.bad, "no array");
	ok(parcel_take(&p, &n) == NULL && p.bad, "nothing after the last");
	parcel_close(&p);
}

static void
take_wrong(void)
{
	struct err e = ERR_INIT;
	struct parcel p;

	ok(parcel_open(&p, path, 6, &e) < 0 && e.code == ERR_CORRUPT,
	    "another kind is refused");
	ok(parcel_open(&p, "parcel.none", 5, &e) < 0 && e.code == ERR_NOENT,
	    "none is no damage");
	if (parcel_open(&p, path, 5, &e) < 0)
		return;
	ok(parcel_take_array(&p, 4, 4) == NULL && p.bad, "another length");
	parcel_close(&p);
	if (parcel_open(&p, path, 5, &e) < 0)
		return;
	(void)parcel_take_array(&p, 3, 4);
	ok(parcel_take_array(&p, SIZE_MAX, 8) == NULL && p.bad,
	    "a length that does not fit");
	parcel_close(&p);
	if (parcel_open(&p, path, 5, &e) < 0)
		return;
	ok(parcel_take_text(&p) == NULL && p.bad, "no text");
	parcel_close(&p);
}

/* Every byte that is another, and every length. */
static void
damage(void)
{
	struct err e = ERR_INIT;
	size_t found = 0, n;
	struct parcel p;
	struct buf b;

	buf_init(&b, BUF_CAP_SMALL);
	ok(file_read(&b, path, &e) == 0, "read as a file");
	n = b.len;
	for (size_t i = 0; i < n; i++) {
		if (i >= 32 && i < 64) {	/* of no meaning */
			found++;
			continue;
		}
		b.data[i] ^= 4;
		if (file_replace(os_real(), path, b.data, n, 0666, &e) == 0 &&
		    parcel_open(&p, path, 5, &e) < 0)
			found++;
		b.data[i] ^= 4;
	}
	ok(found == n, "%zu of %zu damaged bytes are found", found, n);
	found = 0;
	for (size_t i = 0; i < n; i++)
		if (file_replace(os_real(), path, b.data, i, 0666, &e) == 0 &&
		    parcel_open(&p, path, 5, &e) < 0)
			found++;
	ok(found == n, "%zu of %zu cut files are found", found, n);
	buf_free(&b);
}

int
main(void)
{
	char folder[] = "/tmp/mlv-parcel.XXXXXX";

	if (mkdtemp(folder) == NULL || chdir(folder) < 0)
		return 1;
	write_one();
	take_all();
	take_wrong();
	damage();
	unlink(path);
	if (chdir("/") == 0)
		rmdir(folder);
	return tap_done();
}
