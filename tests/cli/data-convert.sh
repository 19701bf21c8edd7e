#!/bin/sh
# convert: rows and columns picked on the way, and what statistics save.
. "$(dirname "$0")/../lib.sh"

fresh convert
awk 'BEGIN {
	print "id,price,plan,at"
	for (i = 1; i <= 300000; i++)
		printf "%d,%s,%s,2026-%02d-01\n", i, i % 9 == 0 ? "" : i / 8, i % 3 ? "free" : "gold",
		    (i > 200000 ? 9 : 3)
}' >t.csv
mlv-data convert t.csv -o t.parquet
cat >some.csv <<'END'
id,plan,n
1,gold,5
2,free,
3,gold,-1
END
check 'convert --where keeps the rows for which an expression holds' <<'X'
	printf 'id,plan,n\n1,gold,5\n' >want &&
	mlv-data convert some.csv --where "plan = 'gold' and n > 0" | same want - &&
	printf 'id,plan,n\n2,free,\n' >want &&
	mlv-data convert some.csv --where 'n is null' | same want - &&
	mlv-data convert some.csv --to jsonl | mlv-data convert - --where 'n is null' | same want - &&
	printf 'id,plan,n\n' >want &&
	mlv-data convert some.csv --where 'id > 9' | same want - &&
	expect 0 mlv-data convert some.csv --where 'id > 9' -o none.parquet &&
	mlv-data convert none.parquet | same want -
X
check 'convert --select keeps columns in the order given, whatever the condition names' <<'X'
	printf 'n,id\n5,1\n-1,3\n' >want &&
	mlv-data convert some.csv --select n,id --where "plan ~ '^go'" | same want - &&
	mlv-data convert some.csv -o some.parquet &&
	mlv-data convert some.parquet --select n,id --where "plan ~ '^go'" | same want - &&
	expect 3 mlv-data convert some.csv --select n,ix &&
	says "no column 'ix'"
X
check 'convert finds the same types in a file, which it reads by blocks, as in a pipe, which it holds' <<'X'
	printf 'a,b,c,d,e,f\n1,NA,"","NA",true,\n2,3,4,5,false,\n,,?,7,,""\n' >odd.csv &&
	for how in "" "--na ?" "--type a=category" "--type c=float --na ?"; do
		for to in csv jsonl parquet; do
			mlv-data convert odd.csv $how --to $to >by_blocks &&
			mlv-data convert - $how --to $to <odd.csv >held &&
			cmp by_blocks held || { echo "$how $to"; return 1; }
		done
	done
X
# convert two.csv, which changes by $1 once it was read for its types: the status
convert_while() {
	cp t.csv two.csv
	mlv-data convert two.csv >rows &
	exec 3<rows
	# its first bytes are there, and the rest waits for us
	head -c 1 <&3 >have
	eval "$1"
	cat <&3 >>have
	exec 3<&-
	wait $!
}
check 'a file that changes between the two times it is read is refused' <<'X'
	mlv-data convert t.csv >want &&
	mkfifo rows &&
	expect 0 convert_while : &&
	cmp have want &&
	for change in 'echo 1,2,free,2026-01-01 >>two.csv' 'echo x >>two.csv' 'cp t.csv new && mv new two.csv'; do
		expect 3 convert_while "$change" &&
		says "'two.csv' changed while it was read" || return 1
	done
X
check 'convert says what texts might be, of a file as of a pipe' <<'X'
	awk 'BEGIN {
		print "n,m,t"
		for (i = 0; i < 90000; i++)
			printf "\"%d,5\",%s,x%d\n", i, i % 7 ? i : "?", i
	}' >forms.csv &&
	printf '"1,5",2,"a ""b"""\n' >>forms.csv &&
	for to in csv jsonl parquet; do
		expect 0 mlv-data convert forms.csv -o file.$to &&
		says "forms.csv: read as text, but would be numbers or dates with --type n=comma --na '?'" &&
		expect 0 mlv-data convert - -o pipe.$to <forms.csv &&
		says "input: read as text, but would be numbers or dates with --type n=comma --na '?'" &&
		cmp file.$to pipe.$to || return 1
	done &&
	printf 'n,m\n"1,5",?\n"1,6",*\n' >two.csv &&
	expect 0 mlv-data convert two.csv -o two.parquet &&
	says '--type n=comma' &&
	! grep -q -- --na err &&
	expect 0 mlv-data convert two.csv --na '*' -o two.parquet &&
	says '--type n=comma' &&
	! grep -q -- '--na' err
X
check 'convert: a condition that is none is a usage error, and nothing is written' <<'X'
	expect 2 mlv-data convert some.csv --where 'n >' -o none.csv &&
	says 'where: expected a value at the end' &&
	expect 2 mlv-data convert some.csv --where 'n + 1' -o none.csv &&
	expect 3 mlv-data convert some.csv --where 'm = 1' -o none.csv &&
	says "no column 'm'" &&
	test ! -e none.csv
X
check 'convert --compression of what is not Parquet is a usage error' <<'X'
	expect 2 mlv-data convert some.csv --compression zstd -o none.csv &&
	says '--compression is of Parquet; a file that ends in .gz or .zst is packed' &&
	test ! -e none.csv &&
	expect 0 mlv-data convert some.csv --compression none --to parquet -o plain.bin &&
	test "$(head -c 4 plain.bin)" = PAR1
X
for where in 'id <= 7' 'id > 299990' 'price between 12.5 and 13' "plan = 'gold' and id < 9" \
    "at >= '2026-09-01' and id > 299995" 'not (id > 5)' "plan in ('odd', 'even')" 'id = 131072 or id = 131073'; do
	WHERE=$where
	check "Parquet gives the same rows as CSV where $where" <<'X'
		mlv-data convert t.csv --where "$WHERE" >want &&
		expect 0 mlv-data convert t.parquet --where "$WHERE" &&
		same out want
X
done
# the second row group is damaged: only who has no need of it does not mind
size=$(wc -c <t.parquet)
{
	head -c $((size / 2)) t.parquet
	printf 'this was a page, and is none any more'
	tail -c +$((size / 2 + 38)) t.parquet
} >torn.parquet
check 'row groups that by their statistics have no such row are not read' <<'X'
	expect 3 mlv-data convert torn.parquet -o none.csv &&
	says 'row group 2' &&
	test ! -e none.csv &&
	printf 'id\n1\n2\n' >want &&
	mlv-data convert torn.parquet --where 'id < 3' --select id | same want - &&
	expect 3 mlv-data convert torn.parquet --where 'id between 140000 and 150000'
X
printf 'd,k\n2026-01-02,1\n,2\nx,3\n2026-03-04T05:06:07Z,4\n' >d.csv
check 'texts of Parquet that are all dates are dates, an empty one missing; one that is none keeps them texts' <<'X'
	mlv-data convert d.csv --where 'k != 3' -o d.parquet &&
	mlv-data profile d.parquet >out &&
	grep -q '"missing":1,"name":"d".*"type":"datetime"' out &&
	mlv-data convert d.csv --where 'k != 2' -o d.parquet &&
	mlv-data profile d.parquet >out &&
	grep -q '"name":"d".*"type":"category"' out &&
	mlv-data convert d.csv --where 'k = 2 or k = 3' -o d.parquet &&
	mlv-data profile d.parquet >out &&
	grep -q '"missing":1,"name":"d".*"type":"category"' out
X
check 'a file is read block by block, and gives the bytes that it gives from a pipe' <<'X'
	for to in csv jsonl parquet; do
		(
			[ -n "${MLV_SANITIZED:-}" ] || ulimit -v 60000
			mlv-data convert t.csv -o "file.$to"
		) &&
		mlv-data convert - -o "pipe.$to" <t.csv &&
		cmp "file.$to" "pipe.$to" || exit 1
	done
X
check 'a row behind the rest decides the type of a column, of a file as of a pipe' <<'X'
	awk 'BEGIN { print "n,s,e"; for (i = 0; i < 9000; i++) print i ",2026-01-02," }' >late.csv &&
	printf '0.5,"a,b",
' >>late.csv &&
	mlv-data convert late.csv --to jsonl >file.jsonl &&
	mlv-data convert - --to jsonl <late.csv | cmp - file.jsonl &&
	tail -n 1 file.jsonl | grep -qxF '{"n":0.5,"s":"a,b","e":null}'
X
check 'numbers that are texts in a Parquet file stay texts in JSON Lines, packed too' <<'X'
	printf 'id,zip\n1,10\n2,20\n' >zip.csv &&
	mlv-data convert zip.csv --type zip=text -o zip.parquet &&
	gzip -kf zip.parquet &&
	printf '{"id":1,"zip":"10"}\n{"id":2,"zip":"20"}\n' >want &&
	mlv-data convert zip.parquet --to jsonl | same want - &&
	mlv-data convert zip.parquet.gz --to jsonl >packed.jsonl &&
	mlv-data convert - --to jsonl <zip.parquet.gz | cmp - packed.jsonl
X
check 'a file that cannot be read is refused with the line, and nothing is written' <<'X'
	printf 'a,b\n1,2\n3\n' >short.csv &&
	expect 3 mlv-data convert short.csv -o short.parquet &&
	says 'line 3' &&
	test ! -e short.parquet
X
finish
