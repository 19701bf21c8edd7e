/*
 * mlv-archive [MEMBER]: a file of the zip or tar archive on standard input, to
 * standard output, for other programs of mlv, which do not wait for libarchive
 * at their start.  Without MEMBER the only file there is.
 *
 * Standard input can be sought.  Exit 2: it must be said which file, or there
 * is none by that name; 3: the archive is broken; one line on standard error.
 */
#include <archive.h>
#include <archive_entry.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLOCK ((size_t)1 << 16)
#define MEMBERS_MAX 1000000
#define SHOWN 4

/* Open for as long as the program runs: it ends soon, and the system takes
 * back what it held. */
static struct archive *opened;

static struct archive *
open_archive(void)
{
	struct archive *a = archive_read_new();

	archive_read_free(opened);
	opened = a;
	if (a == NULL)
		return NULL;
	archive_read_support_format_zip_seekable(a);
	archive_read_support_format_tar(a);
	if (lseek(STDIN_FILENO, 0, SEEK_SET) < 0 ||
	    archive_read_open_fd(a, STDIN_FILENO, BLOCK) != ARCHIVE_OK)
		return NULL;
	return a;
}

static int
broken(struct archive *a)
{
	const char *why = a != NULL ? archive_error_string(a) : NULL;

	fprintf(stderr, "%s\n", why != NULL ? why : "it cannot be read");
	return 3;
}

/* A file that a person put there: no folder, no hidden file, nothing that a
 * Mac adds. */
static bool
is_file(struct archive_entry *entry, const char *name)
{
	const char *base = strrchr(name, '/');

	base = base != NULL ? base + 1 : name;
	return archive_entry_filetype(entry) == AE_IFREG && *base != '.' &&
	    strncmp(name, "__MACOSX/", 9) != 0;
}

static const char *
name_of(struct archive_entry *entry)
{
	const char *name = archive_entry_pathname(entry);

	if (name == NULL)
		return "";
	return strncmp(name, "./", 2) == 0 ? name + 2 : name;
}

static int
tell_workbook(void)
{
	fprintf(stderr, "it is a workbook: save the sheet as CSV\n");
	return 3;
}

/* Which is the only one?  0, or the exit status. */
static int
find_only(char **only)
{
	struct archive *a = open_archive();
	struct archive_entry *entry;
	/* held to the end, as what is open: then the system has it back */
	static char *shown[SHOWN];
	size_t files = 0, n = 0;
	int r = ARCHIVE_OK;

	if (a == NULL)
		return broken(NULL);
	while (n++ < MEMBERS_MAX && ((r = archive_read_next_header(a,
	    &entry)) == ARCHIVE_OK || r == ARCHIVE_WARN)) {
		if (strcmp(name_of(entry), "[Content_Types].xml") == 0)
			return tell_workbook();
		if (!is_file(entry, name_of(entry)))
			continue;
		if (files < SHOWN)
			shown[files] = strdup(name_of(entry));
		files++;
	}
	if (r != ARCHIVE_EOF)
		return n > MEMBERS_MAX ? (fprintf(stderr, "it holds more than "
		    "%d files\n", MEMBERS_MAX), 3) : broken(a);
	if (files == 0)
		return fprintf(stderr, "it holds no file\n"), 3;
	if (files > 1) {
		fprintf(stderr, "it holds %zu files: say behind a colon, or "
		    "with --member, which:", files);
		for (size_t i = 0; i < files && i < SHOWN; i++)
			fprintf(stderr, "%s %s", i ? "," : "", shown[i]);
		fprintf(stderr, "%s\n", files > SHOWN ? " ..." : "");
		return 2;
	}
	*only = shown[0];
	return *only != NULL ? 0 : broken(NULL);
}

static int
put_all(const char *p, size_t n)
{
	while (n > 0) {
		ssize_t put = write(STDOUT_FILENO, p, n);

		if (put <= 0)
			return -1;
		p += put;
		n -= (size_t)put;
	}
	return 0;
}

static int
copy_file(struct archive *a)
{
	static char block[BLOCK];
	la_ssize_t n;

	while ((n = archive_read_data(a, block, sizeof(block))) > 0)
		if (put_all(block, (size_t)n) != 0)
			return 3;	/* nobody reads on */
	return n < 0 ? broken(a) : 0;
}

int
main(int argc, char **argv)
{
	char *name = argc > 1 ? argv[1] : NULL;
	struct archive_entry *entry;
	struct archive *a;
	int r;

	if (argc > 2)
		return 2;
	if (name == NULL && (r = find_only(&name)) != 0)
		return r;
	if ((a = open_archive()) == NULL)
		return broken(NULL);
	while ((r = archive_read_next_header(a, &entry)) == ARCHIVE_OK ||
	    r == ARCHIVE_WARN)
		if (archive_entry_filetype(entry) == AE_IFREG &&
		    strcmp(name_of(entry), name) == 0)
			return copy_file(a);
	if (r != ARCHIVE_EOF)
		return broken(a);
	fprintf(stderr, "it holds no file '%s'\n", name);
	return 2;
}
