/* What is taken from the environment. */
#include "cli/environment.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/libexec.h"
#include "base/num.h"
#include "store/cache/cache.h"

static const char *
variable(const char *name)
{
	const char *s = getenv(name);

	return s && *s ? s : NULL;
}

const char *
cli_scratch_folder(void)
{
	const char *said = variable("TMPDIR");

	return said ? said : FILE_SCRATCH_FOLDER;
}

bool
cli_cache_bytes(uint64_t *out)
{
	const char *said = variable("MLV_CACHE_BYTES");
	int64_t v;

	*out = CACHE_BYTES;
	if (said == NULL)
		return true;
	if (!num_parse_i64(said, strlen(said), &v) || v < 0)
		return false;
	*out = (uint64_t)v;
	return true;
}

const char *
cli_helper(struct cli *c, const char *name)
{
	char *path = libexec_path(name);
	const char *kept = arena_strdup(&c->arena, path);

	free(path);
	return kept;
}

static const char *
aws_file(struct cli *c, const char *name, const char *usual)
{
	const char *said = variable(name), *home = variable("HOME");

	return said ? said : home ? arena_printf(&c->arena, "%s/.aws/%s", home,
	    usual) : NULL;
}

void
cli_remote_environment(struct remote_environment *env, struct cli *c)
{
	*env = (struct remote_environment){
		.key_id = variable("AWS_ACCESS_KEY_ID"),
		.secret = variable("AWS_SECRET_ACCESS_KEY"),
		.token = variable("AWS_SESSION_TOKEN"),
		.region = variable("AWS_REGION"),
		.endpoint = variable("AWS_ENDPOINT_URL_S3"),
		.profile = variable("AWS_PROFILE"),
		.credentials = aws_file(c, "AWS_SHARED_CREDENTIALS_FILE",
		    "credentials"),
		.config = aws_file(c, "AWS_CONFIG_FILE", "config"),
		.http = cli_helper(c, "mlv-http"),
		.ssh = variable("MLV_SSH"),
		.peer = variable("MLV_SSH_PEER"),
	};
	if (env->profile == NULL)
		env->profile = variable("AWS_DEFAULT_PROFILE");
	if (env->region == NULL)
		env->region = variable("AWS_DEFAULT_REGION");
	if (env->endpoint == NULL)
		env->endpoint = variable("AWS_ENDPOINT_URL");
}
