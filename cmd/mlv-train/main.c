/* mlv-train: fit models, track runs. */
#include "cli/cli.h"
#include "verbs.h"

int
main(int argc, char **argv)
{
	static const struct verb *const verbs[] = {
		&verb_fit, &verb_eval, &verb_run, &verb_repro, &verb_graph,
		&verb_log, &verb_runs, &verb_show, &verb_compare,
		&verb_tag, &verb_attach, &verb_archive, &verb_restore,
		&verb_search_new, &verb_search_add, &verb_search_ask,
		&verb_search_report, &verb_search_tell, &verb_search_best,
		&verb_search_show,
		&verb_search_ls, &verb_search_importance, &verb_search_run,
		&verb_import_mlruns, &verb_import_tensorboard,
		NULL
	};
	static const struct tool tool = {
		.name = "mlv-train",
		.summary = "fit models, and track what was tried",
		.verbs = verbs,
	};

	return cli_main(argc, argv, &tool);
}
