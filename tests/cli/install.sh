#!/bin/sh
# What make install puts where and make uninstall takes away, and what the
# completions, written from the option tables, offer.
. "$(dirname "$0")/../lib.sh"
mkdir build && ln -s "$BUILD/bin" build/bin && ln -s "$BUILD/libexec" build/libexec

# --- install
check 'make install: it succeeds' <<'X'
	DESTDIR=$PWD/d PREFIX=/usr expect 0 sh "$TOP/scripts/install" build
X
check 'make install: six tools are there, and each runs' <<'X'
	test "$(ls d/usr/bin | wc -l)" = 6 &&
	for t in d/usr/bin/*; do
		"$t" --version || return 1
	done
X
check 'make install: the man page of every tool and mlv(7) are there' <<'X'
	for t in data train registry serve drift card; do
		same "$TOP/man/mlv-$t.1" "d/usr/share/man/man1/mlv-$t.1" || return 1
	done &&
	test -s d/usr/share/man/man7/mlv.7
X
check 'make install: completions of six tools are there, for bash and for zsh' <<'X'
	test "$(ls d/usr/share/bash-completion/completions | wc -l)" = 6 &&
	test "$(ls d/usr/share/zsh/site-functions | wc -l)" = 6
X
check 'make install: the examples are there, as they are here' <<'X'
	diff -r "$TOP/examples" d/usr/share/mlv/examples
X

# --- completions
if command -v bash >/dev/null; then
	check 'bash completions: bash parses each of them' <<-'X'
		for f in d/usr/share/bash-completion/completions/*; do
			bash -n "$f" || return 1
		done
	X
	complete() {	# tool, words...: what the last word may become, in ./out
		bash -c '
		. "$1"
		shift
		COMP_WORDS=("$@")
		COMP_CWORD=$(($# - 1))
		_$(echo "$1" | tr - _)
		printf "%s\n" "${COMPREPLY[@]}"
		' - "d/usr/share/bash-completion/completions/$1" "$@" >out
	}
	check 'bash completion of mlv-train ev: eval, and not fit' <<-'X'
		complete mlv-train ev &&
		prints eval &&
		! grep -q fit out
	X
	check 'bash completion of mlv-train --v: --version, which every tool has' <<-'X'
		complete mlv-train --v &&
		prints --version
	X
	touch 'a file.csv'
	check 'bash completion of a file name is left to the shell, which quotes spaces' <<-'X'
		complete mlv-train fit a &&
		test -z "$(cat out)" &&
		grep -q "^complete .*-o default" \
		    d/usr/share/bash-completion/completions/mlv-train
	X
	check 'bash completion of mlv-train fit --lear: --learner' <<-'X'
		complete mlv-train fit --lear &&
		prints --learner
	X
fi
if command -v zsh >/dev/null; then
	check 'zsh completions: zsh parses each of them' <<-'X'
		for f in d/usr/share/zsh/site-functions/*; do
			zsh -n "$f" || return 1
		done
	X
fi
check 'zsh completion of mlv-train: --set may be given again, by either name' <<'X'
	grep -q "^ *'\*'{--set=,-[a-zA-Z]+}" d/usr/share/zsh/site-functions/_mlv-train
X

# --- uninstall
check 'make uninstall: no file is left, and no folder that was made' <<'X'
	DESTDIR=$PWD/d PREFIX=/usr expect 0 sh "$TOP/scripts/install" -u build &&
	test -z "$(find d -type f)" &&
	test ! -e d/usr/share
X
mkdir -p own/bin own/share/man
check 'make uninstall: folders that were there before stand, those that were made go' <<'X'
	PREFIX=$PWD/own expect 0 sh "$TOP/scripts/install" build &&
	PREFIX=$PWD/own expect 0 sh "$TOP/scripts/install" -u build &&
	test -d own/bin &&
	test -d own/share/man &&
	test -z "$(find own -type f)" &&
	test ! -e own/share/zsh
X
finish
