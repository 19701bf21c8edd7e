#!/bin/sh
# kafka.sh BROKERS IN OUT PARTITION KEY MODEL: what comes in a partition of one
# topic is answered into the same partition of another, each message at least once.
#
#	kafka.sh localhost:9092 customers scores 0 customerID model:churn@champion
#
# Messages are JSON objects without line ends; KEY is the member that tells whose
# answer it is.  Run one for each partition, and start it again when it ends, as
# systemd does with Restart=always.  It wants kcat 1.6 or later.
#
# Where to go on is kept nowhere but in OUT: an answer carries the offset of its
# question, answers come in the order of the questions, and an idempotent
# producer leaves no hole between those that arrived.  A start goes on behind the
# last one.  So whatever is killed, nothing is left out, and what was on its way
# is asked again.  A message that cannot be answered has {"error":...} in its
# place; it has no offset, and may be refused again after a start.
set -eu
[ $# -eq 6 ] || { echo 'usage: kafka.sh BROKERS IN OUT PARTITION KEY MODEL' >&2; exit 2; }
brokers=$1 in=$2 out=$3 partition=$4 key=$5 model=$6
work=$(mktemp -d)
pids=
end() {
	for p in $pids; do kill "$p" 2>/dev/null || :; done
	rm -rf "$work"
}
trap end EXIT
trap 'exit 143' TERM INT

kcat -q -C -b "$brokers" -t "$out" -p "$partition" -o -100000 -e >"$work/answers"
last=$(sed -n 's/^{"kafka_offset":\([0-9]*\)[,}].*/\1/p' "$work/answers" | tail -n 1)
if [ -n "$last" ]; then
	from=$((last + 1))
elif [ -s "$work/answers" ]; then
	echo "kafka.sh: error: no answer in $out/$partition tells an offset: was it filled by another?" >&2
	exit 3
else
	from=beginning
fi
echo "kafka.sh: $in/$partition: from $from" >&2

# Those who wait for messages are no part of the pipeline: it ends at once when
# the model or the producer does, and takes them with it.
mkfifo "$work/messages" "$work/questions"
kcat -q -u -C -b "$brokers" -t "$in" -p "$partition" -o "$from" -f '%o %s\n' >"$work/messages" &
pids="$pids $!"
sed -u 's/^\([0-9]*\) *{/{"kafka_offset":\1,/' <"$work/messages" >"$work/questions" &
pids="$pids $!"

# kcat keeps lines that trickle in until there are many.  So each gets what is
# there by now, to its last whole line, and ends when the broker has it.
produce() {
	while dd bs=65536 count=1 2>/dev/null >"$work/sending" && [ -s "$work/sending" ]; do
		if [ -n "$(tail -c 1 "$work/sending")" ]; then
			if IFS= read -r rest; then
				printf '%s\n' "$rest" >>"$work/sending"
			else
				sed -i '$d' "$work/sending"	# the model was killed as it wrote
			fi
		fi
		kcat -q -P -b "$brokers" -t "$out" -p "$partition" -X enable.idempotence=true <"$work/sending"
	done
}
mlv-serve stream -q --keep "kafka_offset,$key" "$model" <"$work/questions" | produce &
pids="$pids $!"
wait $! || :
exit 1	# it should not have ended
