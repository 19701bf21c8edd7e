#!/bin/sh
# mqtt.sh take|answer|give FOLDER HOST:PORT TOPIC KEY MODEL: what comes to a topic
# is answered to TOPIC/answers, each message at least once, through three files.
#
#	mqtt.sh take   /var/lib/scores localhost:1883 sensors/churn customerID model:churn@champion
#	mqtt.sh answer /var/lib/scores localhost:1883 sensors/churn customerID model:churn@champion
#	mqtt.sh give   /var/lib/scores localhost:1883 sensors/churn customerID model:churn@champion
#
# Run the three for as long as there are messages, and start each again when it
# ends, as systemd does with Restart=always.  Messages are JSON objects without
# line ends; KEY is the member that tells whose answer it is.  It wants
# mosquitto-clients.
#
# A broker forgets a message when it is acknowledged, which mosquitto_sub does as
# it prints it: so what it prints is kept.
#
#	take	appends what comes to asked; its session stays at the broker, which
#		keeps what comes while it is away (QoS 1)
#	answer	appends a line to answered for each of asked, in order: a start
#		goes on at the line behind the last whole one
#	give	publishes answered and notes in given how many lines have been
#		acknowledged; a start publishes the rest, some of it again
#
# Whatever is killed, no line of asked is left without its answer, and no answer
# is left unpublished.  Only a mosquitto_sub that is killed by kill -9, not by
# SIGTERM, may take with it the message it was about to print.  The files grow:
# when the three are ended and given equals their lines, begin again with none.
set -eu
[ $# -eq 6 ] || { echo 'usage: mqtt.sh take|answer|give FOLDER HOST:PORT TOPIC KEY MODEL' >&2; exit 2; }
verb=$1 folder=$2 host=${3%:*} port=${3##*:} topic=$4 key=$5 model=$6
mkdir -p "$folder"
cd "$folder"
touch asked answered
pids='' fifo=
end() {
	for p in $pids; do kill "$p" 2>/dev/null || :; done
	[ -z "$fifo" ] || rm -rf "$fifo"
}
trap end EXIT
trap 'exit 143' TERM INT
lines() { wc -l <"$1"; }
is_cut() { [ -n "$(tail -c 1 "$1")" ]; }	# killed while its last line was written

case $verb in
take)
	! is_cut asked || echo >>asked
	mosquitto_sub -h "$host" -p "$port" -t "$topic" -q 1 -c -i "mlv-take-$topic" >>asked &
	;;
answer)
	! is_cut answered || truncate -s "-$(tail -n 1 answered | wc -c)" answered
	fifo=$(mktemp -d)
	mkfifo "$fifo/lines" "$fifo/questions"
	tail -n "+$(($(lines answered) + 1))" -F asked 2>/dev/null >"$fifo/lines" &
	pids="$pids $!"
	# a line of nothing would have no answer, and each has one
	sed -u 's/^[[:space:]]*$/null/' <"$fifo/lines" >"$fifo/questions" &
	pids="$pids $!"
	mlv-serve stream -q --keep "$key" "$model" <"$fifo/questions" >>answered &
	;;
give)
	while :; do
		n=$(cat given 2>/dev/null || echo 0) all=$(lines answered)
		if [ "$n" -lt "$all" ]; then
			[ $((all - n)) -le 1000 ] || all=$((n + 1000))
			sed -n "$((n + 1)),${all}p;${all}q" answered >giving
			# ends with 0 when the broker has acknowledged them all
			mosquitto_pub -h "$host" -p "$port" -t "$topic/answers" -q 1 -l <giving
			echo "$all" >given.new
			mv given.new given
		else
			sleep 0.2
		fi
	done
	;;
*) echo "mqtt.sh: error: '$verb' is not take, answer or give" >&2; exit 2 ;;
esac
pids="$pids $!"
wait $! || :
exit 1	# it should not have ended
