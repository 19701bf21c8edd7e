/*
 * grpc/oip.h - the messages of the Open Inference Protocol v2 in gRPC
 * (package inference), and what they are over HTTP: JSON with tensors as
 * bytes behind it.
 *
 * What the messages mean is said by the server behind: here one form is
 * turned into the other.  A client's mistake is ERR_FORMAT with words for the
 * client.
 *
 * A request brings its tensors as raw_input_contents, all of them, or each
 * as the contents of its datatype; the answer takes the same form.
 */
#ifndef GRPC_OIP_H
#define GRPC_OIP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "codec/json.h"

/* A text in a message: n bytes of UTF-8, borrowed; n 0 is none. */
struct oip_text {
	const char *s;
	size_t n;
};

/* Which model a message asks; NULL and 0 without. */
struct oip_asked {
	struct oip_text model, version;
	bool raw;			/* tensors come as raw contents */
};

/* ModelReadyRequest and ModelMetadataRequest, which begin alike. */
int oip_read_asked(struct oip_asked *out, const char *s, size_t n,
    struct err *e);
/* ServerReady's and its like: `field` 1 of theirs, a text. */
int oip_read_text(struct oip_text *out, const char *s, size_t n,
    struct err *e);

/* ModelInferRequest: appends the JSON, and the tensors' bytes. */
int oip_read_infer(struct oip_asked *out, struct buf *json, struct buf *raw,
    const char *s, size_t n, struct arena *a, struct err *e);

/* ModelInferResponse from an answer of n bytes, n_json of them JSON; `raw` as
 * it was asked.  ERR_FORMAT: it is not what a server of ours says. */
int oip_write_infer(struct buf *out, const char *s, size_t n, size_t n_json,
    bool raw, struct arena *a, struct err *e);
/* Those from the JSON of /v2, of a model and of the repository's index. */
void oip_write_server(struct buf *out, const struct json *j);
void oip_write_model(struct buf *out, const struct json *j);
void oip_write_index(struct buf *out, const struct json *j);

/* ---- tensors, for both halves ---- */

/* In which field of InferTensorContents a datatype's values are. */
enum oip_contents {
	OIP_BOOL = 1, OIP_INT, OIP_INT64, OIP_UINT, OIP_UINT64, OIP_FP32,
	OIP_FP64, OIP_BYTES
};
struct oip_type {
	const char *word;
	size_t size;			/* of an element; 0: it varies */
	enum oip_contents contents;	/* 0: it comes raw alone */
};
/* NULL: no such datatype. */
const struct oip_type *oip_type_find(const char *s, size_t n);

#endif
