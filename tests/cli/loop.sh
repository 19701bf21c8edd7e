#!/bin/sh
# What examples/loop promises: a quarter in which drift raises an alarm, a model
# is learned anew and promoted, and a bad one is rolled back, by itself.
. "$(dirname "$0")/../lib.sh"
loop=$TOP/examples/loop

check 'the loop: an alarm, a retraining, a gate that promotes, one that refuses, a rollback' <<'X'
	expect 0 env TMPDIR="$PWD" sh "$loop/quarter.sh" &&
	prints 'week 6: alarm: customers have changed, ok to pending' &&
	prints 'week 7: alarm: customers have changed, pending to firing' &&
	prints 'week 7: promoted: version 2' &&
	prints 'week 9: the gate refuses version 3' &&
	prints 'week 10: rolled back: version 3 is surely below an auc of 0.7' &&
	prints 'week 12: version 2 served, 2 serves' &&
	test "$(grep -c promoted out)" = 1
X
check 'the loop: run again it is the same story, and nothing is left behind' <<'X'
	mv out once &&
	expect 0 env TMPDIR="$PWD" sh "$loop/quarter.sh" &&
	sed '$d' once >a &&
	sed '$d' out >b &&
	same a b &&
	test -z "$(ls -d mlv-loop.* 2>/dev/null)"
X
finish
