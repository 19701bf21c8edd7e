#!/bin/sh
# What no server may take for a request: heads that two servers would read
# differently (RFC 9112, RFC 9110), and bodies that are no JSON (RFC 8259), a case
# a line of tests/golden/refused.  Each is a 4xx with its reason, and the server goes on.
. "$(dirname "$0")/../server.sh"

fresh refused
start --columns a,b,c,d,e,f "$ridge"
answers 200 "$url/v2/models/model" || exit 1
name=$(jq -r '.inputs[0].name' body)
tensor="{\"name\":\"$name\",\"shape\":[1,6],\"datatype\":\"FP32\",\"data\":[1,2,3,4,5,6]}"

# --- heads.  A case has its lines between "\r\n"; what stands behind the empty
# one is the body.  The first answer must be a 4xx or 5xx that is ours, and the
# connection must be closed behind it: nothing of the rest is answered.
is_refused() {
	printf -- "$text" >raw
	"$hammer" "$port" - raw 1 >answer
	tr -d '\r' <answer >lines
	case $(head -n 1 lines) in
	*" "$status" "*) ;;
	*) head -n 1 lines; return 1 ;;
	esac
	test "$(grep -c '^HTTP/1' lines)" = 1 &&
	grep -q '^Connection: close' lines &&
	sed '1,/^$/d' lines | head -n 1 | jq -e '.error | length > 0'
}
while IFS=@ read -r title status text; do
	title=$(echo $title) status=$(echo "$status" | tr -d " ") text=${text# }
	check "refused: $title" is_refused
done <"$TOP/tests/golden/refused/heads.txt"
check 'a server that refused all of these answers on' <<'X'
	answers 200 -d "{\"inputs\":[$tensor]}" "$url/v2/models/model/infer"
X

# --- bodies.  A case stands for the value of a parameter, which nobody reads: so
# what is refused is refused for its JSON alone.
body_is() {	# status
	{ printf '{"inputs":[%s],"parameters":{"x":' "$tensor" && printf -- "$text" && printf '}}'; } >case
	answers "$1" --data-binary @case "$url/v2/models/model/infer" || return 1
	[ "$1" = 200 ] || jq -e '.error | length > 0' body || return 1
	{ printf '{"instances":[[1,2,3,4,5,6]],"more":' && printf -- "$text" && printf '}'; } >case
	answers "$1" -H "$as_json" --data-binary @case "$url/invocations" || return 1
	[ "$1" = 200 ] || jq -e '.message | length > 0' body
}
while IFS=@ read -r title text; do
	check "JSON that is refused:$title" 'body_is 400'
done <"$TOP/tests/golden/refused/json-refused.txt"
while IFS=@ read -r title text; do
	check "JSON that is taken:$title" 'body_is 200'
done <"$TOP/tests/golden/refused/json-taken.txt"
check 'a body of 100,000 brackets is refused, and the server answers on' <<'X'
	awk 'BEGIN { for (i = 0; i < 100000; i++) printf "[" }' >deep &&
	answers 400 --data-binary @deep "$url/v2/models/model/infer" &&
	answers 400 -H "$as_json" --data-binary @deep "$url/invocations" &&
	answers 200 -d "{\"inputs\":[$tensor]}" "$url/v2/models/model/infer"
X
check 'what stands behind the value is refused' <<'X'
	answers 400 -d "{\"inputs\":[$tensor]} x" "$url/v2/models/model/infer" &&
	answers 400 -d "{\"inputs\":[$tensor]}{}" "$url/v2/models/model/infer"
X
check 'a name that comes twice is refused where it means something' <<'X'
	answers 400 -d "{\"inputs\":[$tensor],\"inputs\":[$tensor]}" "$url/v2/models/model/infer" &&
	jq -e '.error | contains("twice")' body
X
stop
finish
