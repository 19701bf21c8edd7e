/* mlv-data: data under version control, checked, described and split. */
#include "cli/cli.h"
#include "verbs.h"

int
main(int argc, char **argv)
{
	static const struct verb *const verbs[] = {
		&verb_init, &verb_add, &verb_ls, &verb_status,
		&verb_diff, &verb_checkout, &verb_tag, &verb_show, &verb_cat,
		&verb_log, &verb_lineage, &verb_schema, &verb_check, &verb_profile,
		&verb_split, &verb_feature_join, &verb_feature_load,
		&verb_feature_get, &verb_fsck, NULL
	};
	static const struct tool tool = {
		.name = "mlv-data",
		.summary = "data under version control, checked, described "
		    "and split",
		.verbs = verbs,
	};

	return cli_main(argc, argv, &tool);
}
