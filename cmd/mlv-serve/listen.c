/* Where the servers of mlv-serve may listen. */
#include "listen.h"

#include <string.h>

int
listen_check(struct cli *c, const char *host, const char *tokens, bool anyone)
{
	if (anyone && tokens)
		return cli_usage(c, "--anyone may ask, or those of "
		    "--token-file: not both");
	if (host == NULL || strncmp(host, "127.", 4) == 0 || tokens || anyone)
		return 0;
	return cli_usage(c, "--host %s can be reached by others: say with "
	    "--token-file who may ask (mlv-serve token new makes one), or with "
	    "--anyone that all may", host);
}
