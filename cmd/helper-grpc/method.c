/* The calls that there are: what each asks of the server behind, and how its
 * answer is told. */
#include "call.h"

#include <string.h>

#include "codec/json.h"
#include "codec/pb.h"

#define SERVICE "/inference.GRPCInferenceService/"
#define HEALTH "/grpc.health.v1.Health/"

/* ---- asking ---- */

/* A part of a path: what is no letter, digit or one of "-._~" as %XX. */
static void
put_part(struct buf *out, const struct oip_text *t)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < t->n; i++) {
		unsigned char c = (unsigned char)t->s[i];

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    (c >= '0' && c <= '9') || (c && strchr("-._~", c))) {
			buf_addc(out, (char)c);
			continue;
		}
		buf_addc(out, '%');
		buf_addc(out, digits[c >> 4]);
		buf_addc(out, digits[c & 15]);
	}
}

/* Who stands between us and the server may take these for steps. */
static bool
is_lost_in_path(const struct oip_text *t)
{
	return (t->n == 1 && t->s[0] == '.') ||
	    (t->n == 2 && memcmp(t->s, "..", 2) == 0) ||
	    (t->n && memchr(t->s, '/', t->n));
}

static int
put_model(struct call *c, const char *what, struct err *e)
{
	const struct oip_asked *asked = &c->asked;

	if (asked->model.n == 0)
		return err_set(e, ERR_FORMAT, "the call names no model");
	if (is_lost_in_path(&asked->model) || is_lost_in_path(&asked->version))
		return err_set(e, ERR_NOENT, "no model or version is called "
		    "'.' or '..', or has a '/' in its name");
	buf_adds(&c->path, "/v2/models/");
	put_part(&c->path, &asked->model);
	if (asked->version.n) {
		buf_adds(&c->path, "/versions/");
		put_part(&c->path, &asked->version);
	}
	buf_adds(&c->path, what);
	return buf_check(&c->path, e);
}

static int
ask_live(struct call *c, const struct grpc_message *m, struct err *e)
{
	(void)m;
	(void)e;
	buf_adds(&c->path, "/v2/health/live");
	return 0;
}

static int
ask_ready(struct call *c, const struct grpc_message *m, struct err *e)
{
	(void)m;
	(void)e;
	buf_adds(&c->path, "/v2/health/ready");
	return 0;
}

/* Of a service, where it names one. */
static int
ask_health(struct call *c, const struct grpc_message *m, struct err *e)
{
	static const char ours[] = "inference.GRPCInferenceService";
	struct oip_text service;

	if (oip_read_text(&service, m->s, m->n, e) < 0)
		return -1;
	if (service.n && (service.n != sizeof(ours) - 1 ||
	    memcmp(service.s, ours, service.n) != 0))
		return err_set(e, ERR_NOENT, "there is no service '%.*s', but "
		    "%s", service.n > 200 ? 200 : (int)service.n, service.s,
		    ours);
	return ask_ready(c, m, e);
}

static int
ask_server(struct call *c, const struct grpc_message *m, struct err *e)
{
	(void)m;
	(void)e;
	buf_adds(&c->path, "/v2");
	return 0;
}

static int
ask_model(struct call *c, const struct grpc_message *m, struct err *e)
{
	return oip_read_asked(&c->asked, m->s, m->n, e) < 0 ? -1 :
	    put_model(c, "", e);
}

static int
ask_model_ready(struct call *c, const struct grpc_message *m, struct err *e)
{
	return oip_read_asked(&c->asked, m->s, m->n, e) < 0 ? -1 :
	    put_model(c, "/ready", e);
}

static int
ask_index(struct call *c, const struct grpc_message *m, struct err *e)
{
	struct pb r = pb_over(m->s, m->n);
	struct pb_field f;
	bool ready = false;

	(void)e;
	while (pb_next(&r, &f))
		if (f.number == 2 && f.wire == PB_VARINT)
			ready = f.v != 0;
	buf_adds(&c->path, "/v2/repository/index");
	buf_adds(&c->json, ready ? "{\"ready\":true}" : "{}");
	c->posts = true;
	return 0;
}

static int
ask_infer(struct call *c, const struct grpc_message *m, struct err *e)
{
	c->posts = true;
	return oip_read_infer(&c->asked, &c->json, &c->raw, m->s, m->n, &c->a,
	    e) < 0 ? -1 : put_model(c, "/infer", e);
}

/* ---- answering ---- */

/* Who may not ask hears that; all else is an answer. */
static bool
is_denied(int status)
{
	return status == 401 || status == 403;
}

static int
take_flag(struct call *c, int status, const struct buf *body, size_t n_json,
    struct err *e)
{
	(void)body;
	(void)n_json;
	(void)e;
	if (is_denied(status))
		return 0;
	if (status == 200)
		pb_put_varint(&c->out, 1, 1);
	return 1;
}

static int
take_health(struct call *c, int status, const struct buf *body,
    size_t n_json, struct err *e)
{
	(void)body;
	(void)n_json;
	(void)e;
	/* SERVING or NOT_SERVING */
	pb_put_varint(&c->out, 1, status == 200 ? 1 : 2);
	return 1;
}

static int
take_json(struct call *c, int status, const struct buf *body,
    void (*write)(struct buf *out, const struct json *j), struct err *e)
{
	struct json *j;

	if (status != 200)
		return 0;
	if (json_parse(&j, &c->a, body->data, body->len, 0, e) < 0)
		return -1;
	write(&c->out, j);
	return 1;
}

static int
take_server(struct call *c, int status, const struct buf *body,
    size_t n_json, struct err *e)
{
	(void)n_json;
	return take_json(c, status, body, oip_write_server, e);
}

static int
take_model(struct call *c, int status, const struct buf *body, size_t n_json,
    struct err *e)
{
	(void)n_json;
	return take_json(c, status, body, oip_write_model, e);
}

static int
take_index(struct call *c, int status, const struct buf *body, size_t n_json,
    struct err *e)
{
	(void)n_json;
	return take_json(c, status, body, oip_write_index, e);
}

static int
take_infer(struct call *c, int status, const struct buf *body, size_t n_json,
    struct err *e)
{
	if (status != 200)
		return 0;
	return oip_write_infer(&c->out, body->data, body->len, n_json,
	    c->asked.raw, &c->a, e) < 0 ? -1 : 1;
}

/* ---- which ---- */

static const struct method methods[] = {
	{ SERVICE "ModelInfer", false, SCOPE_PREDICT, ask_infer, take_infer },
	{ SERVICE "ServerLive", true, 0, ask_live, take_flag },
	{ SERVICE "ServerReady", true, 0, ask_ready, take_flag },
	{ SERVICE "ModelReady", false, SCOPE_READ, ask_model_ready, take_flag },
	{ SERVICE "ServerMetadata", false, SCOPE_READ, ask_server,
	    take_server },
	{ SERVICE "ModelMetadata", false, SCOPE_READ, ask_model, take_model },
	{ SERVICE "RepositoryIndex", false, SCOPE_READ, ask_index,
	    take_index },
	{ HEALTH "Check", true, 0, ask_health, take_health },
};

const struct method *
method_find(const char *path, const char **why)
{
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (strcmp(methods[i].path, path) == 0)
			return &methods[i];
	if (strcmp(path, SERVICE "ModelStreamInfer") == 0)
		*why = "streams of requests are not answered here: call "
		    "ModelInfer";
	else if (strcmp(path, HEALTH "Watch") == 0)
		*why = "health is not watched here: call Check";
	else if (strncmp(path, "/grpc.reflection.", 17) == 0)
		*why = "there is no reflection here: take the .proto of the "
		    "Open Inference Protocol";
	else if (strncmp(path, SERVICE, sizeof(SERVICE) - 1) == 0)
		*why = "this method is not answered here";
	else
		*why = "there is no such service here: "
		    "inference.GRPCInferenceService is";
	return NULL;
}
