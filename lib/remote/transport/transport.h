/*
 * remote/transport/transport.h - a place that keeps files for several people, as a
 * table of functions: what the rest of lib/remote asks of a folder, a server
 * reached by ssh, or an S3 bucket.
 *
 * A file is named by a key ("head", "packs/HEX").  Two kinds are kept: those
 * that are named by the SHA-256 of their bytes, written once, and one, the
 * head, which is replaced only by who knows what it is now.  A transport
 * checks nothing of what it brings: whoever asked does.
 *
 * To add one: a file like transport/folder.c, and a line in open.c.
 */
#ifndef REMOTE_TRANSPORT_H
#define REMOTE_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/os.h"
#include "base/source.h"

struct transport;

#define TAG_MAX 200

/* What tells one content of the head from another, in the words of the
 * transport; "" is no head. */
struct tag {
	char text[TAG_MAX];
};

/* A file of a folder that is listed, by its name there. */
typedef void transport_listed_fn(void *ctx, const char *name, uint64_t bytes);

struct transport_ops {
	/*
	 * The bytes of a file from `from` on, at most n of them (0: to the
	 * end), written to `to`; *tag (may be NULL) names its content.
	 * ERR_NOENT.
	 */
	int (*get)(struct transport *t, const char *key, uint64_t from,
	    uint64_t n, struct sink *to, struct tag *tag, struct err *e);
	/* A file that is named by its content, unless it is there.  Whole or
	 * not at all, and it lasts. */
	int (*put_new)(struct transport *t, const char *key, const void *p,
	    size_t n, bool *existed, struct err *e);
	/* The file anew where its content is what *was says; *tag names the
	 * new one.  ERR_MOVED when it is another. */
	int (*put_match)(struct transport *t, const char *key, const void *p,
	    size_t n, const struct tag *was, struct tag *tag, struct err *e);
	/* Remove a file; one that is not there is none the less gone.
	 * ERR_UNSUPPORTED where the other side cannot. */
	int (*remove)(struct transport *t, const char *key, struct err *e);
	/* What there is below "packs" or "records", in any order; only gc asks
	 * for it.  ERR_UNSUPPORTED where the other side does not tell. */
	int (*list)(struct transport *t, const char *folder,
	    transport_listed_fn *fn, void *ctx, struct err *e);
	/*
	 * Remove what whoever was killed while it wrote has left without a
	 * name, unless that is younger than grace_s by the other side's clock;
	 * with look_only it stays.  *bytes of it.  NULL: nothing is ever left
	 * so.  ERR_UNSUPPORTED where the other side does not know how.
	 */
	int (*sweep)(struct transport *t, uint64_t grace_s, bool look_only,
	    uint64_t *bytes, struct err *e);
	/* Does it hold to the conditions of put_match?  Asked before the first
	 * push from here; NULL: it is known to. */
	int (*prove)(struct transport *t, struct err *e);
	/* How many of them are worth having at once. */
	size_t lanes;
	void (*free)(struct transport *t);
};

struct transport {
	const struct transport_ops *ops;
};

/* A whole file of at most `cap` bytes appended to *out. */
int transport_get(struct buf *out, struct transport *t, const char *key,
    struct tag *tag, struct err *e);
/* n bytes from `from` on (0: to the end), appended to *out. */
int transport_get_range(struct buf *out, struct transport *t, const char *key,
    uint64_t from, uint64_t n, struct err *e);
void transport_free(struct transport *t);

/* A key is words of [a-z0-9.-] with single slashes between. */
bool transport_key_ok(const char *key);

/* What comes from the environment, which a library does not read. */
struct remote_environment {
	const char *key_id, *secret, *token;	/* of S3; may be NULL */
	const char *region, *endpoint;
	const char *profile;		/* NULL: "default" */
	const char *credentials, *config;	/* files of profiles, or NULL */
	const char *http;	/* the helper program for HTTP */
	const char *ssh;		/* the program; NULL: "ssh" */
	const char *peer;		/* mlv-data over there; or NULL */
};

/* The same, its words in the arena. */
void remote_environment_copy(struct remote_environment *to, struct arena *a,
    const struct remote_environment *from);

/* By the URL's scheme: s3://, ssh://, or a folder's path.  Nothing is asked
 * of it yet. */
int transport_open(struct transport **t, const char *url,
    const struct remote_environment *env, struct err *e);

int transport_open_folder(struct transport **t, const char *path,
    struct err *e);
int transport_open_ssh(struct transport **t, const char *url,
    const struct remote_environment *env, struct err *e);
int transport_open_s3(struct transport **t, const char *url,
    const struct remote_environment *env, struct err *e);
#endif
