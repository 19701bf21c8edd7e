#!/bin/sh
# The unit tests, the fuzz seeds and the CLI tests once more, with the
# address and undefined-behaviour sanitizers watching.  Prints TAP.
#
#	SAN_CLI='cli/data*' sh tests/sanitize.sh
#
# takes some of the CLI tests only.
cd "$(dirname "$0")/.." || exit 1
comment() { sed 's/^/# /'; }

if ! make -s -j2 SAN=1 WERROR=1 all units fuzzers >build/san.log 2>&1; then
	tail -n 20 build/san.log | comment
	echo 'not ok 1 - the tree builds with sanitizers'
	echo 1..1
	exit 1
fi

# ptrace and the leak checker cannot be together: fault tests stay out; lint's
# own test runs none of our programs, and what the examples call is tried by
# itself
cli=$(cd tests/cli && ls *.sh | sed -n '/^lint\.sh$/d; /^examples\.sh$/d; s|^\(.*\)\.sh$|cli/\1|p')
out=$(
	export ASAN_OPTIONS=detect_leaks=1:abort_on_error=1
	export UBSAN_OPTIONS=print_stacktrace=1
	export MLV_SANITIZED=1 BUILD="$PWD/build/san"
	# shellcheck disable=SC2086 # patterns, one or more
	sh tests/run some 'unit/*' 'fuzz/*' ${SAN_CLI:-$cli} 2>&1
)
status=$?
summary=$(printf '%s\n' "$out" | tail -n 1)
if [ $status -eq 0 ]; then
	echo "ok 1 - the tests are clean under sanitizers: $summary"
else
	echo "not ok 1 - the tests are clean under sanitizers: $summary"
fi
printf '%s\n' "$out" | grep -v '^pass ' | comment
echo 1..1
exit $status
