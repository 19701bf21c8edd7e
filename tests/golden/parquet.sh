#!/bin/sh
# Parquet files that pyarrow wrote, frozen by tests/interop/parquet.py with what
# it reads in them; by every tool that reads a table; and files that are broken.
. "$(dirname "$0")/../lib.sh"
frozen=$TOP/tests/golden/parquet

fresh files
cp "$frozen"/*.parquet .
for name in types plain delta split lz4; do
	check "convert $name.parquet: the cells that pyarrow reads" <<-'X'
		expect 0 mlv-data convert -q "$name.parquet" &&
		same out "$frozen/$name.csv"
	X
done
check 'convert: rows that are all missing are rows' <<'X'
	expect 0 mlv-data convert small.parquet &&
	test "$(wc -l <out)" = 65
X
check 'a Parquet file from a pipe is the same table' <<'X'
	mlv-data convert -q - <types.parquet >piped.csv &&
	same piped.csv "$frozen/types.csv"
X
check 'one thread and four read the same' <<'X'
	MLV_THREADS=1 mlv-data convert -q types.parquet >one &&
	MLV_THREADS=4 mlv-data convert -q types.parquet >four &&
	same one four
X
check 'schema, check: a Parquet file holds what its CSV holds' <<'X'
	mlv-data schema -q types.parquet >s.yaml &&
	expect 0 mlv-data check -q --schema s.yaml types.parquet &&
	test ! -s out
X
check 'check --bad: rows of a Parquet file are written as CSV with a header' <<'X'
	printf 'schema: mlv.schema/1\ncolumns:\n  i32: {type: int64, max: 0}\n' >max.yaml &&
	printf '  text: {type: category}\n  f64: {type: float64}\n  flag: {type: boolean}\n' >>max.yaml &&
	printf '  us: {type: datetime}\n' >>max.yaml &&
	expect 1 mlv-data check --schema max.yaml --bad bad.csv plain.parquet &&
	head -n 1 bad.csv >header &&
	printf '"i32","f64","flag","text","us",_row,_reason\n' | same header - &&
	test "$(wc -l <bad.csv)" -gt 10
X
check 'profile: the same of a Parquet file as of its CSV' <<'X'
	mlv-data profile -q plain.parquet >a.json &&
	mlv-data profile -q "$frozen/plain.csv" >b.json &&
	same a.json b.json
X
check 'split: the parts of a Parquet file are CSV' <<'X'
	mkdir parts &&
	expect 0 mlv-data split -o parts --by text plain.parquet a=50 b=50 &&
	test "$(cat parts/plain-a.csv parts/plain-b.csv | wc -l)" = 62
X
check 'drift compare: a Parquet file against its CSV has not drifted' <<'X'
	expect 0 mlv-drift compare -q --exclude text "$frozen/plain.csv" plain.parquet
X
check 'fit and batch take Parquet' <<'X'
	expect 0 mlv-train fit -q --target flag --drop-missing-target --drop us,text --learner gbdt -o m.onnx plain.parquet &&
	expect 0 mlv-serve batch -i plain.parquet m.onnx &&
	test "$(wc -l <out)" = 61 &&
	mlv-serve batch m.onnx <plain.parquet >piped &&
	same out piped
X
check 'convert --type: a column read as text' <<'X'
	expect 0 mlv-data convert -q --type i32=text --to jsonl plain.parquet &&
	sed -n 2p out | jq -e '.i32 == "7916"'
X

# --- written
for how in zstd snappy none; do
	check "convert -o x.parquet --compression $how: reads back as the same cells" <<-'X'
		expect 0 mlv-data convert -q --compression $how types.parquet -o written.parquet &&
		test ! -s out &&
		mlv-data convert -q written.parquet >back.csv &&
		same back.csv "$frozen/types.csv"
	X
done
check 'convert --to parquet: onto a pipe, and the same bytes again' <<'X'
	mlv-data convert -q --to parquet "$frozen/plain.csv" >one.parquet &&
	mlv-data convert -q --to parquet - <"$frozen/plain.csv" | cmp - one.parquet &&
	mlv-data convert -q one.parquet | cmp - "$frozen/plain.csv"
X
check 'convert: a table without rows is one in Parquet too' <<'X'
	echo a,b >empty.csv &&
	expect 0 mlv-data convert empty.csv -o empty.parquet &&
	expect 0 mlv-data convert empty.parquet &&
	printf 'a,b\n' | same out -
X
check 'convert to JSON Lines and back keeps types' <<'X'
	mlv-data convert -q "$frozen/plain.csv" -o p.jsonl &&
	mlv-data convert -q p.jsonl | cmp - "$frozen/plain.csv"
X
check 'convert: an ending that says nothing is exit 2' <<'X'
	expect 2 mlv-data convert plain.parquet -o x.xlsx &&
	says "say it with --to" &&
	test ! -e x.xlsx
X
check 'convert: the file that is read is not written' <<'X'
	expect 2 mlv-data convert plain.parquet -o plain.parquet &&
	cmp plain.parquet "$frozen/plain.parquet"
X
printf 'a\nx\n\351\n' >latin.csv
check 'convert: text that is not UTF-8 is no Parquet string' <<'X'
	expect 3 mlv-data convert latin.csv -o latin.parquet &&
	says "column 'a' has text that is not UTF-8" &&
	test ! -e latin.parquet
X

fresh repository
cp "$frozen"/*.parquet .
mlv-data init >/dev/null
check 'add: a Parquet file has rows and columns' <<'X'
	expect 0 mlv-data add --json types.parquet &&
	holds '.rows == 60' &&
	expect 0 mlv-data show --json data:types &&
	holds '.manifest.columns[0] == {"name": "i8", "type": "int64"}' &&
	holds '.manifest.links[0].type == "application/vnd.apache.parquet"'
X
check 'add -: Parquet from a pipe is seen to be that' <<'X'
	expect 0 mlv-data add --json --name piped - <plain.parquet &&
	holds '.rows == 60' &&
	expect 0 mlv-data show --json data:piped &&
	holds '.manifest.links[0].type == "application/vnd.apache.parquet"'
X
# what is broken: one line, exit 3, nothing kept
refuses() {	# what it says, file
	expect 3 mlv-data add "$2" &&
	says "$1" &&
	test "$(wc -l <err)" = 1 &&
	test ! -e "$2.mlv" &&
	expect 3 mlv-data convert -o "$2.csv" "$2" &&
	test ! -e "$2.csv"
}
flip() {	# file, offset, to
	cp "$1" "$3"
	printf '\125' | dd of="$3" bs=1 seek="$2" conv=notrunc 2>/dev/null
}
flip plain.parquet 60 page.parquet
check 'a page that does not match its checksum is refused' 'refuses "does not match its checksum" page.parquet'
size=$(wc -c <delta.parquet)
head -c $((size - 9)) delta.parquet >cut.parquet
check 'a file without its end is refused' 'refuses "no footer at its end" cut.parquet'
flip delta.parquet $((size - 6)) liar.parquet
check 'a footer longer than the file is refused' 'refuses "longer than the file" liar.parquet'
check 'a bomb is refused before it is unpacked' 'refuses "unpacks to far more" bomb.parquet'
{
	head -c 5 delta.parquet
	tail -c 900 delta.parquet
} >moved.parquet
echo 'version https://git-lfs.github.com/spec/v1' >lfs.parquet
check 'what is called Parquet and is none is refused' <<'X'
	expect 3 mlv-data add lfs.parquet &&
	test ! -e lfs.parquet.mlv
X
check 'columns that lie outside of the file are refused' 'refuses "moved.parquet: " moved.parquet'
finish
