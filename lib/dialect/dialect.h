/*
 * dialect/dialect.h - the bodies clients send and get: Open Inference Protocol
 * v2 and MLflow's /invocations, as JSON.
 *
 * Reading fills the block of a session in one pass over the bytes, by the
 * rules of json_rows, so that a value means here what it means in a stream
 * or a batch; writing takes the scorer's answers.  A client's mistake is
 * ERR_FORMAT or ERR_NOENT with words for the client.
 */
#ifndef DIALECT_DIALECT_H
#define DIALECT_DIALECT_H

#include "deploy/session.h"

struct wire_request {
	const char *id;			/* v2: n_id bytes, or NULL */
	size_t n_id;
	const bool *outputs;		/* v2: by model_output, those asked
					 * for; or NULL: all */
	struct table *block;		/* of the session, as the rest */
};

#define WIRE_ROWS_MAX 1000000

/* {"id","inputs":[{name,shape,datatype,data}],"outputs":[{name}]} */
int wire_read_v2(struct wire_request *r, struct session *s,
    const char *body, size_t n, struct err *e);
/* `name`: model_name of the answer. */
void wire_write_v2(struct buf *out, const struct wire_request *r,
    const char *name, const struct version *s, const struct table *answers);

/* dataframe_split, dataframe_records, instances or inputs; or CSV with a
 * header line when `csv`. */
int wire_read_invocation(struct wire_request *r, struct session *s,
    const char *body, size_t n, bool csv, struct err *e);
void wire_write_predictions(struct buf *out, const struct table *answers);

/* What the model takes and gives, as v2 model metadata.  `other`: another
 * version that is served by its name, or NULL. */
void wire_write_metadata(struct buf *out, const struct version *s,
    const char *other);

#endif
