# functions.awk - one line a function of C files in the house style, where a
# definition's name, its opening and its closing brace begin a line:
#
#	FILE TAB LINE TAB NAME TAB LINES TAB PARAMETERS TAB static|global TAB DEPTH
#
# LINES are those between the braces; DEPTH is the deepest nesting of control
# flow, by its tabs.

FNR == 1 { inside = 0; head = ""; storage = "global" }
inside && /^\}/ {
	printf "%s\t%d\t%s\t%d\t%d\t%s\t%d\n", FILENAME, start, name, FNR - start - 1, parameters, storage, depth
	inside = 0
	storage = "global"
}
inside {
	if (match($0, /^\t+(if|for|while|do|switch)[ {]/)) {
		match($0, /^\t+/)
		if (RLENGTH > depth)
			depth = RLENGTH
	}
	next
}
/^static[ \t]/ { storage = "static" }
/^[a-z][A-Za-z0-9_]*\(/ {
	name = $0
	sub(/\(.*/, "", name)
	head = ""
	heading = 1
}
heading { head = head $0 }
/^\{/ && heading {
	parameters = head ~ /\((void)?\)/ ? 0 : gsub(/,/, ",", head) + 1
	inside = 1
	heading = 0
	start = FNR
	depth = 0
}
/;[ \t]*(\/\*.*)?$/ { heading = 0; storage = "global" }
