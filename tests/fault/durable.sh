#!/bin/sh
# What a power cut would need: read from a trace, every file that gets a name
# was synced after its last write, its folder is synced after, a new folder's
# parent too, and the audit record comes before the ref.
. "$(dirname "$0")/harness"
needs_strace 'order of writes and syncs'

# A trace with paths (-y) on standard input; one line a broken promise.
judge() {
	awk '
	function text(i) { split($0, q, "\""); return q[i] }
	function of_fd(s) { match(s, /<[^>]*>/); return substr(s, RSTART + 1, RLENGTH - 2) }
	# the path of the Nth quoted name, which may be in an open folder
	function path_of(i,   before, all) {
		if (text(i) ~ /^\//) return text(i)
		split($0, all, "\"")
		before = all[i - 1]
		if (!match(before, /<[^>]*>[^<]*$/)) return text(i)
		sub(/^.*</, "", before)
		sub(/>.*$/, "", before)
		return before "/" text(i)
	}
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
		named(open_now[n], path_of(4))
	}
	/^openat\(/ {
		match($0, /= [0-9]+</)
		n = substr($0, RSTART + 2, RLENGTH - 3)
		rest = substr($0, RSTART)
		open_now[n] = of_fd(rest)
	}
	/^(rename|link|renameat)\(/ { named(path_of(2), path_of(4)) }
	/^mkdir(at)?\(/ { p = path_of(2); if (p !~ /\/(cache|tmp)$/) due[folder(p)] = p }
	END {
		for (f in due) print "never synced: the folder of " due[f]
		if (names < 1) print "nothing was named"
	}'
}

calls=openat,write,pwrite64,fsync,fdatasync,linkat,link,rename,renameat,mkdir,mkdirat,ftruncate
a_folder='<[^>]*\.mlv/[a-z]*\(/[a-z0-9]*\)\?>'
check_order() {	# title, shell code
	rm -rf work && cp -a base work
	(cd work && strace -f -y -qq -o ../trace -e trace=$calls sh -c "exec $2" >/dev/null 2>&1)
	check "$1: what gets a name is synced before, its folder and the log in order" <<-'X'
		judge <trace >found &&
		head -n 20 found &&
		test ! -s found
	X
	check "$1: the judge sees a missing sync of a file" <<-'X'
		grep -v '^[0-9]* *fsync' trace | judge >found &&
		grep -q "named before" found
	X
	check "$1: the judge sees a missing sync of a folder" <<-'X'
		grep -v "^[0-9]* *fsync([0-9]*$a_folder)" trace | judge >found &&
		grep -q "never synced" found
	X
	check "$1: the judge sees a missing sync of the audit log" <<-'X'
		grep -v fdatasync trace | judge >found &&
		grep -q "audit record" found
	X
}

fresh area
make_base
echo 'model two' >m.onnx
printf 'id,x\n1,a\n2,b\n' >churn.csv
cd ..
check_order 'data add' 'mlv-data add churn.csv'
check_order 'registry add' 'mlv-registry add --any-format churn m.onnx'
check_order 'registry set' 'mlv-registry set churn@champion 1'
finish
