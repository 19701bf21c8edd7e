/* Objects put, read back, damaged and healed; transactions. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/rng.h"
#include "fixture.h"

/* objects/ab/cdef... */
static char *
file_of(const struct oid *id)
{
	char hex[OID_HEX + 1];

	oid_hex(hex, id);
	return xprintf("%s/.mlv/objects/%.2s/%s", top, hex, hex + 2);
}

static void
test_objects(struct repo *s)
{
	size_t n = (3 << 20) + 12345;
	char *big = xalloc(n, 1), text[OID_TEXT];
	struct err e = ERR_INIT;
	struct oid id, again, found;
	struct rng rng;
	struct buf b;
	uint64_t size;

	ok(odb_put(&id, repo_odb(s), "abc", 3, &e) == 0, "a small object goes in");
	is_text(oid_print(text, &id), "sha256:ba7816bf8f01cfea414140de5dae2223"
	    "b00361a396177a9cb410ff61f20015ad", "its name is its SHA-256");
	buf_init(&b, BUF_CAP_DATA);
	ok(odb_get(&b, repo_odb(s), &id, &e) == 0 && b.len == 3 &&
	    memcmp(b.data, "abc", 3) == 0, "and comes out");
	ok(odb_expand(&found, repo_odb(s), "ba7816bf", &e) == 0 && oid_eq(&found, &id),
	    "eight digits name it");
	ok(odb_expand(&found, repo_odb(s), "ba7816b", &e) < 0 && e.code == ERR_USAGE,
	    "seven do not");
	ok(odb_put(&id, repo_odb(s), "", 0, &e) == 0, "an empty object");
	buf_clear(&b);
	ok(odb_get(&b, repo_odb(s), &id, &e) == 0 && b.len == 0, "comes out empty");

	rng_seed(&rng, 1, 0);
	for (size_t i = 0; i < n; i++)
		big[i] = (char)rng_below(&rng, 256);
	ok(odb_put(&id, repo_odb(s), big, n, &e) == 0, "3 MiB that do not shrink");
	buf_clear(&b);
	ok(odb_get(&b, repo_odb(s), &id, &e) == 0 && b.len == n &&
	    memcmp(b.data, big, n) == 0, "come out the same");
	for (size_t i = 0; i < n; i++)
		big[i] = (char)('a' + i / 7 % 26);
	{
		struct source from = source_memory(big, n, "big");

		ok(odb_put_source(&id, &size, repo_odb(s), &from, 0, &e) == 0 && size == n,
		    "3 MiB that do, as a stream");
		source_close(&from);
	}
	ok(odb_put(&again, repo_odb(s), big, n, &e) == 0 && oid_eq(&id, &again),
	    "the same bytes have the same name");
	buf_clear(&b);
	ok(odb_get(&b, repo_odb(s), &id, &e) == 0 && b.len == n &&
	    memcmp(b.data, big, n) == 0, "and come out the same");
	ok(odb_size(&size, repo_odb(s), &id, &e) == 0 && size == n, "its size is known");
	is_int(errors_in(s, FSCK_STRONG), 0, "the repository is whole");
	buf_free(&b);
	free(big);
}

/* Every byte of an object's file flipped, and every length cut. */
static void
test_damage(struct repo *s)
{
	static const char text[] = "some words, some words, some words, some "
	    "words, some words, some words, some words, some words";
	struct err e = ERR_INIT;
	struct buf whole, b;
	size_t unseen = 0, wrong = 0, uncut = 0;
	struct oid id;
	char *path;
	int fd;

	ok(odb_put(&id, repo_odb(s), text, sizeof(text), &e) == 0, "an object to damage");
	path = file_of(&id);
	buf_init(&whole, BUF_CAP_SMALL);
	buf_init(&b, BUF_CAP_SMALL);
	ok(file_read(&whole, path, &e) == 0, "its file is read");
	ok(whole.len < sizeof(text) + 24, "it is stored compressed");
	chmod(path, 0644);
	for (size_t i = 0; i < whole.len; i++) {
		char flipped = (char)(whole.data[i] ^ 0x10);

		fd = open(path, O_WRONLY);
		wrong += pwrite(fd, &flipped, 1, (off_t)i) != 1;
		close(fd);
		if (errors_in(s, FSCK_FULL) != 1)
			unseen++;
		buf_clear(&b);
		/* the trailer's own checksum is no part of the content */
		if (i < whole.len - 8 && odb_get(&b, repo_odb(s), &id, &e) == 0 &&
		    (b.len != sizeof(text) ||
		    memcmp(b.data, text, sizeof(text)) != 0))
			wrong++;
		fd = open(path, O_WRONLY);
		if (pwrite(fd, whole.data + i, 1, (off_t)i) != 1)
			wrong++;
		close(fd);
	}
	is_int(unseen, 0, "fsck names the object, whichever byte is flipped");
	is_int(wrong, 0, "and no read gives other bytes");
	for (size_t i = 0; i < whole.len; i++) {
		if (truncate(path, (off_t)(whole.len - 1 - i)) < 0)
			uncut++;
		if (errors_in(s, FSCK_QUICK) != 1 && errors_in(s, FSCK_FULL) != 1)
			uncut++;
		if (odb_get(&b, repo_odb(s), &id, &e) == 0)
			uncut++;
	}
	is_int(uncut, 0, "nor when it is cut at any length");
	ok(odb_put(&id, repo_odb(s), text, sizeof(text), &e) == 0, "adding it again");
	is_int(errors_in(s, FSCK_STRONG), 0, "heals it");
	buf_free(&whole);
	buf_free(&b);
	free(path);
}

/* Mutable on purpose: the table of calls has no context. */
static int folder_syncs;
static bool fail_folders;

static int
count_fsync(int fd)
{
	struct stat st;

	if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
		folder_syncs++;
		if (fail_folders) {
			errno = EIO;
			return -1;
		}
	}
	return fsync(fd);
}

static int
put_number(struct repo *s, int i, struct err *e)
{
	struct oid id;
	char text[32];
	int n = snprintf(text, sizeof(text), "number %d", i);

	return odb_put(&id, repo_odb(s), text, (size_t)n, e);
}

static void
test_transaction(void)
{
	struct os os = *os_real();
	struct odb_transaction *t;
	struct err e = ERR_INIT;
	struct repo *s;
	int failed = 0;

	os.fsync = count_fsync;
	s = open_repo(&os);
	t = odb_begin(repo_odb(s));
	ok(t != NULL, "a transaction is open");
	ok(odb_begin(repo_odb(s)) == NULL, "a second one inside is none");
	ok(odb_commit(NULL, &e) == 0, "and its commit does nothing");
	put_number(s, 0, &e);
	folder_syncs = 0;
	for (int i = 0; i < 100; i++)
		failed += put_number(s, i, &e) < 0;
	is_int(failed, 0, "a hundred objects are put");
	is_int(folder_syncs, 0, "no folder is synced for them yet");
	ok(odb_commit(t, &e) == 0, "the transaction is committed");
	ok(folder_syncs > 2 && folder_syncs <= 101, "each folder is synced once");
	folder_syncs = 0;
	ok(put_number(s, 100, &e) == 0, "an object is put outside of a transaction");
	is_int(folder_syncs, 2, "its folder and the one above are synced at once");
	repo_close(s);
}

static void
test_failed_transaction(void)
{
	struct os os = *os_real();
	struct odb_transaction *t;
	struct err e = ERR_INIT;
	struct repo *s;

	os.fsync = count_fsync;
	s = open_repo(&os);
	t = odb_begin(repo_odb(s));
	ok(put_number(s, 200, &e) == 0, "an object is put in a transaction");
	fail_folders = true;
	ok(odb_sync(repo_odb(s), &e) < 0 && e.code == ERR_IO, "the sync of its folder fails");
	fail_folders = false;
	ok(odb_commit(t, &e) < 0, "the commit fails too: a failed fsync is not repeated");
	t = odb_begin(repo_odb(s));
	ok(t && put_number(s, 200, &e) == 0 && odb_commit(t, &e) == 0,
	    "another transaction may succeed");
	t = odb_begin(repo_odb(s));
	odb_abandon(t);
	ok((t = odb_begin(repo_odb(s))) != NULL, "one that was abandoned is over");
	odb_abandon(t);
	repo_close(s);
}

int
main(void)
{
	struct repo *s = begin_repo();
	test_objects(s);
	test_damage(s);
	test_transaction();
	test_failed_transaction();
	return end_repo(s);
}
