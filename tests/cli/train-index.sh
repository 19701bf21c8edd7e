#!/bin/sh
# The index behind mlv-train runs: it is made, kept fit and thrown away without
# a word, and what is listed never depends on it.
. "$(dirname "$0")/../lib.sh"

fresh index
mlv-data init >/dev/null
"$BUILD/tools/many_runs" 300 2
listed() { expect 0 mlv-train runs --json "$@" && test ! -s err && mv out "${into:-listed}"; }
newest() { mlv-train runs -q -n 1 | cut -f1; }

check 'the first listing leaves an index in the cache' <<'X'
	into=first listed &&
	test "$(wc -l <first)" = 300 &&
	test -s .mlv/cache/runs
X
check 'a listing out of the index is the first one again' <<'X'
	listed &&
	same first listed
X
check 'a listing where no index can be written is the same' <<'X'
	rm -r .mlv/cache &&
	mkdir -p .mlv/cache/runs .mlv/cache/runs.new &&
	listed &&
	same first listed &&
	test -d .mlv/cache/runs &&
	rm -r .mlv/cache
X
check 'a condition, a sort and a limit choose the same runs with and without it' <<'X'
	into=fresh listed -w "metrics.auc > 0.4 and params.learner = 'gbdt'" -s -metrics.auc -n 20 &&
	into=again listed -w "metrics.auc > 0.4 and params.learner = 'gbdt'" -s -metrics.auc -n 20 &&
	test "$(wc -l <again)" = 20 &&
	same fresh again
X
check 'a filter string of MLflow finds what an expression finds' <<'X'
	into=ours listed -w "metrics.auc > 0.4 and params.lr = 0.1" &&
	into=theirs listed -w "metrics.auc > 0.4 AND params.lr = '0.1' AND attributes.status = 'FINISHED'" &&
	test -s ours &&
	same ours theirs
X
check 'a run that is sealed later is listed first' <<'X'
	mlv-train log -n later auc=0.5 >run &&
	test "$(newest)" = "$(cut -f1 run)" &&
	test -s .mlv/cache/runs.new &&
	test "$(newest)" = "$(cut -f1 run)" &&
	listed &&
	test "$(wc -l <listed)" = 301
X
check 'a run that lives is listed beside those in the index' <<'X'
	mkfifo pipe &&
	{ mlv-train log -n alive <pipe >/dev/null & } &&
	exec 3>pipe &&
	echo auc=0.7 >&3 &&
	until_true sh -c 'mlv-train runs -n 1 | grep -q "running.*alive.*auc=0.7"' &&
	exec 3>&- &&
	wait $! &&
	expect 0 mlv-train runs -n 1 &&
	prints finished
X
check 'a ref that was taken away from outside is listed no more' <<'X'
	gone=$(newest) &&
	mv ".mlv/refs/run/${gone#run:}" kept &&
	test "$(newest)" != "$gone" &&
	listed &&
	test "$(wc -l <listed)" = 301
X
check 'a ref that came back from outside is listed again' <<'X'
	mv kept ".mlv/refs/run/${gone#run:}" &&
	test "$(newest)" = "$gone"
X
check 'a ref that was replaced by another from outside is another run' <<'X'
	one=$(sed -n 5p first | jq -r .id) other=$(sed -n 6p first | jq -r .id) &&
	cp ".mlv/refs/run/$other" new &&
	cp ".mlv/refs/run/$one" old &&
	mv new ".mlv/refs/run/$one" &&
	expect 0 mlv-train runs --json -w "id = '$one'" &&
	test ! -s out &&
	mv old ".mlv/refs/run/$one" &&
	expect 0 mlv-train runs --json -w "id = '$one'" &&
	holds ".id == \"$one\""
X
check 'a copy of the repository has the same runs' <<'X'
	into=first listed &&
	mkdir ../copy &&
	cp -a .mlv ../copy/.mlv &&
	(cd ../copy && mlv-train runs --json) >copy &&
	same first copy
X
damage() {	# file, offset
	printf '\125' | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}
check 'an index with a damaged byte anywhere is made anew without a word' <<'X'
	n=$(wc -c <.mlv/cache/runs) &&
	for at in 0 9 17 40 70 130 200 $((n / 3)) $((n / 2)) $((n - 4000)) $((n - 9)); do
		damage .mlv/cache/runs $at &&
		listed &&
		same first listed || return 1
	done
X
check 'an index that was cut short, or is none, is made anew without a word' <<'X'
	truncate -s 500 .mlv/cache/runs &&
	listed &&
	same first listed &&
	echo hello >.mlv/cache/runs &&
	listed &&
	same first listed &&
	: >.mlv/cache/runs &&
	listed &&
	same first listed
X
check 'an index that is a link is not followed' <<'X'
	mv .mlv/cache/runs elsewhere &&
	cp elsewhere before &&
	ln -s ../../elsewhere .mlv/cache/runs &&
	listed &&
	same first listed &&
	same before elsewhere &&
	test ! -L .mlv/cache/runs
X
check 'ten at once list the same while runs are sealed' <<'X'
	rm -r .mlv/cache &&
	for i in 1 2 3 4 5 6 7 8 9 10; do
		{ mlv-train runs --json -w "name = 'many'" >"many.$i"; mlv-train log -n "at$i" x=1 >/dev/null; } &
	done &&
	wait &&
	for i in 1 2 3 4 5 6 7 8 9 10; do
		test "$(wc -l <"many.$i")" = 300 || return 1
	done &&
	expect 0 mlv-train runs -w "name like 'at%'" &&
	test "$(wc -l <out)" = 10
X
check 'a run that cannot be read is named' <<'X'
	rm -r .mlv/cache &&
	id=$(sed -n 1p first | jq -r .id) &&
	sed -i "s/sha256:..../sha256:0000/" ".mlv/refs/run/$id" &&
	expect 3 mlv-train runs &&
	says "run:$id"
X
finish
