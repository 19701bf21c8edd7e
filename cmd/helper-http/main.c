/*
 * mlv-http: HTTP requests for other programs of mlv, which do not wait for
 * libcurl at their start.  Requests come on standard input, answers go to
 * standard output, one after the other:
 *
 *	request METHOD URL		status 200
 *	header NAME: VALUE		etag "abc"
 *	within SECONDS			length N
 *	body N				data N
 *	(N bytes)
 *					(N bytes)
 *					end, or: error TEXT
 *
 * Lines end in a newline.  within may be absent; header, etag, length and
 * data occur any number of times.  An answer that begins may still end in an
 * error.
 */
#include <curl/curl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"

#define LINE_MAX_BYTES 16384
#define BODY_MAX ((uint64_t)1 << 32)

struct exchange {
	CURL *curl;
	struct curl_slist *header;
	char method[16], url[LINE_MAX_BYTES];
	char *body;
	size_t n, sent;
	uint64_t within;	/* seconds; 0: as long as bytes come */
	bool begun;		/* the status was told */
};

static bool
read_line(char *line, size_t room)
{
	size_t n;

	if (fgets(line, (int)room, stdin) == NULL)
		return false;
	n = strlen(line);
	if (n == 0 || line[n - 1] != '\n')
		return false;
	line[n - 1] = '\0';
	return true;
}

static void
tell_status(struct exchange *x)
{
	long status = 0;

	if (x->begun)
		return;
	x->begun = true;
	curl_easy_getinfo(x->curl, CURLINFO_RESPONSE_CODE, &status);
	printf("status %ld\n", status);
}

static size_t
send_body(char *p, size_t size, size_t n, void *ctx)
{
	struct exchange *x = ctx;
	size_t left = x->n - x->sent, want = size * n;

	if (want > left)
		want = left;
	memcpy(p, x->body + x->sent, want);
	x->sent += want;
	return want;
}

static int
seek_body(void *ctx, curl_off_t at, int whence)
{
	struct exchange *x = ctx;

	if (whence != SEEK_SET || at < 0 || (size_t)at > x->n)
		return CURL_SEEKFUNC_CANTSEEK;
	x->sent = (size_t)at;
	return CURL_SEEKFUNC_OK;
}

static bool
is_header(const char *p, size_t n, const char *name, const char **value,
    size_t *n_value)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < len; i++)
		if (n <= len || (p[i] | 32) != name[i])
			return false;
	if (p[len] != ':')
		return false;
	for (p += len + 1, n -= len + 1; n && *p == ' '; p++)
		n--;
	while (n && (p[n - 1] == '\n' || p[n - 1] == '\r' || p[n - 1] == ' '))
		n--;
	*value = p;
	*n_value = n;
	return true;
}

static size_t
take_header(char *p, size_t size, size_t n, void *ctx)
{
	struct exchange *x = ctx;
	const char *value;
	size_t len;

	/* the headers of an interim answer are none of ours */
	if (size * n > 5 && memcmp(p, "HTTP/", 5) == 0)
		x->begun = false;
	if (is_header(p, size * n, "etag", &value, &len)) {
		tell_status(x);
		printf("etag %.*s\n", (int)len, value);
	} else if (is_header(p, size * n, "content-length", &value, &len)) {
		tell_status(x);
		printf("length %.*s\n", (int)len, value);
	}
	return size * n;
}

static size_t
take_data(char *p, size_t size, size_t n, void *ctx)
{
	struct exchange *x = ctx;

	tell_status(x);
	printf("data %zu\n", size * n);
	return fwrite(p, size, n, stdout) == n ? size * n : 0;
}

/* The lines of one request; false at the end of the input. */
static bool
read_request(struct exchange *x)
{
	char line[LINE_MAX_BYTES];
	uint64_t n = 0;

	if (!read_line(line, sizeof(line)) ||
	    sscanf(line, "request %15s %16000s", x->method, x->url) != 2)
		return false;
	while (read_line(line, sizeof(line))) {
		if (strncmp(line, "header ", 7) == 0)
			x->header = curl_slist_append(x->header, line + 7);
		else if (strncmp(line, "within ", 7) != 0 ||
		    !num_parse_u64(line + 7, strlen(line + 7), &x->within))
			break;
	}
	if (strncmp(line, "body ", 5) != 0 || !num_parse_u64(line + 5,
	    strlen(line + 5), &n) || n > BODY_MAX)
		return false;
	x->n = (size_t)n;
	x->body = malloc(x->n + 1);
	return x->body && fread(x->body, 1, x->n, stdin) == x->n;
}

static void
set_up(struct exchange *x, char *why)
{
	CURL *c = x->curl;

	curl_easy_reset(c);
	curl_easy_setopt(c, CURLOPT_URL, x->url);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, why);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, x->header);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, x->within ? 2L : 15L);
	curl_easy_setopt(c, CURLOPT_TIMEOUT, (long)(x->within < 86400 ?
	    x->within : 86400));
	curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, 1L);
	curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, 30L);
	curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(c, CURLOPT_HEADERDATA, x);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_data);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, x);
	curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, x->method);
	if (strcmp(x->method, "HEAD") == 0)
		curl_easy_setopt(c, CURLOPT_NOBODY, 1L);
	if (strcmp(x->method, "PUT") == 0 || strcmp(x->method, "POST") == 0) {
		curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
		curl_easy_setopt(c, CURLOPT_READFUNCTION, send_body);
		curl_easy_setopt(c, CURLOPT_READDATA, x);
		curl_easy_setopt(c, CURLOPT_SEEKFUNCTION, seek_body);
		curl_easy_setopt(c, CURLOPT_SEEKDATA, x);
		curl_easy_setopt(c, CURLOPT_INFILESIZE_LARGE, (curl_off_t)x->n);
	}
}

static void
answer_request(struct exchange *x)
{
	char why[CURL_ERROR_SIZE] = "";
	CURLcode r;

	set_up(x, why);
	r = curl_easy_perform(x->curl);
	if (r != CURLE_OK) {
		printf("error %s\n", *why ? why : curl_easy_strerror(r));
	} else {
		tell_status(x);
		printf("end\n");
	}
	fflush(stdout);
}

int
main(void)
{
	struct exchange x = { .curl = NULL };
	CURL *curl;

	if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0 ||
	    (curl = curl_easy_init()) == NULL)
		return 3;
	for (;;) {
		x = (struct exchange){ .curl = curl };
		if (!read_request(&x))
			break;
		answer_request(&x);
		curl_slist_free_all(x.header);
		free(x.body);
	}
	curl_slist_free_all(x.header);
	free(x.body);
	curl_easy_cleanup(curl);
	curl_global_cleanup();
	return 0;
}
