#!/bin/sh
# mlv-data on CSV and JSON Lines as people have them: headers, line ends,
# quotes, comments, numbers and dates written for people, odd names.
. "$(dirname "$0")/../lib.sh"

# The file keeps the schema in ./$1: check finds nothing.
keeps() {	# schema, file, options...
	kept=$1
	shift
	expect 0 mlv-data check -s "$kept" "$@" && test ! -s out
}
lines() { test "$(wc -l <"$1")" = "$2" || { echo "$1 has $(wc -l <"$1") lines"; return 1; }; }

# --- names of columns
fresh names
printf ',a,b\n0,1.5,x\n1,2.5,y\n' >index.csv
check 'a column without a name is column_1, told in one line' <<'X'
	expect 0 mlv-data schema index.csv &&
	prints "  column_1:" &&
	lines err 1 &&
	says "column 1 (no name) is called 'column_1'"
X
check 'a column without a name is told once by every verb' <<'X'
	mlv-data schema index.csv >s.yaml 2>/dev/null &&
	expect 0 mlv-data check -s s.yaml index.csv &&
	lines err 1 &&
	expect 0 mlv-data split index.csv p=1 q=1 &&
	test "$(grep -c column_1 err)" = 1 &&
	expect 0 mlv-data profile index.csv &&
	lines err 1
X
check '-q: nothing is told of a column without a name' <<'X'
	expect 0 mlv-data schema -q index.csv &&
	test ! -s err
X
check 'a quoted empty name is no name' <<'X'
	printf '"","a",""\n"1",2,3\n' >r.csv &&
	expect 0 mlv-data schema r.csv &&
	prints "  column_1:" &&
	prints "  column_3:"
X
printf 'a,a,a_2,a,\n1,2,3,4,5\n' >dup.csv
check 'a second column of a name gets the first number that is free' <<'X'
	expect 0 mlv-data schema dup.csv &&
	sed -n "s/^  \(a.*\|column.*\):$/\1/p" out | tr "\n" " " >got &&
	test "$(cat got)" = "a a_3 a_2 a_4 column_5 "
X
check 'many columns of one name take no longer than many of their own' <<'X'
	awk 'BEGIN { for (i = 0; i < 30000; i++) printf "%sa", i ? "," : ""; print "" }' >same.csv &&
	timeout 60 mlv-data schema same.csv >out 2>err &&
	prints "  a_30000:"
X
check '--columns: a name given twice is a usage error' <<'X'
	expect 2 mlv-data schema --header --columns x,x,y,z,w dup.csv &&
	says "names 'x' twice"
X
printf '"Last, First","a=b","say ""hi""",y\n1,2,3,4\n' >odd.csv
check 'a name with a comma can be given in quotes' <<'X'
	expect 0 mlv-data profile odd.csv --drop '"Last, First",y' &&
	! grep -q "Last, First" out &&
	prints "a=b"
X
check 'a name with quotes can be given in quotes, its own doubled' <<'X'
	expect 0 mlv-data profile odd.csv --drop '"say ""hi"""' &&
	! grep -q say out
X
check '--type: a name with an equals sign can be given as it is' <<'X'
	expect 0 mlv-data schema odd.csv --type a=b=category &&
	grep -A1 "^  a=b:" out >got &&
	grep -q category got
X
check '--type: a name with a comma can be given as it is' <<'X'
	expect 0 mlv-data schema odd.csv --type "Last, First=float64" &&
	grep -A1 "Last, First" out >got &&
	grep -q float64 got
X

# --- line ends and the line sep=
fresh lines
printf 'a,b\r1,2\r3,4\n' >cr.csv
printf 'a,b\n1,2\n3,4\n' >lf.csv
printf 'a,b\r1,2\r3,4\r\n' >crlf.csv
mlv-data schema lf.csv >lf.yaml
check 'CR lines with a last LF, or CR LF, are lines' <<'X'
	expect 0 mlv-data schema cr.csv &&
	same out lf.yaml &&
	expect 0 mlv-data schema crlf.csv &&
	same out lf.yaml &&
	keeps lf.yaml cr.csv
X
check 'CR lines with a last LF are lines on standard input, too' <<'X'
	mlv-data schema - <cr.csv >got &&
	same got lf.yaml
X
awk 'BEGIN { printf "a,b"; for (i = 0; i < 40000; i++) printf "\r%d,%d", i, i; print "" }' >long.csv
check '40,000 CR lines with a last LF are as many rows' <<'X'
	expect 0 mlv-data profile long.csv &&
	prints '"rows":40000' &&
	mlv-data schema long.csv >long.yaml &&
	keeps long.yaml long.csv
X
printf 'sep=;\na;b\n1;2\n3;4\n' >sep.csv
sed 's/$/\r/' sep.csv >sepcr.csv
printf '\357\273\277"sep=|"\r\na|b\r\n1|2\r\n3|4\r\n' >sepq.csv
check 'a first line sep= says what delimits' <<'X'
	for f in sep sepcr sepq; do
		expect 0 mlv-data schema $f.csv && same out lf.yaml && keeps lf.yaml $f.csv || return 1
	done
X
check 'parts of a file with a line sep= keep that line' <<'X'
	expect 0 mlv-data split sep.csv --by a p=1 q=1 &&
	head -n 1 sep-p.csv >got &&
	test "$(cat got)" = "sep=;" &&
	expect 0 mlv-data profile sep-p.csv --header
X
check 'lines are counted with the line sep=' <<'X'
	printf 'sep=;\na;b\n1;2;3\n' >bad.csv &&
	expect 3 mlv-data schema bad.csv &&
	says "line 3 has 3"
X

# --- delimiter, quote, escape, comment
fresh forms
cat >comment.csv <<'END'
# made by "hand
a;b
# a note; of mine
1;3
#last
2;4
END
check 'one column where another delimiter fits is refused with what helps' <<'X'
	expect 3 mlv-data schema comment.csv &&
	says "--delimiter ';' --comment '#'"
X
check '--delimiter --comment as the refusal says read the file' <<'X'
	expect 0 mlv-data schema comment.csv --delimiter ';' --comment '#' &&
	cp out c.yaml &&
	prints "  a:" &&
	prints "max: 4"
X
check 'a schema remembers --delimiter and --comment' 'keeps c.yaml comment.csv'
check 'profile --comment passes over comments' <<'X'
	expect 0 mlv-data profile comment.csv --comment '#' &&
	prints '"rows":2'
X
check 'split --comment passes over comments' <<'X'
	expect 0 mlv-data split comment.csv --comment '#' --by a p=1 q=1 &&
	grep -hv "^#" comment-p.csv comment-q.csv | sort -u >got &&
	lines got 3
X
check 'a delimiter that is given is taken, though another fits' 'expect 0 mlv-data schema comment.csv --delimiter ,'
check 'a file of one column of text is read' <<'X'
	printf 'text\nHello there\nsome; more\nthe end\nof it\n' >text.csv &&
	expect 0 mlv-data schema text.csv &&
	prints "  text:"
X
check 'columns apart by runs of spaces are refused with --delimiter, which reads them' <<'X'
	printf ' a   b  c\n 1  2.5  -3\n10 20   30\n' >spaces.csv &&
	expect 3 mlv-data schema spaces.csv &&
	says "--delimiter ' '" &&
	expect 0 mlv-data schema spaces.csv --delimiter ' ' &&
	test "$(grep -c type: out)" = 3 &&
	prints "max: 20" &&
	prints "min: -3"
X
check 'two words a line, or a number in a sentence, are one column of text' <<'X'
	printf 'first last\nJane Doe\nJohn Poe\nflat 7\n' >words.csv &&
	expect 0 mlv-data schema words.csv
X
check 'columns apart by ~ or ^ are refused with --delimiter' <<'X'
	printf 'a~b\n1~2\n3~4\n' >tilde.csv &&
	expect 3 mlv-data schema tilde.csv &&
	says "--delimiter '~'" &&
	tr '~' '^' <tilde.csv >caret.csv &&
	expect 3 mlv-data schema caret.csv &&
	says "--delimiter '^'"
X
check 'titles before the header are refused with the --skip-lines that helps' <<'X'
	printf 'a title\n\nand more\na;b\n1;2\n3;4\n' >title.csv &&
	expect 3 mlv-data schema title.csv &&
	says "--skip-lines 3" &&
	expect 0 mlv-data schema title.csv --skip-lines 3 &&
	test "$(grep -c type: out)" = 2
X
check 'rows that end in a delimiter, where the header does not: the names to give' <<'X'
	printf 'a,b\n1,2,\n3,4,\n' >open.csv &&
	expect 3 mlv-data schema open.csv &&
	says "--header --columns a,b,last" &&
	expect 0 mlv-data schema open.csv --header --columns a,b,last
X
check 'a header that ends in a delimiter, where the rows do not: the names to give' <<'X'
	printf 'a,b,\n1,2\n3,4\n' >head.csv &&
	expect 3 mlv-data schema head.csv &&
	says "the header ends in a delimiter" &&
	says "--header --columns a,b" &&
	expect 0 mlv-data schema head.csv --header --columns a,b &&
	test "$(grep -c type: out)" = 2
X
check 'comments of another length than rows are refused with --comment' <<'X'
	printf 'a,b\n1,2\n%%one\n3,4\n%%two, three, four\n' >percent.csv &&
	expect 3 mlv-data schema percent.csv &&
	says "--comment '%'" &&
	expect 0 mlv-data schema percent.csv --comment %
X
printf "name,n\n'a,b',1\n'it''s',2\n\"x,3\n" >quote.csv
check '--quote: another quote, which the schema remembers' <<'X'
	expect 0 mlv-data schema quote.csv --quote "'" &&
	cp out q.yaml &&
	prints '"a,b"' &&
	prints "it's" &&
	keeps q.yaml quote.csv
X
printf 'name,n\n"a,1\n"b,2\n' >none.csv
check 'an open quote is refused' 'expect 3 mlv-data schema none.csv'
check '--quote none: quotes are text, which the schema remembers' <<'X'
	expect 0 mlv-data schema none.csv --quote none &&
	cp out n.yaml &&
	prints "read:" &&
	keeps n.yaml none.csv
X
printf 'name,n\n"a \\"b\\", c",1\nx\\,y,2\n"p\nq\\"",3\n' >esc.csv
check '--escape: the next character is itself, which the schema remembers' <<'X'
	expect 0 mlv-data schema esc.csv --escape '\' &&
	cp out e.yaml &&
	prints '"a \"b\", c"' &&
	prints '"x,y"' &&
	keeps e.yaml esc.csv
X
check 'split --escape reads and keeps such rows' <<'X'
	expect 0 mlv-data split esc.csv --escape '\' --by name p=1 q=1 &&
	cat esc-p.csv esc-q.csv | sort -u >got &&
	sort -u esc.csv >want &&
	same got want
X
check '--escape of two characters is a usage error' <<'X'
	expect 2 mlv-data schema esc.csv --escape ab &&
	says "--escape is one character"
X
check '--comment of no character is a usage error' 'expect 2 mlv-data schema esc.csv --comment ""'
check '--escape that is the quote, too, is a usage error' <<'X'
	expect 2 mlv-data schema esc.csv --escape '"'
X
check 'JSON lists a line are refused with what helps' <<'X'
	printf '[1,2]\n[3,4]\n' >arrays.jsonl &&
	expect 3 mlv-data schema arrays.jsonl &&
	says "jq -r @csv" &&
	says "--no-header"
X
check 'a JSON list of lists is refused as a JSON list' <<'X'
	printf '[\n [1,2],\n [3,4]\n]\n' >nested.json &&
	expect 3 mlv-data schema nested.json &&
	says "a JSON list"
X
check 'a JSON object over several lines is refused with what helps' <<'X'
	printf '{\n "a": 1,\n "b": 2\n}\n' >pretty.json &&
	expect 3 mlv-data schema pretty.json &&
	says "jq -c ."
X

# --- what schema writes, check reads
fresh yaml
cat >points.awk <<'END'
BEGIN {
	split("\302\205 \342\200\250 \342\200\251 \357\273\277 \177 \302\200 " \
	    "\302\237 \357\277\276 \001 \033 \360\237\230\200", c, " ")
	print "v,y"
	for (k = 0; k < 3; k++)
		for (i in c)
			printf "\"a%sb\",%d\n\"%s\",1\n\"x %s\",1\n", c[i], i, c[i], c[i]
}
END
awk -f points.awk >points.csv
check 'values of code points that YAML takes for others keep their own schema' <<'X'
	expect 0 mlv-data schema -o p.yaml points.csv &&
	keeps p.yaml points.csv
X
cat >words.csv <<'END'
null,~,yes,- a,? b,: c,.inf,<<,=,0x10,"a: b",#c,"[d]","{e}",*f,&g,!h,%i,@j,`k,true,a b
x,~,no,- a,? b,: c,<<,=,0x1f,"a: b",#c,"[d]","{e}","e, f",*f,&g,!h,%i,@j,`k,"true ","""q"""
END
sed '2p;2p' words.csv >words3.csv
check 'names and values that are words of YAML keep their own schema' <<'X'
	expect 0 mlv-data schema -o w.yaml --header words3.csv &&
	keeps w.yaml words3.csv --header
X
check 'names too long for simple keys, or of two lines, keep their own schema' <<'X'
	{
		head -c 1500 /dev/zero | tr '\0' k &&
		printf ',"two\nlines"\n1,2\n'
	} >long.csv &&
	expect 0 mlv-data schema -o l.yaml long.csv &&
	keeps l.yaml long.csv
X

# --- Latin-1
fresh bytes
printf 'Gr\366\337e,y\n1,ja\n2,nein\n' >latin1.csv
check 'names in Latin-1 are refused with the command that helps' <<'X'
	for v in schema profile; do
		expect 3 mlv-data $v latin1.csv && says "not UTF-8" &&
		says "iconv -f CP1252 -t UTF-8" || return 1
	done
X
check 'fit: names in Latin-1 are refused with the command that helps' <<'X'
	expect 3 mlv-train fit latin1.csv -t y --learner logistic -o m.onnx &&
	says "iconv -f CP1252 -t UTF-8"
X

# --- money, percent, dates as people write them
fresh people
cat >money.csv <<'END'
price,disc,us,eu,when,acct,iso,de,y
"$2,455.61",27.2%,07/08/2024,"2.455,61",08.07.2024,"(1,234.00)",2012/01/01,"1,5",no
"$5,849.85",30.3 %,08/28/2024,"5.849,85 €",28.08.2024,12.50,2012/1/2,"2,25",yes
$12,-1%,01/02/2025,"7,5",02.01.2025,"1,234",2012/12/31 10:30,3,no
END
check 'money, percent and dates are named with a line to paste' <<'X'
	expect 0 mlv-data schema money.csv &&
	lines err 1 &&
	says "with --type price=money --type disc=percent --type us=date-mdy --type eu=comma --type when=date-dmy" &&
	says "--type acct=money --type iso=date-ymd --type de=comma"
X
sed 's/.* with //' err >paste
# The column $1 of ./m.yaml says $2.
column() { awk -v c="  $1:" '/^  [^ ]/ { on = $0 == c } on' m.yaml | grep -q -- "$2\$"; }
check 'the pasted line reads them as numbers and dates' <<'X'
	expect 0 mlv-data schema money.csv $(cat paste) -o m.yaml &&
	test ! -s err &&
	column price "min: 12" &&
	column acct "max: 1234" &&
	column acct "min: -1234" &&
	column disc "min: -0.01" &&
	column us 'min: "2024-07-08.*"' &&
	column when 'min: "2024-07-08.*"' &&
	column iso 'max: "2012-12-31T10:30.*"' &&
	column eu "max: 5849.85"
X
check 'a schema keeps how numbers and dates are written' <<'X'
	column price "type: money" &&
	keeps m.yaml money.csv
X
sed '2s/27.2%/27.2/;3s/28.08/28.13/' money.csv >off.csv
check 'check: what is not written in the form of its column is of the wrong type' <<'X'
	expect 1 mlv-data check -s m.yaml off.csv &&
	prints "type	disc	error	1	cannot be read as percent" &&
	prints "type	when	error	1	cannot be read as date-dmy"
X
check '--type disc=percent: what is no percent is refused with its line' <<'X'
	expect 3 mlv-data schema off.csv --type disc=percent &&
	says "line 2" &&
	says percent
X
check 'where only a person knows the form, both are named' <<'X'
	printf 'd,n\n01/02/2024,"1,234"\n03/04/2024,"5,678"\n' >either.csv &&
	expect 0 mlv-data schema either.csv &&
	says "--type d=date-dmy (or date-mdy)" &&
	says "--type n=money (or comma)"
X
check 'months by name, years of two digits and hours of half a day are named and read' <<'X'
	cat >when.csv <<'END' &&
a,b,c
8-Jul-24,"Jul 8, 2024",07/08/24 3:45 PM
19-Aug-99,"Aug 19, 1999",08/19/99 12:05 AM
END
	expect 0 mlv-data schema when.csv &&
	says "with --type a=date-dmy --type b=date-mdy --type c=date-mdy" &&
	expect 0 mlv-data schema when.csv $(sed "s/.* with //" err) -o m.yaml &&
	column a 'max: "2024-07-08.*"' &&
	column b 'min: "1999-08-19.*"' &&
	column c 'min: "1999-08-19T00:05.*"' &&
	column c 'max: "2024-07-08T15:45.*"'
X
check 'a word for missing among numbers is named and read' <<'X'
	printf 'mpg,hp,price\n18,130,$5\n?,-,?\n15,165,$7\n' >holes.csv &&
	expect 0 mlv-data schema holes.csv &&
	says "with --na '?' --na=- --type price=money (or comma)" &&
	expect 0 mlv-data schema holes.csv --na '?' --na=- --type price=money -o m.yaml &&
	column mpg "type: int64" &&
	column hp "max: 165" &&
	column price "max: 7" &&
	keeps m.yaml holes.csv
X
check 'codes are taken neither for numbers nor for dates' <<'X'
	printf 'zip,code,t\n007,a-1,1/2\n012,b-2,3/4\n' >codes.csv &&
	expect 0 mlv-data schema codes.csv &&
	test ! -s err
X
printf '1,5;2,5;3,5\n4,5;5,5;6,5\n7,25;8,25;9,25\n' >headerless.csv
check 'decimal commas in the first line are no header: refused with what helps' <<'X'
	expect 3 mlv-data schema headerless.csv &&
	says "1,5" &&
	says "--no-header"
X
check '--no-header: decimal commas between semicolons, with a line to paste' <<'X'
	expect 0 mlv-data schema headerless.csv --no-header &&
	says "--type column_1=comma --type column_2=comma --type column_3=comma" &&
	sed "s/.* with //" err >paste &&
	expect 0 mlv-data schema headerless.csv --no-header $(cat paste) &&
	prints "max: 9.25"
X
printf '{"p":"$1.50","q":"3%%"}\n{"p":"$2","q":"4%%"}\n' >p.jsonl
check 'JSON Lines: money and percent are named, and read with what is named' <<'X'
	expect 0 mlv-data schema p.jsonl &&
	says "--type p=money --type q=percent" &&
	expect 0 mlv-data schema p.jsonl --type p=money --type q=percent -o p.yaml &&
	grep -q "max: 0.04" p.yaml &&
	keeps p.yaml p.jsonl
X
cat >train.awk <<'END'
BEGIN {
	print "price,y"
	for (i = 0; i < 60; i++)
		printf "\"$%d,%03d\",%s\n", i % 9 + 1, i * 37 % 1000, (i % 9 > 4 ? "yes" : "no")
}
END
awk -f train.awk >train.csv
check 'a model learned from money answers and is judged on such rows' <<'X'
	expect 0 mlv-train fit train.csv -t y --learner logistic -o m.onnx --type price=money &&
	expect 0 mlv-serve batch m.onnx -i train.csv --type price=money &&
	lines out 61 &&
	expect 0 mlv-train eval m.onnx train.csv -t y --type price=money
X
git init -q . && mlv-data init >/dev/null
check 'add --type: the dataset keeps how its numbers are written' <<'X'
	expect 0 mlv-data add money.csv --type price=money &&
	expect 0 mlv-data schema data:money &&
	prints "type: money" &&
	! grep -q price=money err
X

# --- refusals
fresh refusals
printf 'a,b,c\n1,2,3\nx,2,3\ny,z,3\n1,2\n4,w,5\n' >bad.csv
check 'all troubles of a file are told at once, with a line to paste' <<'X'
	expect 3 mlv-data schema bad.csv --type a=int64 --type b=float64 &&
	says "bad.csv: line 3: column 'a': 'x' is not an integer; line 4: column 'b': 'z' is not a number;" &&
	says "; rows must have 3 cells, but line 5 has 2" &&
	says "to read them as text: --type 'a=text' --type 'b=text'"
X
check 'JSON Lines: all troubles of a file are told at once' <<'X'
	printf '{"a":"x","b":"q"}\n{"a":"y","b":1}\n' >bad.jsonl &&
	expect 3 mlv-data schema bad.jsonl --type a=int64 --type b=float64 &&
	says "row 1: column 'a'" &&
	says "; row 1: column 'b'"
X
check 'row names without a name are refused with the names to give' <<'X'
	printf '"x","y"\n"1",2,3\n"2",4,5\n' >rownames.csv &&
	expect 3 mlv-data schema rownames.csv &&
	says "--header --columns row,x,y" &&
	expect 0 mlv-data schema rownames.csv --header --columns row,x,y
X
check 'a doubtful header: all names that look like data are told' <<'X'
	printf '2019,b,2020\n1,2,3\n' >years.csv &&
	expect 3 mlv-data schema years.csv &&
	says "('2019', '2020')" &&
	says "--no-header" &&
	expect 0 mlv-data schema years.csv --header &&
	prints '"2019":'
X

# --- the ending of a file
fresh ending
git init -q .
mlv-data init >/dev/null
printf '{"a":1}\n{"a":2}\n' >j.csv
printf 'a\n1\n2\n' >c.jsonl
cp c.jsonl plain.xyz
mlv-data add j.csv c.jsonl plain.xyz >/dev/null
mlv-data schema c.jsonl >want.yaml
for f in j.csv c.jsonl plain.xyz data:j data:c data:plain; do
	check "the ending decides nothing: schema, check, profile and split of $f" <<'X'
		expect 0 mlv-data schema $f &&
		same out want.yaml &&
		keeps want.yaml $f &&
		expect 0 mlv-data profile $f &&
		prints '"rows":2' &&
		expect 0 mlv-data split $f --by a -n part p=1 q=1
X
done

# --- merge conflicts of git
fresh conflict
git init -q .
printf 'a,b\n1,2\n' >x.csv
mlv-data init >/dev/null && mlv-data add x.csv >/dev/null
cp x.csv.mlv good
{
	head -n 1 good
	echo '<<<<<<< HEAD'
	sed -n '2,$p' good
	echo =======
	sed -n '2,$p' good
	echo '>>>>>>> other'
} >x.csv.mlv
check 'a merge conflict in a pointer is called one' <<'X'
	expect 3 mlv-data ls &&
	says "x.csv.mlv" &&
	says "line 2: a merge conflict of git"
X
check 'a merge conflict in a schema is called one' <<'X'
	{
		printf 'columns:\n<<<<<<< HEAD\n  a: {type: int64}\n' &&
		printf '=======\n  a: {type: text}\n>>>>>>> other\n'
	} >s.yaml &&
	expect 3 mlv-data check -s s.yaml x.csv &&
	says "s.yaml: line 2: a merge conflict of git"
X

finish
