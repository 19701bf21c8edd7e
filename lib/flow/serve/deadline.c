/* Deadlines as gRPC's header and Envoy's say them, and waits. */
#include "flow/serve/deadline.h"

#include <string.h>

#include "base/num.h"
#include "grpc/wire.h"

#define GRPC "grpc-timeout"
#define ENVOY "x-envoy-expected-rq-timeout-ms"

/* 100m is a tenth of a second. */
static int
read_grpc(int64_t *us, const char *s, struct err *e)
{
	return grpc_timeout_read(us, s, strlen(s)) ? 0 : err_set(e, ERR_FORMAT,
	    "the header " GRPC " is 1 to 8 digits and one of H M S m u n, not "
	    "'%.40s'", s);
}

static int
read_envoy(int64_t *us, const char *s, struct err *e)
{
	uint64_t v;

	if (!num_parse_u64(s, strlen(s), &v) || v > 86400000)
		return err_set(e, ERR_FORMAT, "the header " ENVOY " is a number "
		    "of milliseconds, at most a day, not '%.40s'", s);
	*us = (int64_t)v * 1000;
	return 0;
}

void
deadline_add(struct deadline *d, int64_t limit_us)
{
	if (d->limit_us == 0 || limit_us < d->limit_us)
		d->limit_us = limit_us > 0 ? limit_us : 1;
}

int
deadline_read(struct deadline *d, const struct http_request *r,
    int64_t wait_us, struct err *e)
{
	const char *grpc = http_header(r, GRPC), *envoy = http_header(r, ENVOY);
	int64_t us = 0;

	*d = (struct deadline){ r->begun_us, r->came_us, 0, wait_us };
	if (grpc) {
		if (read_grpc(&us, grpc, e) < 0)
			return -1;
		deadline_add(d, us);
	}
	/* there 0 is none */
	if (envoy) {
		if (read_envoy(&us, envoy, e) < 0)
			return -1;
		if (us > 0)
			deadline_add(d, us);
	}
	return 0;
}

int
deadline_check(const struct deadline *d, int64_t now_us, bool asked,
    struct err *why)
{
	int64_t took = now_us - d->begun_us, waited = now_us - d->came_us;

	if (d->limit_us && took > d->limit_us) {
		err_set(why, ERR_BUSY, "the request came %lld ms ago, beyond its "
		    "deadline: the model was not asked",
		    (long long)(took / 1000));
		return 504;
	}
	if (!asked && d->wait_us && waited > d->wait_us) {
		err_set(why, ERR_BUSY, "the server has too much to do: the "
		    "request waited %lld ms", (long long)(waited / 1000));
		return 503;
	}
	return 0;
}
