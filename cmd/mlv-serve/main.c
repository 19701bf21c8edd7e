/* mlv-serve: models answering, from files, pipes and HTTP. */
#include "verbs.h"

int
main(int argc, char **argv)
{
	static const struct verb *const verbs[] = {
		&verb_batch, &verb_stream, &verb_http, &verb_grpc,
		&verb_replay,
		&verb_rollout_start, &verb_rollout_status,
		&verb_rollout_judge, &verb_rollout_step, &verb_rollout_watch,
		&verb_rollout_abort, &verb_rollout_ls, &verb_track,
		&verb_token_new, &verb_token_ls, &verb_token_revoke, NULL
	};
	static const struct tool tool = {
		.name = "mlv-serve",
		.summary = "models answering, from files, pipes and HTTP",
		.verbs = verbs,
	};

	return cli_main(argc, argv, &tool);
}
