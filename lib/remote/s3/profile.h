/*
 * remote/s3/profile.h - the key, region and endpoint of S3 as Amazon's own
 * programs find them: from the environment, else of a profile in
 * ~/.aws/credentials and ~/.aws/config, whose credential_process is run.
 */
#ifndef REMOTE_S3_PROFILE_H
#define REMOTE_S3_PROFILE_H

#include "base/arena.h"
#include "base/err.h"
#include "remote/transport/transport.h"

struct s3_profile {
	struct arena arena;
	const char *key_id, *secret;	/* never NULL */
	const char *token;		/* or NULL */
	const char *region, *endpoint;	/* or NULL */
	const char *from;		/* where the key is from, for messages */
};

/* ERR_USAGE with what to do when there is no key. */
int s3_profile_read(struct s3_profile *p,
    const struct remote_environment *env, struct err *e);
void s3_profile_release(struct s3_profile *p);

#endif
