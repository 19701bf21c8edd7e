#!/bin/sh
# The unit tests, the fuzz seeds and the CLI tests once more, with the
# address and undefined-behaviour sanitizers watching.
cd "$(dirname "$0")/.." || exit 1
if ! make -s -j2 SAN=1 WERROR=1 all units fuzzers >build/san.log 2>&1; then
	tail -n 20 build/san.log | sed 's/^/# /'
	echo "not ok 1 - builds with sanitizers"
	echo 1..1
	exit 1
fi
# ptrace and the leak checker cannot be together: fault tests stay out
out=$(ASAN_OPTIONS=detect_leaks=1:abort_on_error=1 UBSAN_OPTIONS=print_stacktrace=1 \
	MLV_SANITIZED=1 BUILD=$PWD/build/san sh tests/run some 'unit/*' 'fuzz/*' ${SAN_CLI:-'cli/*'} 2>&1)
r=$?
printf '%s\n' "$out" | grep -v '^pass ' | sed 's/^/# /'
[ $r -eq 0 ] && echo "ok 1 - clean under sanitizers: $(printf '%s\n' "$out" | tail -n 1)" || echo "not ok 1 - clean under sanitizers"
echo 1..1
exit $r
