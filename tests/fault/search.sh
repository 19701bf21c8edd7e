#!/bin/sh
# Workers of one study, killed at any moment: what was told is there, the
# journal reads on, and nobody waits for the dead.
. "$(dirname "$0")/harness"

fresh search
echo 'x: {type: float, low: 0, high: 1}' >space.yaml
mlv-train search new s --space space.yaml --journal j >/dev/null
: >told
work_on() {
	while :; do
		n=$(mlv-train search ask s --journal j 2>>words | cut -f1)
		[ -n "$n" ] || continue
		mlv-train search report s "$n" --step 1 "$n" --journal j >/dev/null 2>>words
		mlv-train search tell s "$n" "$n" --journal j >/dev/null 2>>words && echo "$n" >>told
	done
}
k=0
while [ $k -lt 12 ]; do
	work_on & a=$!
	work_on & b=$!
	sleep "0.$((k * 37 % 50 + 30))"
	# the tools, too, that they started: they have no other parent
	kill -9 $a $b 2>/dev/null
	ps -o pid=,ppid=,comm= | awk '$3 == "mlv-train" { print $1 }' | while read -r p; do
		[ "$(readlink "/proc/$p/cwd")" = "$PWD" ] && kill -9 "$p" 2>/dev/null
	done
	wait $a $b 2>/dev/null
	k=$((k + 1))
done
check 'workers killed at any moment: every trial that was told is complete, with its value' <<'X'
	test -s told &&
	mlv-train search show s --journal j --json --state complete >complete &&
	jq -es 'all(.[]; .value == .number)' complete &&
	jq .number complete | sort >have &&
	sort told | comm -23 - have >missing &&
	same /dev/null missing
X
check 'workers killed at any moment: the next ask and tell go through' <<'X'
	expect 0 mlv-train search ask s --journal j &&
	n=$(cut -f1 out) &&
	expect 0 mlv-train search tell s "$n" 0.5 --journal j &&
	test ! -e j.lock
X
check 'workers killed at any moment: each line of the journal is whole' <<'X'
	jq -e .op_code j >/dev/null
X
check 'workers killed at any moment: no trial was made twice' <<'X'
	mlv-train search show s --journal j | cut -f1 >numbers &&
	seq 0 $(($(wc -l <numbers) - 1)) | same - numbers &&
	test "$(sort told | uniq -d | wc -l)" = 0
X
finish
