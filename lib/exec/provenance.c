/* The machine, the code, the words and the cost of a run, as facts of it. */
#include "exec/provenance.h"

#include "base/energy.h"
#include "base/machine.h"
#include "catalog/manifest.h"
#include "codec/git.h"
#include "store/odb.h"

#define DIFF_MAX ((size_t)16 << 20)

void
provenance_machine(struct arena *a, struct json *facts)
{
	struct json *m = json_add_map(a, facts, "machine");
	struct machine machine;

	machine_read(&machine);
	json_add_text(a, m, "system", machine.system);
	json_add_text(a, m, "cpu", machine.cpu);
	json_add_int(a, m, "cpus", machine.cpus);
	json_add_int(a, m, "memory_bytes", machine.memory_bytes);
}

int
provenance_text(const struct provenance *t, const struct buf *b,
    const char *rel, struct err *e)
{
	struct oid id;

	if (b->len == 0)
		return 0;
	if (odb_put(&id, repo_odb(t->s), b->data, b->len, e) < 0)
		return -1;
	return journal_link(t->j, rel, TYPE_TEXT, rel, &id, b->len, e);
}

int
provenance_code(const struct provenance *t, struct err *e)
{
	struct err late = ERR_INIT;
	struct git_state g;
	struct json *m;
	struct buf diff;
	int r;

	if (git_read_state(&g, ".", e) < 0)
		return -1;
	if (!g.known)
		return 0;
	m = json_new(t->arena, JSON_MAP);
	json_add_text(t->arena, m, "commit", g.commit);
	json_add_bool(t->arena, m, "dirty", g.dirty);
	r = journal_fact(t->j, "git", m, e);
	if (r < 0 || !g.dirty)
		return r;
	buf_init(&diff, DIFF_MAX);
	/* without it the commit alone would pass for what ran */
	if (git_read_diff(&diff, ".", &late) < 0)
		log_warn(t->log, "the difference to the commit is not kept: "
		    "%s", late.msg);
	else
		r = provenance_text(t, &diff, "diff", e);
	buf_free(&diff);
	return r;
}

void
provenance_cost(struct arena *a, struct json *usage,
    const struct provenance_cost *cost)
{
	double cpu = (double)cost->cpu_us * 1e-6;

	json_add_num(a, usage, "wall_s", (double)cost->wall_us * 1e-6);
	json_add_num(a, usage, "cpu_s", cpu);
	json_add_int(a, usage, "max_rss_bytes", cost->max_rss_bytes);
	json_add_num(a, usage, "energy_j", cost->energy_known ?
	    cost->joules : cpu * ENERGY_WATTS_PER_CPU);
	json_add_text(a, usage, "energy_from", cost->energy_known ? "rapl" :
	    "estimate");
}
