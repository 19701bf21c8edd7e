/* Objects put in bulk: into packs, read back, damaged, healed. */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "store/internal.h"
#include "store/gc/gc.h"
#include "store/pack/exchange.h"
#include "store/pack/pack_writer.h"
#include "store/pack/packs.h"
#include "../fixture.h"

/* The last pack's file in .mlv/packs, to be freed; *n of them. */
static char *
pack_file(int *n)
{
	char *folder = xprintf("%s/.mlv/packs", top), *found = NULL;
	struct dirent *d;
	DIR *dir = opendir(folder);

	*n = 0;
	while (dir && (d = readdir(dir)) != NULL) {
		if (d->d_name[0] == '.')
			continue;
		free(found);
		found = xprintf("%s/%s", folder, d->d_name);
		++*n;
	}
	if (dir)
		closedir(dir);
	free(folder);
	return found;
}

static int
put_text(struct oid *id, struct repo *s, int i, struct err *e)
{
	char text[256];
	int n = snprintf(text, sizeof(text), "number %d %0*d", i, i % 200, 0);

	return odb_put(id, repo_odb(s), text, (size_t)n, e);
}

static bool
reads_back(struct repo *s, int i)
{
	struct err e = ERR_INIT;
	struct oid id;
	struct buf b;
	char text[256];
	int n = snprintf(text, sizeof(text), "number %d %0*d", i, i % 200, 0);
	bool yes;

	oid_of(&id, text, (size_t)n);
	buf_init(&b, BUF_CAP_SMALL);
	yes = odb_get(&b, repo_odb(s), &id, &e) == 0 && b.len == (size_t)n &&
	    memcmp(b.data, text, b.len) == 0;
	buf_free(&b);
	return yes;
}

static int
count_object(void *ctx, const struct oid *id, struct err *e)
{
	(void)id;
	(void)e;
	++*(int *)ctx;
	return 0;
}

static void
test_bulk(struct repo *s)
{
	struct odb_transaction *t = odb_begin_bulk(repo_odb(s));
	struct err e = ERR_INIT;
	int failed = 0, packs, listed = 0;
	struct repo *other;
	struct oid id;
	char *path;

	for (int i = 0; i < 1000; i++)
		failed += put_text(&id, s, i, &e) < 0;
	is_int(failed, 0, "a thousand objects are put in bulk");
	ok(reads_back(s, 7), "one is read back before the commit");
	free(pack_file(&packs));
	is_int(packs, 0, "no pack has a name before the commit");
	ok(odb_commit(t, &e) == 0, "the transaction is committed");
	free(path = pack_file(&packs));
	is_int(packs, 1, "all are in one pack");
	for (int i = 0; i < 1000; i++)
		failed += !reads_back(s, i);
	is_int(failed, 0, "all are read back");
	other = open_repo(NULL);
	ok(reads_back(other, 999), "another process reads them");
	ok(odb_each(repo_odb(other), count_object, &listed, &e) == 0 && listed == 1000,
	    "each is listed once");
	t = odb_begin_bulk(repo_odb(other));
	ok(put_text(&id, other, 5, &e) == 0 && odb_commit(t, &e) == 0, "one is put again");
	repo_close(other);
	free(pack_file(&packs));
	is_int(packs, 1, "that makes no other pack");
	t = odb_begin_bulk(repo_odb(s));
	ok(put_text(&id, s, 5000, &e) == 0, "one more is put in bulk");
	odb_abandon(t);
	ok(!odb_has(repo_odb(s), &id), "it is gone when the transaction is abandoned");
	is_int(errors_in(s, FSCK_STRONG), 0, "the repository is whole");
}

/* Every byte of a small pack flipped, and every length cut. */
static void
test_damage(void)
{
	struct odb_transaction *t;
	size_t unseen = 0, wrong = 0, uncut = 0;
	struct err e = ERR_INIT;
	struct buf whole;
	struct repo *s;
	struct oid id;
	int packs, fd;
	char *path;

	path = pack_file(&packs);
	unlink(path);
	free(path);
	s = open_repo(NULL);
	t = odb_begin_bulk(repo_odb(s));
	for (int i = 150; i < 153; i++)
		put_text(&id, s, i, &e);
	ok(odb_commit(t, &e) == 0, "a pack to damage");
	repo_close(s);
	path = pack_file(&packs);
	buf_init(&whole, BUF_CAP_SMALL);
	ok(file_read(&whole, path, &e) == 0, "its file is read");
	chmod(path, 0644);
	for (size_t i = 0; i < whole.len; i++) {
		char flipped = (char)(whole.data[i] ^ 0x10);

		fd = open(path, O_WRONLY);
		wrong += pwrite(fd, &flipped, 1, (off_t)i) != 1;
		s = open_repo(NULL);
		unseen += errors_in(s, FSCK_FULL) == 0;
		repo_close(s);
		wrong += pwrite(fd, whole.data + i, 1, (off_t)i) != 1;
		close(fd);
	}
	is_int(unseen, 0, "fsck finds it, whichever byte is flipped");
	is_int(wrong, 0, "the file was written each time");
	for (size_t n = whole.len; n-- > 0;) {
		uncut += truncate(path, (off_t)n) < 0;
		s = open_repo(NULL);
		uncut += errors_in(s, FSCK_QUICK) == 0;
		uncut += reads_back(s, 151);
		repo_close(s);
	}
	is_int(uncut, 0, "and when it is cut at any length");
	s = open_repo(NULL);
	t = odb_begin_bulk(repo_odb(s));
	for (int i = 150; i < 153; i++)
		put_text(&id, s, i, &e);
	ok(odb_commit(t, &e) == 0, "the same objects are put again");
	ok(reads_back(s, 151), "they are read back");
	is_int(errors_in(s, FSCK_STRONG), 0, "and the pack is healed");
	repo_close(s);
	buf_free(&whole);
	free(path);
}

/* Sent to another repository: stored bytes into a pack, the pack taken in. */
static void
test_exchange(struct repo *s)
{
	char *folder = xprintf("%s/.mlv", top), *at = NULL;
	struct pack_writer *w = NULL;
	struct err e = ERR_INIT;
	struct oid id[3], name, other;
	struct pack_entry t;
	struct repo *to;
	struct buf b;
	bool made;

	buf_init(&b, BUF_CAP_DATA);
	for (int i = 0; i < 3; i++)
		put_text(&id[i], s, 8000 + i, &e);
	ok(pack_writer_new(&w, os_real(), folder, folder, &e) == 0, "a pack to send is begun");
	for (int i = 0; i < 3; i++) {
		buf_clear(&b);
		ok(exchange_stored(&t, &b, s, &id[i], &e) == 0, "an object's stored bytes are had");
		ok(pack_writer_add(w, &t, b.data, &e) == 0, "and added to it");
	}
	ok(pack_writer_commit(&name, w, &e) == 0, "it is written");
	pack_writer_free(w);
	at = xprintf("%s/sub", top);
	mkdir(at, 0777);
	ok(repo_init(&made, at, &(struct repo_opts){ 0 }, &e) == 0, "another repository is made");
	ok(repo_open(&to, at, &(struct repo_opts){ 0 }, &e) == 0, "and opened");
	free(at);
	at = xprintf("%s/%s" PACK_SUFFIX, folder, oid_hex((char[OID_HEX + 1]){ 0 }, &name));
	other = name;
	other.b[3] ^= 1;
	ok(exchange_take(to, at, &other, &e) < 0 && e.code == ERR_CORRUPT,
	    "a pack of another name is refused");
	ok(access(at, F_OK) < 0, "and gone");
	ok(pack_writer_new(&w, os_real(), folder, folder, &e) == 0, "it is sent again");
	for (int i = 0; i < 3; i++) {
		buf_clear(&b);
		exchange_stored(&t, &b, s, &id[i], &e);
		pack_writer_add(w, &t, b.data, &e);
	}
	ok(pack_writer_commit(&other, w, &e) == 0 && oid_eq(&name, &other),
	    "the same objects make the same pack");
	pack_writer_free(w);
	ok(exchange_take(to, at, &name, &e) == 0, "the other repository takes it");
	ok(exchange_sync(to, &e) == 0, "for good");
	ok(reads_back(to, 8001), "and has what it brought");
	repo_close(to);
	free(at);
	free(folder);
	buf_free(&b);
}

/* Whoever listed the packs before gc removed one stores again what was there. */
static void
test_removed_meanwhile(void)
{
	struct repo *early = open_repo(NULL), *late = open_repo(NULL), *gc;
	struct gc_request rq = { .now_s = time(NULL) + 10, .for_good = true };
	struct odb_transaction *t = odb_begin_bulk(repo_odb(late));
	struct gc_report report;
	struct err e = ERR_INIT;
	struct oid id;
	int failed;

	ok(put_text(&id, late, 9000, &e) == 0 && odb_commit(t, &e) == 0,
	    "an object that nothing leads to is in a pack");
	repo_close(late);
	ok(odb_has(repo_odb(early), &id), "somebody finds it there");
	gc = open_repo(NULL);
	ok(gc_run(&report, gc, &rq, &e) == 0, "gc goes through the packs");
	repo_close(gc);
	late = open_repo(NULL);
	ok(!odb_has(repo_odb(late), &id), "and removes it");
	repo_close(late);
	t = odb_begin_bulk(repo_odb(early));
	failed = put_text(&id, early, 9000, &e) < 0 || odb_commit(t, &e) < 0;
	ok(!failed, "the one who had found it stores the same");
	late = open_repo(NULL);
	ok(reads_back(late, 9000), "and it is there");
	repo_close(late);
	repo_close(early);
}

/* A large object as older versions stored it, in a file of its own. */
static void
write_loose(const struct oid *id, const struct buf *plain)
{
	char hex[OID_HEX + 1], *folder, *path;
	struct buf b;
	FILE *f;

	oid_hex(hex, id);
	folder = xprintf("%s/.mlv/objects/%.2s", top, hex);
	path = xprintf("%s/%s", folder, hex + 2);
	buf_init(&b, BUF_CAP_DATA);
	buf_add(&b, "MLVO\1\0\0\0", 8);
	buf_add(&b, plain->data, plain->len);
	buf_le64(&b, plain->len);
	buf_le64(&b, hash64(b.data, b.len, 0));
	(void)mkdir(folder, 0777);
	f = fopen(path, "w");
	ok(f && fwrite(b.data, 1, b.len, f) == b.len && fclose(f) == 0,
	    "a large object is loose");
	buf_free(&b);
	free(path);
	free(folder);
}

/* It is folded into parts, some of which are in a pack that gc removes. */
static void
test_folded_parts(void)
{
	struct repo *s = open_repo(NULL);
	struct gc_request rq = { .now_s = time(NULL) + 10, .for_good = true };
	struct gc_report report;
	struct err e = ERR_INIT;
	char text[OID_TEXT];
	struct oid id, grown;
	struct buf b, back;

	buf_init(&b, BUF_CAP_DATA);
	buf_init(&back, BUF_CAP_DATA);
	for (int i = 0; i < 400000; i++)
		buf_addf(&b, "%d\n", i * 7);
	oid_of(&id, b.data, b.len);
	buf_adds(&b, "grown\n");
	ok(odb_put(&grown, repo_odb(s), b.data, b.len, &e) == 0,
	    "an object that begins the same is in a pack");
	repo_close(s);
	b.len -= 6;
	write_loose(&id, &b);
	rq.text = oid_print(text, &id);
	rq.text_n = strlen(text);
	s = open_repo(NULL);
	ok(gc_run(&report, s, &rq, &e) == 0 && report.folded == 1,
	    "gc folds the one and removes the other");
	repo_close(s);
	s = open_repo(NULL);
	ok(odb_get(&back, repo_odb(s), &id, &e) == 0 && back.len == b.len,
	    "all parts of what was folded are there");
	ok(!odb_has(repo_odb(s), &grown), "what was removed is not");
	repo_close(s);
	buf_free(&back);
	buf_free(&b);
}

int
main(void)
{
	struct repo *s = begin_repo();

	test_bulk(s);
	test_exchange(s);
	repo_close(s);
	test_damage();
	test_removed_meanwhile();
	test_folded_parts();
	return end_repo(open_repo(NULL));
}
