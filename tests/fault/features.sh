#!/bin/sh
# kill -9 and a full disk at the system calls of `mlv-data feature load` and
# `feature join` (a sample of them; FAULT_ALL=1 TEST_TIMEOUT=9999: every one).
. "$(dirname "$0")/harness"
needs_strace 'faults at every system call of feature load and join'

fresh area
mkdir base
cat >base/features.yaml <<'Y'
entities: {customer: {key: id}}
views:
  usage: {entity: customer, source: usage.csv, timestamp: t, features: [a, b, {name: n, window: 3650d, agg: count}]}
services: {churn: [usage]}
Y
rows() {	# day, value
	awk -v day="$1" -v x="$2" 'BEGIN { for (i = 0; i < 300; i++) printf "%d,2026-01-%02d,%s,%s\n", i, day, x, x }'
}
{ echo id,t,a,b; rows 1 old; } >base/usage.csv
{ echo id,event_timestamp; rows 9 x | cut -d, -f1,2; } >base/entities.csv
load='mlv-data feature load -q --store o.mdb features.yaml'
join='mlv-data feature join -q --service churn features.yaml entities.csv -o train.csv'
(cd base && $load && $join) >/dev/null 2>&1
rows 2 new >>base/usage.csv

# A key's row as the store tells it: values, and how many rows there are.
kept() {
	for id in 0 150 299; do
		mlv-data feature get features.yaml --service churn --store o.mdb id=$id | cut -f2 | paste -sd, - |
		    sed 's/^$/nothing/'
	done
}
state_of_load() { kept | grep -v -x -e old,old,1 -e new,new,2; }
# What is not yet named is ./train.csv.HEX.tmp; a kill may leave it.
left='-e ./train.csv.[0-9a-f]*.tmp'
state_of_join() {
	cmp -s train.csv ../base/train.csv || cmp -s train.csv ../joined || echo 'train.csv is neither old nor new'
	find . -type f | grep -v -x -e ./features.yaml -e ./usage.csv -e ./entities.csv -e './o.mdb.*' -e ./train.csv $left
}
(cp -a base once && cd once && $join && mv train.csv ../joined) >/dev/null 2>&1

strike_all "$load" o.mdb state_of_load signal=KILL
check 'feature load killed at any system call: each key has its old row or its new, and a load goes on' \
	'nothing_wrong 15'
strike_all "$load" o.mdb state_of_load error=ENOSPC
check 'feature load on a full disk: each key has its old row or its new, and a load goes on' \
	'nothing_wrong 15'
strike_all "$join" train.csv state_of_join signal=KILL
check 'feature join killed at any system call: the old file or the new, and it runs again' \
	'nothing_wrong 10'
left=
strike_all "$join" train.csv state_of_join error=ENOSPC
check 'feature join on a full disk: the old file or the new, nothing beside, and it runs again' 'nothing_wrong 10'
finish
