#!/bin/sh
# mlv-drift compare on the request log: a span of it, segments by name and on
# standard input, one that is being written.
. "$(dirname "$0")/../lib.sh"

# a day's segment: x below 50, or from 100 on
day() {	# date, added to x
	awk -v day="$1" -v add="$2" 'BEGIN {
		for (i = 0; i < 400; i++)
			printf "{\"time\":\"%sT03:%02d:05Z\",\"inputs\":{\"x\":%d},\"outputs\":{\"y\":1}}\n",
			    day, i % 60, i * 7 % 50 + add
	}' >"log/$(echo "$1" | tr -d -)T030005.000000Z-1.jsonl"
}
fresh log
mkdir log
day 2026-01-02 0
day 2026-01-03 0
day 2026-01-04 100
awk 'BEGIN { print "x,churn"; for (i = 0; i < 400; i++) print i % 50 "," i % 2 }' >ref.csv

check '--since and --until: only requests of that span count' <<'X'
	expect 1 mlv-drift compare ref.csv log &&
	expect 0 mlv-drift compare --until 2026-01-04 ref.csv log &&
	expect 1 mlv-drift compare --json --since 2026-01-04 ref.csv log &&
	prints '"current_values":400' &&
	expect 0 mlv-drift compare --json --since 2026-01-03T03:30 --until 2026-01-04 ref.csv log &&
	prints '"current_values":190'
X
check '--since: columns that the log has not are no drift' <<'X'
	expect 0 mlv-drift compare --any --until 2026-01-04 ref.csv log
X
check '--since: nothing asked since then is too few, exit 0' <<'X'
	expect 0 mlv-drift compare --any --since 24h ref.csv log &&
	prints "(dataset)	share	0	0.5	too few" &&
	expect 0 mlv-drift compare --json --since 2026-02-01 ref.csv log &&
	prints '"share":0,"weighted":0,"count":0,"drifted":null,"too_few":true,"columns":0' &&
	expect 3 mlv-drift compare --evidently --since 24h ref.csv log
X
check '--since yesterday: the rows of yesterday and today' <<'X'
	day "$(date -u -d yesterday +%Y-%m-%d)" 100 &&
	expect 1 mlv-drift compare --json --since yesterday ref.csv log &&
	prints '"current_values":400' &&
	expect 1 mlv-drift compare --json --since yesterday --until today ref.csv log &&
	prints '"current_values":400' &&
	expect 0 mlv-drift compare --since today ref.csv log
X
check 'segments by name: those count' <<'X'
	expect 0 mlv-drift compare --json ref.csv log/20260102* log/20260103* &&
	prints '"current_values":800' &&
	expect 1 mlv-drift compare --any ref.csv log/20260103* log/20260104*
X
check 'segments on standard input: as by name' <<'X'
	expect 0 mlv-drift compare --json ref.csv log/20260102* log/20260103* &&
	mv out named &&
	cat log/20260102* log/20260103* >two &&
	expect 0 mlv-drift compare --json ref.csv - <two &&
	same named out &&
	expect 0 mlv-drift compare --json --since 2026-01-03 ref.csv - <two &&
	prints '"current_values":400'
X
check 'a segment that is being written: its last line is passed over, and counted' <<'X'
	printf '{"time":"2026-01-02T03' >>two &&
	expect 0 mlv-drift compare --json ref.csv - <two &&
	says "lines of the request log passed over, torn or not flat: 1" &&
	same named out
X
check '--since of what is no request log: refused by name' <<'X'
	expect 3 mlv-drift compare --since 24h ref.csv ref.csv &&
	says "'ref.csv' is no request log" &&
	expect 3 mlv-drift compare --since 24h ref.csv - <ref.csv &&
	says "standard input is no request log" &&
	expect 3 mlv-drift compare ref.csv ref.csv log
X
check '--since that is no time, or after --until: usage errors' <<'X'
	expect 2 mlv-drift compare --since monday ref.csv log &&
	says "not 'monday'" &&
	expect 2 mlv-drift compare --until 3 ref.csv log &&
	expect 2 mlv-drift compare --since today --until yesterday ref.csv log &&
	says "--since today is not before --until yesterday"
X
finish
