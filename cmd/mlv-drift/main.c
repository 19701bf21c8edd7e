/* mlv-drift: has the data changed? */
#include "cli/cli.h"
#include "verbs.h"

int
main(int argc, char **argv)
{
	static const struct verb *const verbs[] = { &verb_compare, &verb_watch,
	    &verb_perf, &verb_calibrate,
	    &verb_alert, &verb_report, &verb_multivariate, NULL };
	static const struct tool tool = {
		.name = "mlv-drift",
		.summary = "has the data changed?",
		.verbs = verbs,
	};

	return cli_main(argc, argv, &tool);
}
