/*
 * cli/parse.h - the words after a verb, parsed by its option table.
 * Private to lib/cli.
 */
#ifndef CLI_PARSE_H
#define CLI_PARSE_H

#include "cli/cli.h"

struct parsed {
	void *opts;		/* the verb's struct, freed by the caller */
	int argc;		/* what is left; argv[0] is the first argument */
	char **argv;
	bool help;
	uint64_t given;		/* a bit an option of the verb's table */
};

/* Options every verb has, and those its flags add. */
extern const struct opt opt_shared[];
bool opt_applies(const struct verb *v, const struct opt *shared);

/* argv[0] is the verb.  Sets c->json and its like.  ERR_USAGE. */
int opt_parse(struct parsed *out, struct cli *c, int argc, char **argv,
    struct err *e);

#endif
