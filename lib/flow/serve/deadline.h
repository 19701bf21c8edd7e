/*
 * flow/serve/deadline.h - requests that are dropped before a model is asked, as
 * their answers would come too late: past a deadline of their own, or after a
 * wait that says that the server has too much to do.
 */
#ifndef FLOW_SERVE_DEADLINE_H
#define FLOW_SERVE_DEADLINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "codec/http.h"

struct deadline {
	int64_t begun_us, came_us;	/* of the request */
	int64_t limit_us;		/* from begun_us on; 0: none */
	int64_t wait_us;		/* from came_us on; 0: no bound */
};

/* By the headers of a request; ERR_FORMAT names the one that is malformed. */
int deadline_read(struct deadline *d, const struct http_request *r,
    int64_t wait_us, struct err *e);
/* One more deadline, that the body says: the nearer counts. */
void deadline_add(struct deadline *d, int64_t limit_us);
/* At that moment of clock_mono_us: 0, or the status that it is refused with,
 * and why; `asked`: it does not wait any more. */
int deadline_check(const struct deadline *d, int64_t now_us, bool asked,
    struct err *why);

#endif
