#!/bin/sh
# mlv-drift watch: records, warnings, a state that survives a kill, what is
# refused by name.  The indices themselves: tests/golden/detect.sh.
. "$(dirname "$0")/../lib.sh"
tab=$(printf '\t')

# key,error,x: after so many rows errors are frequent and x is larger
rows() {	# how many, from where on
	awk -v n="$1" -v from="$2" 'BEGIN {
		print "key,error,x"
		for (i = 0; i < n; i++)
			print "k" i "," (i * 7919 % 100 < (i < from ? 20 : 70)) "," \
			    i * 7919 % 100 / 100 + (i >= from)
	}'
}
fresh files
rows 2000 1000 >moved.csv
rows 2000 2000 >steady.csv
check 'a stream without drift: exit 0, nothing is printed' <<'X'
	expect 0 mlv-drift watch -c x,error steady.csv &&
	test ! -s out
X
check 'a drift: exit 1, its record' <<'X'
	expect 1 mlv-drift watch -c x - <moved.csv &&
	grep -qx "x${tab}adwin${tab}drift${tab}10[0-9][0-9]${tab}[0-9.]*" out &&
	test "$(wc -l <out)" = 1
X
check '--json: the record of mlv-drift-records(5)' <<'X'
	expect 1 mlv-drift watch --json -d ddm -c error moved.csv &&
	prints '{"schema":"mlv.drift.sign/1","column":"error","detector":"ddm","sign":"drift","index":10'
X
check 'two columns: each by itself, in the order of rows' <<'X'
	expect 1 mlv-drift watch -c x moved.csv &&
	cp out x &&
	expect 1 mlv-drift watch -c error moved.csv &&
	cat x out | sort -t "$tab" -k 4n >want &&
	expect 1 mlv-drift watch -c error,x moved.csv &&
	sort -t "$tab" -k 4n out >got &&
	same want got
X
check '--warnings: where a warning begins, before the drift' <<'X'
	expect 1 mlv-drift watch -d ddm --warnings -c error moved.csv &&
	cut -f 3 out | uniq | tail -n 2 | tr '\n' ' ' >signs &&
	test "$(cat signs)" = "warning drift "
X
check 'true and false are errors, too; JSON Lines as well as CSV' <<'X'
	expect 1 mlv-drift watch -d ddm -c error moved.csv &&
	cp out want &&
	sed 's/,1,/,true,/; s/,0,/,False,/' moved.csv >words.csv &&
	expect 1 mlv-drift watch -d ddm -c error words.csv &&
	cut -f 1-4 want >a && cut -f 1-4 out >b && same a b &&
	awk -F, 'NR > 1 { print "{\"error\":" $2 "}" }' moved.csv >lines.jsonl &&
	expect 1 mlv-drift watch -d ddm -c error lines.jsonl &&
	same want out
X
check 'a row without a value: passed over and counted, indices go on' <<'X'
	expect 1 mlv-drift watch -c x moved.csv &&
	cut -f 4 out >full &&
	{ head -n 1 moved.csv; printf 'a,,\nb,,\n'; sed 1d moved.csv; } >holes.csv &&
	expect 1 mlv-drift watch -c x holes.csv &&
	says "cells without a value, passed over: 2" &&
	test "$(cut -f 4 out)" = "$(($(cat full) + 2))"
X
check 'what has come is judged before the stream ends' <<'X'
	mkfifo pipe &&
	{ mlv-drift watch -c x - <pipe >live 2>live.err & } &&
	watcher=$! &&
	exec 7>pipe &&
	cat moved.csv >&7 &&
	until_true grep -q drift live &&
	exec 7>&- &&
	exits 1 wait $watcher
X

# --- the state
check '--state: two runs give the records of one' <<'X'
	expect 1 mlv-drift watch -c x moved.csv &&
	cp out whole &&
	sed -n '1,700p' moved.csv >first.csv &&
	sed -n '1p;701,$p' moved.csv >second.csv &&
	expect 0 mlv-drift watch --state s -c x first.csv &&
	expect 1 mlv-drift watch --state s -c x second.csv &&
	same whole out
X
check '--state: of two watches on one state the second is told to try again' <<'X'
	mkfifo rows &&
	{ mlv-drift watch --state busy -c x - <rows >busy.out 2>&1 & } &&
	watcher=$! &&
	exec 9>rows &&
	echo x >&9 &&
	until_true test -e busy.lock &&
	sleep 0.2 &&
	expect 4 mlv-drift watch --state busy -c x first.csv &&
	says "another watch goes on with state 'busy'" &&
	exec 9>&- &&
	exits 0 wait $watcher &&
	test ! -e busy.lock &&
	expect 0 mlv-drift watch --state busy2 -c x first.csv
X
check '--from-start: a file that grew, only its new rows count' <<'X'
	rm -f s &&
	expect 0 mlv-drift watch --state s --from-start -c x first.csv &&
	expect 1 mlv-drift watch --state s --from-start -c x moved.csv &&
	same whole out &&
	cp s before &&
	expect 0 mlv-drift watch --state s --from-start -c x moved.csv &&
	test ! -s out &&
	same before s
X
check 'killed at any moment: run again from the start, no drift is lost' <<'X'
	rows 60000 30000 >long.csv &&
	expect 1 mlv-drift watch -c x long.csv &&
	cut -f 4 out >want &&
	rm -f s &&
	: >got &&
	for pause in 0 0.002 0.005 0.01 0.02 0.03; do
		{ mlv-drift watch --state s --from-start -c x - <long.csv >part 2>part.err & } &&
		sleep $pause &&
		{ kill -9 $! || :; } &&
		{ wait $! || :; } &&
		cut -f 4 part >>got || return 1
	done 2>killed &&
	{ mlv-drift watch --state s --from-start -c x long.csv >part || test $? -eq 1; } &&
	cut -f 4 part >>got &&
	sort -nu got >all &&
	same want all
X
check 'no state is written over by one that cannot be whole' <<'X'
	cp s before &&
	(ulimit -f 0 && trap '' XFSZ && exits 3 mlv-drift watch --state s -c x steady.csv) >out 2>err &&
	same before s
X
check 'a state of another detector, parameter or column: refused, both are named' <<'X'
	expect 3 mlv-drift watch --state s -d kswin -c x moved.csv &&
	says "state 's': it is of adwin, not kswin" &&
	expect 3 mlv-drift watch --state s -s delta=0.1 -c x moved.csv &&
	says "its parameters are others" &&
	expect 3 mlv-drift watch --state s -c error moved.csv &&
	says "it is of column 'x', not 'error'" &&
	expect 3 mlv-drift watch --state s -c error,x moved.csv &&
	says "it is of 1 columns, not 2" &&
	same before s
X
check 'a state that is none, torn or changed: refused, and left as it is' <<'X'
	for s in 's/watch/wetch/' 's/"width":[0-9]*/"width":1/' 's/"variance":[^,]*/"variance":true/' 's/}$//' \
	    's/"rows":[0-9]*/"rows":-1/' 's/"total":[^,]*/"total":"NaN"/' 's/"sums00":.[0-9.]*/&e400/'; do
		sed "$s" before >odd &&
		! cmp -s odd before &&
		cp odd kept &&
		expect 3 mlv-drift watch --state odd -c x moved.csv &&
		says "state 'odd'" &&
		same odd kept || return 1
	done
X

# --- refused
check 'a column that is not there, or named twice, or none: refused' <<'X'
	expect 3 mlv-drift watch -c nope moved.csv &&
	says nope &&
	expect 2 mlv-drift watch -c x,x moved.csv &&
	expect 2 mlv-drift watch moved.csv &&
	says "say with --column which column to watch"
X
check 'a cell that is no number: its row and column are named, what came before has been seen' <<'X'
	awk -F, -v OFS=, 'NR == 1502 { $3 = "oops" } 1' moved.csv >bad.csv &&
	rm -f s2 &&
	expect 3 mlv-drift watch --state s2 -c x bad.csv &&
	says "row 1500: column 'x': 'oops' is no number below 1e100" &&
	grep -q "drift" out &&
	jq -e '.rows == 1500' s2 >/dev/null
X
check 'a detector of errors takes 0 and 1 alone' <<'X'
	expect 3 mlv-drift watch -d eddm -c x moved.csv &&
	says "row 1: column 'x': eddm takes errors, 0 or 1, not 0.19"
X
check 'an unknown detector, parameter or value: usage errors that name the known' <<'X'
	expect 2 mlv-drift watch -d adwim -c x moved.csv &&
	says "did you mean 'adwin'?; there are: adwin ddm" &&
	expect 2 mlv-drift watch -s dleta=1 -c x moved.csv &&
	says "adwin has no parameter 'dleta'; it has 'delta'" &&
	expect 2 mlv-drift watch -d kswin -s nope=1 -c x moved.csv &&
	says "kswin has no parameter 'nope'; it has alpha, window_size, stat_size, seed" &&
	expect 2 mlv-drift watch -s delta=2 -c x moved.csv &&
	says "delta is a number from" &&
	expect 2 mlv-drift watch -d page_hinkley -s mode=sideways -c x moved.csv &&
	says "mode is one of up down both" &&
	expect 2 mlv-drift watch -d kswin -s stat_size=60 -c x moved.csv &&
	expect 2 mlv-drift watch -d eddm -s alpha=0.5 -c error moved.csv
X
check '--from-start without --state: a usage error' <<'X'
	expect 2 mlv-drift watch --from-start -c x moved.csv
X
finish
