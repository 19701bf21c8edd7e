#!/bin/sh
# The kinds of files that CSV corpora are made of, a small one each: read as
# what they say, or refused with the line; never read as something else.
. "$(dirname "$0")/../lib.sh"

fresh corpora
# title, the file as printf writes it, the rows as JSON or "refused WORDS", options
kind() {
	printf "$2" >in.csv
	WANT=$3
	shift 3
	OPTIONS=$*
}
reads() {
	# shellcheck disable=SC2086 # options are words
	set -- $OPTIONS
	case $WANT in
	refused*)
		expect 3 mlv-data convert in.csv -o out.csv "$@" &&
			says "${WANT#refused }" &&
			test ! -e out.csv
		;;
	*)
		expect 0 mlv-data convert in.csv --to jsonl "$@" &&
			jq -s -c . out >rows &&
			printf '%s\n' "$WANT" | jq -c . | same rows -
		;;
	esac
}
kind simple 'a,b,c\n1,2,3\n' '[{"a":1,"b":2,"c":3}]'
check 'plain rows' 'reads'
kind crlf 'a,b\r\n1,2\r\n' '[{"a":1,"b":2}]'
check 'lines that end in CR LF' 'reads'
kind cr 'a,b\r1,2\r' '[{"a":1,"b":2}]'
check 'lines that end in CR' 'reads'
kind comma 'a,b\n"x, y",2\n' '[{"a":"x, y","b":2}]'
check 'a comma in quotes' 'reads'
kind newline 'a,b\n"x\ny",2\n3z,"\r\n"\n' '[{"a":"x\ny","b":"2"},{"a":"3z","b":"\r\n"}]'
check 'line ends in quotes' 'reads'
kind quotes 'a,b\n1,"ha ""ha"" ha"\n2,""""\n' '[{"a":1,"b":"ha \"ha\" ha"},{"a":2,"b":"\""}]'
check 'doubled quotes' 'reads'
kind bare 'a,b\n37 36'"'"'37.8"N,x\n' '[{"a":"37 36'"'"'37.8\"N","b":"x"}]'
check 'a quote inside of a cell that has none around it' 'reads'
kind json 'key,val\n1,"{""type"": ""Point"", ""at"": [1, 2.5]}"\n' \
    '[{"key":1,"val":"{\"type\": \"Point\", \"at\": [1, 2.5]}"}]'
check 'JSON in a cell' 'reads'
kind empty 'a,b\n1,""\n,2\n' '[{"a":1,"b":null},{"a":null,"b":2}]'
check 'empty cells, with quotes and without' 'reads'
kind utf8 'a,b\n\303\251,\312\244\n' '[{"a":"\u00e9","b":"\u02a4"}]'
check 'letters beyond ASCII' 'reads'
kind bom '\357\273\277a,b\n1,2\n' '[{"a":1,"b":2}]'
check 'a byte order mark' 'reads'
kind noend 'a,b\n1,2' '[{"a":1,"b":2}]'
check 'a last line without an end' 'reads'
kind blanks 'a,b\n1,2\n\n\n' '[{"a":1,"b":2}]'
check 'blank lines at the end' 'reads'
for d in ';' '\t' '|'; do
	kind "$d" "a${d}b\n1${d}x\n2${d}y\n" '[{"a":1,"b":"x"},{"a":2,"b":"y"}]'
	check "cells separated by '$d'" 'reads'
done
kind single "a,b\n'x, y',2\n" '[{"a":"x, y","b":2}]' --quote "'"
check 'other quotes, when they are said' 'reads'
kind escape 'a,b\n"x \\"y\\"",2\n' '[{"a":"x \"y\"","b":2}]' '--escape' '\'
check 'another escape, when it is said' 'reads'
kind preamble 'a report\n\na,b\n1,2\n' '[{"a":1,"b":2}]' --skip-lines 2
check 'lines before the header, when they are said' 'reads'
kind noheader '1,2\n3,4\n' '[{"column_1":1,"column_2":2},{"column_1":3,"column_2":4}]' --no-header
check 'no header, when that is said' 'reads'
kind guess '1,2\n3,4\n' 'refused line 1'
check 'a header that is none is refused' 'reads'
kind more 'a,b\n1,2\n3,4,5\n6,7\n' 'refused line 3 has 3'
check 'a separator too many' 'reads'
kind less 'a,b\n1,2\n34\n6,7\n' 'refused line 3 has 1'
check 'a separator too few' 'reads'
kind quote 'a,b\n1,"x"y"\n6,7\n' 'refused line 2: broken quotes'
check 'a quote too many' 'reads'
kind open 'a,b\n1,2\n3,"x\n6,7\n' 'refused line 3: broken quotes'
check 'a quote that is never closed' 'reads'
kind mixed 'a,b\n1,2\n3;4\n6,7\n' 'refused line 3 has 1'
check 'a line with another separator' 'reads'
kind tables 'a,b\n1,2\nc,d,e\n3,4,5\n' 'refused line 3 has 3'
check 'a second table of other columns' 'reads'
kind nothing '' 'refused empty'
check 'no byte at all' 'reads'
finish
