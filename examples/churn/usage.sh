#!/bin/sh
# usage.sh CUSTOMERS.csv [SEED [DAY]] > usage.csv
#
# What the customers of a file did in the eight weeks before DAY: a row a week
# with calls, minutes and calls for help, and when the row was there to be
# read.  Who is about to leave asks for help more often, and calls less.  The
# same seed and day give the same bytes.
set -eu
export LC_ALL=C
usage() { echo "usage: usage.sh CUSTOMERS.csv [SEED [YYYY-MM-DD]] > usage.csv" >&2; exit 2; }
[ $# -ge 1 ] && [ $# -le 3 ] && [ -r "$1" ] || usage
case ${2:-1} in *[!0-9]*) usage ;; esac
case ${3:-2026-06-01} in [0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]) ;; *) usage ;; esac
exec awk -F, -v OFS=, -v seed="${2:-1}" -v day="${3:-2026-06-01}" '
# Park and Miller: exact in doubles, so every awk draws the same numbers.
function draw() { state = state * 16807 % 2147483647; return state / 2147483647 }
# Days since 1970-01-01 of a date, and the date of so many days.
function days_of(y, m, d) {
	y -= m <= 2
	return 365 * y + int(y / 4) - int(y / 100) + int(y / 400) + int((153 * (m + (m > 2 ? -3 : 9)) + 2) / 5) + d - 719469
}
function date_of(n,    y, e, d, m) {
	n += 719468
	e = n % 146097
	y = int((e - int(e / 1460) + int(e / 36524) - int(e / 146096)) / 365)
	d = e - (365 * y + int(y / 4) - int(y / 100))
	m = int((5 * d + 2) / 153)
	y += int(n / 146097) * 400 + (m >= 10)
	return sprintf("%04d-%02d-%02d", y, m < 10 ? m + 3 : m - 9, d - int((153 * m + 2) / 5) + 1)
}
BEGIN {
	state = seed * 7919 % 2147483646 + 1
	for (i = 0; i < 20; i++) draw()
	last = days_of(substr(day, 1, 4) + 0, substr(day, 6, 2) + 0, substr(day, 9, 2) + 0)
	print "customerID,event_timestamp,created,calls,minutes,help_calls"
}
NR > 1 {
	leaves = $NF ~ /^Yes/
	for (w = 8; w >= 1; w--) {
		calls = int(draw() * 30 * (leaves && w < 4 ? 0.85 : 1))
		help = 0
		for (k = 0; k < 3; k++) help += draw() < (leaves ? 0.14 : 0.08)
		at = last - 7 * w + int(draw() * 6)
		print $1, date_of(at), date_of(at + 1), calls, sprintf("%.1f", calls * (1 + 4 * draw())), help
	}
}' "$1"
