/*
 * soak [-ek] [-g N] [-b N] [-i N] [-n N] [-r N] SEED ROWS ANSWERS... PORT...:
 * clients of running servers, until a SIGTERM comes.
 *
 * ROWS is a CSV file of the columns u, v and c; ANSWERS are DIGEST=FILE: one
 * answer a row, as `mlv-serve batch` of that model gives it.  Of the clients
 *
 *	-g	ask rows by chance, in all forms and split anywhere, and want
 *		the very texts of the model that X-Mlv-Model names;
 *	-b	send what soak_requests.h holds: first as it stands, with the
 *		answers that are due, then cut, mutated and broken off, too;
 *	-i	hold connections: say nothing, send a byte now and then, or ask
 *		much and never read.
 *
 * -n is of connections that say nothing, all held by one client, which comes
 * again where it is cut off.  -r is of good requests a second, all together,
 * in place of pauses by chance; 0 is without a pause.
 *
 * With -e the servers may end meanwhile: then a request may find no answer,
 * but none that is cut short.  With -k they are killed, which cuts, too.
 *
 * Prints what came of it; exits 1 when an answer was wrong, a good request
 * failed, or an odd one was not answered as is due.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/num.h"
#include "base/rng.h"
#include "soak_requests.h"

#define MOST 16			/* of models, ports, connections held */
#define CLIENTS_MAX 64
#define AT_LEAST 20		/* rounds of a client */
#define ROWS_MAX 4096
#define PIPELINE_MAX 3
#define IDLE_US 2000000		/* then a connection may be closed */

static char *row[ROWS_MAX];	/* "u,v,c" */
static size_t n_rows;
static struct model {
	const char *digest;
	char *answer[ROWS_MAX];
} model[MOST];
static int n_models, port[MOST], n_ports, n_askers = 4;
static uint64_t seed;
static int servers_end, servers_die;
static int64_t n_silent, per_second = -1;
static volatile sig_atomic_t asked_to_stop;

static struct tally {
	_Atomic long right, rows, wrong, failed, unanswered;
	_Atomic long class[6];		/* of odd ones: 2xx is at 2 */
	_Atomic long silent;		/* odd requests without an answer */
	_Atomic long as_due, not_due, trouble;
	_Atomic long held, cut_off;	/* idle and slow connections */
} tally;

static void
stop(int sig)
{
	(void)sig;
	asked_to_stop = 1;
}

static void
complain(const char *fmt, ...)
{
	static _Atomic int said;
	va_list ap;

	if (atomic_fetch_add(&said, 1) >= 20)
		return;
	va_start(ap, fmt);
	flockfile(stderr);
	fputs("soak: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	funlockfile(stderr);
	va_end(ap);
}

static void
pause_ms(int64_t ms)
{
	nanosleep(&(struct timespec){ ms / 1000, ms % 1000 * 1000000 }, NULL);
}

/* --- connections ---------------------------------------------------------- */

static int
dial(int to)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	struct timeval limit = { 60, 0 };
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;

	a.sin_port = htons((uint16_t)to);
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

static int
send_all(int fd, const char *s, size_t n)
{
	while (n) {
		ssize_t k = send(fd, s, n, MSG_NOSIGNAL);

		if (k < 0)
			return -1;
		s += k;
		n -= (size_t)k;
	}
	return 0;
}

/* In two pieces, cut anywhere, now and then. */
static int
send_pieces(int fd, const struct buf *b, struct rng *r)
{
	size_t cut = rng_below(r, 4) ? b->len : rng_below(r, b->len + 1);

	if (send_all(fd, b->data, cut) < 0)
		return -1;
	if (cut < b->len)
		pause_ms((int64_t)rng_below(r, 3));
	return send_all(fd, b->data + cut, b->len - cut);
}

/* --- good requests -------------------------------------------------------- */

/* What was asked, and the answers that came as far as they were read. */
struct asker {
	struct rng rng;
	int fd, to;
	int64_t idle_since, due;
	struct buf request, body, in;
	size_t at;			/* of the next answer in `in` */
	size_t which[PIPELINE_MAX][ROWS_MAX], n[PIPELINE_MAX];
};

/* A cell of a row: 0 is u, 1 is v, 2 is c; as JSON, where an empty one is
 * null. */
static void
add_cell(struct buf *b, size_t i, int cell)
{
	const char *s = row[i];
	size_t n;

	while (cell--)
		s = strchr(s, ',') + 1;
	n = strcspn(s, ",");
	if (n == 0)
		buf_adds(b, "null");
	else if (s[n] == '\0')
		buf_addf(b, "\"%.*s\"", (int)n, s);
	else
		buf_add(b, s, n);
}

static void
add_tensor(struct buf *b, const size_t *which, size_t n, int cell)
{
	buf_addf(b, "{\"name\":\"%c\",\"shape\":[%zu],\"datatype\":\"%s\","
	    "\"data\":[", "uvc"[cell], n, cell == 2 ? "BYTES" : "FP32");
	for (size_t i = 0; i < n; i++) {
		buf_adds(b, i ? "," : "");
		add_cell(b, which[i], cell);
	}
	buf_adds(b, cell == 2 ? "]}" : "]},");
}

enum form { FORM_RECORDS, FORM_CSV, FORM_V2, FORM_CHUNKED, FORMS };

static void
put_body(struct buf *b, enum form form, const size_t *which, size_t n)
{
	buf_clear(b);
	buf_adds(b, form == FORM_CSV ? "u,v,c\n" : form == FORM_V2 ?
	    "{\"inputs\":[" : "{\"dataframe_records\":[");
	if (form == FORM_V2)
		for (int cell = 0; cell < 3; cell++)
			add_tensor(b, which, n, cell);
	else if (form == FORM_CSV)
		for (size_t i = 0; i < n; i++)
			buf_addf(b, "%s\n", row[which[i]]);
	else
		for (size_t i = 0; i < n; i++) {
			for (int cell = 0; cell < 3; cell++) {
				buf_addf(b, "%s\"%c\":", cell ? "," : i ?
				    ",{" : "{", "uvc"[cell]);
				add_cell(b, which[i], cell);
			}
			buf_addc(b, '}');
		}
	buf_adds(b, form == FORM_CSV ? "" : "]}");
}

static void
add_request(struct asker *a, int i, enum form form)
{
	struct buf *b = &a->request;
	size_t cut;

	a->n[i] = rng_below(&a->rng, 50) ? 1 + rng_below(&a->rng, 5) :
	    1 + rng_below(&a->rng, ROWS_MAX - 1);
	for (size_t k = 0; k < a->n[i]; k++)
		a->which[i][k] = rng_below(&a->rng, n_rows);
	put_body(&a->body, form, a->which[i], a->n[i]);
	buf_addf(b, "POST %s HTTP/1.1\r\nHost: s\r\nX-Unit-Id: %d\r\n"
	    "Content-Type: %s\r\n", form == FORM_V2 ?
	    "/v2/models/soak/infer" : "/invocations",
	    (int)rng_below(&a->rng, 1000), form == FORM_CSV ? "text/csv" :
	    "application/json");
	if (form != FORM_CHUNKED) {
		buf_addf(b, "Content-Length: %zu\r\n\r\n", a->body.len);
		buf_add(b, a->body.data, a->body.len);
		return;
	}
	cut = 1 + rng_below(&a->rng, a->body.len - 1);
	buf_addf(b, "Transfer-Encoding: chunked\r\n\r\n%zx\r\n", cut);
	buf_add(b, a->body.data, cut);
	buf_addf(b, "\r\n%zx\r\n", a->body.len - cut);
	buf_add(b, a->body.data + cut, a->body.len - cut);
	buf_adds(b, "\r\n0\r\n\r\n");
}

/* One whole answer at a->at: its body, *n bytes; NULL when it does not come. */
static const char *
receive(struct asker *a, uint64_t *n)
{
	for (;;) {
		char *from = a->in.len ? a->in.data + a->at : NULL, *to;
		const char *end = from ? strstr(from, "\r\n\r\n") : NULL;
		const char *l = end ? strstr(from, "Content-Length: ") : NULL;
		ssize_t k;

		if (end && (l == NULL || !num_parse_u64(l + 16,
		    strcspn(l + 16, "\r"), n)))
			return NULL;
		if (end && a->in.len >= (size_t)(end + 4 - a->in.data) + *n)
			return end + 4;
		to = buf_reserve(&a->in, 65536);
		k = to ? recv(a->fd, to, 65536, 0) : -1;
		if (k <= 0)
			return NULL;
		buf_grew(&a->in, (size_t)k);
	}
}

/* Do the texts between commas and brackets equal those of the model? */
static int
holds_answers(const char *s, const char *end, const struct model *m,
    const size_t *which, size_t n, enum form form)
{
	const char *open = form == FORM_V2 ? "" : "{\"prediction\":";
	const char *close = form == FORM_V2 ? "" : "}";

	for (size_t i = 0; i < n; i++) {
		const char *part[] = { i ? "," : "", open,
		    m->answer[which[i]], close };

		for (int p = 0; p < 4; p++) {
			size_t k = strlen(part[p]);

			if ((size_t)(end - s) < k || memcmp(s, part[p], k) != 0)
				return 0;
			s += k;
		}
	}
	return s < end && *s == ']';
}

static const struct model *
named_model(const char *head)
{
	const char *at = strstr(head, "X-Mlv-Model: ");

	for (int i = 0; at && i < n_models; i++)
		if (strncmp(at + 13, model[i].digest,
		    strlen(model[i].digest)) == 0)
			return &model[i];
	return NULL;
}

/* Reads the i-th answer: false when it is none. */
static int
take_answer(struct asker *a, int i, enum form form)
{
	uint64_t n;
	const char *body = receive(a, &n), *head, *list;
	const struct model *m;

	if (body == NULL) {
		if (!servers_end || (a->in.len > a->at && !servers_die))
			complain("a good request was not answered: %s",
			    strerror(errno));
		return 0;
	}
	head = a->in.data + a->at;
	a->at = (size_t)(body - a->in.data) + n;
	if (strncmp(head, "HTTP/1.1 200 ", 13) != 0) {
		complain("a good request was answered: %.200s", head);
		return 0;
	}
	m = named_model(head);
	list = strstr(body, form == FORM_V2 ? "\"data\":[" :
	    "{\"predictions\":[");
	if (m && list && holds_answers(strchr(list, '[') + 1, body + n, m,
	    a->which[i], a->n[i], form)) {
		atomic_fetch_add(&tally.right, 1);
		atomic_fetch_add(&tally.rows, (long)a->n[i]);
	} else {
		atomic_fetch_add(&tally.wrong, 1);
		complain("wrong: %.600s", head);
	}
	return 1;
}

static void
hang_up(struct asker *a)
{
	if (a->fd >= 0)
		close(a->fd);
	a->fd = -1;
	buf_clear(&a->in);
	a->at = 0;
}

/* One to three requests at once; a chunked one is the last of its
 * connection.  How many were asked. */
static int
ask_round(struct asker *a)
{
	enum form form[PIPELINE_MAX];
	int n = 1 + (int)rng_below(&a->rng, PIPELINE_MAX), got = 0;

	buf_clear(&a->request);
	for (int i = 0; i < n; i++) {
		form[i] = (enum form)rng_below(&a->rng, FORMS);
		add_request(a, i, form[i]);
		if (form[i] == FORM_CHUNKED)
			n = i + 1;
	}
	if (a->fd >= 0 && (clock_mono_us() - a->idle_since > IDLE_US ||
	    rng_below(&a->rng, 100) == 0))
		hang_up(a);
	if (a->fd < 0) {
		a->to = port[rng_below(&a->rng, (uint64_t)n_ports)];
		a->fd = dial(a->to);
		if (a->fd < 0 && servers_end)
			return 0;
	}
	if (a->fd >= 0 && send_pieces(a->fd, &a->request, &a->rng) == 0)
		while (got < n && take_answer(a, got, form[got]))
			got++;
	if (got < n)
		atomic_fetch_add(servers_end && (servers_die ||
		    a->in.len == a->at) ? &tally.unanswered :
		    &tally.failed, n - got);
	if (got < n || form[n - 1] == FORM_CHUNKED)
		hang_up(a);
	buf_clear(&a->in);
	a->at = 0;
	a->idle_since = clock_mono_us();
	return n;
}

/* By chance; or until the next is due, of which none is made up for that is
 * more than a second late. */
static void
pause_before_next(struct asker *a, int asked)
{
	int64_t now = clock_mono_us();

	if (per_second < 0)
		pause_ms((int64_t)rng_below(&a->rng, 8));
	if (per_second <= 0)
		return;
	if (a->due < now - 1000000)
		a->due = now - 1000000;
	a->due += asked * n_askers * (int64_t)1000000 / per_second;
	if (a->due > now)
		pause_ms((a->due - now) / 1000);
}

static void *
ask_good(void *stream)
{
	struct asker *a = calloc(1, sizeof(*a));

	rng_seed(&a->rng, seed, (uint64_t)(uintptr_t)stream);
	a->fd = -1;
	buf_init(&a->request, BUF_CAP_DOC);
	buf_init(&a->body, BUF_CAP_DOC);
	buf_init(&a->in, BUF_CAP_DOC);
	for (int i = 0; i < AT_LEAST || !asked_to_stop; i++)
		pause_before_next(a, ask_round(a));
	hang_up(a);
	buf_free(&a->request);
	buf_free(&a->body);
	buf_free(&a->in);
	free(a);
	return NULL;
}

/* --- odd requests --------------------------------------------------------- */

static void
put_odd(struct buf *b, const struct odd_request *o)
{
	buf_clear(b);
	buf_add(b, o->head, o->n_head);
	for (size_t i = 0; i < o->times; i++)
		buf_adds(b, o->unit);
	buf_add(b, o->tail, o->n_tail);
}

static void
mutate(struct buf *b, struct rng *r)
{
	static const char with[] = "\0\r\n:, \t;abc019\xff%{}[]\"-+eE";
	uint64_t times = rng_below(r, 3) ? 1 + rng_below(r, 6) : 0;

	/* near the front is where heads are */
	for (uint64_t i = 0; i < times && b->len; i++)
		b->data[rng_below(r, rng_below(r, 2) || b->len < 400 ? b->len :
		    400)] = with[rng_below(r, sizeof(with) - 1)];
	if (b->len && rng_below(r, 3) == 0)
		b->len = rng_below(r, b->len);
}

/* Counts the answers until the server closes; *status is of the first. */
static int
count_answers(int fd, struct buf *in, int *status)
{
	const char *at;
	int n = 0;

	for (;;) {
		char *to = buf_reserve(in, 65536);
		ssize_t k = to ? recv(fd, to, 65536, 0) : -1;

		if (k <= 0)
			break;
		buf_grew(in, (size_t)k);
	}
	at = in->data;
	while (in->len && (at = strstr(at, "HTTP/1.1 ")) != NULL) {
		at += 9;
		if (*at < '2' || *at > '9')	/* an interim one is none */
			continue;
		if (n++ == 0)
			*status = (int)strtol(at, NULL, 10);
		if (strncmp(at, "500", 3) == 0 || strncmp(at, "503", 3) == 0) {
			atomic_fetch_add(&tally.trouble, 1);
			complain("trouble: %.300s", at);
		}
	}
	return n;
}

/* Which answers come is known where we only end what we send.  A reset may
 * take an answer from us that was sent. */
static void
send_odd(const struct odd_request *o, struct buf *b, struct buf *in,
    struct rng *r, int change)
{
	int to = port[rng_below(r, (uint64_t)n_ports)], fd = dial(to);
	int status = 0, n, sent;

	if (fd < 0) {
		atomic_fetch_add(&tally.failed, !servers_end);
		return;
	}
	put_odd(b, o);
	if (change)
		mutate(b, r);
	buf_clear(in);
	sent = send_pieces(fd, b, r);
	if (change && rng_below(r, 4) == 0) {
		struct linger at_once = { 1, 0 };

		/* gone, as by a broken line */
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once,
		    sizeof(at_once));
	} else {
		shutdown(fd, SHUT_WR);
		n = count_answers(fd, in, &status);
		if (servers_end) {
			/* it may have ended before */
		} else if (!change && sent == 0 && (n != o->answers || status !=
		    o->status)) {
			atomic_fetch_add(&tally.not_due, 1);
			complain("%s: %d answers, the first %d, not %d, %d",
			    o->kind, n, status, o->answers, o->status);
		} else if (!change) {
			atomic_fetch_add(&tally.as_due, 1);
		}
	}
	if (status >= 100 && status < 600)
		atomic_fetch_add(&tally.class[status / 100], 1);
	else
		atomic_fetch_add(&tally.silent, 1);
	close(fd);
}

static void *
ask_odd(void *stream)
{
	struct buf b, in;
	struct rng r;

	rng_seed(&r, seed, (uint64_t)(uintptr_t)stream);
	buf_init(&b, BUF_CAP_DOC);
	buf_init(&in, BUF_CAP_DOC);
	for (size_t i = 0; i < N_ODD; i++)
		send_odd(&odd_requests[i], &b, &in, &r, 0);
	while (!asked_to_stop) {
		send_odd(&odd_requests[rng_below(&r, N_ODD)], &b, &in, &r,
		    rng_below(&r, 3) != 0);
		pause_ms((int64_t)rng_below(&r, 12));
	}
	buf_free(&b);
	buf_free(&in);
	return NULL;
}

/* --- idle and slow connections -------------------------------------------- */

/* What is due from a connection that is held. */
struct held {
	int fd;
	enum { HOLD_SILENT, HOLD_DRIP, HOLD_UNREAD, HOLDS } how;
	size_t sent;
	int64_t until;
};

static void
hold_open(struct held *h, struct rng *r)
{
	h->fd = dial(port[rng_below(r, (uint64_t)n_ports)]);
	h->how = rng_below(r, HOLDS);
	h->sent = 0;
	h->until = clock_mono_us() + 100000 + (int64_t)rng_below(r, 12000000);
	atomic_fetch_add(&tally.held, h->fd >= 0);
	for (int i = 0; h->fd >= 0 && h->how == HOLD_UNREAD && i < 50; i++)
		if (send(h->fd, "GET /metrics HTTP/1.1\r\nHost: s\r\n\r\n", 35,
		    MSG_NOSIGNAL | MSG_DONTWAIT) != 35)
			break;
}

static void
hold_on(struct held *h, struct rng *r)
{
	static const char slow[] = ASK LEN "\r\n" ROW;
	char room[4096];
	ssize_t n = -1;

	errno = EAGAIN;
	if (h->fd >= 0 && h->how == HOLD_DRIP) {
		if (h->sent < sizeof(slow) - 1 && send(h->fd, slow + h->sent,
		    1, MSG_NOSIGNAL) == 1)
			h->sent++;
	}
	if (h->fd >= 0 && h->how != HOLD_UNREAD)
		n = recv(h->fd, room, sizeof(room), MSG_DONTWAIT);
	if (h->fd >= 0 && (n > 0 || (n < 0 && errno == EAGAIN)) &&
	    clock_mono_us() < h->until)
		return;
	if (h->fd >= 0) {
		atomic_fetch_add(&tally.cut_off, n == 0 || (n < 0 && errno !=
		    EAGAIN));
		close(h->fd);
	}
	hold_open(h, r);
}

static void *
hold_idle(void *stream)
{
	struct held h[MOST];
	struct rng r;

	rng_seed(&r, seed, (uint64_t)(uintptr_t)stream);
	for (int i = 0; i < MOST; i++)
		hold_open(&h[i], &r);
	while (!asked_to_stop) {
		for (int i = 0; i < MOST; i++)
			hold_on(&h[i], &r);
		pause_ms(40);
	}
	for (int i = 0; i < MOST; i++)
		if (h[i].fd >= 0)
			close(h[i].fd);
	return NULL;
}

/* One that is closed is opened again; none is waited for. */
static void
hold_again(int *fd, int to)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	char room[512];
	ssize_t n = *fd < 0 ? 0 : recv(*fd, room, sizeof(room), MSG_DONTWAIT);

	if (*fd >= 0 && n < 0 && errno == EAGAIN)
		return;
	if (*fd >= 0) {
		close(*fd);
		atomic_fetch_add(&tally.cut_off, 1);
	}
	a.sin_port = htons((uint16_t)to);
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	*fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (*fd >= 0 && connect(*fd, (struct sockaddr *)&a, sizeof(a)) < 0 &&
	    errno != EINPROGRESS) {
		close(*fd);
		*fd = -1;
	}
	atomic_fetch_add(&tally.held, *fd >= 0);
}

static void *
hold_silent(void *unused)
{
	int *fd = calloc((size_t)n_silent, sizeof(*fd));

	(void)unused;
	for (int64_t i = 0; i < n_silent; i++)
		fd[i] = -1;
	while (!asked_to_stop) {
		for (int64_t i = 0; i < n_silent && !asked_to_stop; i++)
			hold_again(&fd[i], port[i % n_ports]);
		pause_ms(200);
	}
	for (int64_t i = 0; i < n_silent; i++)
		if (fd[i] >= 0)
			close(fd[i]);
	free(fd);
	return NULL;
}

/* --- the whole ------------------------------------------------------------ */

/* The lines of a file, at most ROWS_MAX; it stays in memory. */
static size_t
read_rows(char **out, const char *path)
{
	struct err e = ERR_INIT;
	struct buf b;
	size_t n = 0;
	char *save = NULL;

	buf_init(&b, BUF_CAP_DOC);
	if (file_read(&b, path, &e) < 0) {
		fprintf(stderr, "soak: error: %s\n", e.msg);
		exit(2);
	}
	for (char *s = strtok_r(buf_detach(&b, NULL), "\n", &save); s && n <
	    ROWS_MAX; s = strtok_r(NULL, "\n", &save))
		out[n++] = s;
	return n;
}

static void
read_operand(char *s)
{
	char *eq = strchr(s, '=');
	int64_t p;

	if (eq == NULL && n_ports < MOST && num_parse_i64(s, strlen(s), &p)) {
		port[n_ports++] = (int)p;
	} else if (eq && n_models < MOST) {
		struct model *m = &model[n_models++];

		*eq = '\0';
		m->digest = s;
		if (read_rows(m->answer, eq + 1) == n_rows)
			return;
		fprintf(stderr, "soak: error: '%s' is not of these rows\n",
		    eq + 1);
		exit(2);
	}
}

static void
print_count(const char *what, long n)
{
	printf("%-36s %ld\n", what, n);
}

static int
report(int good, int odd, int idle)
{
	if (good) {
		print_count("answers right", tally.right);
		print_count("rows right", tally.rows);
	}
	print_count("answers wrong", tally.wrong);
	print_count("good requests failed", tally.failed);
	if (servers_end)
		print_count("good requests without an answer",
		    tally.unanswered);
	if (odd) {
		print_count("odd requests answered as is due", tally.as_due);
		print_count("odd requests answered otherwise", tally.not_due);
		print_count("odd requests answered 2xx", tally.class[2]);
		print_count("odd requests refused 4xx", tally.class[4]);
		print_count("odd requests refused 5xx", tally.class[5]);
		print_count("odd requests, no answer read", tally.silent);
		print_count("answers 500 and 503", tally.trouble);
	}
	if (idle) {
		print_count("idle and slow connections", tally.held);
		print_count("of them cut off", tally.cut_off);
	}
	return tally.wrong || tally.failed || tally.not_due || tally.trouble;
}

/* An option's number into its place; false where it is none. */
static int
read_option(int c, int clients[3])
{
	int64_t n;

	servers_end |= c == 'e' || c == 'k';
	servers_die |= c == 'k';
	if (c == 'e' || c == 'k')
		return 1;
	if (c == '?' || !num_parse_i64(optarg, strlen(optarg), &n) || n < 0)
		return 0;
	if (c == 'n')
		n_silent = n;
	else if (c == 'r')
		per_second = n;
	else
		clients[c == 'g' ? 0 : c == 'b' ? 1 : 2] = (int)n;
	return n <= (c == 'n' || c == 'r' ? 1000000 : CLIENTS_MAX / 3);
}

int
main(int argc, char **argv)
{
	pthread_t id[CLIENTS_MAX + 1];
	int clients[3] = { n_askers, 4, 2 }, n = 0, c, usage = 0;
	void *(*const work[3])(void *) = { ask_good, ask_odd, hold_idle };

	while ((c = getopt(argc, argv, "ekg:b:i:n:r:")) != -1)
		usage |= !read_option(c, clients);
	if (usage || argc - optind < 4 || !num_parse_u64(argv[optind],
	    strlen(argv[optind]), &seed)) {
		fprintf(stderr, "usage: soak [-ek] [-g N] [-b N] [-i N] [-n N] "
		    "[-r N] SEED ROWS DIGEST=FILE... PORT...\n");
		return 2;
	}
	signal(SIGTERM, stop);
	n_askers = clients[0];
	n_rows = read_rows(row, argv[optind + 1]);
	for (int i = optind + 2; i < argc; i++)
		read_operand(argv[i]);
	for (int k = 0; k < 3; k++)
		for (int i = 0; i < clients[k]; i++, n++)
			pthread_create(&id[n], NULL, work[k],
			    (void *)(uintptr_t)n);
	if (n_silent)
		pthread_create(&id[n++], NULL, hold_silent, NULL);
	for (int i = 0; i < n; i++)
		pthread_join(id[i], NULL);
	return report(clients[0], clients[1], clients[2] || n_silent);
}
