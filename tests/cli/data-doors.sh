#!/bin/sh
# The doors that a table comes through: packed, in another encoding, from a
# pipe; and what is broken or a bomb.
. "$(dirname "$0")/../lib.sh"

fresh files
printf 'id,word\n1,x\n2,caf\303\251\n3,"a,b"\n' >plain.csv
gzip -c plain.csv >p.csv.gz
zstd -qc plain.csv >p.csv.zst
iconv -f UTF-8 -t UTF-16LE plain.csv >bare.csv
{
	printf '\377\376'
	cat bare.csv
} >le.csv
{
	printf '\376\377'
	iconv -f UTF-8 -t UTF-16BE plain.csv
} >be.csv
gzip -c le.csv >le.csv.gz
iconv -f UTF-8 -t LATIN1 plain.csv >latin.csv
for f in p.csv.gz p.csv.zst le.csv be.csv le.csv.gz; do
	check "$f is the table within, as a file and from a pipe" <<-'X'
		mlv-data convert "$f" | cmp - plain.csv &&
		mlv-data convert - <"$f" | cmp - plain.csv
	X
done
check '--encoding: Latin-1 is the table within' <<'X'
	mlv-data convert --encoding latin1 latin.csv | cmp - plain.csv &&
	mlv-data convert --encoding utf-16le bare.csv | cmp - plain.csv
X
check 'two gzip members are one table' <<'X'
	{
		head -n 2 plain.csv | gzip -c
		tail -n +3 plain.csv | gzip -c
	} >two.csv.gz &&
	mlv-data convert two.csv.gz | cmp - plain.csv
X
check 'JSON Lines and Parquet may be packed too' <<'X'
	mlv-data convert plain.csv --to jsonl | gzip -c >p.jsonl.gz &&
	mlv-data convert p.jsonl.gz | cmp - plain.csv &&
	mlv-data convert plain.csv --to parquet | gzip -c >p.parquet.gz &&
	mlv-data convert p.parquet.gz | cmp - plain.csv
X
check 'schema, profile: the same of a packed file as of the plain one' <<'X'
	mlv-data schema plain.csv >a &&
	mlv-data schema p.csv.gz | cmp - a &&
	mlv-data profile plain.csv >a.json &&
	mlv-data profile le.csv.gz | cmp - a.json
X
check 'schema --encoding: check reads by it' <<'X'
	mlv-data schema --encoding latin1 latin.csv >l.yaml &&
	grep -q 'encoding: *latin1' l.yaml &&
	expect 0 mlv-data check --schema l.yaml latin.csv
X
check 'check --bad: rows of a packed file are written as text' <<'X'
	mlv-data schema plain.csv >s.yaml &&
	printf 'id,word\n1,x\nten,x\n' | gzip -c >bad.csv.gz &&
	expect 1 mlv-data check --schema s.yaml --bad bad.csv bad.csv.gz &&
	printf 'id,word\n1,x\n' | same out - &&
	printf 'id,word,_row,_reason\nten,x,2,id: type\n' | same bad.csv -
X
check 'split: the parts of a packed file are text' <<'X'
	expect 0 mlv-data split p.csv.gz --name p -o . a=1 b=1 &&
	test "$(cat p-a.csv p-b.csv | wc -l)" = 5
X
check 'split --time, drift compare read packed files' <<'X'
	awk 'BEGIN { print "t,x"; for (i = 1; i < 60; i++) printf "2026-01-01T00:00:%02dZ,%d\n", i, i % 7 }' |
		gzip -c >times.csv.gz &&
	expect 0 mlv-data split times.csv.gz --name q -o . --time t a=1 b=1 &&
	expect 0 mlv-drift compare -q times.csv.gz times.csv.gz
X

# --- what is broken
check 'an encoding that nobody knows is exit 2' <<'X'
	expect 2 mlv-data convert --encoding klingon plain.csv &&
	says "no encoding is called 'klingon'"
X
check 'bytes that the encoding does not have: exit 3 with their place' <<'X'
	expect 3 mlv-data convert --encoding utf-8 latin.csv -o out.csv &&
	says "latin.csv: byte 18: not text in utf-8" &&
	test ! -e out.csv
X
check 'half a character at the end is no text' <<'X'
	head -c 11 le.csv >half.csv &&
	expect 3 mlv-data convert half.csv &&
	says "not text in UTF-16LE"
X
check 'a packed file that is cut short: exit 3, nothing written' <<'X'
	head -c 40 p.csv.gz >cut.csv.gz &&
	expect 3 mlv-data convert cut.csv.gz -o out.csv &&
	says "cut short" &&
	test ! -e out.csv &&
	expect 3 mlv-data check --schema s.yaml cut.csv.gz
X
check 'a packed file whose bytes are damaged: exit 3' <<'X'
	cp p.csv.gz hurt.csv.gz &&
	printf '\377\377\377' | dd of=hurt.csv.gz bs=1 seek=30 conv=notrunc 2>/dev/null &&
	expect 3 mlv-data convert hurt.csv.gz &&
	says "cannot decompress"
X
check 'what is packed twice is refused' <<'X'
	gzip -c p.csv.gz >twice.csv.gz &&
	expect 3 mlv-data convert twice.csv.gz &&
	says "within it too"
X
check 'a bomb is refused: exit 3' <<'X'
	head -c 1100000000 /dev/zero | zstd -qc >bomb.csv.zst &&
	expect 3 mlv-data convert bomb.csv.zst -o out.csv &&
	says "far more than its size" &&
	test ! -e out.csv
X

# --- archives
fresh archives
printf 'id,word\n1,x\n2,caf\303\251\n' >plain.csv
printf 'id,word\n3,z\n' >other.csv
mkdir folder
cp plain.csv folder/deep.csv
python3 - <<'P'
import tarfile, zipfile
with zipfile.ZipFile("one.zip", "w", zipfile.ZIP_DEFLATED) as z:
    z.writestr("__MACOSX/._plain.csv", b"\0\1")
    z.writestr("sub/", b"")
    z.write("plain.csv", "sub/plain.csv")
with zipfile.ZipFile("two.zip", "w", zipfile.ZIP_DEFLATED) as z:
    z.write("plain.csv")
    z.write("other.csv")
with zipfile.ZipFile("stored.zip", "w") as z:
    z.write("plain.csv")
with zipfile.ZipFile("book.xlsx", "w") as z:
    z.writestr("[Content_Types].xml", b"<x/>")
    z.writestr("xl/workbook.xml", b"<x/>")
with zipfile.ZipFile("bomb.zip", "w", zipfile.ZIP_DEFLATED) as z:
    with z.open("zeros.csv", "w", force_zip64=True) as f:
        for i in range(1100):
            f.write(bytes(1000000))
with zipfile.ZipFile("none.zip", "w") as z:
    pass
P
tar -cf one.tar plain.csv
tar -czf one.tar.gz plain.csv
tar -cf - plain.csv | zstd -qc >one.tar.zst
tar -czf two.tar.gz folder plain.csv
gzip -c plain.csv >plain.csv.gz
tar -cf packed.tar plain.csv.gz
for f in one.zip stored.zip one.tar one.tar.gz one.tar.zst packed.tar; do
	check "$f: its only file is the table, as a file and from a pipe" <<-'X'
		mlv-data convert $f | same plain.csv - &&
		mlv-data convert - <$f | same plain.csv -
	X
done
check 'an archive is unpacked through the folder that TMPDIR names' <<'X'
	TMPDIR=$PWD/nowhere expect 3 mlv-data convert one.zip &&
	says "$PWD/nowhere" &&
	mkdir there &&
	TMPDIR=$PWD/there expect 0 mlv-data convert one.zip &&
	[ -z "$(ls there)" ]
X
check 'of several files it is said which, behind a colon or with --member' <<'X'
	mlv-data convert two.zip:other.csv | same other.csv - &&
	mlv-data convert --member other.csv - <two.zip | same other.csv - &&
	mlv-data convert two.tar.gz:folder/deep.csv | same plain.csv - &&
	expect 2 mlv-data convert two.zip &&
	says 'two.zip: the archive: it holds 2 files: say behind a colon, or with --member, which: plain.csv, other.csv' &&
	expect 2 mlv-data convert two.zip:third.csv -o none.csv &&
	says "it holds no file 'third.csv'" &&
	expect 2 mlv-data convert plain.csv --member plain.csv -o none.csv &&
	says 'no zip or tar archive' &&
	test ! -e none.csv
X
check 'schema, check, profile and batch read archives' <<'X'
	expect 0 mlv-data schema one.tar.gz -o s.yaml &&
	! grep -q member s.yaml &&
	expect 0 mlv-data check -s s.yaml one.zip &&
	printf 'id,word\nten,x\n' >bad.csv &&
	tar -cf bad.tar bad.csv &&
	expect 1 mlv-data check -s s.yaml bad.tar --bad quarantine.csv &&
	printf 'id,word,_row,_reason\nten,x,1,id: type\n' | same quarantine.csv - &&
	mlv-data profile plain.csv >a.json &&
	mlv-data profile two.zip:plain.csv | same a.json -
X
check 'a workbook, an empty archive: one line, exit 3' <<'X'
	expect 3 mlv-data convert book.xlsx &&
	says 'save the sheet as CSV' &&
	expect 3 mlv-data convert none.zip
X
check 'an archive that is cut short or damaged: exit 3, nothing written' <<'X'
	head -c 200 one.zip >cut.zip &&
	expect 3 mlv-data convert cut.zip -o out.csv &&
	head -c 700 one.tar >cut.tar &&
	expect 3 mlv-data convert cut.tar -o out.csv &&
	says 'cut.tar: the archive: ' &&
	test ! -e out.csv
X
check 'a bomb in an archive is refused: exit 3' <<'X'
	expect 3 mlv-data convert bomb.zip -o out.csv &&
	says 'far more than its size' &&
	test ! -e out.csv
X
check 'add: the file of an archive is remembered with the data' <<'X'
	mlv-data init >/dev/null &&
	expect 0 mlv-data add --json -n may two.zip --member other.csv &&
	holds '.rows == 1' &&
	mlv-data convert data:may | same other.csv -
X

# --- Delta Lake tables
fresh delta
mkdir -p t/_delta_log 't/day=a b'
printf 'id,word\n1,x\n2,y\n' | mlv-data convert - -o 't/day=a b/1.parquet'
printf 'id,word\n3,z\n' | mlv-data convert - -o t/2.parquet
printf 'id,more\n4,5\n' | mlv-data convert - -o t/3.parquet
log() { cat >"t/_delta_log/0000000000000000000$1.json"; }
schema() {	# names
	printf '{"metaData":{"format":{"provider":"parquet"},"partitionColumns":["day"],"configuration":{%s},' "$2"
	printf '"schemaString":"{\\"type\\":\\"struct\\",\\"fields\\":['
	echo "$1" | tr ' ' '\n' | sed 's/.*/{\\"name\\":\\"&\\"}/' | paste -sd, | tr -d '\n'
	printf ']}"}}\n'
}
{
	echo '{"protocol":{"minReaderVersion":1,"minWriterVersion":2}}'
	schema 'id day word' ''
	echo '{"add":{"path":"day=a%20b/1.parquet","partitionValues":{"day":"a b"}}}'
	echo '{"add":{"path":"2.parquet","partitionValues":{"day":null}}}'
} | log 0
check 'Delta: rows of the files in the log, with the values of partitions' <<'X'
	printf 'id,day,word\n3,,z\n1,a b,x\n2,a b,y\n' >want &&
	mlv-data convert t | same want - &&
	expect 0 mlv-data schema t -o s.yaml &&
	expect 0 mlv-data check -s s.yaml t
X
if [ -z "${MLV_SANITIZED:-}" ] && strace -qq -o /dev/null true 2>/dev/null; then
	check 'Delta: check reads the log once, however often it reads the rows' <<'X'
		echo 'columns: {id: {type: int64, unique: true}, day: {type: category}, word: {type: category}}' >u.yaml &&
		strace -f -qq -o trace -e trace=openat mlv-data check -s u.yaml t >/dev/null &&
		test "$(grep -c 't/_delta_log"' trace)" = 1 &&
		test "$(grep -c '_delta_log/0' trace)" = 1 &&
		test "$(grep -c 't/2.parquet"' trace)" -gt 1
X
else
	skip 'Delta: check reads the log once, however often it reads the rows' 'no strace'
fi
check 'Delta: files that were removed are none, columns that came later are empty before' <<'X'
	{
		schema 'id day word more' '' &&
		echo '{"remove":{"path":"day=a%20b/1.parquet"}}' &&
		echo '{"add":{"path":"3.parquet","partitionValues":{"day":"c"}}}'
	} | log 1 &&
	printf 'id,day,word,more\n3,,z,\n4,c,,5\n' >want &&
	mlv-data convert t | same want -
X
check 'Delta: the version of a folder is one: convert, schema and check read it' <<'X'
	mlv-data init >/dev/null &&
	expect 0 mlv-data add t &&
	expect 0 mlv-data convert data:t &&
	same out want &&
	expect 0 mlv-data schema data:t -o v.yaml &&
	expect 0 mlv-data check -s v.yaml data:t --bad odd.csv -o good.csv &&
	mlv-data convert good.csv | same want -
X
cat >d.yaml <<'END'
columns:
  id: {type: int64, max: 3}
  day: {type: text, values: [c]}
  word: {type: text, min_fraction: 1}
  more: {type: int64, min: 9}
END
check 'Delta: check judges its files column by column, as the CSV made of them' <<'X'
	mlv-data convert t -o t.csv &&
	expect 1 mlv-data check --json -s d.yaml t.csv &&
	jq -c 'del(.path)' out >found &&
	test "$(wc -l <found)" = 3 &&
	expect 1 mlv-data check --json -s d.yaml t &&
	jq -c 'del(.path)' out | same found - &&
	expect 1 mlv-data check --json --na 5 -s d.yaml t &&
	test "$(wc -l <out)" = 2
X
refused() {	# what the second version says, words of the message
	echo "$1" | log 2
	expect 3 mlv-data convert t -o none.csv &&
		says "$2" &&
		test ! -e none.csv
}
check 'Delta: what a reader may not pass over is refused by name' <<'X'
	refused '{"add":{"path":"2.parquet","deletionVector":{"storageType":"u"}}}' 'deletion vectors' &&
	refused '{"protocol":{"minReaderVersion":3,"readerFeatures":["rowCubes"]}}' "the feature 'rowCubes'" &&
	refused '{"protocol":{"minReaderVersion":4}}' 'a reader version beyond 3' &&
	refused "$(schema id '"delta.columnMapping.mode":"name"')" 'mapped columns' &&
	refused '{"add":{"path":"../t/2.parquet"}}' 'a file elsewhere' &&
	refused '{"add":{"path":"s3://b/2.parquet"}}' 'a file elsewhere'
X
# a checkpoint of version 1, as flat columns with the names of the nested ones
text='{""type"":""struct"",""fields"":[{""name"":""id""},{""name"":""day""},{""name"":""word""}]}'
names=protocol.minReaderVersion,metaData.schemaString,metaData.partitionColumns
names=$names,add.path,add.partitionValues.key,add.partitionValues.value
checkpoint() {	# reader version
	cat <<END | mlv-data convert - --columns "$names" -o t/_delta_log/00000000000000000001.checkpoint.parquet
$1,,,,,
,"$text","[""day""]",,,
,,,day=a%20b/1.parquet,"[""day""]","[""x y""]"
END
}
check 'Delta: a checkpoint stands for the commits before it' <<'X'
	mkdir -p kept &&
	mv t/_delta_log/*.json kept &&
	checkpoint 1 &&
	echo '{"add":{"path":"2.parquet","partitionValues":{"day":null}}}' | log 2 &&
	printf 'id,day,word\n3,,z\n1,x y,x\n2,x y,y\n' >want &&
	mlv-data convert t | same want -
X
check 'Delta: a checkpoint of a later reader is refused by name' <<'X'
	checkpoint 12 &&
	expect 3 mlv-data convert t -o none.csv &&
	says 'a reader version beyond 3' &&
	test ! -e none.csv &&
	rm t/_delta_log/* &&
	mv kept/* t/_delta_log
X
check 'Delta: a log with a gap, broken, or naming a file that is not there: exit 3' <<'X'
	refused '{"add":{"path":"9.parquet"}}' 9.parquet &&
	refused '{"add":' 'ends too soon' &&
	rm t/_delta_log/*2.json &&
	mv t/_delta_log/*1.json t/_delta_log/00000000000000000005.json &&
	expect 3 mlv-data convert t &&
	says 'version 1 is missing'
X

# --- in a repository
fresh repository
mlv-data init >/dev/null
printf 'id,word\n1,x\n2,y\n' >plain.csv
gzip -c plain.csv >orders.csv.gz
check 'add: a packed table is counted; the bytes are those of the file' <<'X'
	expect 0 mlv-data add --json -n orders orders.csv.gz &&
	holds '.rows == 2' &&
	mlv-data cat data:orders | cmp - orders.csv.gz &&
	mlv-data convert data:orders | cmp - plain.csv
X
check 'add -: a table from a pipe' <<'X'
	expect 0 mlv-data add --json --name piped - <plain.csv &&
	holds '.rows == 2' &&
	mlv-data convert data:piped | cmp - plain.csv
X
check 'add --encoding: remembered with the data' <<'X'
	printf 'id,word\n1,caf\351\n' >latin.csv &&
	expect 0 mlv-data add --json --encoding latin1 latin.csv &&
	printf 'id,word\n1,caf\303\251\n' >want &&
	mlv-data convert data:latin | cmp - want
X
finish
