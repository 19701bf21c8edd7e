#!/bin/sh
# Every system call of a command fails in turn (a sample; FAULT_ALL=1: all):
# nothing is half done, and the exit status tells what is.
. "$(dirname "$0")/harness"
needs_strace 'an error at every system call'

piped=	# 1: the command asks git, over pipes

# Exit 0 and 5 mean that the new state is there, others that it is not.
is_honest() {	# exit status
	(cd work && state) >seen
	case $1 in
	0) cmp -s seen new ;;
	5) ! cmp -s seen old ;;
	1 | 2 | 3 | 4) ! cmp -s seen new ;;
	*) false ;;
	esac
}

# Reading the clock's or the loader's files is not what is tested.
is_possible() {	# error, call
	case $1.$2 in
	ENOSPC.read | ENOSPC.close | ENOSPC.fstat | ENOSPC.fcntl) false ;;
	# a call that strace lets fail is not made: a pipe to git would never end
	EIO.close) [ -z "$piped" ] ;;
	esac
}

# Prints what is wrong after a call that failed.
judge_failure() {	# where, shell code, states that may be seen
	lines=$(grep -c 'error:' err)
	is_honest $status ||
	    echo "$1: exit $status lies: $(head -n 1 err) $(differs_from_new 4)"
	[ $status -eq 0 ] || [ "$lines" = 1 ] ||
	    echo "$1: exit $status with $lines error lines"
	why=$(whole "$2" "$3") || echo "$1: $why"
}

fail_every_call() {	# title, shell code, states that may be seen
	title=$1 code=$2 states=${3:-old new}
	trace "$code"
	only_calls "$file_calls"
	: >wrong
	tried=0
	for error in EIO ENOSPC; do
		chosen >list
		while read -r call n; do
			is_possible $error "$call" || continue
			tried=$((tried + 1))
			run_failing "$call" "$n" $error -f sh -c "exec $code"
			# the call of a child, which the loader made first here
			! grep -qE 'loading shared libraries|allocate TLS' err || continue
			judge_failure "$error at $call $n" "$code" "$states" >>wrong
		done <list
	done
	echo "# $title: $tried calls failed"
	check "$title: a system call that fails leaves nothing half done, and exit tells" <<-'X'
		head -n 20 wrong &&
		test ! -s wrong &&
		test $tried -gt 12
	X
}

# --- run
# A run's id is new each time: what counts is that the record, the exit status
# and what is listed afterwards say the same.
fresh runs
mkdir base
(cd base && mlv-data init && echo 1 >f) >/dev/null
trace 'mlv-train run -d f -o o -- cp f o'
only_calls 'openat|openat2|write|fsync|fdatasync|linkat|link|rename|renameat|mkdir|mkdirat'
chosen >list
: >wrong
while read -r call n; do
	run_failing "$call" "$n" EIO '' mlv-train run -d f -o o -- cp f o
	said=$(cut -f3 out)
	listed=$(cd work && mlv-train runs | cut -f2)
	case $status.$said.$listed in
	0.finished.finished | 3.failed.failed | 3.failed.killed) ;;
	5.*.finished | 3.. | 1.failed.failed) ;;
	*) echo "$call $n: exit $status, said '$said', listed '$listed'" >>wrong ;;
	esac
	found=$(fsck_finds)
	[ -z "$found" ] || echo "$call $n: fsck: $found" >>wrong
done <list
check 'train run: at a system call that fails, exit, record and listing agree' <<'X'
	head -n 20 wrong &&
	test ! -s wrong &&
	test "$(wc -l <list)" -gt 10
X

# --- data add, registry set
fresh area
make_base
echo 'model two' >m.onnx
mlv-registry add -q --any-format churn m.onnx >/dev/null
mlv-registry set churn@champion 1 >/dev/null
printf 'id,x\n1,a\n2,b\n' >churn.csv
cd ..
make_half_added
fail_every_call 'data add' 'mlv-data add churn.csv' 'old new half'
fail_every_call 'registry set' 'mlv-registry set churn@champion 2'

# --- packs: folders, large files, checkout, gc
fresh packed
make_packed_base
make_half_of many
fail_every_call 'data add of a folder' 'mlv-data add many' 'old new half'
make_half_of big.csv
fail_every_call 'data add of a large file' 'mlv-data add big.csv' 'old new half'
# A folder comes back piece by piece: any of them may be there, each is whole.
cp -a base full
rm -r base/many
fail_every_call 'data checkout of a folder' 'mlv-data checkout many' seen
rm -rf base && mv full base
(cd base && mlv-data checkout -f many) >/dev/null
piped=1
fail_every_call 'data gc' 'mlv-data gc --keep newest --grace 0' 'old new'

# --- import: file by file, each whole
fresh imported
make_dvc_base
fail_every_call 'data import dvc' 'mlv-data import dvc .' seen
fresh imported_lfs
make_lfs_base
fail_every_call 'data import lfs' 'mlv-data import lfs' seen

finish
