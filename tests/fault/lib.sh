# tests/fault/lib.sh - sourced by the fault tests: a repository to hurt, and
# the two states a command may leave it in.
#
# A subject is a folder ./base with a repository in it, and a command run
# inside a copy of it.  `state` prints everything a user can see: versions,
# aliases, files in the work tree.  Before the command it prints ./old, after
# it ./new; after a fault only one of these may be seen, fsck must find
# nothing, and the same command again must lead to ./new.
. "$(dirname "$0")/../lib.sh"
MLV_THREADS=1	# strace counts calls by thread
export MLV_THREADS

state() {	# in the current folder
	mlv-data ls --all 2>&1 | cut -f1-4,6
	mlv-registry ls 2>&1 | cut -f1,2,3,5
	for m in $(mlv-registry ls 2>/dev/null | sed 's/@.*//;s/^model://'); do mlv-registry ls "$m" | cut -f1,5; done
	if command -v mlv-train >/dev/null; then mlv-train runs 2>/dev/null | cut -f2-3 | grep -v killed; fi
	find . -name .mlv -prune -o -type f -print | sort
	cat ./*.mlv .gitignore 2>/dev/null
}

# Traces the command once in a copy of ./base: ./points gets "CALL N" for
# every system call from the first on the repository on.
trace() {	# shell code
	rm -rf work && cp -a base work
	(cd work && strace -f -qq -o ../trace sh -c "exec $1" >/dev/null 2>&1)
	sed -E 's/^[0-9]+ +//' trace | awk '
		match($0, /^[a-z0-9_]+/) {
			call = substr($0, 1, RLENGTH)
			n[call]++
			if (index($0, ".mlv")) begun = 1
			if (begun && call !~ /^(exit|exit_group|execve)$/) print call, n[call]
		}' >points
	(cd work && state) >new
	(cd base && state) >old
}

# About FAULT_POINTS of them, evenly spread; FAULT_ALL=1: every one.
chosen() {
	total=$(wc -l <points)
	awk -v most="${FAULT_POINTS:-25}" -v all="${FAULT_ALL:-}" -v total="$total" '
		BEGIN { step = all != "" || total <= most ? 1 : total / most }
		NR >= next_one { print; next_one += step }
		BEGIN { next_one = 1 }' points
}

# What must hold in ./work after a fault; says what does not.
whole() {	# shell code, "old new" or what else may be seen
	# before init's last step there is no repository to check
	[ -f work/.mlv/config ] && { (cd work && mlv-data fsck >../fsck.out 2>&1) ||
	    { echo "fsck: $(head -n 3 fsck.out)"; return 1; }; }
	(cd work && state) >seen
	ok=0
	for s in $2; do cmp -s seen "$s" && ok=1; done
	[ $ok = 1 ] || { echo "a state between: $(diff seen new | head -n 6 | tr '\n' ' ')"; return 1; }
	(cd work && sh -c "$1") >/dev/null 2>again.err || { echo "again: $(cat again.err)"; return 1; }
	(cd work && state) >seen
	cmp -s seen new || { echo "again: $(diff seen new | head -n 6 | tr '\n' ' ')"; return 1; }
	(cd work && mlv-data fsck >../fsck.out 2>&1) || { echo "fsck after again: $(head -n 3 fsck.out)"; return 1; }
}
