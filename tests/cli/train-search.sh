#!/bin/sh
# mlv-train search: studies made, asked, reported, told and shown; what is
# refused leaves the journal as it was.
. "$(dirname "$0")/../lib.sh"

space() {
	cat <<-'Y'
	lr:    {type: float, low: 1e-3, high: 0.3, log: true}
	depth: {type: int, low: 2, high: 12, step: 2}
	kind:  {type: categorical, choices: [tree, linear]}
	drop:  {type: float, low: 0, high: 0.5, step: 0.1, when: {kind: tree}}
	Y
}
fresh search
space >space.yaml
mlv-data init >/dev/null
journal=.mlv/studies/tune.journal
keep() { cp "$journal" before; }
unchanged() { same "$journal" before; }

# --- made
check 'search new makes a study in the repository and says where' <<'X'
	expect 0 mlv-train search new tune --space space.yaml --seed 7 -d maximize --sampler random &&
	prints "tune	made	" &&
	test -f "$journal"
X
check 'search new of the same study again leaves the journal as it is' <<'X'
	keep &&
	expect 0 mlv-train search new tune --space space.yaml --seed 7 -d maximize --sampler random &&
	prints "tune	there	" &&
	unchanged
X
check 'search new with a space that changed is exit 3, says what changed, and changes nothing' <<'X'
	sed 's/high: 12/high: 14/' space.yaml >wider.yaml &&
	expect 3 mlv-train search new tune --space wider.yaml --seed 7 -d maximize --sampler random &&
	says "'depth' was" &&
	test "$(wc -l <err)" = 1 &&
	unchanged
X
check 'search new with another direction is exit 3' <<'X'
	expect 3 mlv-train search new tune --space space.yaml --seed 7 --sampler random &&
	says "other directions"
X
check 'search new: an unknown sampler or pruner is exit 2 and names those there are' <<'X'
	expect 2 mlv-train search new other --space space.yaml --sampler ramdom &&
	says "no sampler 'ramdom'; there are: random grid " &&
	expect 2 mlv-train search new other --space space.yaml --pruner some &&
	says "no pruner 'some'; there are: none asha "
X
check 'search new: what a sampler or pruner refuses leaves no journal' <<'X'
	expect 2 mlv-train search new other --space space.yaml --sampler grid &&
	says "a grid needs a step" &&
	expect 2 mlv-train search new other --space space.yaml --pruner asha -d minimize,maximize &&
	test ! -e .mlv/studies/other.journal
X
refused() {	# space, word
	echo "$1" >bad.yaml
	expect 3 mlv-train search new bad --space bad.yaml && says "$2" && test ! -e .mlv/studies/bad.journal
}
check 'search new: a range that is upside down is named' <<'X'
	refused 'x: {type: float, low: 2, high: 1}' "'x' has a low above its high"
X
check 'search new: a logarithmic range that begins at 0 is named' <<'X'
	refused 'x: {type: float, low: 0, high: 1, log: true}' "'x' is log"
X
check 'search new: a member that no parameter has is named' <<'X'
	refused 'x: {type: float, low: 0, hihg: 1}' "unknown member 'hihg'" &&
	refused 'x: {low: 0, high: 1}' "parameter 'x' lacks its type: float, int or categorical"
X
check 'search new: a condition on what does not come before is named' <<'X'
	refused 'x: {type: float, low: 0, high: 1, when: {y: a}}' "depends on 'y'"
X
check 'search new: infinity as a bound is named' <<'X'
	refused 'x: {type: float, low: 0, high: .inf}' "high is not a number"
X

# --- asked
check 'search ask --json prints number and parameters within the space' <<'X'
	expect 0 mlv-train search ask tune -n 20 --json &&
	test "$(wc -l <out)" = 20 &&
	test "$(jq .number out | head -n 2 | tr '\n' ' ')" = "0 1 " &&
	jq -es 'all(.[].params; .lr >= 0.001 and .lr <= 0.3 and .depth >= 2 and .depth <= 12 and
	    .depth % 2 == 0 and (.kind == "tree") == has("drop"))' out
X
check 'search ask of the same seed gives the same values in another study' <<'X'
	jq -c .params out >first &&
	mlv-train search new twin --space space.yaml --seed 7 --sampler random &&
	expect 0 mlv-train search ask twin -n 20 --json &&
	jq -c .params out | same first -
X
check 'search ask of a study that is not there is exit 3 and says how to make one' <<'X'
	expect 3 mlv-train search ask nothing &&
	says "search new"
X

# --- told
check 'search tell writes the value and prints the trial' <<'X'
	expect 0 mlv-train search tell tune 0 0.83 --json &&
	holds '.state == "complete" and .value == 0.83 and .number == 0'
X
check 'search tell a second time is exit 1, names the first, and changes nothing' <<'X'
	keep &&
	expect 1 mlv-train search tell tune 0 0.9 &&
	says "trial 0 of 'tune' was told already: complete 0.83" &&
	unchanged
X
check 'search tell of NaN or infinity is exit 2 and changes nothing' <<'X'
	keep &&
	expect 2 mlv-train search tell tune 1 nan &&
	says "NaN" &&
	expect 2 mlv-train search tell tune 1 inf &&
	says "Infinity" &&
	expect 2 mlv-train search tell tune 1 -c size=nan 0.5 &&
	unchanged
X
check 'search tell of a word, of no value and of two is exit 2' <<'X'
	expect 2 mlv-train search tell tune 1 good &&
	expect 2 mlv-train search tell tune 1 &&
	expect 2 mlv-train search tell tune 1 0.1 0.2 &&
	unchanged
X
check 'search tell of a trial that nobody asked for is exit 3' <<'X'
	expect 3 mlv-train search tell tune 99 0.5 &&
	says "has no trial 99" &&
	unchanged
X
check 'search tell --state fail and pruned end a trial without a value' <<'X'
	expect 0 mlv-train search tell tune 2 --state fail &&
	expect 0 mlv-train search report tune 3 --step 5 0.25 &&
	expect 0 mlv-train search tell tune 3 --state pruned --json &&
	holds '.state == "pruned" and .value == 0.25'
X
check 'search best is the highest of a study that is maximized' <<'X'
	mlv-train search tell tune 4 0.91 &&
	mlv-train search tell tune 5 0.12 &&
	expect 0 mlv-train search best tune --json &&
	holds '.number == 4 and .value == 0.91'
X
check 'search best passes over a trial that breaks a constraint' <<'X'
	mlv-train search tell tune 6 -c size=0.5 0.99 &&
	mlv-train search tell tune 7 -c size=-1 0.95 &&
	expect 0 mlv-train search best tune --json &&
	holds '.number == 7'
X
check 'search best before any trial is complete is exit 1' <<'X'
	expect 1 mlv-train search best twin &&
	test ! -s out
X
check 'search show prints a record for each trial, --state some of them' <<'X'
	expect 0 mlv-train search show tune &&
	test "$(wc -l <out)" = 20 &&
	expect 0 mlv-train search show tune --state complete &&
	test "$(wc -l <out)" = 5
X
check 'search ls prints each study with trials, running ones and best value' <<'X'
	expect 0 mlv-train search ls &&
	prints "tune	20	13	0.95" &&
	prints "twin	20	20	"
X
check 'search best of two directions prints the trials that no other beats' <<'X'
	mlv-train search new two --space space.yaml -d minimize,maximize --sampler random &&
	mlv-train search ask two -n 4 &&
	mlv-train search tell two 0 1 1 &&
	mlv-train search tell two 1 2 2 &&
	mlv-train search tell two 2 2 1 &&
	mlv-train search tell two 3 0.5 0.5 &&
	expect 0 mlv-train search best two --json &&
	test "$(jq .number out | tr '\n' ' ')" = "0 1 3 "
X

check 'search ask of a grid gives each point once, then is exit 1' <<'X'
	echo "a: {type: int, low: 1, high: 2}
b: {type: categorical, choices: [x, y]}" >grid.yaml &&
	mlv-train search new grid --space grid.yaml --sampler grid &&
	expect 0 mlv-train search ask grid -n 4 &&
	test "$(cut -f2 out | sort -u | wc -l)" = 4 &&
	expect 1 mlv-train search ask grid &&
	says "every point" &&
	expect 2 mlv-train search new endless --space space.yaml --sampler grid
X
check 'search run of a grid ends by itself' <<'X'
	mlv-train search new all --space grid.yaml --sampler grid &&
	expect 0 mlv-train search run all -j2 -- echo 1 &&
	test "$(wc -l <out)" = 4
X

# --- reported
check 'search report is exit 1 for a trial that asha finds bad, which is pruned by that' <<'X'
	mlv-train search new asha --space space.yaml --pruner asha --set pruner.min_resource=2 --sampler random &&
	mlv-train search ask asha -n 3 &&
	expect 0 mlv-train search report asha 0 --step 2 0.5 &&
	prints "0	go" &&
	expect 1 mlv-train search report asha 1 --step 2 0.6 &&
	prints "1	stop" &&
	expect 0 mlv-train search report asha 2 --step 1 0.9 &&
	expect 0 mlv-train search show asha --state pruned &&
	prints "1	pruned	0.6"
X
check 'search report of a pruned trial is exit 1 again, tell --state pruned is 0, a value is refused' <<'X'
	cp .mlv/studies/asha.journal before &&
	expect 1 mlv-train search report asha 1 --step 3 0.1 &&
	expect 0 mlv-train search tell asha 1 --state pruned &&
	expect 1 mlv-train search tell asha 1 0.1 &&
	same .mlv/studies/asha.journal before
X
check 'search report of nan stops the trial where there is a pruner' <<'X'
	expect 1 mlv-train search report asha 2 --step 4 nan
X
check 'search report of a trial that was told is exit 1 and says how it ended' <<'X'
	mlv-train search tell asha 0 0.5 &&
	expect 1 mlv-train search report asha 0 --step 9 0.4 &&
	says "told already: complete 0.5"
X
check 'search new: a setting that the pruner lacks is exit 2 and names the nearest' <<'X'
	expect 2 mlv-train search new bad --space space.yaml --pruner asha --set pruner.reduction=3 &&
	says "reduction_factor" &&
	expect 2 mlv-train search new bad --space space.yaml --pruner asha --set pruner.reduction_factor=1 &&
	says "2 to 1000"
X

# --- without a repository
check 'search --journal needs no repository, and a journal holds several studies' <<'X'
	mkdir "$HOME_DIR/bare" &&
	cd "$HOME_DIR/bare" &&
	space >space.yaml &&
	mlv-train search new a --space space.yaml --sampler random --journal j &&
	mlv-train search new b --space space.yaml --sampler random --journal j -d maximize &&
	mlv-train search ask a --journal j &&
	mlv-train search ask b --journal j &&
	mlv-train search tell b 0 1.5 --journal j &&
	expect 0 mlv-train search ls --journal j &&
	prints "a	1	1	" &&
	prints "b	1	0	1.5	j"
X
check 'search ask without a repository or --journal is exit 2 and says what to do' <<'X'
	expect 2 mlv-train search ask a &&
	says "--journal"
X

# --- journals that are not in order
check 'a torn last line is passed over, cut off by the next writer, and told' <<'X'
	cp j whole &&
	printf '%s' '{"op_code":6,"worker_id":"x","trial_' >>j &&
	expect 0 mlv-train search show a --journal j &&
	test "$(wc -l <out)" = 1 &&
	expect 0 mlv-train search tell a 0 0.5 --journal j &&
	says "torn" &&
	head -c "$(wc -c <whole)" j | same whole - &&
	jq -e . j
X
check 'a last line that only lacks its newline is kept' <<'X'
	mlv-train search ask a --journal j &&
	head -c -1 j >cut &&
	mv cut j &&
	expect 0 mlv-train search tell a 1 0.25 --journal j &&
	test ! -s err &&
	expect 0 mlv-train search show a --journal j &&
	prints "1	complete	0.25"
X
check 'a file of another program is exit 3, named with its line, and left as it is' <<'X'
	printf 'name,value\n1,2\n' >other.csv &&
	cp other.csv other.before &&
	expect 3 mlv-train search new a --space space.yaml --journal other.csv &&
	says "'other.csv': line 1: not an operation of an Optuna journal" &&
	same other.csv other.before &&
	printf 'a note without a line end' >note &&
	cp note note.before &&
	expect 3 mlv-train search new a --space space.yaml --journal note &&
	says "'note': line 1: not an operation of an Optuna journal" &&
	same note note.before
X
check 'gp: values as large as there are lead where small ones do' <<'X'
	printf 'x: {type: float, low: 0, high: 1}\n' >one.yaml &&
	for most in 1 8.98846567431158e307; do
		mlv-train search new large --space one.yaml --sampler gp --journal "gj$most" &&
		for i in 0 1 2 3 4 5 6 7 8 9 10 11 12 13; do
			mlv-train search ask large --journal "gj$most" >>"asked$most" || exit 1
			v=$((i % 2)) && test $v = 0 || v=$most
			mlv-train search tell large $i "$v" --journal "gj$most" || exit 1
		done
	done &&
	same asked1 asked8.98846567431158e307
X
check 'a first line that was torn is cut off' <<'X'
	printf '{"op_co' >torn &&
	expect 0 mlv-train search new a --space space.yaml --journal torn &&
	says "its 7 bytes are cut off" &&
	expect 0 mlv-train search ask a --journal torn
X
check 'lists where a journal has maps are no crash' <<'X'
	printf '%s\n' '{"op_code":0,"worker_id":"w","study_name":"a","directions":[1]}' >lists &&
	for part in '"params":{"a":1},"distributions":[1]' '"params":[1]' \
	    '"intermediate_values":[1]' '"system_attrs":[1]'; do
		{ cat lists && printf '{"op_code":4,"worker_id":"w","study_id":0,"state":2,%s}\n' "$part"; } >bad &&
		mlv-train search show a --journal bad >out 2>err
		test $? -lt 4 || exit 1
	done &&
	for settings in '[1]' '{"n_startup_trials":"2"}'; do
		sed "2s/\"seed\"/\"sampler_settings\":$settings,&/" j >bad &&
		expect 3 mlv-train search ask a --journal bad || exit 1
	done
X
check 'a line within a journal that is damaged is exit 3, named' <<'X'
	sed '3s/op_code/oops/' j >damaged &&
	expect 3 mlv-train search show a --journal damaged &&
	says "line 3"
X
check 'an index that does not fit its journal is passed over' <<'X'
	mlv-train search ask a -n 200 --journal j >/dev/null &&
	test -f j.index &&
	expect 0 mlv-train search show a --journal j &&
	mv out shown &&
	cp j.index other.index &&
	echo rubbish >j.index &&
	expect 0 mlv-train search show a --journal j &&
	same shown out &&
	head -n 5 j >short &&
	mv other.index short.index &&
	expect 0 mlv-train search show a --journal short &&
	test "$(wc -l <out)" = 1
X
check 'a lock that a killed process left is broken at once' <<'X'
	printf 'mlv %s\n' "$(cat /proc/sys/kernel/random/boot_id)" >j.lock &&
	expect 0 mlv-train search ask a --journal j &&
	test ! -e j.lock
X

# --- leases
check 'a trial that was silent for longer than its lease is asked again, and told once' <<'X'
	mlv-train search new l --space space.yaml --sampler random --journal lj --lease 0.05 &&
	mlv-train search ask l --journal lj --json >first &&
	sleep 0.1 &&
	expect 0 mlv-train search ask l --journal lj --json &&
	holds '.again and .number == 0' &&
	test "$(jq -c .params out)" = "$(jq -c .params first)" &&
	expect 0 mlv-train search tell l 0 0.5 --journal lj &&
	expect 1 mlv-train search tell l 0 0.6 --journal lj
X
check 'a trial that was lost three times is told as failed' <<'X'
	mlv-train search ask l --journal lj &&
	for i in 1 2
	do
		sleep 0.1 && mlv-train search ask l --journal lj --json >out && holds '.number == 1' || return 1
	done &&
	sleep 0.1 &&
	expect 0 mlv-train search ask l --journal lj --json &&
	holds '.number == 2 and (.again | not)' &&
	expect 0 mlv-train search show l --journal lj --state fail &&
	prints "1	fail"
X

# --- many at once
work_at() {	# a worker: ten trials, asked and told
	for i in 1 2 3 4 5 6 7 8 9 10; do
		n=$(mlv-train search ask many --journal many | cut -f1) &&
			mlv-train search tell many "$n" "$1" --journal many >/dev/null &&
			echo "$n"
	done
}
check 'eight processes ask and tell at once: no trial is lost, none is asked twice' <<'X'
	mlv-train search new many --space space.yaml --sampler random --journal many &&
	for w in 1 2 3 4 5 6 7 8
	do
		work_at $w >"asked.$w" & workers="${workers:-} $!"
	done &&
	wait $workers &&
	seq 0 79 >all &&
	cat asked.* | sort -n | same all - &&
	mlv-train search show many --journal many --state complete | cut -f1 | same all -
X
finish
