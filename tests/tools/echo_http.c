/*
 * echo_http: answers every POST with its body, through libmicrohttpd as
 * mlv-serve sets it up (epoll, one thread a processor) and nothing else;
 * prints its URL and runs until it is killed.  What a server on the same
 * library cannot beat.
 */
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/pool.h"

static enum MHD_Result
echo(void *ctx, struct MHD_Connection *c, const char *url, const char *method,
    const char *version, const char *data, size_t *n, void **state)
{
	struct buf *b = *state;
	struct MHD_Response *r;
	enum MHD_Result done;
	size_t len;
	char *p;

	(void)ctx;
	(void)url;
	(void)method;
	(void)version;
	if (b == NULL) {
		*state = b = malloc(sizeof(*b));
		buf_init(b, BUF_CAP_SMALL);
		return MHD_YES;
	}
	if (*n) {
		buf_add(b, data, *n);
		*n = 0;
		return MHD_YES;
	}
	p = buf_detach(b, &len);
	r = MHD_create_response_from_buffer(len, p, MHD_RESPMEM_MUST_FREE);
	MHD_add_response_header(r, "Content-Type", "application/json");
	done = MHD_queue_response(c, 200, r);
	MHD_destroy_response(r);
	return done;
}

static void
completed(void *ctx, struct MHD_Connection *c, void **state,
    enum MHD_RequestTerminationCode why)
{
	(void)ctx;
	(void)c;
	(void)why;
	if (*state)
		buf_free(*state);
	free(*state);
}

int
main(void)
{
	int threads = pool_default_threads();
	struct MHD_Daemon *d = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD,
	    0, NULL, NULL, echo, NULL, MHD_OPTION_THREAD_POOL_SIZE,
	    threads > 1 ? (unsigned)threads : 0u, MHD_OPTION_NOTIFY_COMPLETED,
	    completed, NULL, MHD_OPTION_END);
	const union MHD_DaemonInfo *i = d ? MHD_get_daemon_info(d,
	    MHD_DAEMON_INFO_BIND_PORT) : NULL;

	if (i == NULL) {
		fprintf(stderr, "echo_http: error: cannot start\n");
		return 3;
	}
	printf("http://127.0.0.1:%d\n", (int)i->port);
	fflush(stdout);
	pause();
	return 0;
}
