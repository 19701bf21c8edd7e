#!/bin/sh
# A disk that is full at any moment, many writers at once, writers killed,
# closed streams and other ends of what the system gives.
. "$(dirname "$0")/harness"

# --- disk full
# Adds 60 kB over and over, with more of the disk used each time.
fill_step() {	# KiB used
	rm -f fill
	head -c "${1}k" /dev/zero >fill 2>/dev/null
	mlv-data add --name "big$1" big.bin >out.txt 2>/dev/null
	rc=$?
	mlv-data cat "data:big$1" 2>/dev/null | cmp -s - big.bin && there=1 || there=0
	case $rc.$there in
	0.1 | 5.1) stored=$((stored + 1)) ;;
	3.0) refused=$((refused + 1)) ;;
	*) echo "with $1 KiB used: exit $rc, there $there" >>../lies ;;
	esac
	mlv-data fsck >../fsck.out 2>&1 ||
	    echo "with $1 KiB used: $(head -n 3 ../fsck.out)" >>../broken
	mlv-data cat data:first 2>/dev/null | cmp -s - first.csv ||
	    echo "with $1 KiB used: data:first cannot be read" >>../broken
}

fresh disk
mkdir m
if [ "$(id -u)" = 0 ] && mount -t tmpfs -o size=400k,nr_inodes=200 none m 2>/dev/null; then
	trap 'cd /; umount -l "$HOME_DIR/disk/m" 2>/dev/null; tests_done' EXIT
	cd m || exit 1
	mlv-data init >/dev/null
	printf 'id,x\n1,a\n' >first.csv
	mlv-data add first.csv >/dev/null
	head -c 60000 /dev/urandom >big.bin
	: >../lies
	: >../broken
	stored=0 refused=0 k=0
	while [ $k -lt 300 ]; do
		fill_step $k
		k=$((k + 12))
	done
	echo "# $stored stored, $refused refused"
	check 'data add on a disk that fills up: some stored, some refused, exit tells' <<-'X'
		cat ../lies &&
		test ! -s ../lies &&
		test $stored -gt 0 &&
		test $refused -gt 0
	X
	check 'a disk that fills up: the repository is whole and readable at every step' <<-'X'
		cat ../broken &&
		test ! -s ../broken
	X
	rm -f fill
	check 'train run whose output finds no room: exit 3, told, no id is made up' <<-'X'
		exits 3 mlv-train run -d first.csv -o much -- \
		    sh -c "head -c 150000 /dev/urandom >much" >../out 2>../err &&
		rm much &&
		grep -q "No space left" ../err &&
		grep -q "	failed	0" ../out &&
		! grep sha256:0000000 ../out &&
		expect 0 mlv-data fsck
	X
	rm -f much
	check 'data add on a disk that has room again' <<-'X'
		expect 0 mlv-data add --name again first.csv
	X
	cd ../.. && umount -l disk/m
	trap tests_done EXIT
else
	skip 'a disk that fills up' 'needs root to mount a tmpfs'
fi

# --- many at once
wait_for_all() { for p in $pids; do wait "$p" || failed=$((failed + 1)); done; pids=; }
fresh many
mlv-data init >/dev/null
pids= failed=0
for i in 0 1 2 3 4 5 6 7; do
	printf 'a\n%s\n' $i >f$i.csv
	printf 'model %s\n' $i >m$i.onnx
	(mlv-data add f$i.csv && mlv-registry add -q --any-format churn m$i.onnx) >o$i 2>e$i &
	pids="$pids $!"
done
wait_for_all
check 'eight writers add at once: all eight datasets and models are there' <<'X'
	test $failed = 0 &&
	expect 0 mlv-data ls &&
	test "$(wc -l <out)" = 8 &&
	expect 0 mlv-registry ls churn &&
	test "$(wc -l <out)" = 8
X
check 'eight writers add at once: .gitignore has every line once' <<'X'
	test "$(grep -c "^/f[0-7].csv$" .gitignore)" = 8
X
mlv-registry set churn@champion 1 >/dev/null
rm e?
# Sets the alias to each version in turn, if nobody moved it meanwhile.
move_and_count() {	# number of the mover
	won=0
	for v in 1 2 3 4 5 6 7 8; do
		now=$(mlv-registry ls --json churn |
		    sed -n 's/.*"name":"model:churn@\([0-9]*\)".*"aliases":"champion".*/\1/p')
		mlv-registry set churn@champion $v --expect "$now" >/dev/null 2>>"e$1"
		rc=$?
		[ $rc -eq 0 ] && [ "$v" != "$now" ] && won=$((won + 1))
		echo $rc >>"rc$1"
	done
	echo $won >"won$1"
}
for i in 0 1 2 3 4 5; do
	move_and_count $i &
	pids="$pids $!"
done
wait_for_all
won=$(cat won? | awk '{ n += $1 } END { print n }')
echo "# $won moves of an alias"
check 'six writers move an alias at once: each move is recorded, and no other' <<'X'
	expect 0 mlv-registry log churn &&
	grep "champion.move" out >moves &&
	test "$(wc -l <moves)" = $((won + 1)) &&
	test "$won" -gt 0
X
check 'six writers move an alias at once: each move begins where the one before ended' <<'X'
	awk -F'\t' '
	NR > 1 && $4 != last { bad = 1 }
	{ last = $3 }
	END { exit bad }' moves
X
check 'six writers move an alias at once: who lost is told so, with exit 3' <<'X'
	! grep -hv "moved: expected" e? &&
	sort -u rc? >got &&
	! grep -vx "[03]" got &&
	test "$(cat e? | wc -l)" = "$(cat rc? | grep -c 3 || true)"
X
check 'six writers move an alias at once: the repository is whole' <<'X'
	expect 0 mlv-data fsck --strong
X

# --- killed writers
i=0
while [ $i -lt 30 ]; do
	printf 'a\n%s\n' "k$i" >k.csv
	mlv-data add --name killed k.csv >/dev/null 2>&1 &
	p=$!
	mlv-registry set churn@champion $((i % 8 + 1)) >/dev/null 2>&1 &
	q=$!
	[ $((i % 3)) = 0 ] || sleep 0.00$((i % 7))
	kill -9 $p $q 2>/dev/null
	wait $p $q 2>/dev/null
	i=$((i + 1))
done 2>/dev/null
check 'two writers killed thirty times: the repository is whole, the next one writes' <<'X'
	expect 0 mlv-data fsck --strong &&
	expect 0 mlv-data add --name killed f1.csv &&
	expect 0 mlv-registry set churn@last 1
X

# --- descriptors and limits
printf 'a\n9\n' >z.csv
check 'commands with streams 0, 1 and 2 closed: no file of the repository gets their output' <<'X'
	while read -r command; do
		$command <&- >&- 2>&- || :
	done <<-'C' &&
	mlv-data add z.csv
	mlv-data ls
	mlv-registry set churn@x 2
	mlv-registry rollback churn@champion
	mlv-data fsck
	C
	expect 0 mlv-data fsck --strong &&
	expect 0 mlv-data cat data:z &&
	same out z.csv
X
check 'registry set with 3 to 8 descriptors: done or refused, the repository whole' <<'X'
	for n in 3 4 5 6 7 8; do
		status=0
		(ulimit -n $n && exec mlv-registry set churn@y $n) >out 2>err || status=$?
		case $status in
		0 | 3 | 127) ;;
		*) echo "exit $status with $n descriptors"; return 1 ;;
		esac
	done &&
	expect 0 mlv-data fsck
X
check 'data add beyond the limit of a file: exit 3 and an error, not a signal' <<'X'
	head -c 300000 /dev/urandom >big &&
	expect 3 sh -c "ulimit -f 100 && exec mlv-data add big" &&
	says "File too large" &&
	expect 0 mlv-data fsck
X
finish
