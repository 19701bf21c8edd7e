#!/bin/sh
# What examples/churn promises: the demo to its end, and the same journey as
# a Makefile, a git hook, a CI job and a crontab.
. "$(dirname "$0")/../lib.sh"
churn=$TOP/examples/churn
tree() { git -C "$TOP" status --porcelain 2>/dev/null; }

before=$(tree)
check 'the demo runs to its end' 'expect 0 env TMPDIR="$PWD" sh "$churn/demo.sh" && prints "== done: 3 runs, 1 model" && prints "(exit 1: an honest no)"'
check 'its watch reads the log of its server: no drift, then drift' 'test "$(grep -c "compare data:churn-train .mlv/requests" out)" = 2 && prints "(exit 0: no drift" && sed -n "/now another market/,\$p" out | grep -q "^(dataset)	share	.*	drift$"'
check 'the promotion is followed, and taken back' 'grep -q "^X-Mlv-Version: 2" out && prints "rollback"'
mkdir bare
for c in sh cat id git dirname; do ln -s "$(command -v $c)" bare/$c; done
printf '#!/bin/sh\necho "$*" >>installed\n' >bare/apt-get
printf '#!/bin/sh\nshift\nexec "$@"\n' >bare/env
printf '#!/bin/sh\n[ "$1" = -n ] || exec "$@"\n' >bare/sudo
chmod +x bare/apt-get bare/env bare/sudo
check 'on a bare machine make demo installs curl' '(PATH=$PWD/bare; sh "$TOP/scripts/deps" demo) >out 2>err && grep -q "^install .* git curl" installed && grep -q "scripts/deps demo" "$TOP/Makefile"'
check 'without it the demo says so at once' '(PATH=$PWD/bare; sh "$churn/demo.sh") >out 2>err; test $? = 1 && says "curl is missing"'
check 'and leaves nothing behind' 'test "$(tree)" = "$before" && test -z "$(ls -d mlv-demo.* 2>/dev/null)"'
check 'a file of its own that is not there' 'expect 1 sh "$churn/demo.sh" nope.csv && says "cannot read '\''nope.csv'\''"'

fresh journey
sh "$churn/generate.sh" 1500 3 >churn.csv
mlv-data init >/dev/null
check 'the generator refuses what it does not know' 'expect 2 sh "$churn/generate.sh" 100 1 drfit && says usage && expect 2 sh "$churn/generate.sh" ten && test ! -s out'
check 'the generator says the same again' 'sh "$churn/generate.sh" 1500 3 | cmp - churn.csv'
check 'as a Makefile' 'expect 0 make -s -f "$churn/Makefile" DATA=churn.csv && grep -q "^# Model card" card.md'
check 'which promotes what passes' 'expect 0 make -s -f "$churn/Makefile" DATA=churn.csv promoted && expect 0 mlv-registry ls && prints champion'
check 'with a gate of its own to begin with' 'same gates.yaml "$churn/gates.yaml"'
check 'and does nothing twice' 'expect 0 make -s -f "$churn/Makefile" DATA=churn.csv all promoted && test ! -s out'

fresh hook
git init -q . && mlv-data init >/dev/null
sh "$churn/generate.sh" 300 3 >churn.csv
mlv-data schema churn.csv >schema.yaml
mlv-data add churn.csv >/dev/null
cp "$churn/pre-commit" .git/hooks/pre-commit && chmod +x .git/hooks/pre-commit
check 'the hook lets good data in' 'git add -A && expect 0 git commit -qm good'
sed '5s/Month-to-month\|One year\|Two year/Weekly/' churn.csv >bad && mv bad churn.csv
mlv-data add churn.csv >/dev/null
check 'and keeps bad data out' 'git add -A && expect 1 git commit -qm bad && says "breaks schema.yaml"'

fresh job
sh "$churn/generate.sh" 1500 3 >churn.csv
mlv-data schema churn.csv >schema.yaml
printf 'rules:\n  - name: good enough\n    expr: test.auc > 0.7\n' >gates.yaml
# the lines behind `run:`, folded ones put together
awk '/- run: >$/ { fold = 1; line = ""; next }
	fold && /^          / { sub(/^ */, ""); line = line " " $0; next }
	fold { print line; fold = 0 }
	/- run: / { sub(/.*- run: /, ""); sub(/ +#.*/, ""); print }' "$churn/ci.yaml" >job.sh
check 'the CI job has its steps' 'test "$(wc -l <job.sh)" = 8'
check 'and they run' 'expect 0 sh -eu job.sh && grep -q "</html>" card.html'

# every line of the crontab, run as cron does, in the Makefile's folder
fresh cron
cp "$churn/Makefile" "$churn/gates.yaml" .
sh "$churn/generate.sh" 1500 3 >churn.csv
mlv-data init >/dev/null
make -s promoted >/dev/null 2>&1
line() { awk -v n="$1" '/^[0-9]/ && ++i == n { $1 = $2 = $3 = $4 = $5 = ""; sub(/^ */, ""); print }' "$churn/crontab" | sed "s|/srv/churn|$PWD|"; }
night() { sh -c "$(line 1)" >out 2>err; }
serve() {	# rows asked and logged
	mlv-serve http model:churn@champion --port 0 --log .mlv/requests >url 2>server.err &
	server=$!
	for _ in $(seq 100); do grep -q http url && break; sleep 0.1; done
	curl -sS -m 30 "$(cut -f1 url)/invocations" -H 'Content-Type: text/csv' --data-binary "@$1" >/dev/null
	kill "$server" && wait "$server"
}
check 'the crontab has three lines, and says where programs are' 'test -n "$(line 3)" && test -z "$(line 4)" && grep -q "^PATH=.*/usr/local/bin" "$churn/crontab"'
check 'a quiet night is silent' 'serve churn.csv && night && test ! -s out && test ! -s err'
sh "$churn/generate.sh" 9000 7 drift >new.csv
check 'drift is told; data that breaks the contract is not learned from' 'serve new.csv && sed 1d new.csv >>churn.csv && ! night && grep -q "^(dataset).*drift$" out && grep -q "^range	MonthlyCharges" out && expect 0 mlv-registry ls churn && ! prints "model:churn@2"'
check 'what has been agreed to is' 'rm schema.yaml && night && grep -q "^(dataset).*drift$" out && expect 0 mlv-registry ls churn && prints "model:churn@2"'
check 'the repository is proved whole in silence' 'sh -c "$(line 2)" >out 2>err && test ! -s out'
check 'the card of what is serving' 'sh -c "$(line 3)" >out 2>err && grep -q "</html>" card.html'

# the ten-minute tour, line by line: each does what it says, or an honest no
fresh tour
sh "$churn/generate.sh" 2000 1 >churn.csv
sh "$churn/generate.sh" 500 2 >new.csv
printf 'rules:\n  - name: good enough\n    expr: test.auc > 0.7\n' >gates.yaml
awk '/^\.Bd -literal/ { on = 1; next } /^\.Ed/ { on = 0 }
	on { sub(/\\e$/, ""); printf "%s%s", $0, /[^ ]$/ ? "\n" : " " }' "$TOP/man/mlv.7" |
    grep -v 'mlv-serve http\|\.mlv/requests' >tour.sh
check 'the tour has its lines' 'test "$(wc -l <tour.sh)" = 16'
mlv-data init >/dev/null && mlv-data add churn.csv >/dev/null
while IFS= read -r line; do
	check "$line" 'sh -c "$line" >out 2>err </dev/null; test $? -le 1'
done <tour.sh
finish
