#!/bin/sh
# kill -9, EIO and ENOSPC at every system call of push, pull and gc --remote (a
# sample; FAULT_ALL=1: at every one): on either side nothing is half there, and
# the next try goes on.  With SIDE=far (remote-ssh.sh) it is the program that
# serves at the other end of ssh that is hurt.
. "$(dirname "$0")/harness"
needs_strace 'kill -9 and errors at every system call of push and pull'
side=${SIDE:-near}
mark=.mlv origin=$HOME_DIR/work/share
if [ "$side" = far ]; then
	mark=$origin origin=ssh://there$origin
	# What ssh would run on the other machine is run here.
	cat >fake-ssh <<-'X'
		#!/bin/sh
		while [ "$1" != -- ]; do shift; done
		shift 2
		exec ${FAR_STRACE:-} sh -c "exec $*"
	X
	chmod +x fake-ssh
	MLV_SSH=$HOME_DIR/fake-ssh
	export MLV_SSH
fi
# strace with these options around the side that is to be hurt.
strace_side() {	# options of strace, command of mlv-data
	case $side in
	near) timeout -s KILL 60 strace -f -qq $1 mlv-data $2 ;;
	far) FAR_STRACE="strace -f -qq $1" timeout -s KILL 60 mlv-data $2 ;;
	esac
}

# alice has a version to push, bob another one that he added meanwhile.
table() { printf 'id,x\n'; awk -v s="$1" 'BEGIN { for (i = 0; i < 500; i++) print i "," i * s }'; }
mkdir work work/share work/alice
(
	cd work/alice || exit
	mlv-data init
	table 3 >t.csv
	mlv-data add t.csv
	mlv-data remote add origin "$origin"
	mlv-data push
	cd ..
	mlv-data clone "$origin" bob
	cd bob || exit
	table 7 >t.csv
	mlv-data add t.csv
	mlv-data tag data:t mine
	cd ../alice || exit
	table 5 >t.csv
	mlv-data add t.csv
	mlv-data tag data:t golden
) >/dev/null 2>&1
sum() { cksum <"$1" | cut -d' ' -f1; }
first=$(table 3 | cksum | cut -d' ' -f1)
alice=$(sum work/alice/t.csv) bob=$(sum work/bob/t.csv)
cp -a work base

# What a third person sees who clones now: whole, whatever happened.
a_clone_is_whole() {
	rm -rf clone
	mlv-data clone "$HOME_DIR/work/share" clone >clone.out 2>&1 || { echo "clone: $(cat clone.out)"; return 1; }
	(cd clone && mlv-data fsck --strong >../fsck.out 2>&1) || { echo "fsck of a clone: $(head -n 2 fsck.out)"; return 1; }
}
fsck_of() {	# repository
	(cd "work/$1" && mlv-data fsck --strong >../../fsck.out 2>&1) ||
		{ echo "fsck of $1: $(head -n 2 fsck.out)"; return 1; }
}
# The versions of data:t in a repository, by their bytes.
versions_of() {	# repository
	(cd "$1" && for v in 1 2 3 4; do mlv-data cat data:t@$v 2>/dev/null | cksum | cut -d' ' -f1; done) | tr '\n' ' '
}
holds_version() { case " $(versions_of "$1")" in *" $2 "*) ;; *) echo "$1 lost a version"; return 1 ;; esac; }

# Each: nothing lost now, all there after the command was given again.
judge_push() {
	fsck_of alice && a_clone_is_whole && holds_version work/alice "$alice" || return 1
	(cd work/alice && mlv-data push) >again 2>&1 || { echo "again: $(cat again)"; return 1; }
	a_clone_is_whole && holds_version clone "$alice" && fsck_of alice
}
judge_pull() {
	fsck_of bob && holds_version work/bob "$bob" || return 1
	(cd work/bob && mlv-data pull) >again 2>&1 || { echo "again: $(cat again)"; return 1; }
	fsck_of bob && holds_version work/bob "$bob" && holds_version work/bob "$alice" || return 1
	[ "$(cd work/bob && mlv-data cat data:t@mine | cksum | cut -d' ' -f1)" = "$bob" ] ||
		{ echo "again: the alias means another version"; return 1; }
}

# The packs that name nothing are gone in the end, those of versions never.
judge_gc() {
	fsck_of alice && a_clone_is_whole && holds_version clone "$alice" || return 1
	(cd work/alice && mlv-data $gc) >again 2>&1 || { echo "again: $(cat again)"; return 1; }
	a_clone_is_whole && holds_version clone "$alice" && fsck_of alice || return 1
	! holds_version clone "$first" >/dev/null || { echo "again: the version that was removed is there"; return 1; }
	left=$(find work/share/packs work/share/records -type f | wc -l)
	[ "$left" = "$wanted" ] || { echo "again: $left files, not $wanted"; return 1; }
}

# Every call of the command from the first in a repository on.
trace_in() {	# repository, command
	rm -rf work && cp -a base work
	(cd "work/$1" && strace_side "-o $HOME_DIR/trace" "$2" >/dev/null 2>&1)
	awk -v mark="$mark" '{
		pid = $1
		sub(/^[0-9]+ +/, "")
		if (!match($0, /^[a-z0-9_]+/)) next
		call = substr($0, 1, RLENGTH)
		n = ++count[pid, call]
		if (index($0, mark)) begun = 1
		if (begun && call !~ /^(exit|exit_group|execve|sched_yield|futex)$/ && !seen[call, n]++) print call, n
	}' trace >points
}
hurt() {	# repository, command, call, what happens
	rm -rf work && cp -a base work
	(cd "work/$1" && strace_side "-o /dev/null -e trace=${3% *} -e inject=${3% *}:$4:when=${3#* }" "$2" \
	    >../../hurt.out 2>&1)
	[ $? != 137 ] || [ "$side" = near ] || echo "it hangs, hurt at $3" >>wrong
}

gc='gc --remote origin --keep all --grace 0'
for subject in 'alice push' 'bob pull' 'alice gc'; do
	who=${subject% *} what=${subject#* }
	command=$what
	if [ $what = gc ]; then
		command=$gc
		rm -rf work && cp -a base work
		(cd work/alice && mlv-data rm data:t@1 && mlv-data push) >log 2>&1
		rm -rf base && cp -a work base
		(cd work/alice && mlv-data $gc) >log 2>&1
		wanted=$(find work/share/packs work/share/records -type f | wc -l)
	fi
	if [ $what = pull ]; then
		rm -rf work && cp -a base work && (cd work/alice && mlv-data push) >log 2>&1 && rm -rf base && cp -a work base
	fi
	trace_in "$who" "$command"
	chosen >tried
	: >wrong
	while read -r point; do
		hurt "$who" "$command" "$point" signal=KILL
		why=$(judge_$what) || echo "killed at $point: $why" >>wrong
	done <tried 2>/dev/null
	echo "# $what: the $side side killed at $(wc -l <tried) of $(wc -l <points) calls"
	check "$what, the $side side killed at any call: nothing is lost or half there, and the next completes it" <<'X'
	head -n 20 wrong &&
	test ! -s wrong &&
	test "$(wc -l <tried)" -ge 14
X
	only_calls "$file_calls"
	chosen >tried
	: >wrong
	echo "# $what: EIO and ENOSPC at $(wc -l <tried) of $(wc -l <points) calls of the $side side"
	for error in EIO ENOSPC; do
		while read -r point; do
			hurt "$who" "$command" "$point" error=$error
			why=$(judge_$what) || echo "$error at $point: $why" >>wrong
		done <tried 2>/dev/null
	done
	check "$what, an error at any call of the $side side: nothing is lost or half there, the next completes it" <<'X'
	head -n 20 wrong &&
	test ! -s wrong &&
	test "$(wc -l <tried)" -ge 14
X
done
finish
