/*
 * dialect/dialect.h - the words in which clients ask a model, one dialect a
 * file: Open Inference Protocol v2, TensorFlow Serving's REST, MLflow's
 * /invocations, TorchServe's /predictions, Seldon's.
 *
 * Reading fills the block of a session in one pass over the bytes, by the
 * rules of json_rows, so that a value means here what it means in a stream
 * or a batch; writing takes the scorer's answers.  A client's mistake is
 * ERR_FORMAT or ERR_NOENT with words for the client.
 *
 * Where a dialect is spoken is said by the routes in flow/serve.c.
 */
#ifndef DIALECT_DIALECT_H
#define DIALECT_DIALECT_H

#include "deploy/session.h"

#define DIALECT_ROWS_MAX 1000000
#define DIALECT_ID_MAX 256	/* bytes of an id: it is echoed and logged */

struct dialect_body {
	const char *data;		/* n bytes, borrowed */
	size_t n;
	const char *type;		/* Content-Type, or NULL */
	const char *json_length;	/* Inference-Header-Content-Length, or NULL */
};

struct dialect_request {
	/* in */
	struct session *session;	/* of the version that answers */
	const char *model;		/* its name in the answer */
	/* out, of the session */
	const char *id;			/* n_id bytes, or NULL */
	size_t n_id;
	bool id_is_number;		/* and is echoed as one */
	const bool *outputs;		/* by model_output, those asked for; or
					 * NULL: all */
	/* outputs that go as bytes: 1, or -1 as JSON, or 0 as all do; NULL */
	const signed char *as_bytes;
	bool all_as_bytes;
	int64_t timeout_us;		/* it is of no use later; 0: none */
	bool columnar;			/* columns came, and go */
	bool single;			/* a row came bare, and goes so */
	struct table *block;		/* the rows to score */
	/* out, of write: the answer is JSON of n_json bytes, then tensors */
	bool bytes;
	size_t n_json;
};

struct dialect {
	const char *name;
	/* The media types a body may have, up to a NULL; or NULL: any. */
	const char *const *types;
	/* The request's id without reading the rest, in `a`; or NULL.  NULL:
	 * requests have no id. */
	const char *(*find_id)(const char *body, size_t n, struct arena *a);
	/* Fill the session's block, and what is "out" in *r, from a body. */
	int (*read)(struct dialect_request *r, const struct dialect_body *b,
	    struct err *e);
	/* Append the body of an answer: `answers` has a row for each of the
	 * block's. */
	void (*write)(struct buf *out, struct dialect_request *r,
	    const struct table *answers);
	/* Append the body that says why there is no answer, by the status: 503
	 * is nobody's mistake. */
	void (*refuse)(struct buf *out, int status, const char *why);
	/* Append what the model takes and gives.  `others`: the numbers of
	 * other versions served by its name, up to a NULL.  NULL: it has no
	 * words for that. */
	void (*describe)(struct buf *out, const struct version *v,
	    const char *const *others);
};

extern const struct dialect dialect_v2;
extern const struct dialect dialect_mlflow;
extern const struct dialect dialect_tfs_predict;
extern const struct dialect dialect_tfs_classify;
extern const struct dialect dialect_tfs_regress;
extern const struct dialect dialect_torchserve;
extern const struct dialect dialect_seldon;

#endif
