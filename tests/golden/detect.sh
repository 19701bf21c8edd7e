#!/bin/sh
# river's detectors on the streams of its own tests, index for index, frozen by
# tests/interop/detect.py: the whole stream at once, and cut into three runs.
. "$(dirname "$0")/../lib.sh"
frozen=$TOP/tests/golden/drift/detect.tsv

fresh streams
awk -F '\t' '$1 == "stream" {
	name = $2 ".csv"
	print "x" >name
	for (i = 1; i <= length($3); i++)
		print substr($3, i, 1) >name
	close(name)
}' "$frozen"
grep -v '^stream' "$frozen" >answers
# the indices that were printed
indices() { cut -f 4 out | tr '\n' ' ' | sed 's/ $//'; }
watch() {	# file, option...; how it ends does not matter
	file=$1
	shift
	mlv-drift watch -d "$name" -c x "$@" "$file" || test $? -eq 1
}
while IFS='	' read -r name set stream want; do
	[ "$set" != - ] || set=
	options=$(for s in $set; do printf ' --set %s' "$s"; done)
	check "watch, $name${set:+ }$set on $stream: river's indices" <<-'X'
		watch $stream.csv $options >out &&
		test "$(indices)" = "$want"
	X
	check "watch, $name${set:+ }$set on $stream: the same in three runs with --state" <<-'X'
		rm -f state &&
		for lines in 2,778 779,780 781,\$; do
			{ echo x; sed -n "${lines}p" $stream.csv; } >part.csv &&
			watch part.csv --state state $options || return 1
		done >out &&
		test "$(indices)" = "$want"
	X
done <answers
check 'watch: at least 60 answers are frozen' 'test "$(wc -l <answers)" -ge 60'
finish
