#!/bin/sh
# What examples/rollout promises: a bad candidate is rolled back and a good one
# promoted, by themselves, while a server runs.
. "$(dirname "$0")/../lib.sh"

check 'the rollout: a bad candidate goes back by its mistakes, a good one takes over' <<'X'
	expect 0 env TMPDIR="$PWD" sh "$TOP/examples/rollout/takeover.sh" &&
	printf '%s\n' 'version 1 serves' 'version 2: rolled back' '	by its mistakes' \
	    'version 1 serves' 'version 3: promoted' 'version 3 serves' | same - out &&
	test -z "$(ls -d mlv-takeover.* 2>/dev/null)"
X
finish
