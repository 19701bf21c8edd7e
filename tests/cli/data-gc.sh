#!/bin/sh
# mlv-data rm and gc: versions removed and brought back, what stays, what goes,
# loose objects and small packs folded.
. "$(dirname "$0")/../lib.sh"

fresh repo
git init -q .
mlv-data init >/dev/null
store() {	# file, version: content of its own
	seq "$2" 97 20000 >"$1"
	mlv-data add -q "$1" >/dev/null || return 1
}
for v in 1 2 3 4; do store d.csv $v; done
seq 1 500 >e.csv
mlv-data add -q e.csv >/dev/null
mlv-data tag data:d@2 golden >/dev/null
git add -A . && git commit -qm all
gc() {	# options
	expect 0 mlv-data gc --json --grace 0 "$@"
}
total() {	# jq filter over the last record
	tail -n 1 out >last &&
	jq -e "$1" last >/dev/null || { cat out; return 1; }
}
whole() { expect 0 mlv-data fsck --strong; }

# --- rm
check 'rm: a version is found and listed no more, and keeps its number' <<'X'
	expect 0 mlv-data rm data:d@1 -m "not ours" &&
	expect 3 mlv-data cat data:d@1 &&
	says "data:d@1 was removed; its newest version is 4" &&
	expect 0 mlv-data ls -a data:d &&
	test "$(cut -f1 out | tr "\n" " ")" = "data:d@2 data:d@3 data:d@4 " &&
	expect 0 mlv-data log data:d &&
	prints "not ours" &&
	expect 0 mlv-data rm data:d@1 &&
	whole
X
check 'rm: a version that never was is refused, in the words of the name' <<'X'
	expect 3 mlv-data rm data:d@9 &&
	says "error: data:d has no version 9; its newest is 4"
X
check 'rm --undo: it is back' <<'X'
	expect 0 mlv-data rm --undo data:d@1 &&
	expect 0 mlv-data cat data:d@1 &&
	whole
X
check 'rm --undo: what gc took is refused until gc --undo, and for good after that' <<'X'
	mkdir ../taken &&
	(
		cd ../taken &&
		mlv-data init >init.log &&
		echo 1 | mlv-data add -n x - >add.log &&
		mlv-data tag data:x@1 stable >tag.log &&
		echo 2 | mlv-data add -n x - >add.log &&
		mlv-data tag data:x@2 stable >tag.log &&
		expect 0 mlv-data rm data:x@1 &&
		gc --keep all &&
		expect 3 mlv-data rm --undo data:x@1 &&
		says "data:x@1 stays removed: its bytes are not here any more" &&
		whole &&
		expect 0 mlv-data gc --undo &&
		expect 0 mlv-data rm --undo data:x@1 &&
		expect 0 mlv-data rm data:x@1 &&
		gc --keep all --for-good &&
		expect 3 mlv-data rm --undo data:x@1 &&
		whole
	)
X
check 'rm: a name without a version, or of another kind, is refused' <<'X'
	expect 2 mlv-data rm data:d &&
	says "say which version" &&
	expect 2 mlv-data rm model:d@1 &&
	expect 3 mlv-data rm data:d@9 &&
	says "has no version 9"
X
check 'rm: a version with a tag is refused, exit 1, with what to type' <<'X'
	expect 1 mlv-data rm data:d@2 &&
	says "data:d@2 has the tag 'golden': 'mlv-data tag --drop data:d@golden' first" &&
	expect 0 mlv-data cat data:d@2 &&
	expect 0 mlv-data tag data:d@3 golden &&
	expect 0 mlv-data rm data:d@2 &&
	expect 0 mlv-data rm --undo data:d@2 &&
	expect 0 mlv-data tag data:d@2 golden
X
check 'rm: of the newest version, the one before is what the name means' <<'X'
	mkdir ../plain &&
	(
		cd ../plain &&
		mlv-data init >init.log &&
		echo 1 | mlv-data add -n x - >add.log &&
		echo 2 | mlv-data add -n x - >add.log &&
		expect 0 mlv-data rm data:x@2 &&
		expect 0 mlv-data cat data:x &&
		test "$(cat out)" = 1 &&
		echo 2 | mlv-data add -n x - >out &&
		prints data:x@3 &&
		expect 0 mlv-data rm data:x@1 data:x@3 &&
		expect 3 mlv-data cat data:x &&
		says "every version of data:x was removed"
	)
X
check 'tag: the label of removed versions is nobody'"'"'s' <<'X'
	expect 2 mlv-data tag data:d@4 removed &&
	expect 3 mlv-data cat data:d@removed
X

# --- gc
check 'gc: without a scope it is refused' <<'X'
	expect 2 mlv-data gc &&
	says "say with --keep what stays" &&
	expect 2 mlv-data gc --keep nonsense &&
	expect 2 mlv-data gc --keep data:d:x
X
check 'gc --dry-run: names and bytes are told, and nothing is done' <<'X'
	find .mlv -type f | sort >../before &&
	gc --keep newest --dry-run &&
	test "$(jq -r .name out | grep -v null | tr "\n" " ")" = "data:d@1 data:d@3 " &&
	total ".verdict == \"dry run\" and .versions == 2 and .objects >= 4 and .bytes > 0" &&
	find .mlv -type f ! -path "*/locks/*" | sort >../after &&
	grep -v /locks/ ../before | cmp - ../after
X
check 'gc: what is young stays, whatever leads to it' <<'X'
	expect 0 mlv-data gc --json --keep all &&
	total ".objects == 0 and .young == 0" &&
	expect 0 mlv-data rm data:d@3 &&
	expect 0 mlv-data gc --json --keep all &&
	total ".objects == 0 and .young >= 2" &&
	expect 0 mlv-data rm --undo data:d@3 &&
	expect 0 mlv-data cat data:d@3
X
check 'gc: labelled versions and what pointers say stay, loose objects are folded' <<'X'
	gc --keep newest &&
	total ".verdict == \"done\" and .versions == 2 and .objects >= 4" &&
	expect 3 mlv-data cat data:d@1 &&
	expect 3 mlv-data cat data:d@3 &&
	expect 0 mlv-data cat data:d@2 data:d@4 data:e data:d@golden &&
	test "$(find .mlv/objects -type f | wc -l)" = 0 &&
	test "$(ls .mlv/packs | wc -l)" = 1 &&
	whole
X
check 'gc --undo: all is back' <<'X'
	expect 0 mlv-data gc --undo &&
	expect 0 mlv-data cat data:d@1 data:d@2 data:d@3 data:d@4 &&
	whole
X
check 'gc: the next one frees the bytes of the one before' <<'X'
	gc --keep newest &&
	total ".freed == 0" &&
	test "$(find .mlv/trash -type f | wc -l)" -gt 1 &&
	gc --keep all &&
	total ".freed > 0 and .versions == 0" &&
	test "$(find .mlv/trash -type f | wc -l)" = 0 &&
	expect 0 mlv-data gc --undo &&
	expect 3 mlv-data cat data:d@1 &&
	whole
X
check 'gc --for-good: the bytes are freed at once' <<'X'
	store d.csv 5 &&
	store d.csv 6 &&
	git add -A . &&
	gc --keep newest --for-good &&
	total ".versions == 2 and .freed > 0" &&
	test "$(find .mlv/trash -type f | wc -l)" = 0 &&
	whole
X
check 'gc: the pointer of another git work tree keeps its version' <<'X'
	store d.csv 7 &&
	git add -A . &&
	git commit -qm seven &&
	git worktree add -q ../tree &&
	store d.csv 8 &&
	git add -A . &&
	gc --keep newest &&
	total ".versions == 1" &&
	(cd ../tree && expect 0 mlv-data cat data:d) &&
	git worktree remove --force ../tree &&
	gc --keep newest &&
	total ".versions == 1" &&
	expect 3 mlv-data cat data:d@7
X
check 'gc --keep: an age, a name, a version and a number each keep more' <<'X'
	store d.csv 9 &&
	store d.csv 10 &&
	git add -A . &&
	gc --dry-run --keep 1d &&
	total ".versions == 0" &&
	gc --dry-run --keep data:d &&
	total ".versions == 0" &&
	gc --dry-run --keep data:d@9 &&
	total ".versions == 1" &&
	gc --dry-run --keep newest=2 &&
	total ".versions == 1" &&
	gc --dry-run --keep newest,data:d@8,data:d@9 &&
	total ".versions == 0"
X
check 'gc: what a run was made from stays' <<'X'
	printf "#!/bin/sh\nwc -l <d.csv >lines\n" >count &&
	chmod +x count &&
	expect 0 mlv-train run -d data:d -o lines -- ./count &&
	store d.csv 11 &&
	git add -A . &&
	gc --keep newest &&
	expect 0 mlv-data cat data:d@10 &&
	whole
X
check 'gc: the files of a folder go with their version, those it shares stay' <<'X'
	mkdir many &&
	for i in 1 2 3 4 5 6 7 8 9; do seq $i 3 900 >many/$i || return 1; done &&
	expect 0 mlv-data add many &&
	for i in 1 2 3 4 5; do seq $i 5 900 >many/$i || return 1; done &&
	expect 0 mlv-data add many &&
	gc --keep newest --for-good &&
	total ".versions >= 1 and .objects >= 6" &&
	rm -r many &&
	expect 0 mlv-data checkout many &&
	test "$(ls many | wc -l)" = 9 &&
	whole
X
check 'gc: parts of a large file that another version has stay' <<'X'
	seq 1 400000 >big.csv &&
	expect 0 mlv-data add big.csv &&
	seq 1 410000 >big.csv &&
	expect 0 mlv-data add big.csv &&
	sha256sum big.csv >../sum &&
	gc --keep newest --for-good &&
	rm big.csv &&
	expect 0 mlv-data checkout big.csv &&
	sha256sum -c ../sum &&
	whole
X
check 'gc: who stores something meanwhile is waited for' <<'X'
	mkfifo ../pipe &&
	{ mlv-data add -n slow - <../pipe >../slow 2>&1 & } &&
	exec 7>../pipe &&
	printf "a\n1\n" >&7 &&
	sleep 0.3 &&
	{ mlv-data gc --keep all --grace 0 7>&- >../gc 2>&1 & } &&
	sleep 0.3 &&
	test ! -s ../gc &&
	exec 7>&- &&
	wait &&
	grep -q data:slow@1 ../slow &&
	grep -q done ../gc &&
	expect 0 mlv-data cat data:slow &&
	whole
X
check 'gc: a version that had a tag once is gone, and fsck does not miss it' <<'X'
	mkdir ../tagged &&
	(
		cd ../tagged &&
		mlv-data init >init.log &&
		echo 1 | mlv-data add -n x - >add.log &&
		mlv-data tag data:x@1 stable >tag.log &&
		echo 2 | mlv-data add -n x - >add.log &&
		mlv-data tag data:x@2 stable >tag.log &&
		gc --keep newest --for-good &&
		total ".versions == 1" &&
		whole
	)
X
check 'gc: a version that cannot be read keeps everything' <<'X'
	mkdir ../hurt &&
	(
		cd ../hurt &&
		mlv-data init >init.log &&
		echo 1 | mlv-data add -n x - >add.log &&
		echo 2 | mlv-data add -n x - >add.log &&
		rm .mlv/objects/*/* &&
		expect 3 mlv-data gc --keep all --grace 0 &&
		says "nothing was removed"
	)
X
finish
