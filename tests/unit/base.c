/* The foundation: errors, buffers, arenas, paths, clocks, hashes, files. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/child.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/intern.h"
#include "base/num.h"
#include "base/path.h"
#include "base/pool.h"
#include "base/rng.h"
#include "base/source.h"
#include "tap.h"

static void
errors(void)
{
	struct err e = ERR_INIT;

	is_int(err_set(&e, ERR_FORMAT, "row %d", 3), -1, "err_set returns -1");
	err_wrap(&e, "read '%s'", "x");
	is_text(e.msg, "read 'x': row 3", "err_wrap puts context in front");
}

static void
buffers(void)
{
	struct err e = ERR_INIT;
	struct buf b;

	buf_init(&b, 5);
	buf_adds(&b, "abc");
	buf_adds(&b, "defg");
	ok(b.failed && b.len == 3, "a buffer stays under its cap");
	is_int(buf_check(&b, &e), -1, "and says so");
	is_int(e.code, ERR_TOOBIG, "with the right code");
	buf_clear(&b);
	buf_le32(&b, 0x01020304);
	ok(b.data[0] == 4 && get_le32(b.data) == 0x01020304, "little-endian");
	buf_free(&b);
}

static void
paths(void)
{
	char *s;

	is_text(s = path_folder("a/b/c"), "a/b", "folder of a/b/c");
	free(s);
	is_text(s = path_folder("a"), ".", "folder of a");
	free(s);
	is_text(s = path_folder("/a"), "/", "folder of /a");
	free(s);
	is_text(s = path_folder("a/b/"), "a", "folder of a/b/");
	free(s);
	is_text(s = path_stem("x/churn.csv"), "churn", "stem");
	free(s);
	is_text(s = path_stem(".profile"), ".profile", "a dot file has no extension");
	free(s);
	ok(path_is_below("a/b") && !path_is_below("a/../b") &&
	    !path_is_below("/a") && !path_is_below("") && !path_is_below("a//b"),
	    "path_is_below");
	is_text(s = path_relative("/r", "/r/a/b"), "a/b", "relative");
	free(s);
	ok(path_relative("/r", "/ra") == NULL, "a longer name is not below");
}

static void
dates(void)
{
	char out[CLOCK_TEXT_MAX];
	int64_t us;

	ok(clock_parse("2024-02-29", 10, &us), "leap day");
	ok(!clock_parse("2023-02-29", 10, &us), "no leap day");
	ok(clock_parse("2026-01-02 03:04:05.25+01:00", 28, &us), "offset");
	clock_print(out, us);
	is_text(out, "2026-01-02T02:04:05.250000Z", "printed in UTC");
	ok(clock_parse("1969-12-31T23:59:59Z", 20, &us) && us == -1000000,
	    "before 1970");
	clock_print(out, us);
	is_text(out, "1969-12-31T23:59:59Z", "printed before 1970");
	ok(!clock_parse("2026-01-02x", 11, &us), "rest is refused");
}

static void
hashes(void)
{
	uint8_t d[SHA256_BYTES];
	char hex[SHA256_HEX + 1];

	sha256_of("abc", 3, d);
	hex_encode(hex, d, sizeof(d));
	is_text(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f"
	    "20015ad", "SHA-256 of abc");
	ok(hex_decode(d, sizeof(d), hex, 64) == 0, "hex reads back");
	ok(hex_decode(d, sizeof(d), "BA", 2) < 0, "upper case or short is not");
}

static void
interning(void)
{
	struct intern *t = intern_new();
	char text[16];
	int good = 1;

	for (int i = 0; i < 10000; i++) {
		int n = snprintf(text, sizeof(text), "k%d", i);

		good &= intern_add(t, text, (size_t)n) == (uint32_t)i;
	}
	ok(good && intern_count(t) == 10000, "numbers by first appearance");
	is_int(intern_find(t, "k77", 3), 77, "found");
	is_int(intern_find(t, "k10000", 6), INTERN_NONE, "not found");
	is_text(intern_text(t, 9999, NULL), "k9999", "text back");
	intern_free(t);
}

struct counted {
	unsigned char seen[1000];
};

static void
touch(void *ctx, size_t i, int worker)
{
	(void)worker;
	((struct counted *)ctx)->seen[i]++;
}

static void
pools(void)
{
	struct pool *p = pool_new(4);
	int good = 1;

	for (int round = 0; round < 200; round++) {
		struct counted c = { { 0 } };

		pool_run(p, 1000, touch, &c);
		for (int i = 0; i < 1000; i++)
			good &= c.seen[i] == 1;
	}
	ok(good, "every part is done once");
	pool_free(p);
}

/* What was read is ours: a writer of the file changes nothing of it. */
static void
private_copies(const char *folder)
{
	char *path = path_join(folder, "changing"), page[3 * 4096];
	struct err e = ERR_INIT;
	struct file_map m;
	int fd;

	memset(page, 'a', sizeof(page));
	is_int(file_replace(os_real(), path, page, sizeof(page), 0666, &e), 0,
	    "a file of three pages");
	is_int(file_map(&m, path, &e), 0, "is read");
	fd = open(path, O_WRONLY);
	ok(fd >= 0 && pwrite(fd, "b", 1, 0) == 1, "written in place");
	is_int(m.data[0], 'a', "what was read stays");
	ok(ftruncate(fd, 10) == 0, "and cut");
	is_int(m.data[m.n - 1], 'a', "it stays to its end");
	is_int(m.data[m.n], '\0', "a NUL behind it");
	close(fd);
	file_unmap(&m);
	free(path);
}

static void
files(const char *folder)
{
	char *path = path_join(folder, "f"), *deep = path_join(folder, "a/b/c");
	struct err e = ERR_INIT;
	struct out_file f;
	struct buf b;

	buf_init(&b, 100);
	is_int(file_replace(os_real(), path, "one", 3, 0666, &e), 0, "write");
	is_int(file_read(&b, path, &e), 0, "read");
	is_text(b.data, "one", "the same");
	ok(out_file_open(&f, os_real(), path, 0666, true, &e) == 0 &&
	    out_file_add(&f, "two", 3, &e) == 0, "begin to replace");
	out_file_drop(&f);
	buf_clear(&b);
	file_read(&b, path, &e);
	is_text(b.data, "one", "dropped: the old one stands");
	is_int(file_make_folders(os_real(), deep, &e), 0, "mkdir -p");
	ok(access(deep, F_OK) == 0, "is there");
	b.cap = 2;
	buf_clear(&b);
	buf_free(&b);
	buf_init(&b, 2);
	is_int(file_read(&b, path, &e), -1, "longer than the cap");
	is_int(e.code, ERR_TOOBIG, "is too big");
	buf_free(&b);
	buf_init(&b, 3);
	is_int(file_read(&b, path, &e), 0, "exactly the cap is not");
	buf_free(&b);
	unlink(path);
	is_int(file_read(&b, path, &e), -1, "no such file");
	is_int(e.code, ERR_NOENT, "has its code");
	free(path);
	free(deep);
}

static void
odd_files(const char *folder)
{
	char *path = path_join(folder, "real"), *link = path_join(folder, "ln");
	char *pipe = path_join(folder, "pipe"), *longest, *self, name[256];
	struct err e = ERR_INIT;
	struct stat st;
	struct buf b;
	int fd = -1;

	file_replace(os_real(), path, "one", 3, 0666, &e);
	ok(symlink("real", link) == 0 &&
	    file_replace(os_real(), link, "two", 3, 0666, &e) == 0 &&
	    lstat(link, &st) == 0 && S_ISLNK(st.st_mode), "a link stays one");
	buf_init(&b, 100);
	file_read(&b, path, &e);
	is_text(b.data, "two", "what it leads to is replaced");
	buf_clear(&b);
	ok(mkfifo(pipe, 0600) == 0 &&
	    (fd = open(pipe, O_RDONLY | O_NONBLOCK)) >= 0 &&
	    file_replace(os_real(), pipe, "three", 5, 0666, &e) == 0 &&
	    file_read_fd(&b, fd, pipe, &e) == 0, "a FIFO is written");
	is_text(b.data, "three", "and read");
	ok(stat(pipe, &st) == 0 && S_ISFIFO(st.st_mode), "and stays one");
	close(fd);
	is_int(file_replace(os_real(), "/dev/null", "x", 1, 0666, &e), 0,
	    "so is a device");
	ok(stat("/dev/null", &st) == 0 && S_ISCHR(st.st_mode), "as well");
	is_int(file_replace(os_real(), folder, "x", 1, 0666, &e), -1,
	    "a folder is not");
	ok(strstr(e.msg, "is a folder") != NULL, "and said to be one");
	is_int(file_replace(os_real(), "none/", "x", 1, 0666, &e), -1,
	    "nor one that is not there");
	ok(unlink(path) == 0 &&
	    file_replace(os_real(), link, "four", 4, 0666, &e) == 0 &&
	    lstat(link, &st) == 0 && S_ISLNK(st.st_mode) && access(path, F_OK) == 0,
	    "a link that leads nowhere yet makes what it leads to");
	ok(unlink(link) == 0 && symlink("ln", link) == 0 &&
	    file_replace(os_real(), link, "x", 1, 0666, &e) < 0 &&
	    lstat(link, &st) == 0 && S_ISLNK(st.st_mode),
	    "a link to itself is refused");
	fd = open(path, O_WRONLY);
	num_print_i64(name, fd);
	self = path_join("/dev/fd", name);
	ok(write(fd, "old ", 4) == 4 &&
	    file_replace(os_real(), self, "new", 3, 0666, &e) == 0 &&
	    write(fd, "\n", 1) == 1, "a descriptor is written where it stands");
	buf_clear(&b);
	file_read(&b, path, &e);
	is_text(b.data, "old new\n", "between what others write there");
	close(fd);
	free(self);
	memset(name, 'n', 255);
	name[255] = '\0';
	longest = path_join(folder, name);
	is_int(file_replace(os_real(), longest, "x", 1, 0666, &e), 0,
	    "the longest of names has room for a temporary one");
	buf_free(&b);
	free(longest);
	free(pipe);
	free(link);
	free(path);
}

static void
children(void)
{
	const char *const echo[] = { "sh", "-c", "echo hi; exit 7", NULL };
	const char *const none[] = { "no-such-program-here", NULL };
	struct err e = ERR_INIT;
	struct buf b;
	int st = 0;

	buf_init(&b, 100);
	is_int(child_output(&b, &st, echo, &e), 0, "run a child");
	ok(st == 7 && strcmp(b.data, "hi\n") == 0, "output and status");
	is_int(child_output(&b, &st, none, &e), -1, "no such program");
	is_int(e.code, ERR_NOENT, "has its code");
	buf_free(&b);
}

static void
draws(void)
{
	struct rng a, b;
	int good = 1;

	rng_seed(&a, 1, 0);
	rng_seed(&b, 1, 1);
	ok(rng_u64(&a) != rng_u64(&b), "streams differ");
	rng_seed(&a, 42, 0);
	for (int i = 0; i < 1000; i++)
		good &= rng_below(&a, 7) < 7;
	ok(good, "rng_below in range");
}

int
main(void)
{
	char folder[] = "/tmp/mlv-unit.XXXXXX";

	if (mkdtemp(folder) == NULL)
		return 1;
	errors();
	buffers();
	paths();
	dates();
	hashes();
	interning();
	pools();
	files(folder);
	private_copies(folder);
	odd_files(folder);
	children();
	draws();
	execlp("sh", "sh", "-c", "rm -rf \"$0\"; exit $1", folder,
	    tap_done() ? "1" : "0", (char *)NULL);
	return 1;
}
