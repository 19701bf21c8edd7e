#!/bin/sh
# mlv-drift perf: what was answered beside labels that came later.
. "$(dirname "$0")/../lib.sh"

fresh table
# 400 answers over four days; the score is right but on the fourth day in town
awk 'BEGIN {
	print "id,when,place,score"
	for (i = 0; i < 400; i++) {
		y = i * 7 % 10 < 4
		town = int(i / 2) % 2
		bad = i >= 300 && town
		s = (y != bad ? 0.55 : 0.05) + i % 40 / 100
		printf "k%03d,2026-01-%02dT10:00:00Z,%s,%.2f\n", i, int(i / 100) + 1, town ? "town" : "land", s
	}
}' >answers.csv
awk 'BEGIN { print "id,churn"; for (i = 399; i >= 0; i--) printf "k%03d,%d\n", i, i * 7 % 10 < 4 }' >late.csv
perf() { mlv-drift perf --labels late.csv --key id --score score --positive 1 "$@"; }
lines() { awk -F '\t' -v by="$1" -v v="$2" -v m="$3" '$1 == by && $2 == v && $3 == m' out; }
joined() { grep '"schema":"mlv.drift.join/1"' out | jq -e "$1"; }
none='\\N'

check 'perf: metrics of all rows, each day and each segment' <<'X'
	expect 0 perf --time when --by place answers.csv &&
	test "$(cut -f 1,2 out | sort -u | wc -l)" -eq 7 &&
	test "$(lines day 2026-01-01 accuracy | cut -f 4)" = 1 &&
	test "$(lines day 2026-01-04 accuracy | cut -f 4)" = 0.5 &&
	test "$(lines all "$none" accuracy | cut -f 4)" = 0.875
X
check 'perf: a segment and a day that are surely worse are weak' <<'X'
	expect 0 perf --time when --by place answers.csv &&
	test "$(lines place town auc | cut -f 12)" = weak &&
	test "$(lines day 2026-01-04 auc | cut -f 12)" = weak &&
	test "$(lines place land auc | cut -f 12)" = same
X
check 'perf: what is not yet labelled is said, and counted by day' <<'X'
	cp late.csv all.csv &&
	awk -F , 'NR == 1 || $1 < "k300"' all.csv >late.csv &&
	expect 0 perf --time when answers.csv &&
	says 'not yet labelled: 100 of 400 predictions' &&
	lines day 2026-01-04 auc | grep -q '	0	100	unlabelled' &&
	mv all.csv late.csv
X
check 'perf: labels of no answer, said twice, and two for one key are named and left out' <<'X'
	cp late.csv all.csv &&
	printf 'zz9,1\nk000,1\nk001,1\nk002,\n,1\n' >>late.csv &&
	expect 0 perf --json answers.csv &&
	says "keys of labels that no prediction has: 1, the first is 'zz9'" &&
	says "labels said again, the same: 1, the first is 'k000'" &&
	says "keys with different labels, left out (--latest takes the later one): 1, the first is 'k001'" &&
	says 'labels without a key or a value, passed over: 2' &&
	joined '.labelled == 399 and .conflicting == 1 and .unknown == 1' &&
	expect 0 perf --json --latest answers.csv &&
	joined '.labelled == 400' &&
	mv all.csv late.csv
X
check 'perf: several answers of one key are each judged, and said' <<'X'
	{ cat answers.csv && tail -n 1 answers.csv; } >twice.csv &&
	expect 0 perf --json twice.csv &&
	says "keys of several predictions, each judged: 1, the first is 'k399'" &&
	joined '.labelled == 401'
X
check 'perf: the same bytes whatever the order of the answers' <<'X'
	expect 0 perf --time when --by place answers.csv &&
	mv out one &&
	sort -t , -k 4 answers.csv | grep -v ^id >rest &&
	{ head -n 1 answers.csv && cat rest; } >shuffled.csv &&
	expect 0 perf --time when --by place shuffled.csv &&
	same one out
X
check 'perf --least: exit 1 when all rows are surely worse' <<'X'
	expect 0 perf --least accuracy=0.8 --least brier=0.3 answers.csv &&
	expect 1 perf --least accuracy=0.95 answers.csv &&
	says 'accuracy of all rows is below 0.95' &&
	expect 2 perf --least nothing=1 answers.csv &&
	expect 2 perf --least accuracy answers.csv
X
check 'perf --estimate cbpe: a value for days without labels, and none where nothing teaches' <<'X'
	cp late.csv all.csv &&
	awk -F , 'NR == 1 || $1 < "k300"' all.csv >late.csv &&
	expect 0 perf --estimate cbpe --time when answers.csv &&
	test "$(lines day 2026-01-04 auc | cut -f 4)" = '\N' &&
	test "$(lines day 2026-01-04 auc | cut -f 7)" != '\N' &&
	head -n 2 all.csv >late.csv &&
	expect 0 perf --estimate cbpe --time when answers.csv &&
	says 'no estimate: the labelled rows are of one class' &&
	mv all.csv late.csv
X
check 'perf --estimate cbpe: of three classes, by segment too, and none where a class has no label' <<'X'
	awk 'BEGIN {
		print "id,place,probabilities.a,probabilities.b,probabilities.c"
		for (i = 0; i < 600; i++) {
			p = 0.2 + i * 7919 % 601 / 1200
			print "k" i "," (i % 3 ? "land" : "town") "," p "," (1 - p) * 0.7 "," (1 - p) * 0.3
		}
	}' >c.csv &&
	awk -F , 'BEGIN { print "id,y" } NR > 1 && NR < 400 {
		u = NR * 104729 % 1009 / 1009
		print $1 "," (u < $3 ? "a" : u < $3 + $4 ? "b" : "c")
	}' c.csv >cy.csv &&
	three() { mlv-drift perf --labels cy.csv --key id --estimate cbpe --by place c.csv; } &&
	expect 0 three &&
	test "$(cut -f 3 out | sort -u | tr '\n' ' ')" = "accuracy auc_ovr f1_macro " &&
	awk -F '\t' '{ n++; bad += !($7 > 0.1 && $7 < 1 && $8 <= $7 && $9 >= $7) } END { exit bad || n != 9 }' out &&
	awk -F '\t' '$1 == "all" && $3 == "accuracy" { d = $7 - $4; exit !(d < 0.1 && d > -0.1) }' out &&
	grep -v ',c$' cy.csv >two.csv &&
	mv two.csv cy.csv &&
	expect 0 three &&
	says 'no estimate: the labelled rows are not of every class'
X
check 'perf: numbers are judged by rmse, mae and r2' <<'X'
	awk 'BEGIN { print "id,prediction"; for (i = 0; i < 50; i++) print i "," i + i % 2 }' >n.csv &&
	awk 'BEGIN { print "id,y"; for (i = 0; i < 50; i++) print i "," i }' >ny.csv &&
	expect 0 mlv-drift perf --labels ny.csv --key id n.csv &&
	test "$(lines all "$none" mae | cut -f 4)" = 0.5 &&
	test "$(lines all "$none" rmse | cut -f 4)" = 0.7071067811865476 &&
	printf '7,seven\n' >>ny.csv &&
	expect 3 mlv-drift perf --labels ny.csv --key id n.csv &&
	says "ny.csv: line 52: the label 'seven' is no number" &&
	expect 3 mlv-drift perf --labels late.csv --key id --estimate cbpe n.csv &&
	says 'cbpe estimates classifiers alone; of a regression take dle'
X
check 'perf --weak: a segment of two columns is found, and none where errors are chance' <<'X'
	awk 'BEGIN {
		print "id,age,place,note,prediction"
		for (i = 0; i < 3000; i++)
			print i "," 18 + i * 7 % 60 "," (i * 11 % 3 ? "land" : "town") ",n" i "," i % 13
	}' >w.csv &&
	weak() { mlv-drift perf --labels wy.csv --key id --weak "$@" w.csv; } &&
	awk -F , 'BEGIN { print "id,y" } NR > 1 {
		print $1 "," $5 + ($1 * 7919 % 101) / 101 + ($3 == "town" && $2 >= 60 ? 2 : 0)
	}' w.csv >wy.csv &&
	expect 0 weak 50 &&
	grep '^(weak)' out | head -n 1 | grep -q '^(weak)	place = town, [67][0-9] <= age' &&
	awk -F '\t' '$1 == "(weak)" { exit !($4 > 2 && $5 < 1 && $6 < 1e-9 && $8 == "weak") }' out &&
	expect 0 weak 50 --features place &&
	grep -q '^(weak)	place = town	mae' out &&
	expect 0 weak 2000 &&
	! grep -q weak out &&
	awk -F , 'BEGIN { print "id,y" } NR > 1 { print $1 "," $5 + ($1 * 7919 % 101) / 101 }' w.csv >wy.csv &&
	expect 0 weak 50 &&
	! grep -q weak out &&
	expect 2 weak 1
X
check 'perf --weak and --estimate dle: labels that have not begun are no crash' <<'X'
	echo id,y >wy.csv &&
	expect 0 mlv-drift perf --labels wy.csv --key id --weak 50 --estimate dle w.csv &&
	says 'no estimate: too few labelled rows teach it' &&
	test "$(lines all '\N' mae | cut -f 10-12)" = "0	3000	unlabelled"
X
check 'perf --estimate dle: the loss of days without labels, by columns named or all that can teach' <<'X'
	awk 'BEGIN {
		print "id,when,x,note,prediction"
		for (i = 0; i < 400; i++)
			printf "%d,2026-01-%02dT00:00:00Z,%d,note %d,%d\n", i, int(i / 100) + 1, (i >= 300 ? 9 : i % 10), i, i % 7
	}' >n.csv &&
	awk 'BEGIN { print "id,y"; for (i = 0; i < 300; i++) print i "," i % 7 + (i % 10) / 10 }' >ny.csv &&
	dle() { mlv-drift perf --labels ny.csv --key id --time when --estimate dle "$@"; } &&
	expect 0 dle n.csv &&
	lines day 2026-01-04 mae | awk -F '\t' '{ exit !($4 == "\\N" && $7 > 0.85 && $7 < 0.95 && $9 > $7) }' &&
	lines day 2026-01-04 rmse | awk -F '\t' '{ exit !($7 > 0.85 && $7 < 0.95) }' &&
	test "$(lines day 2026-01-04 r2 | cut -f 7)" = '\N' &&
	expect 0 dle --features x n.csv &&
	expect 3 dle --features y n.csv &&
	says "the answers' columns: no column 'y'" &&
	expect 2 dle - <n.csv &&
	says '--estimate dle and --weak read the answers twice' &&
	head -n 20 ny.csv >few.csv &&
	expect 0 mlv-drift perf --labels few.csv --key id --estimate dle n.csv &&
	says 'no estimate: too few labelled rows teach it' &&
	expect 3 perf --estimate dle answers.csv &&
	says 'dle estimates regressions alone'
X
check 'perf --sample: dle and weak segments of many answers take no more memory, and say that it is a sample' <<'X'
	awk 'BEGIN {
		print "id,x,place,words,prediction"
		for (i = 0; i < 200000; i++)
			printf "%d,%d,%s,\"words, of no use\",%d\n", i, i * 7919 % 1000, i % 3 ? "land" : "town", i % 13
	}' >many.csv &&
	awk -F , 'BEGIN { print "id,y" } NR > 1 && NR % 5 {
		print $1 "," $6 + $2 % 100 / 100 + ($3 == "town")
	}' many.csv >my.csv &&
	many() {
		[ -n "${MLV_SANITIZED:-}" ] || ulimit -v 120000
		mlv-drift perf --labels my.csv --key id --weak 100 --estimate dle --sample 5000 "$@"
	} &&
	(expect 0 many many.csv) &&
	says 'of 200000 answers are looked at, a sample (--sample)' &&
	lines all "$none" mae | awk -F '\t' '{ exit !($8 < $4 && $4 < $9 && $9 - $8 < 0.1 && $11 == 200000) }' &&
	grep '^(weak)' out | head -n 1 >first &&
	awk -F '\t' '{ exit !($2 == "place = town" && $4 > 1.4 && $7 > 700 && $7 < 1700) }' first &&
	mv out before &&
	(expect 0 many many.csv) &&
	cmp before out
X
check 'perf --sample: a log and a table of the same answers give the same sample' <<'X'
	mkdir log &&
	awk -F , 'NR > 1 && NR <= 3001 {
		printf "{\"time\":\"2026-01-01T00:00:00Z\",\"inputs\":{\"id\":[%d],\"x\":[%d],\"place\":[\"%s\"]},", $1, $2, $3
		printf "\"outputs\":{\"prediction\":[%d]}}\n", $6
	}' many.csv >log/20260101T000000Z-1.jsonl &&
	head -n 3001 many.csv >some.csv &&
	mv log/20260101T000000Z-1.jsonl all &&
	head -n 1000 all >log/20260101T000000Z-1.jsonl &&
	tail -n +1001 all >log/20260101T010000Z-1.jsonl &&
	few() { mlv-drift perf --labels my.csv --key id --weak 30 --estimate dle --sample "$@"; } &&
	expect 0 few 1000 --features x,place some.csv &&
	grep -q '^(weak)	place = town' out &&
	mv out table &&
	expect 0 few 1000 --features x,place log &&
	grep -v "^day" out | cmp - table &&
	head -n 3001 all | cut -d , -f 1- | sed 's/[][]//g; s/"time".*"inputs":{//; s/},"outputs":{/,/; s/}}/}/' >some.jsonl &&
	expect 0 few 1000 --features x,place some.jsonl &&
	cmp out table &&
	expect 2 few 99 some.csv
X
check 'perf: three classes are judged by accuracy, f1_macro and auc_ovr' <<'X'
	awk 'BEGIN {
		print "id,label,probabilities.a,probabilities.b,probabilities.c"
		for (i = 0; i < 90; i++) {
			k = i % 3
			print i "," substr("abc", k + 1, 1) "," (k == 0) * .8 + .1 "," (k == 1) * .8 + .1 "," (k == 2) * .8 + .1
		}
	}' >three.csv &&
	awk 'BEGIN { print "id,y"; for (i = 0; i < 90; i++) print i "," substr("abc", i % 3 + 1, 1); print "90,d" }' >ty.csv &&
	expect 0 mlv-drift perf --labels ty.csv --key id three.csv &&
	test "$(cut -f 3,4 out | tr '\t\n' '= ')" = 'accuracy=1 f1_macro=1 auc_ovr=1 ' &&
	says "labels of no class, left out: 1, the first is 'd'"
X
check 'perf: words that are off are usage errors, files that are off are named' <<'X'
	expect 2 mlv-drift perf --key id answers.csv &&
	says 'say with --labels' &&
	expect 2 mlv-drift perf --labels late.csv answers.csv &&
	says 'say with --key' &&
	expect 2 mlv-drift perf --labels late.csv --key id &&
	expect 3 perf --by plase answers.csv &&
	says "no column 'plase' for the segments; did you mean 'place'?" &&
	expect 3 perf --time id answers.csv &&
	says "answers.csv: line 2: 'k000' is no time" &&
	expect 3 mlv-drift perf --labels nope.csv --key id --score score --positive 1 answers.csv &&
	says "cannot open 'nope.csv'" &&
	expect 3 mlv-drift perf --labels late.csv --key id answers.csv &&
	says 'no answers are found by name' &&
	expect 2 perf answers.csv answers.csv &&
	says 'is no request log' &&
	expect 2 perf --reference-until 7d answers.csv &&
	says '--reference-until means nothing without --estimate' &&
	expect 2 perf --features place answers.csv &&
	says '--features and --sample are of --estimate dle and --weak' &&
	expect 2 perf --since today --until yesterday answers.csv &&
	says '--since today is not before --until yesterday' &&
	expect 2 mlv-drift perf --labels answers.csv --key id --score score --positive 1 answers.csv &&
	says 'say with --target which column'
X

fresh log
mkdir requests
awk 'BEGIN {
	for (i = 0; i < 200; i++) {
		printf "{\"time\":\"2026-01-0%dT03:00:05Z\",\"id\":\"r%d\",\"unit\":\"u%d\",", i / 50 + 1, i, i
		printf "\"version\":\"%d\",\"inputs\":{\"x\":%d,\"z\":%s},", i % 2 + 1, i, i % 4 ? "\"a\"" : "null"
		printf "\"outputs\":{\"label\":\"%s\",\"probabilities.No\":%.1f,", i % 3 ? "No" : "Yes", i % 3 ? .9 : .2
		printf "\"probabilities.Yes\":%.1f}}\n", i % 3 ? .1 : .8
	}
	print "{\"time\":\"2026-01-04T03:00:06Z\",\"id\":\"m\",\"unit\":\"um\"," \
	    "\"inputs\":{\"x\":[1,2],\"z\":[\"b\",null]}," \
	    "\"outputs\":{\"label\":[\"No\",\"Yes\"],\"probabilities.No\":[0.9,0.1]," \
	    "\"probabilities.Yes\":[0.1,0.9]}}"
}' >requests/20260101T030005.000000Z-1.jsonl
{
	echo id,churn
	awk 'BEGIN { for (i = 0; i < 200; i++) print "r" i "," (i % 3 ? "No" : "Yes"); print "m,Yes" }'
} >late.csv
check 'perf of a request log: answers, classes, days and segments are found' <<'X'
	expect 0 mlv-drift perf --json --labels late.csv --key id --by z,version requests &&
	joined '.positive == "Yes" and .labelled == 202' &&
	grep '"by":"z","value":"b","metric":"accuracy"' out | jq -e '.realised == 0' &&
	grep '"by":"z","value":null,"metric":"accuracy"' out | jq -e '.labelled == 51' &&
	grep '"by":"version","value":"1","metric":"accuracy"' out | jq -e '.realised == 1'
X
check 'perf --version, --since: requests that this version answered, from then on' <<'X'
	expect 0 mlv-drift perf --json --labels late.csv --key id --version 2 requests &&
	joined '.predictions == 100' &&
	expect 0 mlv-drift perf --json --labels late.csv --key id --since 2026-01-03 requests &&
	joined '.predictions == 102 and .unknown == 100'
X
check 'perf: an option that would have no effect is refused' <<'X'
	expect 2 mlv-drift perf --labels late.csv --key id --reference-until 2026-01-03 requests &&
	says '--reference-until means nothing without --estimate' &&
	expect 2 mlv-drift perf --labels late.csv --key id --features x --estimate cbpe requests &&
	expect 2 mlv-drift perf --labels late.csv --key id --sample 1000 requests &&
	says '--features and --sample are of --estimate dle and --weak'
X
check 'perf: the key may be the unit, and have another name in the labels' <<'X'
	sed '1s/id/customer/; s/^r/u/' late.csv >units.csv &&
	expect 0 mlv-drift perf --json --labels units.csv --key unit --label-key customer requests &&
	joined '.labelled == 200'
X
check 'perf: a log that is still being written, and requests without a key' <<'X'
	printf '{"time":"2026-01' >>requests/20260101T030005.000000Z-1.jsonl &&
	expect 0 mlv-drift perf --labels late.csv --key id requests &&
	says 'lines of the request log passed over, torn or not flat: 1' &&
	mkdir other &&
	sed 's/"id":"[^"]*",//' requests/*.jsonl >other/20260101T030005.000000Z-1.jsonl &&
	expect 3 mlv-drift perf --labels late.csv --key id other &&
	says "no prediction has a key 'id'"
X
finish
