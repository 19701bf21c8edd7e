#!/bin/sh
# What a power cut would need: read from a trace, every file that gets a name
# was synced after its last write, its folder is synced after, a new folder's
# parent too, and the audit record comes before the ref.
. "$(dirname "$0")/harness"
command -v strace >/dev/null || { skip 'order of writes and syncs' 'no strace'; finish; exit; }
strace -qq -o /dev/null true 2>/dev/null || { skip 'order of writes and syncs' 'strace may not trace here'; finish; exit; }

# A trace with paths (-y) on standard input; one line a broken promise.
judge() {
	awk '
	function text(i) { split($0, q, "\""); return q[i] }
	function of_fd(s) { match(s, /<[^>]*>/); return substr(s, RSTART + 1, RLENGTH - 2) }
	function folder(p) { sub(/\/[^\/]*$/, "", p); return p == "" ? "/" : p }
	function named(from, to) {
		# the stat cache may be lost
		if (to ~ /\/cache\//) return
		if (written[from] && !(from in clean)) print "named before it was synced: " to
		if (to ~ /\/refs\// && !audited) print "a ref without a synced audit record: " to
		if (to ~ /\/refs\//) audited = 0
		due[folder(to)] = to
		names++
	}
	{ sub(/^[0-9]+ +/, "") }
	/ = -1 / { next }
	/^(write|pwrite64)\(/ { f = of_fd($0); written[f] = 1; delete clean[f] }
	/^ftruncate\(/ { delete clean[of_fd($0)] }
	/^(fsync|fdatasync)\(/ {
		f = of_fd($0)
		clean[f] = 1
		delete due[f]
		if (f ~ /audit\/log$/) audited = 1
	}
	/^linkat\(/ {
		n = text(2)
		sub(/.*\//, "", n)
		named(open_now[n], text(4))
	}
	/^openat\(/ {
		match($0, /= [0-9]+</)
		n = substr($0, RSTART + 2, RLENGTH - 3)
		rest = substr($0, RSTART)
		open_now[n] = of_fd(rest)
	}
	/^(rename|link)\(/ { named(text(2), text(4)) }
	/^mkdir\(/ { if (text(2) !~ /\/(cache|tmp)$/) due[folder(text(2))] = text(2) }
	END {
		for (f in due) print "never synced: the folder of " due[f]
		if (names < 1) print "nothing was named"
	}'
}

watch() {	# title, shell code
	rm -rf work && cp -a base work
	(cd work && strace -f -y -qq -o ../trace -e trace=openat,write,pwrite64,fsync,fdatasync,linkat,link,rename,mkdir,ftruncate sh -c "exec $2" >/dev/null 2>&1)
	check "$1: synced in the order that counts" 'judge <trace >found; cat found; test ! -s found'
	grep -v '^[0-9]* *fsync' trace | judge >found1
	grep -v '^[0-9]* *fsync([0-9]*<[^>]*\.mlv/[a-z]*\(/[a-z0-9]*\)\?>)' trace | judge >found2
	grep -v fdatasync trace | judge >found3
	check "$1: the judge sees a missing sync of a file, a folder, the log" \
	    'grep -q "named before" found1 && grep -q "never synced" found2 && { grep -q "audit record" found3 || ! grep -q refs/ trace; }'
}

fresh area
mkdir base && cd base || exit 1
mlv-data init >/dev/null
printf 'id,x\n1,a\n' >churn.csv
mlv-data add churn.csv >/dev/null
echo 'model one' >m.onnx
mlv-registry add churn m.onnx >/dev/null
echo 'model two' >m.onnx
printf 'id,x\n1,a\n2,b\n' >churn.csv
cd ..
watch 'add' 'mlv-data add churn.csv'
watch 'registry add' 'mlv-registry add churn m.onnx'
watch 'registry set' 'mlv-registry set churn@champion 1'
finish
