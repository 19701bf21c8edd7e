/*
 * fickle_http PATH: an HTTP server at a socket that answers the first request
 * of a connection and reads the second, to its end, only to close.  It prints
 * the method of each, and ends when it is killed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buf.h"
#include "codec/http/head.h"

/* A whole request; false: there is none. */
static bool
take_request(int fd)
{
	struct http_head head;
	struct buf in;
	char room[4096];
	size_t n = 0;
	ssize_t got;

	memset(&head, 0, sizeof(head));
	buf_init(&in, BUF_CAP_SMALL);
	while (n == 0 || in.len < n + head.length) {
		if ((got = read(fd, room, sizeof(room))) <= 0)
			break;
		buf_add(&in, room, (size_t)got);
		if (n == 0 && (n = http_head_end(in.data, in.len)) > 0 &&
		    http_head_parse(&head, in.data, n) != 0)
			break;
	}
	if (n)
		printf("%.*s\n", (int)strcspn(in.data, " "), in.data);
	buf_free(&in);
	return n > 0;
}

static void
serve(int fd)
{
	static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
	    "Content-Length: 2\r\n\r\n{}";

	if (take_request(fd) && write(fd, answer, sizeof(answer) - 1) > 0)
		(void)take_request(fd);
	close(fd);
}

int
main(int argc, char **argv)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int at = socket(AF_UNIX, SOCK_STREAM, 0), fd;

	if (argc != 2 || strlen(argv[1]) >= sizeof(a.sun_path))
		return 2;
	memcpy(a.sun_path, argv[1], strlen(argv[1]) + 1);
	if (bind(at, (struct sockaddr *)&a, sizeof(a)) < 0 || listen(at, 16) < 0) {
		perror("fickle_http");
		return 3;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	while ((fd = accept(at, NULL, NULL)) >= 0)
		serve(fd);
	return 3;
}
