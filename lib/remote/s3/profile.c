/* The key, region and endpoint of S3 as Amazon's own programs find them. */
#include "remote/s3/profile.h"

#include <string.h>

#include "base/child.h"
#include "base/file.h"
#include "codec/json.h"

#define FILE_MAX_BYTES ((size_t)1 << 20)

/* What the section of a profile says. */
struct section {
	const char *key_id, *secret, *token, *region, *endpoint, *process;
	bool found;
};

static const struct {
	const char *key;
	size_t at;
} known[] = {
	{ "aws_access_key_id", offsetof(struct section, key_id) },
	{ "aws_secret_access_key", offsetof(struct section, secret) },
	{ "aws_session_token", offsetof(struct section, token) },
	{ "region", offsetof(struct section, region) },
	{ "endpoint_url", offsetof(struct section, endpoint) },
	{ "credential_process", offsetof(struct section, process) },
};
#define KNOWN (sizeof(known) / sizeof(*known))

static char *
trim(char *s)
{
	size_t n;

	s += strspn(s, " \t");
	for (n = strlen(s); n && strchr(" \t\r", s[n - 1]);)
		s[--n] = '\0';
	return s;
}

/* "[name]", in the configuration "[profile name]" but for the default. */
static bool
is_section(char *line, const char *profile)
{
	size_t n = strlen(line);

	if (line[n - 1] != ']')
		return false;
	line[n - 1] = '\0';
	line = trim(line + 1);
	if (strncmp(line, "profile", 7) == 0 && strchr(" \t", line[7]) &&
	    line[7])
		line = trim(line + 8);
	return strcmp(line, profile) == 0;
}

/* The line of a section; one that is indented belongs to the one before. */
static void
take_line(struct section *s, char *line)
{
	char *eq = strchr(line, '=');

	if (eq == NULL || *line == ' ' || *line == '\t')
		return;
	*eq = '\0';
	for (size_t i = 0; i < KNOWN; i++) {
		const char **to = (const char **)(void *)((char *)s +
		    known[i].at);

		if (strcmp(trim(line), known[i].key) == 0 && *to == NULL &&
		    *trim(eq + 1))
			*to = trim(eq + 1);
	}
}

/* A file that is not there says nothing. */
static int
read_section(struct section *s, struct arena *a, const char *path,
    const char *profile, struct err *e)
{
	struct err mine = ERR_INIT;
	struct buf b;
	char *line, *next;
	bool ours = false;
	int r = 0;

	if (path == NULL)
		return 0;
	buf_init(&b, FILE_MAX_BYTES);
	if (file_read(&b, path, &mine) < 0) {
		if (mine.code != ERR_NOENT) {
			*e = mine;
			r = -1;
		}
		buf_free(&b);
		return r;
	}
	line = arena_strndup(a, b.data, b.len);
	for (; line; line = next) {
		if ((next = strchr(line, '\n')))
			*next++ = '\0';
		if (*line == '[')
			s->found |= ours = is_section(trim(line), profile);
		else if (ours && *line != '#' && *line != ';')
			take_line(s, line);
	}
	buf_free(&b);
	return 0;
}

static int
run_process(struct s3_profile *p, const char *command, const char *profile,
    struct err *e)
{
	const char *argv[] = { "sh", "-c", command, NULL };
	struct err mine = ERR_INIT;
	struct json *j = NULL;
	struct buf b;
	int status = 0, r = -1;

	buf_init(&b, FILE_MAX_BYTES);
	if (child_output(&b, &status, argv, e) == 0) {
		if (status != 0)
			err_set(e, ERR_USAGE, "the credential_process of "
			    "profile '%s' ended with %d: run '%.200s' to see "
			    "why", profile, status, command);
		else if (json_parse(&j, &p->arena, b.data, b.len, 0,
		    &mine) < 0 || (p->key_id = json_text(j, "AccessKeyId",
		    NULL)) == NULL || (p->secret = json_text(j,
		    "SecretAccessKey", NULL)) == NULL)
			err_set(e, ERR_USAGE, "the credential_process of "
			    "profile '%s' printed no key", profile);
		else
			r = 0;
	}
	if (r == 0)
		p->token = json_text(j, "SessionToken", NULL);
	buf_free(&b);
	return r;
}

static int
find_key(struct s3_profile *p, const struct remote_environment *env,
    const struct section *s, const char *profile, struct err *e)
{
	if (env->key_id && env->secret) {
		p->key_id = env->key_id;
		p->secret = env->secret;
		p->token = env->token;
		p->from = "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";
		return 0;
	}
	p->from = arena_printf(&p->arena, "the profile '%s' in ~/.aws",
	    profile);
	p->key_id = s->key_id;
	p->secret = s->secret;
	p->token = s->token;
	if ((p->key_id == NULL || p->secret == NULL) && s->process)
		return run_process(p, s->process, profile, e);
	if (p->key_id && p->secret)
		return 0;
	if (env->profile && !s->found)
		return err_set(e, ERR_USAGE, "no key for S3: AWS_PROFILE is "
		    "'%s', and neither ~/.aws/credentials nor ~/.aws/config "
		    "has that profile", profile);
	return err_set(e, ERR_USAGE, "no key for S3: set AWS_ACCESS_KEY_ID and "
	    "AWS_SECRET_ACCESS_KEY, or give the profile '%s' in "
	    "~/.aws/credentials one", profile);
}

int
s3_profile_read(struct s3_profile *p, const struct remote_environment *env,
    struct err *e)
{
	const char *profile = env->profile ? env->profile : "default";
	struct section s = { .found = false };
	struct err mine = ERR_INIT;

	*p = (struct s3_profile){ .token = NULL };
	if ((read_section(&s, &p->arena, env->credentials, profile, &mine) < 0 ||
	    read_section(&s, &p->arena, env->config, profile, &mine) < 0) &&
	    /* whoever gave the key needs no file */
	    !(env->key_id && env->secret)) {
		*e = mine;
		s3_profile_release(p);
		return -1;
	}
	if (find_key(p, env, &s, profile, e) < 0) {
		s3_profile_release(p);
		return -1;
	}
	p->region = env->region ? env->region : s.region;
	p->endpoint = env->endpoint ? env->endpoint : s.endpoint;
	return 0;
}

void
s3_profile_release(struct s3_profile *p)
{
	arena_free(&p->arena);
}
