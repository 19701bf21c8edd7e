#!/bin/sh
# What `mlv-serve rollout` writes is not proven to last, or not written: its
# exit status, its state and the alias say the same.
. "$(dirname "$0")/../server.sh"
. "$TOP/tests/rollout.sh"
MLV_THREADS=1	# strace counts calls by thread
export MLV_THREADS
{ command -v strace && strace -qq -o /dev/null true; } >strace.out 2>&1 || {
	skip 'a rollout whose writes fail' 'strace cannot trace here'
	finish
	exit
}
three_versions
cat >rollout.yaml <<'Y'
kind: canary
steps: [50]
goal: {metric: errors, margin: 0.2}
min_rows: 20
wait: 0
Y
start model:m@champion --log .mlv/requests
cp -a . ../before
begin 3 && until_true share_is 50 && ask_units 1 400 && until_true judged 0
cp -a . ../shown
stop

# In a copy of a folder a command whose Nth CALL fails: $status.
strike() {	# folder, call, N, command...
	rm -rf ../work && cp -a "../$1" ../work && cd ../work || return
	call=$2 when=$3
	shift 3
	strace -f -qq -o ../hits -e trace="$call" -e inject="$call:error=EIO:when=$when" "$@" >out 2>err
	status=$?
	grep -q INJECTED ../hits
}
is_running() { test -f .mlv/rollouts/m.json && state_is phase running; }
# As an exit status says: done for 0 and 5, else not.
is_told() {	# condition
	case $status in
	0 | 5) "$@" ;;
	*) ! "$@" ;;
	esac >../told 2>&1 || echo "$call $when: exit $status: $(cat ../told err)" >>../wrong
}
strike_all() {	# folder, condition, command...
	: >../wrong
	: >../statuses
	folder=$1 condition=$2
	shift 2
	for call in fsync rename; do
		when=1
		while strike "$folder" $call $when "$@"; do
			is_told $condition
			echo "$status" >>../statuses
			when=$((when + 1))
		done
	done
	! test -s ../wrong && grep -qx 5 ../statuses && grep -qx 3 ../statuses || {
		cat ../wrong
		return 1
	}
}
is_promoted() { state_is phase promoted && alias_is 3; }
check 'rollout start: begun where it says so, with its state' <<'X'
	strike_all before is_running mlv-serve rollout start m --policy rollout.yaml model:m@3
X
check 'rollout step that promotes: the alias has moved where it says so' <<'X'
	strike_all shown is_promoted mlv-serve rollout step m
X
finish
