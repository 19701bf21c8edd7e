/*
 * serve/wire.h - the bodies clients send and get: Open Inference Protocol
 * v2 and MLflow's /invocations, as JSON.
 *
 * Reading fills a desk's block; writing takes the scorer's answers.  A
 * client's mistake is ERR_FORMAT with words for the client.
 */
#ifndef SERVE_WIRE_H
#define SERVE_WIRE_H

#include "serve/served.h"

struct wire_request {
	const char *id;			/* v2: or NULL */
	const struct json *outputs;	/* v2: those asked for, or NULL */
	struct table *block;		/* of the desk */
};

/* One value into a cell of a desk's block; null is missing.  Every cell of a
 * block in use again is set through this, so nothing of the request before
 * can show. */
int wire_set_cell(struct column *c, size_t i, const struct json *v,
    struct err *e);

/* {"id","inputs":[{name,shape,datatype,data}],"outputs":[{name}]} */
int wire_read_v2(struct wire_request *r, struct desk *d,
    const struct served *s, const char *body, size_t n, struct err *e);
/* `name`: model_name of the answer. */
void wire_write_v2(struct buf *out, const struct wire_request *r,
    const char *name, const struct served *s, const struct table *answers);

/* dataframe_split, dataframe_records, instances or inputs; or CSV with a
 * header line when `csv`. */
int wire_read_invocation(struct wire_request *r, struct desk *d,
    const struct served *s, const char *body, size_t n, bool csv,
    struct err *e);
void wire_write_predictions(struct buf *out, const struct table *answers);

/* What the model takes and gives, as v2 model metadata.  `other`: another
 * version that is served by its name, or NULL. */
void wire_write_metadata(struct buf *out, const struct served *s,
    const char *other);

#endif
