#!/bin/sh
# mlv-data feature load and get: the online store.
. "$(dirname "$0")/../lib.sh"

tab=$(printf '\t')
fresh online
cat >features.yaml <<'Y'
entities: {customer: {key: customer_id}}
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
    - {name: n_7d, window: 7d, agg: count}
    - {name: spend_7d, window: 7d, agg: sum, of: spend}
services: {churn: [usage]}
Y
cat >usage.csv <<'Y'
customer_id,event_timestamp,created,calls,spend
1,2026-01-05,2026-01-09,5,3
1,2026-01-01,2026-01-01,3,0.10
1,2026-01-05,2026-01-06,4,2
2,2026-01-05T10:00:00Z,2026-01-05T10:00:00Z,7,
Y
mlv-data init >/dev/null
get() { mlv-data feature get features.yaml --service churn "$@"; }
values() { get "$@" | cut -f2 | paste -sd, -; }
check 'before anything was loaded get says what to run' <<'X'
	expect 3 get customer_id=1 &&
	says 'mlv-data feature load'
X
check 'rows after --until wait' <<'X'
	expect 0 mlv-data feature load features.yaml --until 2026-01-08 &&
	test "$(cat out)" = "usage${tab}4${tab}3${tab}1${tab}0" &&
	test "$(values --at 2026-01-08 customer_id=1)" = 4,2,1,2
X
check 'a later load brings what came, corrections too; again, and nothing is newer' <<'X'
	expect 0 mlv-data feature load features.yaml --until 2026-01-10 &&
	test "$(values --at 2026-01-10 customer_id=1)" = 5,3,2,5 &&
	expect 0 mlv-data feature load features.yaml --until 2026-01-10 --json &&
	holds '.rows == 4 and .newer == 0' &&
	test "$(values --at 2026-01-10 customer_id=1)" = 5,3,2,5
X
check 'the statuses: present, a null, too old, an unknown key' <<'X'
	expect 0 get --at 2026-01-10 customer_id=2 --json &&
	grep -q '"feature":"usage__calls","value":7,"status":"PRESENT"' out &&
	grep -q '"feature":"usage__spend","value":null,"status":"NULL_VALUE"' out &&
	expect 0 get --at 2026-01-31 customer_id=2 --json &&
	grep -q '"value":null,"status":"OUTSIDE_MAX_AGE"' out &&
	expect 0 get customer_id=99 --json &&
	test "$(grep -c '"value":null,"status":"NOT_FOUND","event_timestamp":null' out)" = 4
X
printf 'customer_id,event_timestamp\n1,2026-01-10\n2,2026-01-10\n3,2026-01-10\n' >e.csv
check 'online says what a join at that moment says' <<'X'
	mlv-data feature join features.yaml --service churn e.csv | sed 1d | cut -d, -f3- >joined &&
	for k in 1 2 3; do
		values --at 2026-01-10 customer_id=$k | sed 's/\\N//g'
	done >online &&
	same joined online
X
check 'a pipe: late and repeated events leave the windows right' <<'X'
	printf 'customer_id,event_timestamp,created,calls,spend\n9,2026-01-09,2026-01-09,2,5\n' >late &&
	printf '9,2026-01-08,2026-01-10,1,7\n9,2026-01-09,2026-01-09,2,5\n' >>late &&
	expect 0 mlv-data feature load features.yaml --view usage --until 2026-01-10 - <late &&
	expect 0 mlv-data feature load features.yaml --view usage --until 2026-01-10 - <late &&
	test "$(values --at 2026-01-10 customer_id=9)" = 2,5,2,12
X
# What a broker sends again has the same name, and perhaps another creation.
sed 's/created: created/created: created\n    event: id/; s/usage.csv/events.csv/' features.yaml >events.yaml
cat >events.csv <<'Y'
customer_id,event_timestamp,created,calls,spend,id
1,2026-01-05,2026-01-06,4,2,e1
1,2026-01-05,2026-01-08,4,2,e1
1,2026-01-05,2026-01-07,4,2,e1
1,2026-01-05,2026-01-06,1,3,e2
1,2026-01-06,2026-01-06,1,5,
1,2026-01-06,2026-01-06,1,5,
2,2026-01-05,2026-01-06,4,2,e1
Y
printf 'customer_id,event_timestamp\n1,2026-01-05\n1,2026-01-06\n1,2026-01-10\n2,2026-01-10\n' >moments.csv
named() {	# moment, key
	mlv-data feature get events.yaml --service churn --store e.mdb --at $1 customer_id=$2 | sed -n 3,4p | cut -f2 |
	    paste -sd, -
}
check 'events with a name that come again count once, from when the first was created' <<'X'
	expect 0 mlv-data feature join -q events.yaml --service churn moments.csv &&
	test "$(sed 1d out | cut -d, -f5-6 | paste -sd ' ')" = ', 4,15 4,15 1,2' &&
	expect 0 mlv-data feature load events.yaml --store e.mdb --until 2026-01-10 &&
	test "$(named 2026-01-10 1) $(named 2026-01-10 2)" = '4,15 1,2' &&
	rm e.mdb* &&
	for order in -r -n; do
		{ head -n 1 events.csv; sed 1d events.csv | sort $order; } |
		    mlv-data feature load events.yaml --store e.mdb --view usage --until 2026-01-10 - >/dev/null || return 1
	done &&
	test "$(named 2026-01-10 1) $(named 2026-01-10 2)" = '3,10 1,2'
X
reads_live() {
	(head -n 2 usage.csv; sleep 10) | mlv-data feature load features.yaml --view usage --store l.mdb - >/dev/null &
	until_true sh -c "mlv-data feature get features.yaml --service churn --store l.mdb --at 2026-01-09 customer_id=1 |
	    grep -q '5.PRESENT'"
}
check 'what comes through a pipe is there to be asked for while the pipe is open' 'reads_live'
check 'a load that waits for its pipe keeps no other load waiting' <<'X'
	head -n 3 usage.csv >few.csv &&
	timeout 8 mlv-data feature load features.yaml --view usage --store l.mdb - <few.csv >/dev/null
X
sed 's/calls$/calls/; s/- spend$/- {name: spend, expr: spend * 2}/' features.yaml >double.yaml
check 'an expression is of the definition that asks' <<'X'
	expect 0 mlv-data feature get double.yaml --service churn --at 2026-01-10 customer_id=1 &&
	test "$(cut -f2 out | paste -sd, -)" = 5,6,2,5
X

check 'a view whose columns were changed is loaded anew, and that is told' <<'X'
	sed 's/- calls/- calls\n    - {name: net, expr: spend + customer_id}/' features.yaml >wider.yaml &&
	expect 0 mlv-data feature load wider.yaml --until 2026-01-10 --json &&
	says 'was loaded anew' &&
	holds '.anew == true and .newer == 2' &&
	expect 0 mlv-data feature load wider.yaml --until 2026-01-10 --json &&
	holds '.anew == false and .newer == 0'
X

# --- kills and readers -------------------------------------------------------
awk 'BEGIN {
	print "customer_id,event_timestamp,created,calls,spend"
	for (i = 0; i < 300000; i++)
		printf "%d,2026-01-%02d,2026-01-%02d,%d,%d\n", i % 50000, 1 + i / 50000, 1 + i / 50000, i, i
}' >big.csv
sed 's/usage.csv/big.csv/; /name:/d' features.yaml >big.yaml
kill_loads() {
	for wait in 0.05 0.1 0.2 0.4; do
		mlv-data feature load big.yaml --store k.mdb >/dev/null &
		p=$!
		for n in 1 2 3 4 5; do
			mlv-data feature get big.yaml --service churn --store k.mdb \
			    --at 2026-01-07 customer_id=$n 2>/dev/null | cut -f2 | sort -u | wc -l
		done
		sleep $wait
		kill -9 $p
		wait $p
	done
}
kill_loads >seen 2>/dev/null
check 'a load that is killed is run again; readers see whole rows meanwhile' <<'X'
	expect 0 mlv-data feature load big.yaml --store k.mdb &&
	test -z "$(grep -v '^[01]$' seen)" &&
	expect 0 mlv-data feature get big.yaml --service churn --store k.mdb --at 2026-01-07 customer_id=7 &&
	test "$(cut -f2 out | sort -u)" = 250007
X

# A row has calls and spend alike; a reader that saw halves of two
# would tell two values of one customer.
read_steadily() {	# number of the reader
	until [ -e stop ]; do
		mlv-data feature get live.yaml --service churn --store l.mdb --at 2026-01-08 "customer_id=$1" |
		    cut -f2 | sort -u | wc -l
	done >"seen.$1"
}
load_among_readers() {
	for n in 1 2 3 4 5 6; do
		read_steadily $n &
	done
	for day in 07 08; do
		awk -F, -v OFS=, -v d="2026-01-$day" 'NR > 1 && NR < 20000 { $2 = $3 = d; $4 = $5 = $4 + 1000000 } { print }' \
		    live.csv >next.csv
		mv next.csv live.csv
		mlv-data feature load live.yaml --store l.mdb >/dev/null || : >failed
	done
	: >stop
	wait
}
cp big.csv live.csv
sed 's/big.csv/live.csv/' big.yaml >live.yaml
mlv-data feature load live.yaml --store l.mdb >/dev/null
check 'six readers while two loads replace what they read: whole rows, every time' <<'X'
	load_among_readers &&
	test ! -e failed &&
	cat seen.* >seen &&
	test "$(wc -l <seen)" -ge 12 &&
	test "$(sort -u seen)" = 1 &&
	expect 0 mlv-data feature get live.yaml --service churn --store l.mdb --at 2026-01-08 customer_id=7 &&
	test "$(cut -f2 out | sort -u)" = 2000007
X

# --- what was loaded is not read again -----------------------------------------
load_more() { expect 0 mlv-data feature load --json --store m.mdb --until 2026-01-10 more.yaml; }
more() { mlv-data feature get more.yaml --service churn --store m.mdb --at 2026-01-10 "$@" | cut -f2 | paste -sd, -; }
sed 's/usage.csv/more.csv/' features.yaml >more.yaml
cat usage.csv >more.csv
check 'of a source that grew the new rows alone are read, late ones too' <<'X'
	load_more &&
	holds '.rows == 4 and .skipped == 0' &&
	load_more &&
	holds '.rows == 4 and .skipped == 4 and .newer == 0' &&
	printf '1,2026-01-04,2026-01-04,9,9\n2,2026-01-07,2026-01-07,8,1\n' >>more.csv &&
	load_more &&
	holds '.rows == 6 and .skipped == 4 and .newer == 1' &&
	test "$(more customer_id=1) $(more customer_id=2)" = '5,3,3,14 8,1,2,1'
X
check 'of one that was changed before its end all rows are' <<'X'
	sed 's/^1,2026-01-04,2026-01-04,9/3,2026-01-04,2026-01-04,9/' more.csv >changed &&
	cp changed more.csv &&
	load_more &&
	holds '.rows == 6 and .skipped == 0' &&
	test "$(more customer_id=3)" = 9,9,1,9 &&
	load_more &&
	holds '.skipped == 6'
X
check 'of a packed source too' <<'X'
	gzip -c more.csv >more.csv.gz &&
	sed 's/more.csv/more.csv.gz/' more.yaml >packed.yaml &&
	expect 0 mlv-data feature load --json --store z.mdb --until 2026-01-10 packed.yaml &&
	holds '.skipped == 0' &&
	{ cat more.csv; echo 4,2026-01-05,2026-01-05,1,1; } | gzip -c >more.csv.gz &&
	expect 0 mlv-data feature load --json --store z.mdb --until 2026-01-10 packed.yaml &&
	holds '.skipped == 6 and .newer == 1'
X
check 'rows that wait are read again, and those behind them' <<'X'
	echo 5,2026-01-20,2026-01-20,1,1 >>more.csv &&
	load_more &&
	holds '.waiting == 1 and .skipped == 6' &&
	echo 6,2026-01-05,2026-01-05,2,2 >>more.csv &&
	load_more &&
	holds '.rows == 8 and .waiting == 1 and .skipped == 6 and .newer == 1' &&
	expect 0 mlv-data feature load --json --store m.mdb --until 2026-01-31 more.yaml &&
	holds '.waiting == 0 and .skipped == 6 and .newer == 1' &&
	load_more &&
	holds '.skipped == 8'
X
check 'of a version that was loaded nothing is read, of a later one the new rows' <<'X'
	sed 's/source: more.csv/source: data:events/' more.yaml >versions.yaml &&
	mlv-data add --name events more.csv >/dev/null &&
	expect 0 mlv-data feature load --json --store v.mdb versions.yaml &&
	expect 0 mlv-data feature load --json --store v.mdb versions.yaml &&
	holds '.rows == 8 and .skipped == 8' &&
	echo 7,2026-01-05,2026-01-05,2,2 >>more.csv &&
	mlv-data add --name events more.csv >/dev/null &&
	expect 0 mlv-data feature load --json --store v.mdb versions.yaml &&
	holds '.rows == 9 and .skipped == 8 and .newer == 1'
X
check 'a load that was cut short goes on where it was' <<'X'
	{ cat big.csv; echo 1,soon,2026-01-01,1,1; } >torn.csv &&
	sed 's/big.csv/torn.csv/' big.yaml >torn.yaml &&
	expect 3 mlv-data feature load torn.yaml --store t.mdb &&
	sed '$s/soon/2026-01-30/' torn.csv >whole.csv &&
	cp whole.csv torn.csv &&
	expect 0 mlv-data feature load --json torn.yaml --store t.mdb --until 2026-02-01 &&
	holds '.rows == 300001 and .skipped >= 200000 and .newer >= 37000' &&
	expect 0 mlv-data feature get torn.yaml --service churn --store t.mdb --at 2026-01-07 customer_id=7 &&
	test "$(cut -f2 out | sort -u)" = 250007
X

# --- random events, late and again, load by load --------------------------------
cat >late.yaml <<'Y'
entities: {customer: {key: customer_id}}
views:
  usage:
    entity: customer
    source: late.csv
    timestamp: event_timestamp
    created: created
    ttl: 3h
    features:
    - calls
    - {name: n, window: 1h, agg: count}
    - {name: total, window: 6h, agg: sum, of: calls}
    - {name: lo, window: 1d, agg: min, of: calls}
    - {name: hi, window: 1d, agg: max, of: calls}
    - {name: spread, window: 1d, agg: std, of: calls}
    - {name: kinds, window: 1d, agg: distinct, of: calls}
    - {name: newest, window: 1d, agg: last-4, of: calls}
services: {churn: [usage]}
Y
# Of an hour: events of 26 hours back, of which some came before as they are.
events_of() {	# hour
	awk -v h="$1" 'BEGIN {
		srand(h)
		for (i = 0; i < 60; i++) {
			m = h * 60 - (rand() < .3 ? int(rand() * 26 * 60) : int(rand() * 60))
			printf "%d,2026-01-%02dT%02d:%02d:00Z,2026-01-%02dT%02d:00:00Z,%d\n", rand() * 4,
			    1 + int(m / 1440), int(m / 60) % 24, m % 60, 1 + int(h / 24), h % 24, rand() * 9
		}
	}'
}
online_is_joined() {
	echo customer_id,event_timestamp,created,calls >late.csv
	for h in 30 31 32 33 34 35 36 37; do
		{ events_of $h; tail -n 5 late.csv | grep Z; } >new
		cat new >>late.csv
		at=$(date -u -d "2026-01-01 UTC + $h hours" +%Y-%m-%dT%H:%M:%SZ)
		mlv-data feature load late.yaml --store late.mdb --until $at --json >loaded || return 1
		{ echo customer_id,event_timestamp; for k in 0 1 2 3 4; do echo $k,$at; done; } >moments.csv
		mlv-data feature join -q late.yaml --service churn --short moments.csv -o joined.jsonl >/dev/null || return 1
		for k in 0 1 2 3 4; do
			mlv-data feature get late.yaml --service churn --store late.mdb --at $at customer_id=$k --json
		done | jq -c '[(.feature | sub("usage__"; "")), .value]' | sort >online
		jq -c 'del(.customer_id, .event_timestamp) | to_entries[] | [.key, .value]' joined.jsonl | sort >joined
		test "$(wc -l <online)" = 40 && same joined online || return 1
	done
	cp loaded out
	holds ".rows == $(($(wc -l <late.csv) - 1)) and .skipped > 400 and .waiting == 0"
}
check 'after each load online says what a join at that moment says' 'online_is_joined'

# --- what is refused ---------------------------------------------------------
check 'a key that is not given, or is none, is told' <<'X'
	expect 2 get client=1 &&
	says "'client' is no key" &&
	expect 2 get
X
check 'a file that is no store is told and left alone' <<'X'
	cp usage.csv not.mdb &&
	expect 3 mlv-data feature load features.yaml --store not.mdb &&
	cmp usage.csv not.mdb
X
check 'a key too long for the store is told' <<'X'
	{ head -n 1 usage.csv; printf '%0600d,2026-01-01,2026-01-01,1,1\n' 1; } >long.csv &&
	expect 3 mlv-data feature load features.yaml --view usage long.csv &&
	says 'at most 500'
X
check 'fsck finds nothing odd in the store of a repository, and gc leaves it' <<'X'
	cksum .mlv/features/online.mdb >before &&
	expect 0 mlv-data fsck --strong &&
	! grep features out &&
	expect 0 mlv-data gc --keep newest --grace 0 --for-good &&
	cksum .mlv/features/online.mdb >after &&
	same before after
X
cp features.yaml usage.csv ..
outside() { (cd .. && mlv-data feature load features.yaml); }
check 'outside a repository the store must be named' <<'X'
	expect 3 outside &&
	says repository
X
finish
