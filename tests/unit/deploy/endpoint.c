/* An endpoint of two files: its name, its versions, what it refuses. */
#include <stdlib.h>
#include <unistd.h>

#include "../tap.h"
#include "../../echo_model.h"
#include "base/bell.h"
#include "base/file.h"
#include "deploy/endpoint.h"

static void
write_model(const char *path, int64_t width)
{
	struct version *v = echo_model(width);
	struct err e = ERR_INIT;
	struct buf b;

	buf_init(&b, BUF_CAP_DOC);
	onnx_write(&b, model_onnx(binding_model(v->binding)));
	ok(file_replace(os_real(), path, b.data, b.len, 0666, &e) == 0, "writes %s", path);
	buf_free(&b);
	version_release(v);
}

static void
is_found(struct endpoint *p, const char *name, enum variant variant)
{
	struct version *v = endpoint_find(p, name, strlen(name), "1", 1);

	ok(v != NULL && v->variant == variant, "the %s by its name", variant_text(variant));
	version_release(v);
}

static void
has_a_name(struct endpoint_opts o)
{
	struct err e = ERR_INIT;
	struct endpoint *p;

	if (!ok(endpoint_open(&p, &o, &e) == 0, "opens two files: %s", e.msg))
		return;
	is_text(endpoint_name(p), "stable", "it is called as the stable file");
	is_found(p, "stable", VARIANT_STABLE);
	is_found(p, "other", VARIANT_CANARY);
	ok(endpoint_is_split(p), "there is something to choose between");
	endpoint_close(p);

	o.as = "name";
	o.source[VARIANT_CANARY] = NULL;
	if (!ok(endpoint_open(&p, &o, &e) == 0, "opens one file under a name"))
		return;
	is_text(endpoint_name(p), "name", "it is called so");
	is_found(p, "name", VARIANT_STABLE);
	ok(!endpoint_is_split(p), "there is nothing to choose between");
	ok(endpoint_hold(p, VARIANT_CANARY) == NULL, "there is no canary");
	endpoint_close(p);
}

static void
refuses(struct endpoint_opts o)
{
	struct err e = ERR_INIT;
	struct endpoint *p;

	o.source[VARIANT_CANARY] = "matrix.onnx";
	ok(endpoint_open(&p, &o, &e) < 0, "a canary with other inputs is refused");
	is_text(e.msg, "matrix.onnx: it needs 'x', which the stable model does not take",
	    "and its inputs are named");
	o.source[VARIANT_CANARY] = "none.onnx";
	ok(endpoint_open(&p, &o, &e) < 0, "a canary that is not there is refused");
	o.source[VARIANT_STABLE] = "none.onnx";
	ok(endpoint_open(&p, &o, &e) < 0, "so is a stable model that is not there");
}

/* Somebody asks to stop while the first model is loaded. */
static void
gives_up(struct endpoint_opts o)
{
	struct err e = ERR_INIT;
	struct endpoint *p;
	struct stop stop;
	struct bell bell;

	ok(bell_open(&bell, &e) == 0, "a bell");
	bell_ring(&bell);
	stop.fd = bell.fd;
	o.stop = &stop;
	ok(endpoint_open(&p, &o, &e) < 0 && e.code == ERR_STOPPED, "a first load is given up: %s",
	    e.msg);
	bell_close(&bell);
}

int
main(void)
{
	char folder[] = "/tmp/mlv-endpoint.XXXXXX";
	struct server_stats stats;
	struct endpoint_opts o = { .stats = &stats, .source = {
	    [VARIANT_STABLE] = "stable.onnx", [VARIANT_CANARY] = "other.onnx" } };

	if (mkdtemp(folder) == NULL || chdir(folder) < 0)
		return 1;
	server_stats_init(&stats);
	write_model("stable.onnx", 0);
	write_model("other.onnx", 0);
	write_model("matrix.onnx", 3);
	has_a_name(o);
	refuses(o);
	gives_up(o);
	server_stats_release(&stats);
	unlink("stable.onnx");
	unlink("other.onnx");
	unlink("matrix.onnx");
	rmdir(folder);
	return tap_done();
}
