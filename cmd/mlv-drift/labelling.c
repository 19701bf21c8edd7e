/* How answers meet the labels that came later, from the command line. */
#include "labelling.h"

void
labelling_fill(struct perf_opts *p, const struct labelling *l)
{
	p->labels = l->labels;
	p->key = l->key;
	p->label_key = l->label_key;
	p->target = l->target;
	p->score = l->score;
	p->answer = l->answer;
	p->positive = l->positive;
	p->latest = l->latest;
}

int
labelling_check_by(struct cli *c, const struct texts *by)
{
	return by->n <= LABELLING_BY_MAX ? 0 : cli_usage(c, "--by takes at "
	    "most %d columns", LABELLING_BY_MAX);
}
