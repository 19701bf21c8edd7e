#!/bin/sh
# Exit 5 says that all was done and only its lasting is not proven: whichever
# call fails, nothing that was asked for is missing then.
. "$(dirname "$0")/harness"
needs_strace 'exit 5 and what is there'

MLV_THREADS=1
export MLV_THREADS
fresh unproven
mkdir base
cd base || exit 1
mlv-data init >/dev/null
cat >rows.awk <<'X'
BEGIN {
	print "u,y"
	for (i = 0; i < 60; i++)
		print i % 7 "," (i % 7 > 3 || i % 13 == 0 ? "yes" : "no")
}
X
awk -f rows.awk >t.csv
mlv-data add -q t.csv >/dev/null
printf 'a\n1\n' >one.csv
printf 'a\n2\n' >two.csv
cd ..

# Fail each of the calls in turn: with exit 5 the shell code must hold, and with exit 3 `nothing`.
fail_each() {	# calls, shell code for exit 5, shell code for others, command...
	for call in $1; do
		(cp -a base count && cd count && shift 3 &&
		    strace -f -qq -o ../trace -e trace="$call" "$@" >/dev/null 2>&1)
		rm -rf count
		calls=$(grep -c "$call(" trace)
		[ "$calls" -gt 0 ] || continue
		n=$((calls > 24 ? calls - 24 : 1))
		while [ $n -le "$calls" ]; do
			fail_once "$call" $n "$@" || return 1
			n=$((n + 1))
		done
	done
}
fail_once() {	# call, N, calls, code, code, command...
	call=$1 when=$2 proven=$4 other=$5
	shift 5
	rm -rf work
	cp -a base work
	(cd work && exec strace -f -qq -o /dev/null -e trace="$call" \
	    -e inject="$call:error=EIO:when=$when" "$@") >out 2>err
	status=$?
	case $status in
	0) return 0 ;;
	5) seen=$seen$call ; (cd work && eval "$proven") ;;
	*) (cd work && eval "$other") ;;
	esac || { echo "$call $when: exit $status: $(ls work | tr '\n' ' ')"; return 1; }
}
seen=
check 'split into files: all parts or none' <<'X'
	fail_each 'fsync openat rename renameat' 'test -e t-a.csv && test -e t-b.csv' \
	    'test $call = rename || ! test -e t-a.csv' mlv-data split -q t.csv a=50 b=50 &&
	test -n "$seen"
X
seen=
check 'split into the repository: with exit 5 all parts' <<'X'
	fail_each 'fsync fdatasync openat' 'mlv-data cat data:t-a && mlv-data cat data:t-b' true \
	    mlv-data split -q data:t a=50 b=50 &&
	test -n "$seen"
X
seen=
check 'add of two files: with exit 5 both' <<'X'
	fail_each 'fsync fdatasync openat' 'mlv-data cat data:one && mlv-data cat data:two' true \
	    mlv-data add -q one.csv two.csv &&
	test -n "$seen"
X
seen=
check 'fit: with exit 5 the model and its run' <<'X'
	fail_each 'fsync openat' 'test -e n.onnx && mlv-train runs -n 1 | grep -q finished' true \
	    mlv-train fit -q t.csv --target y --learner logistic -o n.onnx &&
	test -n "$seen"
X
finish
