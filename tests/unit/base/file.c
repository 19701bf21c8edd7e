/* Whole files read and replaced, links and devices too. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/num.h"
#include "base/path.h"
#include "../tap.h"

static void
test_files(const char *folder)
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
test_odd_files(const char *folder)
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

int
main(void)
{
	char folder[] = "/tmp/mlv-unit.XXXXXX";

	if (mkdtemp(folder) == NULL)
		return 1;
	test_files(folder);
	test_odd_files(folder);
	private_copies(folder);
	execlp("sh", "sh", "-c", "rm -rf \"$0\"; exit $1", folder,
	    tap_done() ? "1" : "0", (char *)NULL);
	return 1;
}
