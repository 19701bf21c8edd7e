#!/bin/sh
# What examples/churn promises: the demo to its end, and the same journey as
# a Makefile, a git hook, a CI job and a crontab.
. "$(dirname "$0")/../lib.sh"
churn=$TOP/examples/churn
tree() { git -C "$TOP" status --porcelain 2>/dev/null; }

before=$(tree)
check 'the demo runs to its end' 'expect 0 env TMPDIR="$PWD" sh "$churn/demo.sh" && prints "== done: 3 runs, 1 model" && prints "(exit 1: an honest no)"'
check 'and leaves nothing behind' 'test "$(tree)" = "$before" && test -z "$(ls -d mlv-demo.* 2>/dev/null)"'
check 'a file of its own that is not there' 'expect 1 sh "$churn/demo.sh" nope.csv && says "cannot read '\''nope.csv'\''"'

fresh journey
sh "$churn/generate.sh" 1500 3 >churn.csv
printf 'rules:\n  - name: good enough\n    expr: test.auc > 0.7\n' >gates.yaml
mlv-data init >/dev/null
check 'the generator refuses what it does not know' 'expect 2 sh "$churn/generate.sh" 100 1 drfit && says usage && expect 2 sh "$churn/generate.sh" ten && test ! -s out'
check 'the generator says the same again' 'sh "$churn/generate.sh" 1500 3 | cmp - churn.csv'
check 'as a Makefile' 'expect 0 make -s -f "$churn/Makefile" DATA=churn.csv && grep -q "^# Model card" card.md'
check 'which promotes what passes' 'expect 0 make -s -f "$churn/Makefile" DATA=churn.csv promoted && expect 0 mlv-registry ls && prints champion'
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

awk '!/^#/ { $1 = $2 = $3 = $4 = $5 = ""; sub(/^ */, ""); print }' "$churn/crontab" >cron.sh
check 'the crontab is shell' 'test "$(wc -l <cron.sh)" = 3 && sh -n cron.sh'
check 'of verbs that are there' 'for v in $(grep -o "mlv-[a-z]* [a-z]*" cron.sh | tr " " :); do "${v%:*}" "${v#*:}" --help >/dev/null || return 1; done'

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
