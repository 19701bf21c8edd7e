# tests/metrics.awk - is this text what Prometheus reads, to the letter?
#
# Every family has its HELP and TYPE once, in front of its samples, which stand
# together; no series comes twice; names, labels and values are well formed;
# the buckets of a histogram rise, end with +Inf and agree with its count.
# Prints each fault; exit 1 when there is any.
function fault(text) { print "line " NR ": " text; bad = 1 }
function family_of(name) {
	if (name in type)
		return name
	base = name
	if (sub(/_(bucket|sum|count)$/, "", base) && (type[base] == "histogram" || type[base] == "summary"))
		return base
	return name
}
function read_labels(text,	at, key) {
	le = ""
	key = ""
	while (text != "") {
		if (!match(text, /^[a-zA-Z_][a-zA-Z0-9_]*="/))
			return 0
		at = substr(text, 1, RLENGTH - 2)
		if (at in seen_label && seen_label[at] == NR)
			return 0
		seen_label[at] = NR
		text = substr(text, RLENGTH + 1)
		if (!match(text, /^([^"\\]|\\["\\n])*"/))
			return 0
		if (at == "le")
			le = substr(text, 1, RLENGTH - 1)
		else
			key = key at "=\"" substr(text, 1, RLENGTH)
		text = substr(text, RLENGTH + 1)
		if (text != "" && !sub(/^,/, "", text))
			return 0
	}
	others = key
	return 1
}
/^# HELP / {
	if (help[$3]++)
		fault("a second HELP of " $3)
	next
}
/^# TYPE / {
	if ($3 in type)
		fault("a second TYPE of " $3)
	if ($4 !~ /^(counter|gauge|histogram|summary|untyped)$/)
		fault("no such type: " $4)
	if (!help[$3])
		fault("no HELP in front of " $3)
	type[$3] = $4
	next
}
/^#/ || /^$/ { fault("neither HELP, TYPE nor a sample"); next }
{
	if (!match($0, /^[a-zA-Z_:][a-zA-Z0-9_:]*/)) {
		fault("no name: " $0)
		next
	}
	name = substr($0, 1, RLENGTH)
	rest = substr($0, RLENGTH + 1)
	le = others = ""
	if (rest ~ /^{/) {
		end = length(rest)
		while (end > 0 && substr(rest, end, 1) != "}")
			end--
		if (!read_labels(substr(rest, 2, end - 2)))
			fault("labels are not well formed: " $0)
		series = name substr(rest, 1, end)
		rest = substr(rest, end + 1)
	} else
		series = name
	if (rest !~ /^ (-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?|NaN|[-+]Inf)$/)
		fault("no value: " $0)
	value = substr(rest, 2) + 0
	if (series in once)
		fault("a series twice: " series)
	once[series] = 1
	f = family_of(name)
	if (!(f in type))
		fault("no TYPE in front of " name)
	if (f != before && f in done)
		fault("the samples of " f " do not stand together")
	done[f] = 1
	before = f
	if (type[f] == "counter" && value < 0)
		fault("a counter below zero: " $0)
	if (type[f] == "histogram" && name == f "_bucket") {
		if (le == "")
			fault("a bucket without its bound")
		if (value < bucket[f others])
			fault("buckets do not rise: " $0)
		bucket[f others] = value
		if (le == "+Inf")
			whole[f others] = value
	}
	if (type[f] == "histogram" && name == f "_count" &&
	    (!((f others) in whole) || whole[f others] != value))
		fault("the count is not the last bucket: " $0)
}
END { exit bad }
