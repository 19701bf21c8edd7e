/*
 * base/file.h - whole files: read, map, and write so that they are there
 * or not there, never half.
 *
 * One write path for everything (see mlv-store(5)): a temporary file in the
 * same folder, written, fsynced, renamed or linked, and the folder fsynced.
 * A `struct out_file` that is dropped before commit leaves nothing behind.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/os.h"

/* Append all of a file, or of an open descriptor, to *out.  ERR_TOOBIG when
 * it is longer than out's cap allows.  "-" is standard input. */
int file_read(struct buf *out, const char *path, struct err *e);
int file_read_fd(struct buf *out, int fd, const char *name, struct err *e);

/*
 * A checkout is somebody else's: what a repository or git keeps in it may be
 * a link, a FIFO or a device.  These never follow a last link and take only
 * regular files; the error says what is in the way.
 */
int file_open_own(int *fd, const struct os *os, const char *path, int flags,
    mode_t mode, struct err *e);
int file_read_own(struct buf *out, const char *path, struct err *e);
/* Is there a folder by that name, no link to one?  ERR_NOENT, or ERR_FORMAT
 * for anything else. */
int file_check_folder(const char *path, struct err *e);

/* The text of a small file, such as those of /proc, without its last
 * newline, cut to `room` bytes with the NUL; false when unreadable. */
bool file_read_small(char *out, size_t room, const char *path);

/* A file's bytes, read once into memory of our own: whoever rewrites the file
 * or cuts it meanwhile changes nothing of them, so what is parsed, hashed and
 * recorded is the same.  ERR_MOVED when it got shorter while it was read; what
 * is appended meanwhile is left out.  A NUL follows the bytes. */
struct file_map {
	const char *data;
	size_t n;
	bool mapped;
};
int file_map(struct file_map *m, const char *path, struct err *e);
void file_unmap(struct file_map *m);

/* ERR_USAGE when both are the same file: who reads one must not replace it
 * by the other.  What is not there, or NULL, is not the same. */
int file_refuse_same(const char *out, const char *in, struct err *e);

/* Write all n bytes; retries EINTR and short writes. */
int file_write_fd(const struct os *os, int fd, const void *p, size_t n,
    const char *name, struct err *e);

/* The same at a place of its own, in a file of ours that has no name. */
int file_write_at(int fd, const void *p, size_t n, uint64_t at, struct err *e);

/* A file being written. */
struct out_file {
	const struct os *os;
	int fd;
	char *path;		/* where it will be; NULL: standard output */
	char *temp;		/* where it is now */
	struct buf pending;	/* not yet written */
	bool durable;
	bool as_is;		/* a device, a FIFO, a descriptor: nothing to replace */
};

/* Begin to replace `path`, or what it links to, as a user named it: never a
 * file inside a repository's .mlv (ERR_USAGE).  Standard output ("-"), a
 * device, a FIFO, or what is open as "/dev/stdout" or "/dev/fd/N", is written
 * as it comes.  With `durable` commit fsyncs the file and its folder; user
 * output such as scored rows need not, files of record must. */
int out_file_open(struct out_file *f, const struct os *os, const char *path,
    mode_t mode, bool durable, struct err *e);
/* The same with the temporary file in `folder`, so that a kill leaves
 * nothing beside `path`; beside it after all when that is on another file
 * system. */
int out_file_open_in(struct out_file *f, const struct os *os,
    const char *path, const char *folder, mode_t mode, bool durable,
    struct err *e);
/* A file that a repository or git keeps: whatever has its name, a link too,
 * is replaced, not written through. */
int out_file_open_own(struct out_file *f, const struct os *os,
    const char *path, const char *folder, mode_t mode, bool durable,
    struct err *e);
int out_file_add(struct out_file *f, const void *p, size_t n, struct err *e);
int out_file_flush(struct out_file *f, struct err *e);
/* All of a commit but the name: flush, fsync, close.  Who replaces several
 * files prepares each before the first takes its name.  On failure as
 * out_file_commit. */
int out_file_prepare(struct out_file *f, struct err *e);
/* Flush, fsync, rename over `path`, fsync the folder.  On failure the old
 * file still stands and the temporary one is gone; ERR_UNPROVEN when only
 * the folder's fsync failed. */
int out_file_commit(struct out_file *f, struct err *e);
/* Forget it; nothing happens after a commit. */
void out_file_drop(struct out_file *f);

/* All of that at once. */
int file_replace(const struct os *os, const char *path, const void *p,
    size_t n, mode_t mode, struct err *e);
/* The same for a file of a repository: see out_file_open_own. */
int file_replace_own(const struct os *os, const char *path, const void *p,
    size_t n, mode_t mode, struct err *e);

/*
 * A file that gets its name once its content is known, and only if nobody
 * was faster: nameless (O_TMPFILE) where the file system can, a temporary
 * name otherwise.  Write it with file_write_fd(f.os, f.fd, ...).
 */
struct new_file {
	const struct os *os;
	int fd;
	char *temp;		/* its name for now, or NULL */
	const char *folder;	/* for temporary names, borrowed */
	bool fleeting;		/* set after new_file_open: a cache, whose
				 * readers tell a torn one; not synced */
};
/* `expect` bytes are reserved (0: unknown). */
int new_file_open(struct new_file *f, const struct os *os, const char *folder,
    uint64_t expect, struct err *e);
/* fsync and name it `path`; the name is durable once the caller has synced
 * its folder.  *existed: there was such a file, which still stands, and ours
 * is gone.  With `replace` ours takes its place. */
int new_file_commit(struct new_file *f, const char *path, bool replace,
    bool *existed, struct err *e);
void new_file_drop(struct new_file *f);
/* Where there is room for what is read back soon, unless a caller knows of
 * another folder. */
#define FILE_SCRATCH_FOLDER "/var/tmp"
/* A nameless file in `folder` to be written and read back: it is gone with
 * its descriptor. */
int file_open_scratch(int *fd, const char *folder, struct err *e);

/* mkdir -p; each new folder's parent is fsynced. */
int file_make_folders(const struct os *os, const char *path, struct err *e);
int file_sync_folder(const struct os *os, const char *path, struct err *e);

/*
 * Locks (OFD byte-range locks): they belong to the open description, so a
 * kill frees them and a child that inherits the descriptor keeps them.
 */
enum file_lock { FILE_SHARED, FILE_EXCLUSIVE };
/* Lock [start, start+len) of fd (len 0: to the end), waiting up to wait_ms
 * (0: do not wait, < 0: for ever).  ERR_BUSY when it was not to be had. */
int file_lock(int fd, enum file_lock how, off_t start, off_t len,
    int64_t wait_ms, struct err *e);
int file_unlock(int fd, off_t start, off_t len, struct err *e);
/* Would an exclusive lock be refused now?  1 held by someone, 0 free, -1. */
int file_is_locked(int fd, off_t start, off_t len, struct err *e);

#endif
