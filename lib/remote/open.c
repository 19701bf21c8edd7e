/* A place that keeps files, found by its URL. */
#include <string.h>

#include "remote/transport.h"

int
transport_open(struct transport **t, const char *url,
    const struct remote_environment *env, struct err *e)
{
	(void)env;
	if (strstr(url, "://") == NULL)
		return transport_open_folder(t, url, e);
	return err_set(e, ERR_USAGE, "'%.200s' is no URL of a remote: write "
	    "s3://BUCKET/PREFIX, ssh://HOST/PATH, or the path of a folder",
	    url);
}
