#!/bin/sh
# mlv-data feature: training sets as of each row's time.
. "$(dirname "$0")/../lib.sh"

fresh feature
cat >features.yaml <<'Y'
entities:
  customer: {key: customer_id}
  account: {key: [bank, number]}
views:
  usage:
    entity: customer
    source: usage.csv
    timestamp: event_timestamp
    created: created
    ttl: 10d
    features:
    - calls
    - spend
    - {name: rate, expr: spend / calls}
    - {name: n_7d, window: 7d, agg: count}
    - {name: spend_7d, window: 7d, agg: sum, of: spend}
    - {name: last_2, window: 30d, agg: last-2, of: spend}
  money:
    entity: account
    source: money.csv
    timestamp: at
    features: [calls]
services:
  churn: ['usage:calls', 'usage:spend']
  windows: ['usage:rate', 'usage:n_7d', 'usage:spend_7d', 'usage:last_2']
  both: ['usage:calls', money]
Y
cat >usage.csv <<'Y'
customer_id,event_timestamp,created,calls,spend
1,2026-01-05,2026-01-09,5,3
1,2026-01-01,2026-01-01,3,0.10
1,2026-01-05,2026-01-06,4,2
2,2026-01-05T10:00:00Z,2026-01-05T10:00:00Z,7,
Y
cat >money.csv <<'Y'
bank,number,at,calls
1,23,2026-01-01,a
12,3,2026-01-01,b
Y
cat >entities.csv <<'Y'
customer_id,event_timestamp,label
1,2026-01-10,"c,d"
1,2026-01-05,a
1.0,2026-01-06,b
2,2026-01-04,x
2,2026-01-06,y
3,2026-01-06,z
1,2026-01-15T00:00:01Z,old
1,2026-01-15,edge
,2026-01-15,none
1,2026-01-10,"c,d"
Y
check 'one row out for each row in, in order, each as it was known at its time' <<'X'
	expect 0 mlv-data feature join features.yaml --service churn entities.csv &&
	cat >want <<-'Y' &&
		customer_id,event_timestamp,label,usage__calls,usage__spend
		1,2026-01-10,"c,d",5,3
		1,2026-01-05,a,3,0.10
		1.0,2026-01-06,b,4,2
		2,2026-01-04,x,,
		2,2026-01-06,y,7,
		3,2026-01-06,z,,
		1,2026-01-15T00:00:01Z,old,,
		1,2026-01-15,edge,5,3
		,2026-01-15,none,,
		1,2026-01-10,"c,d",5,3
	Y
	same want out
X
check 'windows end at the row, begin after their length, and hold what was known' <<'X'
	expect 0 mlv-data feature join features.yaml --service windows --short entities.csv &&
	cat >want <<-'Y' &&
		customer_id,event_timestamp,label,rate,n_7d,spend_7d,last_2
		1,2026-01-10,"c,d",0.6,2,5,"[2,3]"
		1,2026-01-05,a,0.03333333333333333,1,0.1,[0.1]
		1.0,2026-01-06,b,0.5,2,2.1,"[0.1,2]"
		2,2026-01-04,x,,,,
		2,2026-01-06,y,,1,,
		3,2026-01-06,z,,,,
		1,2026-01-15T00:00:01Z,old,,0,,"[2,3]"
		1,2026-01-15,edge,0.6,0,,"[2,3]"
		,2026-01-15,none,,,,
		1,2026-01-10,"c,d",0.6,2,5,"[2,3]"
	Y
	same want out
X
printf 'customer_id,bank,number,event_timestamp\n1,1,23,2026-01-05\n1,12,3,2026-01-05\n1,123,,2026-01-05\n' >two.csv
check 'keys of several columns are not run together; an ambiguous name stays long' <<'X'
	expect 0 mlv-data feature join features.yaml --service both --short two.csv &&
	cat >want <<-'Y' &&
		customer_id,bank,number,event_timestamp,usage__calls,money__calls
		1,1,23,2026-01-05,3,a
		1,12,3,2026-01-05,3,b
		1,123,,2026-01-05,3,
	Y
	same want out &&
	says 'names no created column'
X
sed 1d entities.csv >some
for i in 1 2 3 4 5 6 7 8 9 10 11; do
	cat some some >more
	mv more some
done
{ head -n 1 entities.csv; cat some; } >many.csv
check 'little memory makes more passes, not other bytes' <<'X'
	expect 0 mlv-data feature join features.yaml --service windows many.csv -o one.csv --json &&
	holds '.passes == 1 and .rows == 20480' &&
	expect 0 mlv-data feature join features.yaml --service windows many.csv -o two-passes.csv \
	    --memory 1 --json &&
	holds '.passes > 1' &&
	cmp one.csv two-passes.csv
X
check 'JSON Lines in and out, and a pipe' <<'X'
	echo '{"customer_id":1,"event_timestamp":"2026-01-10","note":"n"}' |
	    mlv-data feature join features.yaml --service churn --short - -o t.jsonl >out &&
	test "$(cat t.jsonl)" = '{"customer_id":1,"event_timestamp":"2026-01-10","note":"n","calls":5,"spend":3}'
X
printf 'customer_id,event_timestamp,label\n' >none.csv
check 'Parquet, and packed files, by their ending, with the id of the file' <<'X'
	mlv-data feature join features.yaml --service churn entities.csv >plain.csv &&
	expect 0 mlv-data feature join features.yaml --service churn entities.csv -o t.parquet &&
	test "sha256:$(sha256sum t.parquet | cut -d' ' -f1)" = "$(cut -f2 out)" &&
	mlv-data convert plain.csv -o want.parquet &&
	cmp want.parquet t.parquet &&
	expect 0 mlv-data feature join features.yaml --service churn entities.csv -o t.csv.gz &&
	test "sha256:$(sha256sum t.csv.gz | cut -d' ' -f1)" = "$(cut -f2 out)" &&
	gzip -dc t.csv.gz | cmp - plain.csv &&
	expect 0 mlv-data feature join features.yaml --service churn none.csv -o none.parquet
X

check 'no rows in is a header out' <<'X'
	expect 0 mlv-data feature join features.yaml --service churn none.csv &&
	test "$(cat out)" = customer_id,event_timestamp,label,usage__calls,usage__spend
X
printf 'customer_id,event_timestamp,created,calls,spend\n1,2026-01-05,2026-01-04,1,1\n1,,2026-01-01,1,1\n' >odd.csv
sed 's/usage.csv/odd.csv/' features.yaml >odd.yaml
check 'rows created before their time, and rows without one, are told' <<'X'
	expect 0 mlv-data feature join odd.yaml --service churn entities.csv &&
	says 'looks into the future: 1 of 2' &&
	says '1 of 2 rows have no timestamp'
X

# --- a version, pinned -------------------------------------------------------
mlv-data init >/dev/null
mlv-data add usage.csv >/dev/null
sed 's/source: usage.csv/source: data:usage/' features.yaml >stored.yaml
check 'a training set is linked to its sources and definitions' <<'X'
	expect 0 mlv-data feature join stored.yaml --service churn entities.csv -o train.csv --name train &&
	id=$(cut -f2 out) &&
	test "sha256:$(sha256sum train.csv | cut -d' ' -f1)" = "$id" &&
	expect 0 mlv-data lineage data:train &&
	prints data:usage &&
	prints features.yaml
X
check 'the same bytes on one thread and on four' <<'X'
	MLV_THREADS=1 mlv-data feature join stored.yaml --service churn many.csv >one &&
	MLV_THREADS=4 mlv-data feature join stored.yaml --service churn many.csv >four &&
	cmp one four
X

# --- what is refused ---------------------------------------------------------
refused() {	# title, message, features.yaml
	printf '%s\n' "$3" >bad.yaml
	message=$2
	check "$1" 'expect 3 mlv-data feature join bad.yaml --service s entities.csv && says "$message"'
}
e='entities: {c: {key: customer_id}}'
v='views: {u: {entity: c, source: usage.csv, timestamp: event_timestamp, features: [calls]}}'
refused 'an unknown member is told with the nearest known' "is it 'ttl'?" "$e
views: {u: {entity: c, source: a.csv, timestamp: t, tll: 1d, features: [x]}}"
refused 'an unknown entity is told with the nearest known' "is it 'customer'?" "entities: {customer: {key: k}}
views: {u: {entity: custmer, source: a.csv, timestamp: t, features: [x]}}"
refused 'a service of an unknown view is told' "there is no view 'w'" "$e
$v
services: {s: [w]}"
refused 'a service of an unknown feature is told with the nearest known' "is it 'calls'?" "$e
$v
services: {s: ['u:cals']}"
refused 'a ttl without a unit is told' 'must be a duration' "$e
views: {u: {entity: c, source: a.csv, timestamp: t, ttl: 10, features: [x]}}"
refused 'an unknown aggregation is told' "'summ' is no aggregation; is it 'sum'?" "$e
views: {u: {entity: c, source: a.csv, timestamp: t, features: [{name: x, window: 1d, agg: summ, of: y}]}}"
refused 'two features of one name are told' 'has two features' "$e
views: {u: {entity: c, source: a.csv, timestamp: t, features: [x, x]}}"
refused 'a source that lacks a column is told by its name' "nope" "$e
views: {u: {entity: c, source: usage.csv, timestamp: nope, features: [calls]}}
services: {s: [u]}"
refused 'an expression that is none is told with its line' 'line 2: feature' "$e
views: {u: {entity: c, source: a.csv, timestamp: t, features: [{name: x, expr: 'a +'}]}}"
check 'an unknown service is told with the nearest known' <<'X'
	expect 3 mlv-data feature join features.yaml --service chrun entities.csv &&
	says "is it 'churn'?"
X
sed 's/label/usage__calls/' entities.csv >taken.csv
check 'a column of that name already is refused, and nothing is written' <<'X'
	expect 3 mlv-data feature join features.yaml --service churn taken.csv -o no.csv &&
	says "has a column 'usage__calls' already" &&
	test ! -e no.csv
X
printf 'customer_id,event_timestamp\n1,yesterday\n' >when.csv
check 'a time that is none is told with its line, and nothing is written' <<'X'
	expect 3 mlv-data feature join features.yaml --service churn when.csv -o no.csv &&
	says 'line 2' &&
	test ! -e no.csv
X
check 'the output may not be an input' <<'X'
	expect 2 mlv-data feature join features.yaml --service churn entities.csv -o usage.csv &&
	expect 2 mlv-data feature join features.yaml --service churn entities.csv -o entities.csv
X
finish
