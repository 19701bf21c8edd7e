/* A place that keeps files, found by its URL. */
#include <string.h>

#include "remote/transport/transport.h"

int
transport_open(struct transport **t, const char *url,
    const struct remote_environment *env, struct err *e)
{
	if (strncmp(url, "s3://", 5) == 0)
		return transport_open_s3(t, url, env, e);
	if (strncmp(url, "ssh://", 6) == 0)
		return transport_open_ssh(t, url, env, e);
	if (strstr(url, "://") == NULL)
		return transport_open_folder(t, url, e);
	return err_set(e, ERR_USAGE, "'%.200s' is no URL of a remote: write "
	    "s3://BUCKET/PREFIX, ssh://HOST/PATH, or the path of a folder",
	    url);
}
