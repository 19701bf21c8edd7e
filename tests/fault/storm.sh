#!/bin/sh
# Many writers at once in one repository, some of them killed, while others
# collect garbage, here and at a remote that another clone pushes to: whatever was
# said to be done is there afterwards (STORM_STEPS and STORM_WRITERS say how much;
# 10 and 20 here).
. "$(dirname "$0")/harness"
steps=${STORM_STEPS:-10}
writers=${STORM_WRITERS:-20}

make_storm_base() {
	make_base
	echo 'model two' >m.onnx
	mlv-registry add -q --any-format churn m.onnx >/dev/null
	mkdir ../share
	mlv-data remote add origin "$HOME_DIR/area/share" >/dev/null
	mlv-data push >/dev/null
	cd .. && mv base storm
	mlv-data clone "$HOME_DIR/area/share" guest >/dev/null
}

# The same number for the same writer and step in every shell.
draw() {	# writer, step, how many
	awk -v w="$1" -v s="$2" -v n="$3" 'BEGIN {
		x = (w * 7919 + s * 104729 + 12345) % 2147483648
		for (i = 0; i < 5; i++) x = (x * 1103515245 + 12345) % 2147483648
		print int(x / 65536) % n
	}'
}
# A folder and a file large enough to be cut into parts, both of this step.
make_tree() {	# folder
	mkdir -p "$1/sub/$step"
	seq "$step" 300 >"$1/sub/$step/a"
	seq "$writer" 40 >"$1/same"
	rm -f "$1/sub/$((step - 3))/a"
}
make_large() { seq "$step" $((250000 + writer)) >"$1"; }
# Runs the command, killed now and then after some milliseconds; its words
# that say what is done go to the writer's list.
strike() {	# kind, command...
	kind=$1
	shift
	case $(draw "$writer" "$step" 4) in
	0) timeout -s KILL "0.0$(draw "$step" "$writer" 10)" "$@" >"said.$writer" 2>"words.$writer" ;;
	*) "$@" >"said.$writer" 2>"words.$writer" ;;
	esac
	status=$?
	echo "$kind $status" >>"../tried.$writer"
	case $status in
	# gc asks for no others, and says so; a folder may change again at once
	4) case $kind in
	   gc | push | pull) ;;
	   *) echo "$kind: exit $status: $(cat "words.$writer")" >>"../wrong.$writer" ;;
	   esac ;;
	0 | 5) sed "s/^/$kind	/" "said.$writer" >>"../told.$writer" ;;
	137) ;;
	*) echo "$kind: exit $status: $(cat "words.$writer")" >>"../wrong.$writer" ;;
	esac
}
write_one() {	# writer, step
	writer=$1 step=$2
	case $(draw "$step" "$1" 14) in
	0 | 1)
		printf 'id,x\n%s,%s\n' "$1" "$2" >"d$1.csv"
		strike add mlv-data add -q "d$1.csv"
		;;
	2)
		echo "model $1 $2" >"m$1.onnx"
		strike register mlv-registry add -q --any-format churn "m$1.onnx"
		;;
	3)
		strike "note-$1-$2" mlv-registry set -m "note-$1-$2" churn@champion $((1 + ($1 + $2) % 2))
		;;
	4)
		printf 'loss=%s\n' "$1" "$2" >"lines.$1"
		strike log mlv-train log -q -n "writer-$1" <"lines.$1"
		;;
	5)
		strike run mlv-train run -q -f -o "o$1" -- sh -c "echo $2 >o$1"
		;;
	6 | 7)
		make_tree "f$1"
		strike add mlv-data add -q "f$1"
		;;
	8)
		make_large "l$1.csv"
		strike add mlv-data add -q "l$1.csv"
		;;
	9)
		strike gc mlv-data gc --keep all --grace 0
		;;
	10 | 11)
		strike push mlv-data push
		;;
	12)
		strike pull mlv-data pull
		;;
	13)
		strike gc mlv-data gc --remote origin --keep all --grace 0
		;;
	esac
}
write_all() {	# writer
	cd storm || exit 1
	i=0
	while [ $i -lt "$steps" ]; do
		i=$((i + 1))
		write_one "$1" $i
	done
}

# Somebody in a clone of his own.
write_as_guest() {
	cd guest || exit 1
	writer=guest step=0
	while [ $step -lt "$steps" ]; do
		step=$((step + 1))
		printf 'id,x\n%s\n' "$step" >"g$step.csv"
		mlv-data add -q "g$step.csv" >added && sed 's/^/add	/' added >>../told.guest
		mlv-data push >words 2>&1 || echo "push of the guest: exit $?: $(cat words)" >>../wrong.guest
	done
}

# Prints every acknowledgement that nothing stands for any more.
find_lost() {
	(cd storm && mlv-data ls --all && mlv-registry ls churn) | cut -f1,2 >versions
	(cd storm && mlv-train runs) | cut -f1 >runs
	(cd storm && mlv-registry log churn@champion) >moves
	# a move to where the alias already was leaves no record
	while IFS='	' read -r kind name id now _; do
		case $kind in
		note-*) [ "$id" = "$now" ] || grep -qwF -e "$kind" moves || echo "$kind $name $id $now" ;;
		gc | push | pull) ;;
		add | register) grep -qxF "$name	$id" versions || echo "$kind $name $id" ;;
		log | run) grep -qxF "$name" runs || echo "$kind $name" ;;
		esac
	done <told
}
fresh area
make_storm_base
for writer in $(seq "$writers"); do
	: >"told.$writer"
	: >"wrong.$writer"
	: >"tried.$writer"
	(write_all "$writer") &
done
: >told.guest
: >wrong.guest
(write_as_guest) &
wait
(cd storm && mlv-data pull && mlv-data push) >log 2>&1 || cat log >>wrong.guest
cat told.* >told
cat wrong.* >wrong
cat tried.* >tried
echo "# $(wc -l <tried) commands, $(grep -c ' 137$' tried) killed, $(wc -l <told) told as done"
check 'under many writers and kills, no command fails but by the kill' <<'X'
	head -n 20 wrong &&
	test ! -s wrong
X
check 'under many writers and kills, all that was told as done is there' <<'X'
	find_lost >lost &&
	head -n 20 lost &&
	test ! -s lost &&
	test "$(wc -l <told)" -gt "$steps"
X
check 'after many writers and kills, a folder comes back as it was added' <<'X'
	cd storm &&
	for f in f[0-9]*.mlv; do
		f=${f%.mlv}
		mlv-data add -q "$f" >/dev/null &&
		cp -a "$f" ../was &&
		rm -r "$f" &&
		expect 0 mlv-data checkout "$f" &&
		diff -r ../was "$f" &&
		rm -r ../was || return 1
	done &&
	cd ..
X
check 'after many writers and kills, the repository is whole' <<'X'
	cd storm &&
	expect 0 mlv-data fsck --strong &&
	expect 0 mlv-registry verify &&
	cd ..
X
check 'after many writers and kills, a clone of the remote has what the repository has' <<'X'
	(cd storm && expect 0 mlv-data push) &&
	expect 0 mlv-data clone "$HOME_DIR/area/share" clone &&
	(cd storm && mlv-data ls --all) | cut -f1,2 | sort >here &&
	(cd clone && mlv-data ls --all) | cut -f1,2 | sort >there &&
	diff here there &&
	cd clone &&
	expect 0 mlv-data fsck --strong &&
	cd ..
X
check 'after many writers and kills, nothing dead reads as running' <<'X'
	(cd storm && mlv-train runs) >listed &&
	! grep -q running listed
X
check 'what the killed left half written is swept by a writer two days later' <<'X'
	cd storm &&
	echo left >.mlv/tmp/0123456789abcdef.tmp &&
	find .mlv/tmp -mindepth 1 -exec touch -d '2 days ago' {} + &&
	echo 9,z >>churn.csv &&
	expect 0 mlv-data add -q churn.csv &&
	test "$(find .mlv/tmp -mindepth 1 | wc -l)" = 0 &&
	cd ..
X
finish
