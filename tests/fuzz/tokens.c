/* Any file of tokens is read or refused, and any header is asked of it.  What
 * stands before the first line end is the header. */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "access/tokens.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *line = memchr(data, '\n', size);
	size_t n = line ? (size_t)(line - data) : 0;
	char path[] = "/tmp/mlv-fuzz-tokens.XXXXXX";
	char *header = malloc(n + 1);
	struct err e = ERR_INIT;
	struct token found;
	struct tokens *t;
	int fd = mkstemp(path);

	memcpy(header, data, n);
	header[n] = '\0';
	if (fd >= 0 && write(fd, data + n, size - n) == (ssize_t)(size - n) &&
	    tokens_open(&t, path, NULL, &e) == 0) {
		(void)token_found_text(tokens_find(&found, t, header));
		tokens_close(t);
	}
	if (fd >= 0) {
		close(fd);
		unlink(path);
	}
	free(header);
	return 0;
}
