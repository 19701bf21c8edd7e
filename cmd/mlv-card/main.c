/* mlv-card: models documented from evidence. */
#include "cli/cli.h"
#include "verbs.h"

int
main(int argc, char **argv)
{
	static const struct verb *const verbs[] = { &verb_new, NULL };
	static const struct tool tool = {
		.name = "mlv-card",
		.summary = "models documented from evidence",
		.verbs = verbs,
	};

	return cli_main(argc, argv, &tool);
}
