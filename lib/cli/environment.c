/* What a remote takes from the environment. */
#include "cli/environment.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/libexec.h"

static const char *
variable(const char *name)
{
	const char *s = getenv(name);

	return s && *s ? s : NULL;
}

void
cli_remote_environment(struct remote_environment *env, struct cli *c)
{
	char *http = libexec_path("mlv-http");

	*env = (struct remote_environment){
		.key_id = variable("AWS_ACCESS_KEY_ID"),
		.secret = variable("AWS_SECRET_ACCESS_KEY"),
		.token = variable("AWS_SESSION_TOKEN"),
		.region = variable("AWS_REGION"),
		.endpoint = variable("AWS_ENDPOINT_URL_S3"),
		.http = arena_strdup(&c->arena, http),
		.ssh = variable("MLV_SSH"),
		.peer = variable("MLV_SSH_PEER"),
	};
	free(http);
	if (env->region == NULL)
		env->region = variable("AWS_DEFAULT_REGION");
	if (env->endpoint == NULL)
		env->endpoint = variable("AWS_ENDPOINT_URL");
}
