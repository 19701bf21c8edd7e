/* Endpoints by name and label, held by who asks them. */
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "../tap.h"
#include "../../echo_model.h"
#include "base/file.h"
#include "deploy/fleet.h"

static struct server_stats stats;

static void
pause_a_little(void)
{
	nanosleep(&(struct timespec){ 0, 5000000 }, NULL);
}

static struct fleet_entry *
open_entry(const char *name, const char *label, const char *source)
{
	struct endpoint_opts o = { .stats = &stats, .as = name, .label = label, .patient = true,
	    .source = { [VARIANT_STABLE] = source } };
	struct err e = ERR_INIT;
	struct endpoint *p;

	if (!ok(endpoint_open(&p, &o, &e) == 0, "opens %s", name))
		exit(1);
	return fleet_entry_new(p, label);
}

static void
wait_for(struct endpoint *p)
{
	for (int i = 0; i < 2000 && !endpoint_is_loaded(p); i++)
		pause_a_little();
	ok(endpoint_is_loaded(p), "%s is loaded", endpoint_name(p));
}

static void
is_found(struct fleet_entry *got, const struct fleet_entry *want, const char *what)
{
	ok(got == want, "%s", what);
	fleet_let_go(got);
}

int
main(void)
{
	char folder[] = "/tmp/mlv-fleet.XXXXXX";
	struct version *v = echo_model(0);
	struct fleet_entry *all[3], *held;
	struct err e = ERR_INIT;
	struct fleet f;
	struct buf b;

	if (mkdtemp(folder) == NULL || chdir(folder) < 0)
		return 1;
	buf_init(&b, BUF_CAP_DOC);
	onnx_write(&b, model_onnx(binding_model(v->binding)));
	ok(file_replace(os_real(), "a.onnx", b.data, b.len, 0666, &e) == 0, "writes a model");
	version_release(v);
	server_stats_init(&stats);
	fleet_init(&f);
	ok(!fleet_is_loaded(&f), "one without models is not loaded");
	all[0] = open_entry("a", NULL, "a.onnx");
	all[1] = open_entry("b", NULL, "none.onnx");
	all[2] = open_entry("a", "old", "a.onnx");
	fleet_list(&f, all, 3, all[1]);
	wait_for(all[0]->endpoint);
	wait_for(all[2]->endpoint);
	is_found(fleet_find(&f, "a", 1), all[0], "a name finds the endpoint without a label");
	is_found(fleet_find_label(&f, "a", 1, "old", 3), all[2], "a label finds its own");
	is_found(fleet_find_label(&f, "a", 1, "new", 3), NULL, "another label finds none");
	is_found(fleet_find(&f, "c", 1), NULL, "nor does another name");
	is_found(fleet_standard(&f), all[1], "no name finds the one that is meant then");
	is_found(fleet_at(&f, 3), NULL, "there are three");
	v = fleet_find_version(&f, "a", 1, "1", 1);
	ok(v != NULL, "a version is found by its number");
	version_release(v);
	ok(!fleet_is_loaded(&f), "it is not loaded while one of them is not");
	buf_clear(&b);
	for (int i = 0; i < 2000 && strstr(b.data ? b.data : "", "none.onnx") == NULL; i++) {
		pause_a_little();
		buf_clear(&b);
		endpoint_explain(&b, all[1]->endpoint);
	}
	ok(strstr(b.data, "none.onnx") != NULL, "which says why: %s", b.data);
	held = fleet_find(&f, "b", 1);
	all[1] = all[2];
	fleet_list(&f, all, 2, NULL);
	ok(fleet_is_loaded(&f), "it is once that is no longer listed");
	ok(!fleet_entry_is_unused(held), "who left is in use while somebody holds it");
	fleet_let_go(held);
	ok(fleet_entry_is_unused(held), "and then no more");
	fleet_entry_free(held);
	fleet_release(&f);
	server_stats_release(&stats);
	buf_free(&b);
	unlink("a.onnx");
	rmdir(folder);
	return tap_done();
}
