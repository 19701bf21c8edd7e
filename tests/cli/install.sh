#!/bin/sh
# What make install puts where, and completions written from option tables.
. "$(dirname "$0")/../lib.sh"
mkdir build && ln -s "$BUILD/bin" build/bin

check 'installs' 'DESTDIR=$PWD/d PREFIX=/usr expect 0 sh "$TOP/scripts/install" build'
check 'six tools that run' 'test "$(ls d/usr/bin | wc -l)" = 6 && for t in d/usr/bin/*; do "$t" --version || return 1; done'
check 'a man page for each, and those they point to' 'for t in data train registry serve drift card; do cmp "$TOP/man/mlv-$t.1" "d/usr/share/man/man1/mlv-$t.1" || return 1; done; test -s d/usr/share/man/man7/mlv.7'
check 'completions for each, for two shells' 'test "$(ls d/usr/share/bash-completion/completions | wc -l)" = 6 && test "$(ls d/usr/share/zsh/site-functions | wc -l)" = 6'
if command -v bash >/dev/null; then
	check 'bash reads them' 'for f in d/usr/share/bash-completion/completions/*; do bash -n "$f" || return 1; done'
	complete() {	# function file words...: what the last word may become
		bash -c '. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _$(echo "$1" | tr - _); printf "%s\n" "${COMPREPLY[@]}"' \
		    - "d/usr/share/bash-completion/completions/$1" "$@" >out
	}
	check 'a verb is completed' 'complete mlv-train ev && prints eval && ! grep -q fit out'
	check 'or what every tool says' 'complete mlv-train --v && prints -- --version'
	touch 'a file.csv'
	check 'a file is left to the shell, spaces and all' 'complete mlv-train fit a && test -z "$(cat out)" && grep -q "^complete .*-o default" d/usr/share/bash-completion/completions/mlv-train'
	check 'and an option of it' 'complete mlv-train fit --lear && prints --learner'
fi
if command -v zsh >/dev/null; then
	check 'zsh reads them' 'for f in d/usr/share/zsh/site-functions/*; do zsh -n "$f" || return 1; done'
	check 'an option may come again, by either name' 'grep -q "^ *.\*.{--set=,-[a-zA-Z]+}\|\*.--set=" d/usr/share/zsh/site-functions/_mlv-train'
fi
check 'uninstall leaves nothing' 'DESTDIR=$PWD/d PREFIX=/usr expect 0 sh "$TOP/scripts/install" -u build && test -z "$(find d -type f)" && test ! -e d/usr/share'
mkdir -p own/bin own/share/man
check 'but in a system of its own, what was there before' 'PREFIX=$PWD/own expect 0 sh "$TOP/scripts/install" build && PREFIX=$PWD/own expect 0 sh "$TOP/scripts/install" -u build && test -d own/bin && test -d own/share/man && test -z "$(find own -type f)" && test ! -e own/share/zsh'
finish
