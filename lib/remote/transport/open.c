/* A place that keeps files, found by its URL. */
#include <string.h>

#include "remote/transport/transport.h"

static const char *
copy_word(struct arena *a, const char *s)
{
	return s ? arena_strdup(a, s) : NULL;
}

void
remote_environment_copy(struct remote_environment *to, struct arena *a,
    const struct remote_environment *from)
{
	to->key_id = copy_word(a, from->key_id);
	to->secret = copy_word(a, from->secret);
	to->token = copy_word(a, from->token);
	to->region = copy_word(a, from->region);
	to->endpoint = copy_word(a, from->endpoint);
	to->profile = copy_word(a, from->profile);
	to->credentials = copy_word(a, from->credentials);
	to->config = copy_word(a, from->config);
	to->http = copy_word(a, from->http);
	to->ssh = copy_word(a, from->ssh);
	to->peer = copy_word(a, from->peer);
}

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
