#!/bin/sh
# mlv-data diff: rows and columns of two tables held against each other.
. "$(dirname "$0")/../lib.sh"

tab=$(printf '\t')
rows() { grep "^row$tab" out | cut -f2-; }
whole() { grep "^table$tab" out | cut -f2-; }
fresh diff
cat >a.csv <<'X'
id,x,y,z
1,1.50,a,True
2,2,b,False
3,3,c,True
4,4,,True
X
cat >b.csv <<'X'
id,y,x,z,w
1,a,1.5,true,9
3,C,3,true,8
4,d,,true,7
5,"e,f",5,false,6
X
check 'a key: rows added and removed, cells changed, in the order of the rows' <<'X'
	expect 1 mlv-data diff --key id a.csv b.csv &&
	rows >got &&
	cat >want <<-'Y' &&
		removed	2	2	\N	\N	2,2,b,False	\N
		changed	3	3	2	y	c	C
		changed	4	4	3	x	4	\N
		changed	4	4	3	y	\N	d
		added	5	\N	4	\N	\N	5,"e,f",5,false,6
	Y
	same want got
X
check 'a column added is told, and one in another place' <<'X'
	prints "column${tab}added${tab}w${tab}\\N${tab}int64" &&
	test "$(whole)" = "differs${tab}4${tab}4${tab}1${tab}1${tab}2${tab}0${tab}0${tab}false${tab}true${tab}a.csv${tab}b.csv"
X
check 'without a key a row that changed is one removed and one added' <<'X'
	expect 1 mlv-data diff a.csv b.csv &&
	test "$(rows | cut -f1 | sort | uniq -c | tr -d '\n')" = "      3 added      3 removed"
X
check 'a table is the same as itself, in other writing too: exit 0' <<'X'
	printf 'x,on\n1.50,True\n-0.0,FALSE\n1e3,true\n' >one.csv &&
	printf 'x,on\n1.5,true\n0,false\n1000,true\n' >two.csv &&
	expect 0 mlv-data diff a.csv a.csv &&
	test "$(whole | cut -f1)" = same &&
	expect 0 mlv-data diff one.csv two.csv &&
	test "$(whole | cut -f1)" = same
X
check 'what is text on a side is compared as text: 1.50 is not 1.5' <<'X'
	printf 'version\n1.50\nnone yet\n' >one.csv &&
	printf 'version\n1.5\nnone yet\n' >two.csv &&
	expect 1 mlv-data diff one.csv two.csv &&
	test "$(rows | wc -l)" = 2
X
check 'keys that are text: 007 and 7 are two keys' <<'X'
	printf 'id,x\n007,1\nA,2\n' >one.csv &&
	printf 'id,x\n7,1\nA,2\n' >two.csv &&
	expect 1 mlv-data diff --key id one.csv two.csv &&
	test "$(rows | cut -f1,2 | tr '\t\n' '  ')" = "removed 007 added 7 "
X
check 'the same rows in other order: said, exit 0, with a key and without' <<'X'
	{ head -n 1 a.csv && sed 1d a.csv | sort -r; } >turned.csv &&
	expect 0 mlv-data diff a.csv turned.csv &&
	test "$(whole | cut -f1)" = "other order" &&
	expect 0 mlv-data diff -k id a.csv turned.csv &&
	test "$(whole | cut -f1)" = "other order"
X
check 'a row that stands twice and then once is removed once' <<'X'
	printf 'x\n1\n2\n1\n' >one.csv &&
	printf 'x\n1\n2\n' >two.csv &&
	expect 1 mlv-data diff one.csv two.csv &&
	test "$(rows | cut -f1,3)" = "removed${tab}3"
X
check 'a compound key, and one that is not unique: warned, equal rows pair first' <<'X'
	printf 'a,b,x\n1,1,p\n1,2,q\n1,2,r\n' >one.csv &&
	printf 'a,b,x\n1,2,r\n1,2,s\n1,1,p\n' >two.csv &&
	expect 1 mlv-data diff --key a,b one.csv two.csv &&
	says "the key is not unique" &&
	test "$(rows)" = "changed${tab}1,2${tab}2${tab}2${tab}x${tab}q${tab}s"
X
check 'columns dropped and retyped are told, an emptied one is no other type' <<'X'
	printf 'a,b,c,d\n1,2,3,4\n2,2,3,4\n' >one.csv &&
	printf 'a,c,d\n1.5,x,\n2,3,\n' >two.csv &&
	expect 1 mlv-data diff --stat one.csv two.csv &&
	grep ^column out | cut -f2-5 >got &&
	printf 'retyped\ta\tint64\tfloat64\ndropped\tb\tint64\t\\N\n' >want &&
	printf 'retyped\tc\tint64\tstring\nsame\td\tint64\t\\N\n' >>want &&
	same want got
X
check '--stat: means and shift of numbers, distance of shares of words' <<'X'
	printf 'x,w\n1,a\n3,a\n5,b\n7,b\n' >one.csv &&
	printf 'x,w\n3,a\n5,a\n7,a\n9,c\n' >two.csv &&
	expect 1 mlv-data diff --stat --json one.csv two.csv &&
	jq -r 'select(.column == "x") | "\(.mean_old) \(.mean_new) \(.shift * 1000 | round)"' out >got &&
	jq -r 'select(.column == "w") | .shift' out >>got &&
	printf '4 6 894\n0.5\n' >want &&
	same want got
X
check 'JSON Lines against CSV, members in any order, some absent' <<'X'
	printf '{"x":1,"y":"a"}\n{"y":"b","x":2.50}\n{"x":3}\n' >one.jsonl &&
	printf 'x,y\n1,a\n2.5,b\n3,\n' >two.csv &&
	expect 0 mlv-data diff one.jsonl two.csv &&
	test "$(whole | cut -f1)" = same
X
check 'standard input is a side' <<'X'
	expect 1 mlv-data diff --key id - b.csv <a.csv &&
	test "$(rows | wc -l)" = 5
X

# --- versions
git init -q .
check 'versions of data: read as they were added' <<'X'
	mlv-data init &&
	tr , '|' <a.csv >t.csv &&
	mlv-data add --delimiter '|' t.csv &&
	sed '2s/a/A/' a.csv | tr , '|' >t.csv &&
	mlv-data add --delimiter '|' t.csv &&
	expect 1 mlv-data diff --key id data:t@1 data:t@2 &&
	test "$(rows)" = "changed${tab}1${tab}1${tab}1${tab}y${tab}a${tab}A"
X

# --- folders
check 'versions of folders: a record for each file that differs' <<'X'
	mkdir -p pair/sub &&
	echo one >pair/a &&
	echo two >pair/sub/b &&
	echo same >pair/same &&
	mlv-data add pair >log &&
	echo changed >pair/a &&
	rm pair/sub/b &&
	echo new >pair/sub/c &&
	mlv-data add pair >log &&
	expect 1 mlv-data diff data:pair@1 data:pair@2 &&
	grep ^file out | cut -f2,4,6,7 >got &&
	printf 'changed\t4\t8\ta\nremoved\t4\t\\N\tsub/b\nadded\t\\N\t4\tsub/c\n' >want &&
	same want got &&
	expect 1 mlv-data diff --stat data:pair@1 data:pair@2 &&
	test "$(cut -f1-5 out)" = "folder${tab}differs${tab}1${tab}1${tab}1" &&
	expect 0 mlv-data diff data:pair@2 data:pair
X
check 'a folder with a table, or with a key: exit 2' <<'X'
	expect 2 mlv-data diff data:pair data:t &&
	says "a folder is compared with a folder" &&
	expect 2 mlv-data diff --key id data:pair@1 data:pair@2 &&
	says "leave out --key"
X

# --- more than memory
table() {	# first, last, with a change at every so many rows
	awk -v i="$1" -v last="$2" -v every="$3" 'BEGIN {
		print "id,name,x"
		for (; i <= last; i++)
			printf "%d,name-%s-of-this-row-which-is-long,%d\n", i,
			    (every && i % every == 0 ? "other" : i * 7919 % 1000), i * 31 % 977
	}'
}
table 1 200000 0 >old.csv
table 5 200004 1000 >new.csv
check 'with 16 MiB and one thread the answer is that of 448 MiB and two' <<'X'
	expect 1 env MLV_THREADS=2 mlv-data diff --key id old.csv new.csv &&
	cp out want &&
	expect 1 env MLV_THREADS=1 mlv-data diff --memory 16 --key id old.csv new.csv &&
	same want out &&
	test "$(whole | cut -f4-6)" = "4${tab}4${tab}200"
X
check 'what lay on disk is gone afterwards' <<'X'
	mkdir temp &&
	expect 1 mlv-data diff --memory 16 --temp temp old.csv new.csv &&
	test -z "$(ls -A temp)"
X
check 'a place for them that is not there: exit 3, named' <<'X'
	expect 3 mlv-data diff --memory 16 --temp nowhere old.csv new.csv &&
	says "'nowhere'" &&
	test ! -s out
X

# --- bad input
check 'one name, or standard input twice: exit 2' <<'X'
	expect 2 mlv-data diff a.csv &&
	says "takes two names" &&
	expect 2 mlv-data diff - - </dev/null &&
	says "only one side"
X
check 'a key that is no column: exit 3, the nearest named; one named twice: exit 2' <<'X'
	expect 3 mlv-data diff --key idd a.csv b.csv &&
	says "a.csv: no column 'idd' for --key (did you mean id?)" &&
	expect 3 mlv-data diff --key w a.csv b.csv &&
	says "no column 'w'" &&
	expect 2 mlv-data diff --key id,id a.csv b.csv &&
	says "'id' twice"
X
check 'a file that is not there, a row too long: exit 3, nothing printed' <<'X'
	expect 3 mlv-data diff a.csv nope.csv &&
	says "nope.csv" &&
	{ cat a.csv && echo 5,5,5,5,5; } >long.csv &&
	expect 3 mlv-data diff a.csv long.csv &&
	says "long.csv: line 6" &&
	test ! -s out
X
check 'a name without its kind: the error says what there is' <<'X'
	expect 3 mlv-data diff t@1 data:t@2 &&
	says "there is 'data:t@1'" &&
	expect 3 mlv-data cat t@2 &&
	says "there is 'data:t@2'" &&
	expect 3 mlv-data cat t@9 &&
	! grep "there is" err
X
check 'a stored version with a flipped bit: exit 3, nothing printed' <<'X'
	id=$(mlv-data show --json data:t@1 | jq -r '.manifest.links[0].id' | cut -c8-) &&
	f=.mlv/objects/$(echo "$id" | cut -c1-2)/$(echo "$id" | cut -c3-) &&
	chmod u+w "$f" &&
	printf X | dd of="$f" bs=1 seek=40 conv=notrunc 2>dd.err &&
	expect 3 mlv-data diff data:t@1 data:t@2 &&
	test ! -s out
X
finish
