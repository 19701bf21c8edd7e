#!/bin/sh
# A disk that is full at any moment, many writers at once, closed streams.
. "$(dirname "$0")/harness"

# --- disk full --------------------------------------------------------------
fresh disk
mkdir m
if [ "$(id -u)" = 0 ] && mount -t tmpfs -o size=400k,nr_inodes=200 none m 2>/dev/null; then
	trap 'cd /; umount -l "$HOME_DIR/disk/m" 2>/dev/null; tests_done' EXIT
	cd m || exit 1
	mlv-data init >/dev/null
	printf 'id,x\n1,a\n' >first.csv
	mlv-data add first.csv >/dev/null
	head -c 60000 /dev/urandom >big.bin
	full=0 done=0 lies=0 broken=0 k=0
	while [ $k -lt 300 ]; do
		rm -f fill
		head -c "${k}k" /dev/zero >fill 2>/dev/null
		mlv-data add --name "big$k" big.bin >out.txt 2>/dev/null
		rc=$?
		mlv-data cat "data:big$k" 2>/dev/null | cmp -s - big.bin && there=1 || there=0
		case $rc.$there in
		0.1 | 5.1) done=$((done + 1)) ;;
		3.0) full=$((full + 1)) ;;
		*) lies=$((lies + 1)); echo "# with $k KiB used: exit $rc, there $there" ;;
		esac
		mlv-data fsck >../fsck.out 2>&1 || { broken=$((broken + 1)); head -n 3 ../fsck.out | sed "s/^/# /"; }
		mlv-data cat data:first 2>/dev/null | cmp -s - first.csv || broken=$((broken + 1))
		k=$((k + 12))
	done
	check "a disk that fills up: $done done, $full refused, no lie" 'test $lies = 0 && test $done -gt 0 && test $full -gt 0'
	check 'and always whole, and readable' 'test $broken = 0'
	rm -f fill
	check 'a run whose output finds no room: said, and no id made up' \
	    'mlv-train run -d first.csv -o much -- sh -c "head -c 150000 /dev/urandom >much" >../out 2>../err; r=$?; rm -f much; cd ..; test $r = 3 && says "No space left" && prints "	failed	0" && ! grep sha256:0000000 out && cd m && expect 0 mlv-data fsck'
	cd "$HOME_DIR/disk/m" || exit 1
	check 'with room again all goes on' 'expect 0 mlv-data add --name again first.csv'
	cd ../.. && umount -l disk/m
	trap tests_done EXIT
else
	skip 'a disk that fills up' 'needs root to mount a tmpfs'
fi

# --- many at once -----------------------------------------------------------
fresh many
mlv-data init >/dev/null
pids=
i=0
while [ $i -lt 8 ]; do
	printf 'a\n%s\n' $i >f$i.csv
	printf 'model %s\n' $i >m$i.onnx
	(mlv-data add f$i.csv && mlv-registry add -q churn m$i.onnx) >o$i 2>e$i &
	pids="$pids $!"
	i=$((i + 1))
done
bad=0
for p in $pids; do wait "$p" || bad=$((bad + 1)); done
pids=
check 'eight adders at once: all are there' 'test $bad = 0 && test "$(mlv-data ls | wc -l)" = 8 && test "$(mlv-registry ls churn | wc -l)" = 8'
check '.gitignore has every line' 'test "$(grep -c "^/f[0-7].csv$" .gitignore)" = 8'
mlv-registry set churn@champion 1 >/dev/null
i=0
while [ $i -lt 6 ]; do
	(
		won=0
		for v in 1 2 3 4 5 6 7 8; do
			now=$(mlv-registry ls --json churn | sed -n 's/.*"name":"model:churn@\([0-9]*\)".*"aliases":"champion".*/\1/p')
			mlv-registry set churn@champion $v --expect "$now" >s 2>>e$i && [ "$v" != "$now" ] && won=$((won + 1))
		done
		echo $won >won$i
	) &
	pids="$pids $!"
	i=$((i + 1))
done
for p in $pids; do wait "$p"; done
pids=
won=$(cat won? | awk '{ n += $1 } END { print n }')
check "six movers at once: each of $won moves is recorded, no other" \
    'test "$(mlv-registry log churn | grep -c "champion.move")" = $((won + 1)) && test "$won" -gt 0'
check 'each began where the one before ended' \
    'mlv-registry log churn | grep "champion.move" | awk -F"\t" "{ if (NR > 1 && \$4 != last) bad = 1; last = \$3 } END { exit bad }"'
check 'losers were told, with status 3' '! cat e? | grep -v "moved: expected" | grep .'
check 'and the repository is whole' 'expect 0 mlv-data fsck --strong'

# --- killed writers ---------------------------------------------------------
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
check 'thirty times two writers killed: whole, and the next one writes' \
    'expect 0 mlv-data fsck --strong && expect 0 mlv-data add --name killed f1.csv && expect 0 mlv-registry set churn@last 1'

# --- streams ----------------------------------------------------------------
printf 'a\n9\n' >z.csv
check 'no descriptor of ours becomes 0, 1 or 2' \
    'for v in "mlv-data add z.csv" "mlv-data ls" "mlv-registry set churn@x 2" "mlv-registry rollback churn@champion" "mlv-data fsck"; do $v <&- >&- 2>&-; done; expect 0 mlv-data fsck --strong && mlv-data cat data:z | cmp - z.csv'
check 'few descriptors: a clear error or success, never harm' \
    '(for n in 3 4 5 6 7 8; do (ulimit -n $n; exec mlv-registry set churn@y $n) >out 2>err; r=$?; test $r = 0 || test $r = 3 || test $r = 127 || { echo "exit $r"; exit 1; }; done) && expect 0 mlv-data fsck'
check 'a file size limit: an error, not a signal' \
    'head -c 300000 /dev/urandom >big; (ulimit -f 100; exec mlv-data add big) >out 2>err; r=$?; test $r = 3 && says "File too large" && expect 0 mlv-data fsck'
finish
