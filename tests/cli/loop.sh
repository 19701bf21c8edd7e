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

# A night whose N-th command kills it, before or after that is done; then one
# killed at the next command, until a night comes to its end.
mkdir steps
for tool in mlv-data mlv-train mlv-registry mlv-card mlv-drift mv rm cat grep sed awk tail; do
	cat >steps/$tool <<-Y
		#!/bin/sh
		n=\$((\$(command -p cat "\$STEPS") + 1))
		echo \$n >"\$STEPS"
		[ "\$n \$WHEN" != "\$KILL_AT before" ] || kill -9 0
		$(command -v $tool) "\$@" && r=0 || r=\$?
		[ "\$n \$WHEN" != "\$KILL_AT after" ] || kill -9 0
		exit \$r
	Y
	chmod +x steps/$tool
done
cat >killed-night.sh <<'Y'
#!/bin/sh
# Told to: $KILLS, how often a night was killed; the night in $LOOP.
export STEPS=$PWD/../steps.count WHEN KILL_AT
: >night.said
# Kills at moments that the dice choose; timeout kills its whole group.
if [ "$WHENS" = dice ]; then
	for after in $(awk -v seed="$(cat "$KILLS" | wc -l)" 'BEGIN {
		srand(seed)
		for (i = 0; i < 6; i++) printf "%.3f ", 0.01 + rand() * 0.2
	}'); do
		timeout -s KILL "$after" sh "$LOOP/night.sh" >>night.said 2>&1 && break
		echo "after $after" >>"$KILLS"
	done
	WHENS=none
fi
try() { echo 0 >"$STEPS"; PATH=$HOME_DIR/steps:$PATH setsid -w sh "$LOOP/night.sh" "$PWD" >>night.said 2>&1; }
for WHEN in $WHENS; do
	KILL_AT=$FROM
	while :; do
		try
		r=$?
		[ $r -eq 137 ] || break
		echo "$WHEN $KILL_AT" >>"$KILLS"
		KILL_AT=$((KILL_AT + STRIDE))
	done
	[ $r -eq 0 ] || { command -p cat night.said >&2; exit $r; }
done
command -p cat night.said
Y
# The story with nights that are killed.
killed_story() { # when, from which command, and each how many
	: >kills
	expect 0 env TMPDIR="$PWD" HOME_DIR="$PWD" LOOP="$loop" KILLS="$PWD/kills" WHENS="$1" FROM="$2" STRIDE="$3" \
		NIGHT="sh $PWD/killed-night.sh" sh "$loop/quarter.sh" &&
	grep -o 'week [0-9]*: .*serve.*\|^[0-9]* versions' out >b &&
	grep -o 'week [0-9]*: .*serve.*\|^[0-9]* versions' once >a &&
	same a b &&
	for alarm in 'pending to firing' 'firing to resolving'; do
		grep -q "customers have changed, $alarm" out || return
	done
}
check 'the loop: killed before every third command and behind it, the next night goes on to the same end' <<'X'
	killed_story 'before after' 1 3 &&
	test "$(wc -l <kills)" -gt 60
X
check 'the loop: killed at moments that nobody chose, the next night goes on to the same end' <<'X'
	killed_story dice 1 1 &&
	test "$(wc -l <kills)" -gt 8
X
finish
