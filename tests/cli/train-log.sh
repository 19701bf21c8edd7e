#!/bin/sh
# mlv-train log: tables and event files from a pipe or a folder, many writers
# at once, and what has come is there at once.
. "$(dirname "$0")/../lib.sh"

fresh log
mlv-data init >/dev/null
# The points of a metric: run, metric; into ./points as "STEP VALUE,...".
points() { mlv-train show -m "$2" "$1" >shown && tr '\t\n' ' ,' <shown >points; }

check 'log: a first line of names between tabs heads a table of metrics' <<'X'
	printf 'step\tloss\tval auc\n3\t0.5\t0.7\n4\t0.25\t\n5\t\\N\t0.9\n' >table &&
	expect 0 mlv-train log -n table <table &&
	test ! -s err &&
	points table loss &&
	test "$(cat points)" = "3 0.5,4 0.25," &&
	points table "val auc" &&
	test "$(cat points)" = "3 0.7,5 0.9,"
X
check 'log: a table without a step counts its lines, one with CR LF is the same' <<'X'
	printf 'loss\tauc\r\n0.5\t0.7\r\n0.25\t0.8\r\n' >table &&
	expect 0 mlv-train log -n counted <table &&
	points counted auc &&
	test "$(cat points)" = "1 0.7,2 0.8,"
X
check 'log: a cell that begins as a number and is none is told with its line' <<'X'
	printf 'step\tloss\n1\t0,5\n2\t0.25\n3\tfine\n' >table &&
	expect 0 mlv-train log -n comma <table &&
	says "1 values are no numbers or no steps and were left out, the first on line 2: '0,5'" &&
	points comma loss &&
	test "$(cat points)" = "2 0.25,"
X
check 'log: a line of a table that has other cells is read as words' <<'X'
	printf 'step\tloss\n1\t0.5\nsaved model.bin\nstep=7 loss=0.125\n' >table &&
	expect 0 mlv-train log -n mixed <table &&
	points mixed loss &&
	test "$(cat points)" = "1 0.5,7 0.125,"
X
check 'log: words between tabs that assign are no heading' <<'X'
	printf 'loss=0.5\tauc=0.7\nloss=0.25\tauc=0.8\n' >table &&
	expect 0 mlv-train log -n words <table &&
	points words auc &&
	test "$(cat points)" = "1 0.7,2 0.8,"
X
python3 "$TOP/tests/tools/tfevents.py"
file=tb/a/train/events.out.tfevents.1
check 'log: an event file of TensorBoard comes down a pipe, with its steps and times' <<'X'
	expect 0 mlv-train log -n events <$file &&
	test ! -s err &&
	points events loss &&
	test "$(cat points)" = "0 0.5,1 0.25," &&
	mlv-data show --json "$(cut -f1 out)" >shown &&
	id=$(jq -r '.manifest.links[] | select(.rel == "journal").id' shown) &&
	mlv-data cat "$id" | grep '"step":1,"value":0.25' | grep -q '"us":1700000001500000'
X
check 'log: an event file is the same a byte at a time' <<'X'
	dd if=$file bs=1 status=none | mlv-train log -n slow >out &&
	points slow loss &&
	test "$(cat points)" = "0 0.5,1 0.25," &&
	points slow acc &&
	test "$(cat points)" = "1 0.75,"
X
check 'log: an event that is cut short at the end is left out' <<'X'
	head -c -100 $file >cut &&
	expect 0 mlv-train log -n torn <cut &&
	points torn loss &&
	test "$(cat points)" = "0 0.5,1 0.25,"
X
check 'log: a damaged event file is refused, and the run reads as failed' <<'X'
	cp $file bad &&
	printf '\377' | dd of=bad bs=1 seek=70 conv=notrunc status=none &&
	expect 3 mlv-train log -n damaged <bad &&
	says "the event file is damaged behind event 1" &&
	expect 0 mlv-train runs -n 1 -c status,name &&
	prints "failed	damaged"
X
check 'log --events: a folder below has its name in front of its metrics' <<'X'
	expect 0 mlv-train log -n folder --events tb &&
	points folder a/train/loss &&
	test "$(cat points)" = "0 0.5,1 0.25," &&
	expect 0 mlv-train log -n one --events $file &&
	points one acc &&
	test "$(cat points)" = "1 0.75,"
X
check 'log --events: what is not there, holds none or comes with words is refused' <<'X'
	expect 3 mlv-train log --events absent &&
	says "absent" &&
	mkdir empty &&
	expect 3 mlv-train log --events empty &&
	says "there are no event files" &&
	expect 2 mlv-train log --events tb loss=1
X
check 'log --tee: an event file is copied as it is' <<'X'
	cat >copy.sh <<-'S' &&
	mlv-train log --tee <"$1" >copied
	S
	expect 0 mlv-train run -n tee -- sh copy.sh $file &&
	same $file copied
X
check 'log: what has come is in the run before more is waited for' <<'X'
	mkfifo pipe &&
	{ mlv-train log -n live <pipe >/dev/null & } &&
	exec 3>pipe &&
	printf 'loss=0.5\nloss=0.' >&3 &&
	until_true sh -c 'mlv-train runs -n 1 -c status,metrics.loss | grep -q "running	0.5"' &&
	printf '25\n' >&3 &&
	until_true sh -c 'mlv-train runs -n 1 -c status,metrics.loss | grep -q "running	0.25"' &&
	exec 3>&- &&
	wait $!
X
check 'log: a name with quotes and backslashes is kept' <<'X'
	printf '{"a\\"b\\\\c":1,"\\u00e9":2}\n' >lines &&
	expect 0 mlv-train log -n quoted <lines &&
	expect 0 mlv-train runs --json -n 1 &&
	holds '.metrics == {"a\"b\\c": 1, "é": 2}'
X
check 'log: after a heading of words, lines of name=value stay such lines' <<'X'
	printf 'mode\ttrain\nstep=1\tloss=0.5\n' | mlv-train log -n worded >/dev/null &&
	expect 0 mlv-train runs --json -n 1 &&
	holds '.metrics == {"loss": 0.5}'
X
check 'log: fifty processes at once begin a run each, and none is lost' <<'X'
	for i in $(seq 50); do
		{ seq 20 | sed "s/^/x=/" | mlv-train log -n "many$i" -p i=$i >/dev/null 2>"err.$i" || echo bad >>failed; } &
	done &&
	wait &&
	test ! -e failed &&
	expect 0 mlv-train runs -q -w "name like 'many%' and metrics.x = 20" -c params.i &&
	test "$(cut -f2 out | sort -nu | wc -l)" = 50
X
check 'log -r: fifty processes at once add to one run, and no point is lost' <<'X'
	cat >fifty.sh <<-'S' &&
	for i in $(seq 50); do
		seq 40 | sed "s/^/m$i=/" | mlv-train log &
	done
	wait
	S
	expect 0 mlv-train run -n crowd -- sh fifty.sh &&
	expect 0 mlv-train runs --json -n 1 &&
	holds '.metrics | length == 50 and all(. == 40)' &&
	points crowd m17 &&
	test "$(tr ',' '\n' <points | wc -l)" = 40
X
finish
