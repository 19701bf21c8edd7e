#!/bin/sh
# The audit log beside damage: nothing is left out in silence, what is damaged
# is what is blamed, and a head kept elsewhere tells of a rewritten history.
. "$(dirname "$0")/../lib.sh"

fresh audit
mlv-data init >/dev/null
for word in one two three; do
	echo "model $word" >"$word.onnx"
	mlv-registry add -q --any-format churn "$word.onnx" >/dev/null
done
echo 'another' >other.onnx
mlv-registry add -q --any-format other other.onnx >/dev/null
mlv-registry set -q churn@champion 1 >/dev/null
mlv-registry set -q churn@champion 2 >/dev/null
mlv-registry log >log.want
printf 'a\n1\n' >t.csv
mlv-data add -q t.csv >/dev/null
cp -a .mlv whole
log=.mlv/audit/log
put_back() { rm -rf .mlv && cp -a whole .mlv; }
flip() { printf x | dd of="$1" bs=1 seek="${2:-0}" conv=notrunc 2>/dev/null; }

# --- log beside a damaged ref
check 'log beside a damaged ref: every record is shown, the exit status is 3' <<'X'
	flip .mlv/refs/model/churn &&
	expect 3 mlv-registry log &&
	same log.want out &&
	says "ref 'model/churn' is damaged" &&
	expect 3 mlv-registry log churn &&
	test "$(wc -l <out)" = 5
X
check 'log of a name whose refs are whole: exit 0 beside a damaged one' <<'X'
	expect 0 mlv-registry log other &&
	test "$(wc -l <out)" = 1
X
check 'rollback beside a damaged ref: refused, nothing moves' <<'X'
	expect 3 mlv-registry rollback churn@champion &&
	test ! -s out
X
put_back
check 'log beside a ref that is gone: every record is shown, the exit status is 3' <<'X'
	rm .mlv/refs/model/churn@champion &&
	expect 3 mlv-registry log &&
	same log.want out &&
	says "ref 'model/churn@champion' does not have what audit record 5 says"
X
put_back
check 'data log beside a damaged ref: its records are shown, the exit status is 3' <<'X'
	flip .mlv/refs/data/t &&
	expect 3 mlv-data log &&
	prints "data:t@1" &&
	says "ref 'data/t' is damaged"
X
put_back

# --- what is blamed
blames() {	# what was done, findings wanted; puts .mlv back
	printf '%s\n' "$2" >want
	check "fsck blames $1" <<-'X'
		expect 1 mlv-data fsck &&
		sed '$d' out | cut -f1,2 >got &&
		same want got
	X
	put_back
}
flip .mlv/refs/model/churn
blames 'a ref without its head, none of its records' 'error	model/churn'
rm .mlv/refs/model/churn@champion
blames 'an alias that is gone, not its records' 'error	model/churn@champion'
sed -i '$d' .mlv/refs/model/churn@champion
blames 'an alias that lost its last value, not the record' 'error	model/churn@champion'
sed -i '2s/.$/x/' .mlv/refs/model/other
blames 'a ref whose value cannot be read' 'error	model/other'
sed -i '2{s/[0-4]$/9/;t;s/.$/0/}' .mlv/refs/model/other
blames 'a ref whose value names another record' 'error	model/other'
sed -i '2s/"user":"[^"]*/&x/' $log
blames 'the log where a record was changed, none of the refs' 'error	audit/log'
sed -i '$s/"user":"[^"]*/&x/' $log
blames 'the last record where that was changed' 'error	audit record 7'
names() {	# how the log is changed, words that tell
	sed -i "$1" $log
	told=$2
	check "fsck names the record that was changed, not the next one: sed $1" <<-'X'
		expect 1 mlv-data fsck &&
		prints "$told"
	X
	put_back
}
names '2s/"user":"[^"]*/&x/' 'record 2 was changed'
names '4s/"seq":4/"seq":5/' 'record 4 was changed'
names '5s/"prev":"./"prev":"x/' 'record 5 has no link'
names '6s/"note"/"Note"/;6s/"was":1/"was":2/' 'record 6 was changed'
names 3d 'record 3 is not there'
check 'fsck takes half a record at the end for a killed command: a note' <<'X'
	printf '{"seq":8' >>$log &&
	expect 0 mlv-data fsck &&
	prints "note	audit/log	its last line is torn"
X
put_back

# --- the head
head=$(mlv-registry log --head | cut -f1)
check 'log --head prints the hash of the last line and how many there are' <<'X'
	expect 0 mlv-registry log --head &&
	last=$(tail -n 1 $log | tr -d "\n" | sha256sum | cut -d" " -f1) &&
	printf "sha256:%s\t7\n" "$last" >want &&
	same want out &&
	expect 0 mlv-data fsck --json &&
	holds ".head == \"$head\""
X
check 'verify and fsck --head: a head that is there, also when more came since' <<'X'
	expect 0 mlv-registry verify --head "$head" &&
	expect 0 mlv-data fsck --head "${head#sha256:}" &&
	mlv-registry set -q churn@champion 3 >out &&
	expect 0 mlv-registry verify --head "$head" &&
	expect 0 mlv-data fsck --head "$head"
X
put_back
check 'verify and fsck --head: a tail that was cut off, its refs too, is told' <<'X'
	sed -i "\$d" $log &&
	rm .mlv/refs/data/t &&
	expect 0 mlv-data fsck --quick &&
	expect 1 mlv-data fsck --head "$head" &&
	prints "$head" &&
	expect 1 mlv-registry verify --head "$head" &&
	says "its end cut off"
X
put_back
hashes() {
	while IFS= read -r line; do
		printf '%s' "$line" | sha256sum | cut -d' ' -f1
	done
}
check 'verify and fsck --head: a history rewritten from its start, its refs too, is told' <<'X'
	prev=$(printf %064d 0) &&
	while IFS= read -r line; do
		line=$(printf "%s" "$line" | sed "s/\"prev\":\"[0-9a-f]*/\"prev\":\"$prev/;s/\"user\":\"/&x/") &&
		prev=$(printf "%s" "$line" | sha256sum | cut -d" " -f1) &&
		printf "%s\n" "$line"
	done <$log >log.new &&
	hashes <$log >olds &&
	hashes <log.new >news &&
	paste -d/ olds news | sed "s|^|s/|;s|\$|/|" >script &&
	sed -i -f script .mlv/refs/*/* &&
	cp log.new $log &&
	expect 0 mlv-data fsck &&
	expect 1 mlv-registry verify --head "$head" &&
	says "history was rewritten" &&
	expect 1 mlv-data fsck --head "$head"
X
put_back
check '--head of what is no head: a usage error that says where one comes from' <<'X'
	expect 2 mlv-registry verify --head abc &&
	says "mlv-registry log --head" &&
	expect 2 mlv-data fsck --head "" &&
	expect 2 mlv-registry log --head churn
X

finish
