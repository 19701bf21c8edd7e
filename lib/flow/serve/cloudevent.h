/*
 * flow/serve/cloudevent.h - a line of the request log as a CloudEvent 1.0.2
 * (github.com/cloudevents/spec): JSON format, and the headers of HTTP's binary
 * mode.
 *
 *	id		of the process and a count in it: unique with the source
 *	source		/v2/models/NAME/versions/VERSION, whoever answered
 *	type		mlv.request.answered; .refused, where it was not; .shadowed,
 *			what a shadow says beside
 *	time, subject	of the line; the subject is its id, where it has one
 *	data		the line, as the policy of the log has it
 */
#ifndef FLOW_SERVE_CLOUDEVENT_H
#define FLOW_SERVE_CLOUDEVENT_H

#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

/* Its texts live as long as the arena, `data` as the line. */
struct cloudevent {
	const char *id, *source, *type, *time;
	const char *subject;		/* or NULL */
	const char *data;
	size_t n;
};

/* Of a line without its newline. */
int cloudevent_read(struct cloudevent *ev, struct arena *a, const char *line,
    size_t n, const char *id, struct err *e);
/* Append it as one JSON object. */
void cloudevent_write(struct buf *out, const struct cloudevent *ev);
/* Text as the value of a header: what is no visible ASCII, '"' and '%' as
 * %XX. */
const char *cloudevent_header(struct arena *a, const char *s);

#endif
