#!/bin/sh
# mlv-train run --trial: trials that somebody else starts: a shell, xargs, GNU
# parallel, an array of jobs that a scheduler preempts and begins again.
. "$(dirname "$0")/../lib.sh"

fresh trial
mlv-data init -q >/dev/null
echo 'x: {type: float, low: -1, high: 1}' >space.yaml
new() { mlv-train search new "$@" --space space.yaml >/dev/null; }
states() { mlv-train search show "$1" --json | jq -r .state | sort | uniq -c | sed 's/^ *//'; }

check 'run --trial STUDY: a new trial, whose value is what the command printed' <<'X'
	new one &&
	expect 0 mlv-train run --trial one --json -- sh -c 'echo value={x}' &&
	holds '.schema == "mlv.trial/1" and .number == 0 and .state == "complete"' &&
	holds '(.value - .params.x | fabs) < 1e-12' &&
	expect 0 mlv-train show --json "$(jq -r .run out)" &&
	holds '.name == "one-0" and (.params.x | type) == "number"'
X
check 'run --trial STUDY/N: the trial that search ask gave, its values in environment and words' <<'X'
	expect 0 mlv-train search ask one --json && holds '.number == 1' && x=$(jq .params.x out) &&
	echo data >in.txt &&
	expect 0 mlv-train run --trial one/1 -m v -d in.txt -o 'made-{trial}' -p more=2 --json -- \
	    sh -c 'test "$MLV_PARAM_x" = "{x}" && echo $MLV_STUDY $MLV_TRIAL >made-1 && echo v=$MLV_PARAM_x' &&
	holds ".state == \"complete\" and (.value - $x | fabs) < 1e-12" &&
	test "$(cat made-1)" = 'one 1' &&
	expect 0 mlv-train show --json "$(jq -r .run out)" &&
	holds '.params.more == 2' && grep -q made-1 out
X
check 'run --trial STUDY/N: one that is told is not run again' <<'X'
	expect 0 mlv-train run --trial one/1 --json -- sh -c 'touch again; echo 9' &&
	holds '.number == 1 and .state == "complete"' && test ! -e again
X
check 'run --trial: a command that fails fails the trial, 1; prints nothing, too' <<'X'
	expect 1 mlv-train run --trial one --json -- false && holds '.state == "fail"' &&
	expect 1 mlv-train run --trial one --json -- true && holds '.state == "fail"' && says 'it printed no value' &&
	n=$(jq .number out) &&
	expect 1 mlv-train run --trial one/"$n" -- sh -c 'echo 1'
X
check 'run --trial: a trial that is reported and pruned ends as pruned, 0' <<'X'
	new cut --pruner percentile --set pruner.percentile=1 --set pruner.n_startup_trials=1 &&
	expect 0 mlv-train run --trial cut --json -- sh -c 'mlv-train search report cut {trial} --step 1 0.1; echo 0.1' &&
	expect 0 mlv-train run --trial cut --json -- \
	    sh -c 'mlv-train search report cut {trial} --step 1 0.9 || exit 1; echo 0.9' &&
	holds '.state == "pruned"'
X
check 'run --trial: status 75 leaves the trial to be asked again, 4' <<'X'
	new later &&
	expect 4 mlv-train run --trial later --json -- sh -c 'exit 75' &&
	holds '.state == "running"' && says "trial 0 of 'later' is left to be asked again" &&
	expect 0 mlv-train run --trial later/0 --json -- echo 3 && holds '.number == 0 and .value == 3'
X
check 'run --trial: what cannot be is refused in one line' <<'X'
	expect 3 mlv-train run --trial nope -- echo 1 && says "there is no study 'nope'" &&
	expect 3 mlv-train run --trial one/999 -- echo 1 && says 999 &&
	expect 2 mlv-train run --trial one/x -- echo 1 && says "'x' is no trial's number" &&
	expect 2 mlv-train run -m auc -- echo 1 && says 'go with --trial' &&
	expect 2 mlv-train run --trial one --pull -- echo 1
X
check 'run --trial STUDY/N: while one process works on it another is told so, 4' <<'X'
	new held && expect 0 mlv-train search ask held --json && {
		mlv-train run --trial held/0 -q -- sh -c 'touch began; sleep 30; echo 1' >/dev/null 2>&1 & } && p=$! &&
	n=0 && until test -e began; do n=$((n + 1)); test $n -lt 200 || return 1; sleep 0.05; done &&
	expect 4 mlv-train run --trial held/0 -- echo 2 && says "trial 0 of 'held' is being worked on" &&
	kill -TERM $p && { wait $p; test $? != 0; } &&
	expect 0 mlv-train run --trial held/0 --json -- echo 2 && holds '.value == 2'
X
check 'search ask | xargs -P: each trial once, none lost' <<'X'
	new xargs && expect 0 mlv-train search ask xargs -n 24 && cut -f 1 out >numbers &&
	xargs -P 6 -I{} mlv-train run --trial xargs/{} -q -- sh -c 'echo value={x}' <numbers >records &&
	test "$(states xargs)" = '24 complete' && test "$(cut -f 1 records | sort -u | wc -l)" = 24
X
if command -v parallel >/dev/null && parallel --version 2>/dev/null | grep -q GNU; then
check 'GNU parallel --resume: what is begun twice is done once' <<'X'
	new gnu && expect 0 mlv-train search ask gnu -n 12 && cut -f 1 out >numbers &&
	head -n 5 numbers | parallel -j 3 --joblog log mlv-train run --trial gnu/{} -q -- sh -c "'echo 1; echo . >>count'" \
	    >/dev/null 2>&1 &&
	parallel -j 3 --joblog log --resume mlv-train run --trial gnu/{} -q -- sh -c "'echo 1; echo . >>count'" \
	    <numbers >/dev/null 2>&1 &&
	parallel -j 3 mlv-train run --trial gnu/{} -q -- sh -c "'echo 1; echo . >>count'" <numbers >/dev/null 2>&1 &&
	test "$(states gnu)" = '12 complete' && test "$(wc -l <count)" = 12
X
else
skip 'GNU parallel --resume: what is begun twice is done once' 'no GNU parallel here'
fi

# As Slurm begins a job: the same variables, SIGTERM and then SIGKILL to all of
# it when it is preempted, and once more with a higher count when requeued.
job() {	# index, restarts
	SLURM_ARRAY_TASK_ID=$1 SLURM_RESTART_COUNT=$2 setsid \
	    mlv-train run --trial array -q -- sh -c 'echo {trial} >>began; sleep "$(cat pause)"; echo value={x}' \
	    >>records 2>>words &
	jobs="$jobs $!"
}
check 'an array of jobs, preempted by signal and by kill -9, requeued: all trials end, none twice' <<'X'
	new array && echo 30 >pause && : >began && jobs= && job 0 0 && job 1 0 && job 2 0 && n=0 &&
	until test "$(wc -l <began)" = 3; do n=$((n + 1)); test $n -lt 200 || return 1; sleep 0.05; done &&
	set -- $jobs && kill -TERM -"$1" && kill -KILL -"$2" -"$3" && { wait; true; } && n=0 &&
	while pgrep -g "$1,$2,$3" >/dev/null; do n=$((n + 1)); test $n -lt 200 || return 1; sleep 0.05; done &&
	test "$(states array)" = '3 running' &&
	echo 0 >pause && jobs= && job 0 1 && job 1 1 && job 2 1 && job 3 0 && { wait; true; } &&
	test "$(states array)" = '4 complete' &&
	test "$(sort began | uniq -c | sed 's/^ *//' | tr '\n' ',')" = '2 0,2 1,2 2,1 3,'
X
check 'a requeued job takes its trial over from the host it ran on' <<'X'
	new moved --lease 3600 && expect 0 mlv-train search ask moved --json &&
	{ setsid mlv-train run --trial moved/0 -q -- sh -c 'touch here; sleep 30' >/dev/null 2>&1 & } && p=$! && n=0 &&
	until test -e here; do n=$((n + 1)); test $n -lt 200 || return 1; sleep 0.05; done &&
	kill -KILL -"$p" && { wait $p; true; } &&
	boot=$(cat /proc/sys/kernel/random/boot_id) &&
	sed "s/$boot/00000000-0000-0000-0000-000000000000/g" .mlv/studies/moved.journal >elsewhere &&
	rm -f elsewhere.* &&
	expect 4 mlv-train run --journal elsewhere --trial moved/0 -- echo 5 &&
	says "is being worked on" &&
	expect 0 env SLURM_RESTART_COUNT=1 mlv-train run --journal elsewhere --trial moved/0 --json -- echo 5 &&
	holds '.value == 5'
X

finish
