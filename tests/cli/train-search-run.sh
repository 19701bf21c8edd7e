#!/bin/sh
# mlv-train search run: a command for each trial, its value found, what fails,
# is pruned, preempted or killed; other drivers: xargs, and another of its own.
. "$(dirname "$0")/../lib.sh"

fresh drive
mlv-data init >/dev/null
cat >space.yaml <<'Y'
lr:   {type: float, low: 0, high: 1}
kind: {type: categorical, choices: [a, b]}
deep: {type: int, low: 1, high: 4, when: {kind: a}}
Y
study() { mlv-train search new "$1" --space space.yaml --sampler random >/dev/null; }
drive() { mlv-train search run "$@"; }
state() { mlv-train search show "$1" --json | jq -r 'select(.number == '"$2"').state'; }

# --- values
check 'search run fills {NAME} and {trial}, and what is no name stays' <<'X'
	study words &&
	expect 0 drive words --trials 4 -- sh -c 'echo "{trial} {lr} {kind} [{deep}] {other}" >>said; echo {lr}' &&
	mlv-train search show words --json |
	    jq -r '"\(.number) \(.params.lr) \(.params.kind) [\(.params.deep // "")] {other}"' | same said -
X
check 'search run gives the values in MLV_PARAM_NAME and takes a number printed last' <<'X'
	study env &&
	expect 0 drive env --trials 2 --json -- sh -c 'echo noise 3; echo "$MLV_PARAM_lr"; echo the end' &&
	jq -es 'length == 2 and all(.[]; .state == "complete" and .value == .params.lr)' out
X
check 'search run --metric finds words, JSON, its metrics, and what was logged' <<'X'
	study metric &&
	expect 0 drive metric --trials 1 -m auc -- echo "loss=1 auc=0.25 x" &&
	prints "0	complete	0.25" &&
	expect 0 drive metric --trials 1 -m auc -- printf '%s\n' '{"auc":0.5}' tail &&
	prints "1	complete	0.5" &&
	expect 0 drive metric --trials 1 -m auc -- echo '{"id":1,"metrics":{"auc":0.75}}' &&
	prints "2	complete	0.75" &&
	expect 0 drive metric --trials 1 -m auc -- mlv-train log auc=0.125 &&
	prints "3	complete	0.125"
X
check 'search run in a repository: each trial is a run with its parameters' <<'X'
	mlv-train search show metric --json | head -n 1 >out &&
	run=$(jq -r .run out) &&
	lr=$(jq .params.lr out) &&
	expect 0 mlv-train show --json "$run" &&
	holds ".params.lr == $lr and .name == \"metric-0\""
X
check 'search run of two directions takes a metric for each' <<'X'
	mlv-train search new two --space space.yaml -d minimize,maximize --sampler random &&
	expect 2 drive two --trials 1 -- echo 1 &&
	expect 0 drive two --trials 1 -m loss,auc -- echo "auc=0.5 loss=2" &&
	prints "0	complete	[2,0.5]"
X
check 'search run: a study that looks for the worst of a known metric is warned of' <<'X'
	study least &&
	expect 0 drive least --trials 1 -m test.auc -- echo test.auc=0.5 &&
	says "study 'least' looks for the least test.auc, of which more is better: a study of --direction maximize" &&
	expect 0 drive least --trials 1 -m rmse -- echo rmse=0.5 &&
	! grep -q warning err &&
	mlv-train search new most --space space.yaml -d maximize &&
	expect 0 drive most --trials 1 -m logloss -- echo logloss=0.5 &&
	says "looks for the greatest logloss, of which less is better"
X

# --- what goes wrong
check 'search run: a command that fails fails its trial, and the search goes on' <<'X'
	study fails &&
	expect 0 drive fails --trials 3 -- sh -c 'test {trial} != 1 && echo 1' &&
	says "trial 1 failed: the command failed with status 1" &&
	test "$(state fails 1)" = fail &&
	test "$(state fails 2)" = complete
X
check 'search run: no value, several, and one that is no number fail the trial and say so' <<'X'
	study none &&
	expect 1 drive none --trials 1 -- true &&
	says "it printed no value" &&
	expect 1 drive none --trials 1 -- echo a=1 b=2 &&
	says "--metric" &&
	expect 1 drive none --trials 1 -- echo loss=nan &&
	says "not finite" &&
	expect 1 drive none --trials 1 -- ./no-such-program &&
	says "no-such-program"
X
check 'search run: a trial that its command reports and is told to stop is pruned' <<'X'
	mlv-train search new prune --space space.yaml --sampler random --pruner asha --set pruner.min_resource=1 &&
	expect 0 drive prune --trials 3 -- sh -c \
	    'mlv-train search report "$MLV_STUDY" "$MLV_TRIAL" --step 1 {trial} >&2 || exit 1; echo {trial}' &&
	test "$(state prune 0)" = complete &&
	test "$(state prune 1)" = pruned &&
	test "$(state prune 2)" = pruned
X
check 'search run: status 75 leaves the trial, which is asked again, at most three times' <<'X'
	study later &&
	expect 0 drive later --trials 2 -- sh -c \
	    'echo x >>tries.{trial}; test "$(wc -l <tries.{trial})" -ge 2 || exit 75; echo 1' &&
	test "$(state later 0)" = complete &&
	study never &&
	expect 1 drive never --trials 3 -- sh -c 'exit 75' &&
	expect 0 drive never --trials 1 -- echo 1 &&
	test "$(state never 0)" = fail
X

# --- several at once
check 'search run -j2 has two trials at once' <<'X'
	study both &&
	expect 0 drive both -j2 --trials 2 -- sh -c \
	    ': >here.{trial}; other=$((1 - {trial})); i=0; until test -e here.$other || test $i = 200
	    do sleep 0.05; i=$((i + 1)); done; test -e here.$other && echo 1' &&
	test "$(state both 0) $(state both 1)" = "complete complete"
X
check 'a driver that is killed leaves its trial to the next one, at once' <<'X'
	study killed &&
	background mlv-train search run killed --trials 1 -- sh -c 'echo $PPID >parent; : >began; sleep 60' &&
	until_true test -e began &&
	kill -9 "$server" "$(cat parent)" &&
	expect 0 drive killed --trials 1 --json -- echo 1 &&
	holds '.number == 0 and .state == "complete"'
X
check 'a driver that is asked to stop ends its command and leaves the trial' <<'X'
	study stopped &&
	rm -f began &&
	background mlv-train search run stopped --trials 5 -- sh -c ': >began; exec sleep 60' &&
	until_true test -e began &&
	kill -TERM "$server" &&
	{ wait "$server"; test $? = 3; } &&
	grep -q "stopped by a signal" server.err &&
	test "$(state stopped 0)" = running &&
	expect 0 drive stopped --trials 1 --json -- echo 1 &&
	holds '.number == 0'
X
check 'a driver that is asked to stop ends all that its commands started' <<'X'
	study family &&
	rm -f began left &&
	background mlv-train search run family --trials 5 -- sh -c 'sleep 600 & echo $! >left; : >began; sleep 601' &&
	until_true test -e began &&
	kill -TERM "$server" &&
	{ wait "$server"; test $? = 3; } &&
	! kill -0 "$(cat left)" 2>/dev/null
X
check 'a driver that is told twice to stop kills what does not end' <<'X'
	study stubborn &&
	rm -f began left &&
	background mlv-train search run stubborn --trials 5 -- sh -c \
	    'trap "" TERM; sleep 600 & echo $! >left; : >began; sleep 601' &&
	until_true test -e began &&
	kill -TERM "$server" &&
	sleep 0.5 &&
	kill -TERM "$server" &&
	{ wait "$server"; test $? = 3; } &&
	! kill -0 "$(cat left)" 2>/dev/null
X
check 'two drivers of one study: no trial is lost, none is run twice' <<'X'
	study shared &&
	background mlv-train search run shared -j2 --trials 10 -- sh -c 'echo {trial} >>ran; echo 1' &&
	expect 0 drive shared -j2 --trials 10 -- sh -c 'echo {trial} >>ran; echo 1' &&
	wait "$server" &&
	seq 0 19 >all &&
	sort -n ran | same all - &&
	mlv-train search show shared --state complete | cut -f1 | same all -
X
check 'without a repository search run needs only a journal' <<'X'
	mkdir "$HOME_DIR/bare" &&
	cd "$HOME_DIR/bare" &&
	cp ../drive/space.yaml . &&
	mlv-train search new s --space space.yaml --journal j &&
	expect 0 drive s --journal j -j2 --trials 3 -- sh -c 'echo "$MLV_PARAM_lr"' &&
	test "$(grep -c complete out)" = 3
X
check 'a command that goes to another folder still finds its study' <<'X'
	mlv-train search new away --space space.yaml --journal j --pruner asha &&
	expect 0 drive away --journal j --trials 1 -- sh -c \
	    'cd / && mlv-train search report "$MLV_STUDY" "$MLV_TRIAL" --step 1 0.5 >&2 && echo 1'
X
check 'xargs -P drives a study: asked at once, told one by one' <<'X'
	mlv-train search new x --space space.yaml --journal j &&
	mlv-train search ask x -n 12 --journal j >asked &&
	cut -f1 asked | xargs -P 3 -I N mlv-train search tell x N 0.5 --journal j >told &&
	seq 0 11 >all &&
	cut -f1 told | sort -n | same all -
X
finish
