#!/bin/sh
# scripts/corpus: what it counts as equal, different and refused.
. "$(dirname "$0")/../lib.sh"

corpus() { sh "$TOP/scripts/corpus" "$@"; }
command -v python3 >/dev/null 2>&1 || {
	skip 'corpus holds files against Python' 'no python3'
	finish
	exit
}

fresh files
mkdir in
printf 'a,b\n1,x\n2.5,NA\n,"y, z"\n' >in/plain.csv
printf 'a;b\n1,5;x\n' >in/semi.csv
printf '1,2\n3,4\n' >in/bare.csv
printf ' a  b\n 1  2\n' >in/spaces.tsv
printf 'a,b\n1,2\n3\n' >in/ragged.csv
printf 'a\n"open\n' >in/open.csv
check 'corpus: a file read as Python reads it is equal' <<'X'
	expect 0 corpus in &&
	prints "equal	in/plain.csv	3 rows, 2 columns" &&
	prints "equal	in/semi.csv	1 rows, 2 columns"
X
check 'corpus: a refusal that names the options is told with those that read the file' <<'X'
	grep -q "^refused	in/bare.csv	.*	reads with --no-header$" out &&
	grep -q "^refused	in/spaces.tsv	.*	reads with --delimiter ' '$" out
X
check 'corpus: a refusal that names none is told as it is' <<'X'
	prints "refused	in/ragged.csv	in/ragged.csv: rows must have 2 cells, but line 3 has 1" &&
	prints "refused	in/open.csv"
X
check 'corpus: the last line counts' <<'X'
	prints "6 files: 2 equal, 0 read and not compared, 0 differ, 4 refused (2 of them read with what was said)"
X
check 'corpus: texts that are not UTF-8 are compared by their bytes' <<'X'
	mkdir bytes &&
	printf 'n,t\n1,\202\240\n2,\202\242\n3,\202\240\n' >bytes/sjis.csv &&
	printf 'n,t\n1,caf\351\n2,plain\n3,\303\251\n' >bytes/latin1.csv &&
	expect 0 corpus bytes &&
	prints "equal	bytes/sjis.csv	3 rows, 2 columns" &&
	prints "equal	bytes/latin1.csv	3 rows, 2 columns"
X
check 'corpus: a difference is exit 1' <<'X'
	mkdir fake odd &&
	cp in/plain.csv odd &&
	cat >fake/mlv-data <<'END' &&
#!/bin/sh
mlv-real "$@" | sed 's/"max":2.5/"max":2.25/'
END
	chmod +x fake/mlv-data &&
	ln -s "$BUILD/bin/mlv-data" fake/mlv-real &&
	mkdir build &&
	ln -s ../fake build/bin &&
	BUILD=$PWD/build expect 1 corpus odd &&
	prints "differs	odd/plain.csv	'a': from 1 to 2.25"
X
finish
