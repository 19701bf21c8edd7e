/* mlv-data: data under version control, checked, described and split. */
#include "cli/cli.h"
#include "verbs.h"

int
main(int argc, char **argv)
{
	static const struct verb *const verbs[] = {
		&verb_init, &verb_add, &verb_ls, &verb_status,
		&verb_diff, &verb_checkout, &verb_tag, &verb_show, &verb_cat,
		&verb_log, &verb_lineage, &verb_schema_import, &verb_schema,
		&verb_check,
		&verb_profile, &verb_split, &verb_feature_join,
		&verb_feature_load, &verb_feature_get,
		&verb_feature_audit, &verb_convert,
		&verb_rm, &verb_gc, &verb_remote_add, &verb_remote_ls,
		&verb_remote_rm, &verb_remote_default, &verb_remote_serve,
		&verb_push, &verb_fetch, &verb_pull, &verb_clone, &verb_fsck,
		&verb_import_dvc, &verb_import_lfs, &verb_hook_install,
		&verb_hook_uninstall, &verb_hook_status, &verb_hook_run,
		&verb_hook_merge, NULL
	};
	static const struct tool tool = {
		.name = "mlv-data",
		.summary = "data under version control, checked, described "
		    "and split",
		.verbs = verbs,
	};

	return cli_main(argc, argv, &tool);
}
