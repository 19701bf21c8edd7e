/* TLS of a server, by OpenSSL. */
#include "codec/http/tls.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/secret.h"
#include "base/stamp.h"
#include "base/thread.h"

/* Of TLS 1.2: all others are in RFC 9113's list of what may be refused. */
#define HTTP2_CIPHERS "ECDHE+AESGCM:ECDHE+CHACHA20"

enum file { FILE_CERT, FILE_KEY, FILE_CLIENT_CA, FILES };

struct tls {
	char *path[FILES];		/* NULL: not asked for */
	bool http2;
	const struct log *log;
	BIO_METHOD *link;
	struct mutex lock;		/* of all below */
	SSL_CTX *ctx;
	struct stamp seen[FILES];	/* as they were last read, or tried */
};

struct tls_session {
	SSL *ssl;
	struct tls_link link;
	bool failed;
};

/* ---- the files ---- */

/* What OpenSSL says, and its words are gone. */
static const char *
openssl_reason(void)
{
	const char *s = ERR_reason_error_string(ERR_peek_last_error());

	ERR_clear_error();
	return s ? s : "it is not what it should be";
}

/* A file to read, or an error that names it. */
static FILE *
open_file(const char *path, struct err *e)
{
	FILE *f = fopen(path, "re");

	if (f == NULL)
		err_sys(e, "cannot read '%s'", path);
	return f;
}

static int
use_cert(SSL_CTX *ctx, const char *path, struct err *e)
{
	FILE *f = open_file(path, e);

	if (f == NULL)
		return -1;
	fclose(f);
	if (SSL_CTX_use_certificate_chain_file(ctx, path) == 1)
		return 0;
	return err_set(e, ERR_USAGE, "'%s' is no certificate in PEM that can "
	    "be used: %s", path, openssl_reason());
}

/* A key behind a passphrase is refused: nobody is there to type it. */
static int
no_passphrase(char *to, int size, int writing, void *told)
{
	(void)to;
	(void)size;
	(void)writing;
	*(bool *)told = true;
	return -1;
}

static int
use_key(SSL_CTX *ctx, const struct tls *t, struct err *e)
{
	const char *path = t->path[FILE_KEY];
	FILE *f = open_file(path, e);
	bool locked = false;
	EVP_PKEY *key = NULL;
	int r;

	if (f == NULL)
		return -1;
	r = secret_check_fd(fileno(f), path, "is a key", e);
	if (r == 0 && (key = PEM_read_PrivateKey(f, NULL, no_passphrase,
	    &locked)) == NULL)
		r = err_set(e, ERR_USAGE, locked ? "'%s' needs a passphrase: "
		    "write the key without one" : "'%s' is no key in PEM",
		    path);
	else if (r == 0 && (SSL_CTX_use_PrivateKey(ctx, key) != 1 ||
	    SSL_CTX_check_private_key(ctx) != 1))
		r = err_set(e, ERR_USAGE, "'%s' is not the key of '%s': %s",
		    path, t->path[FILE_CERT], openssl_reason());
	EVP_PKEY_free(key);
	ERR_clear_error();
	fclose(f);
	return r;
}

static int
use_client_ca(SSL_CTX *ctx, const char *path, struct err *e)
{
	STACK_OF(X509_NAME) *names = NULL;
	FILE *f;

	if (path == NULL)
		return 0;
	if ((f = open_file(path, e)) == NULL)
		return -1;
	fclose(f);
	if (SSL_CTX_load_verify_locations(ctx, path, NULL) != 1 ||
	    (names = SSL_load_client_CA_file(path)) == NULL)
		return err_set(e, ERR_USAGE, "'%s' holds no certificates in "
		    "PEM: %s", path, openssl_reason());
	SSL_CTX_set_client_CA_list(ctx, names);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER |
	    SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	return 0;
}

static int
pick_protocol(SSL *ssl, const unsigned char **out, unsigned char *n,
    const unsigned char *asked, unsigned int n_asked, void *arg)
{
	const struct tls *t = arg;
	const char *ours = t->http2 ? "\x02h2" : "\x08http/1.1";
	unsigned char *found;

	(void)ssl;
	if (SSL_select_next_proto(&found, n, (const unsigned char *)ours,
	    (unsigned)strlen(ours), asked, n_asked) != OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	*out = found;
	return SSL_TLSEXT_ERR_OK;
}

/* A new one from the files as they are. */
static int
read_files(SSL_CTX **out, struct tls *t, struct err *e)
{
	static const unsigned char ours[] = "mlv";
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	if (ctx == NULL)
		return err_set(e, ERR_NOMEM, "cannot start TLS: %s",
		    openssl_reason());
	SSL_CTX_set_security_level(ctx, 2);
	SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION |
	    SSL_OP_NO_COMPRESSION);
	SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE |
	    SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_read_ahead(ctx, 1);
	SSL_CTX_set_alpn_select_cb(ctx, pick_protocol, t);
	/* sessions go on by tickets alone: nothing is kept here */
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_num_tickets(ctx, 1);
	if (SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) != 1 ||
	    (t->http2 && SSL_CTX_set_cipher_list(ctx, HTTP2_CIPHERS) != 1) ||
	    SSL_CTX_set_session_id_context(ctx, ours, sizeof(ours) - 1) != 1) {
		SSL_CTX_free(ctx);
		return err_set(e, ERR_UNSUPPORTED, "cannot start TLS: %s",
		    openssl_reason());
	}
	if (use_cert(ctx, t->path[FILE_CERT], e) < 0 ||
	    use_key(ctx, t, e) < 0 ||
	    use_client_ca(ctx, t->path[FILE_CLIENT_CA], e) < 0) {
		SSL_CTX_free(ctx);
		return -1;
	}
	*out = ctx;
	return 0;
}

/* Did a file change since?  Then that is how it was seen. */
static bool
have_changed(struct tls *t)
{
	bool yes = false;

	for (int i = 0; i < FILES; i++) {
		struct stamp now;

		if (t->path[i] == NULL)
			continue;
		(void)stamp_of_file(&now, t->path[i]);
		if (!stamp_same(&now, &t->seen[i]))
			yes = true;
		t->seen[i] = now;
	}
	return yes;
}

void
tls_follow(struct tls *t)
{
	struct err e = ERR_INIT;
	SSL_CTX *ctx;

	mutex_lock(&t->lock);
	if (have_changed(t)) {
		if (read_files(&ctx, t, &e) < 0) {
			log_warn(t->log, "the certificate stays as it was: "
			    "%s", e.msg);
		} else {
			SSL_CTX_free(t->ctx);
			t->ctx = ctx;
		}
	}
	mutex_unlock(&t->lock);
}

/* ---- the link: bytes of TLS come and go ---- */

static int
link_read(BIO *b, char *to, int n)
{
	const struct tls_link *l = BIO_get_data(b);
	ssize_t got = l->receive(l->ctx, to, (size_t)n);

	BIO_clear_retry_flags(b);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		BIO_set_retry_read(b);
	return (int)got;
}

static int
link_write(BIO *b, const char *from, int n)
{
	const struct tls_link *l = BIO_get_data(b);
	ssize_t sent = l->transmit(l->ctx, from, (size_t)n);

	BIO_clear_retry_flags(b);
	if (sent < 0 && (errno == EAGAIN || errno == EINTR))
		BIO_set_retry_write(b);
	return (int)sent;
}

static long
link_ctrl(BIO *b, int what, long number, void *p)
{
	(void)b;
	(void)number;
	(void)p;
	return what == BIO_CTRL_FLUSH;
}

static BIO_METHOD *
make_link(void)
{
	BIO_METHOD *m = BIO_meth_new(BIO_get_new_index() |
	    BIO_TYPE_SOURCE_SINK, "link");

	if (m && BIO_meth_set_read(m, link_read) == 1 &&
	    BIO_meth_set_write(m, link_write) == 1 &&
	    BIO_meth_set_ctrl(m, link_ctrl) == 1)
		return m;
	BIO_meth_free(m);
	return NULL;
}

/* ---- life ---- */

int
tls_open(struct tls **out, const struct tls_files *f, const struct log *log,
    struct err *e)
{
	const char *const path[FILES] = { f->cert, f->key, f->client_ca };
	struct tls *t = xalloc(1, sizeof(*t));
	int r = 0;

	for (int i = 0; i < FILES; i++)
		t->path[i] = path[i] ? xstrdup(path[i]) : NULL;
	t->http2 = f->http2;
	t->log = log;
	mutex_init(&t->lock);
	(void)have_changed(t);
	if ((t->link = make_link()) == NULL)
		r = err_set(e, ERR_NOMEM, "no memory for TLS");
	if (r == 0)
		r = read_files(&t->ctx, t, e);
	if (r < 0)
		tls_close(t);
	else
		*out = t;
	return r;
}

void
tls_close(struct tls *t)
{
	if (t == NULL)
		return;
	SSL_CTX_free(t->ctx);
	BIO_meth_free(t->link);
	mutex_release(&t->lock);
	for (int i = 0; i < FILES; i++)
		free(t->path[i]);
	free(t);
}

/* ---- sessions ---- */

struct tls_session *
tls_session_new(struct tls *t, const struct tls_link *l)
{
	struct tls_session *s = mem_zeroed(1, sizeof(*s));
	BIO *b = s ? BIO_new(t->link) : NULL;

	if (b) {
		tls_follow(t);
		mutex_lock(&t->lock);
		s->ssl = SSL_new(t->ctx);
		mutex_unlock(&t->lock);
	}
	if (b == NULL || s->ssl == NULL) {
		BIO_free(b);
		free(s);
		ERR_clear_error();
		return NULL;
	}
	s->link = *l;
	BIO_set_data(b, &s->link);
	BIO_set_init(b, 1);
	SSL_set_bio(s->ssl, b, b);
	SSL_set_accept_state(s->ssl);
	return s;
}

/* After a call that did not do it all. */
static enum tls_step
step_after(struct tls_session *s, int result)
{
	int why = SSL_get_error(s->ssl, result);
	bool plain = ERR_GET_REASON(ERR_peek_last_error()) ==
	    SSL_R_HTTP_REQUEST;

	ERR_clear_error();
	if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE)
		return TLS_WAIT;
	/* who said that he has ended may still be answered */
	s->failed = why != SSL_ERROR_ZERO_RETURN;
	return plain ? TLS_PLAIN : TLS_END;
}

enum tls_step
tls_read(struct tls_session *s, void *to, size_t room, size_t *n)
{
	int r;

	*n = 0;
	if (s->failed)
		return TLS_END;
	ERR_clear_error();
	r = SSL_read_ex(s->ssl, to, room, n);
	return r == 1 ? TLS_DONE : step_after(s, r);
}

enum tls_step
tls_write(struct tls_session *s, const void *from, size_t n, size_t *done)
{
	int r;

	*done = 0;
	if (s->failed)
		return TLS_END;
	ERR_clear_error();
	r = SSL_write_ex(s->ssl, from, n, done);
	return r == 1 ? TLS_DONE : step_after(s, r);
}

bool
tls_has_more(const struct tls_session *s)
{
	return SSL_has_pending(s->ssl) == 1;
}

bool
tls_waits_to_send(const struct tls_session *s)
{
	return SSL_want_write(s->ssl);
}

void
tls_say_end(struct tls_session *s)
{
	if (s->failed || !SSL_is_init_finished(s->ssl))
		return;
	ERR_clear_error();
	(void)SSL_shutdown(s->ssl);
	ERR_clear_error();
}

void
tls_session_free(struct tls_session *s)
{
	if (s == NULL)
		return;
	SSL_free(s->ssl);
	free(s);
}
