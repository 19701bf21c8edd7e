# layers.awk - what lib/LAYERS allows, held against the include lines.
#
#	grep -Hn '^#include "' FILES | awk -f layers.awk lib/LAYERS -
#
# Prints a line a violation.  The map itself is checked, too: a folder uses
# lower floors only, or, with a star, a neighbour.

function row_read(	f, u, n, i, near) {
	sub(/#.*/, "")
	if (split($0, f, "|") < 3)
		return
	gsub(/[ \t]/, "", f[1])
	gsub(/[ \t]/, "", f[2])
	floor[f[2]] = f[1] + 0
	allowed[f[2], f[2]] = allowed[f[2], "base"] = 1
	n = split(f[4], u, " ")
	for (i = 1; i <= n; i++) {
		near = sub(/\*$/, "", u[i])
		allowed[f[2], u[i]] = 1
		uses[++n_uses] = f[2] " " u[i] " " near
	}
}

function map_check(	i, w) {
	for (i = 1; i <= n_uses; i++) {
		split(uses[i], w, " ")
		if (!(w[2] in floor))
			print "lib/LAYERS: " w[1] " may use " w[2] ", which is no folder"
		else if (floor[w[2]] > floor[w[1]] || (floor[w[2]] == floor[w[1]] && !w[3]))
			print "lib/LAYERS: " w[1] " may use " w[2] ", which is not below it"
	}
}

NR == FNR { row_read(); next }
FNR == 1 { map_check() }
{
	split($0, at, /[:"]/)		# file : line : #include " header "
	split(at[1], from, "/")
	split(at[4], to, "/")
	where = at[1] ":" at[2] ": "
	if (index(at[4], "/") == 0) {	# a file beside it: for cmd only
		if (from[1] == "lib")
			print where "\"" at[4] "\" without its folder"
	} else if (!(to[1] in floor))
		print where "unknown folder in \"" at[4] "\""
	else if (at[4] ~ /\/internal\.h$/ && (from[1] != "lib" || from[2] != to[1]))
		print where "\"" at[4] "\" belongs to its folder alone"
	else if (from[1] == "lib" && !(from[2] in floor))
		print at[1] ": no row in lib/LAYERS"
	else if (from[1] == "lib" && !((from[2], to[1]) in allowed))
		print where from[2] " may not use \"" at[4] "\""
}
END { if (FNR == NR) map_check() }
