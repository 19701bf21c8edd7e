# calls.awk - who calls whom, by the symbols of the object files.
#
#	nm -A -P OBJECTS | awk -f calls.awk -v mode=layers lib/LAYERS -
#	nm -A -P OBJECTS | awk -f calls.awk -v mode=circles lib/LAYERS -
#
# mode=layers: a call into a folder that lib/LAYERS does not allow, which a
# prototype written by hand would hide from the include lines.
# mode=circles: files that call each other, directly or round about.

NR == FNR {
	sub(/#.*/, "")
	if (split($0, f, "|") < 3)
		next
	gsub(/[ \t]/, "", f[2])
	allowed[f[2], f[2]] = allowed[f[2], "base"] = 1
	n = split(f[4], u, " ")
	for (i = 1; i <= n; i++) {
		sub(/\*$/, "", u[i])
		allowed[f[2], u[i]] = 1
	}
	next
}
{
	file = $1			# build/obj/lib/store/ref.o:
	sub(/.*\/obj\//, "", file)
	sub(/\.o:$/, ".c", file)
	if ($3 == "U")
		wanted[++n_wanted] = file " " $2
	else if ($3 ~ /^[A-Z]$/)
		home[$2] = file
}

function folder_of(path,	p) { split(path, p, "/"); return p[2] }

function arrows_find(	i, w, to) {
	for (i = 1; i <= n_wanted; i++) {
		split(wanted[i], w, " ")
		if (!(w[2] in home))
			continue		# the C library's, or a foreign one
		to = home[w[2]]
		if (to == w[1] || (w[1], to) in arrow)
			continue
		arrow[w[1], to] = w[2]
		calls[w[1]] = calls[w[1]] " " to
		is_file[w[1]] = is_file[to] = 1
	}
}

# Can `to` be reached from `from`?  Depth first, each file once.
function reached(from, to,	todo, n, seen, at, next_, k, i) {
	n = 1
	todo[1] = from
	while (n > 0) {
		at = todo[n--]
		k = split(calls[at], next_, " ")
		for (i = 1; i <= k; i++) {
			if (next_[i] == to)
				return 1
			if (!(next_[i] in seen)) {
				seen[next_[i]] = 1
				todo[++n] = next_[i]
			}
		}
	}
	return 0
}

END {
	arrows_find()
	for (a in arrow) {
		split(a, e, SUBSEP)
		if (mode == "layers" && !((folder_of(e[1]), folder_of(e[2])) in allowed))
			print e[1] " calls " arrow[a] " of " e[2]
		if (mode == "circles" && reached(e[2], e[1]))
			print e[1] " calls " arrow[a] " of " e[2] ", which leads back to it"
	}
}
