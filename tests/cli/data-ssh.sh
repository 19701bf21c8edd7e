#!/bin/sh
# mlv-data push, pull and clone over ssh: with a stand-in for the ssh program,
# and with OpenSSH's own server on loopback where there is one.
. "$(dirname "$0")/../lib.sh"

# What ssh would run on the other machine is run here.
cat >fake-ssh <<'X'
#!/bin/sh
echo "$@" >>"$HOME_DIR/ssh.log"
while [ "$1" != -- ]; do shift; done
shift 2
exec sh -c "$*"
X
chmod +x fake-ssh
export HOME_DIR
MLV_SSH=$HOME_DIR/fake-ssh
export MLV_SSH

repository() {	# folder, URL
	fresh "$1"
	mlv-data init >log
	printf 'id,x\n1,a\n2,b\n' >t.csv
	mlv-data add t.csv >log
	mlv-data remote add origin "$2" >log
}
mkdir "srv it's"
repository alice "ssh://me@there:2222$HOME_DIR/srv it's"
check 'push and clone over ssh, the path quoted, port and user handed on' <<'X'
	expect 0 mlv-data push &&
	grep -qF -- "-p 2222 -- me@there mlv-data remote serve" ../ssh.log &&
	cd .. &&
	expect 0 mlv-data clone "ssh://there$HOME_DIR/srv it's" bob &&
	cd bob &&
	mlv-data cat data:t | cmp - ../alice/t.csv &&
	expect 0 mlv-data fsck --strong
X
cd ../alice || exit 1
check 'both add a version over ssh: refused, then renumbered' <<'X'
	echo 3,c >>t.csv && mlv-data add t.csv >log && mlv-data push >log &&
	cd ../bob &&
	printf "id,x\n9,z\n" >t.csv && mlv-data add t.csv >log &&
	expect 1 mlv-data push &&
	expect 0 mlv-data pull &&
	prints renumbered &&
	expect 0 mlv-data push &&
	expect 0 mlv-data fsck
X
cat >../slow-ssh <<'X'
#!/bin/sh
echo >"$HOME_DIR/asked"
while [ ! -e "$HOME_DIR/answer" ]; do sleep 0.05; done
exec "$HOME_DIR/fake-ssh" "$@"
X
chmod +x ../slow-ssh
slow_pull() {
	MLV_SSH=$HOME_DIR/slow-ssh mlv-data pull >pull.out 2>pull.err &
	pull=$!
}
check 'while a pull asks the other side gc takes nothing that it may count on: gc waits' <<'X'
	slow_pull &&
	until_true test -e ../asked &&
	exits 124 timeout 2 mlv-data gc --keep all >gc.out 2>gc.err &&
	echo >../answer &&
	wait "$pull" &&
	expect 0 mlv-data gc --keep all
X
check 'a host without mlv-data is told with what to try' <<'X'
	MLV_SSH_PEER=/nowhere/mlv-data expect 3 mlv-data pull &&
	says "remote 'origin'" &&
	says "see that 'ssh there mlv-data --version' works"
X
check 'a folder that is not there is no empty remote' <<'X'
	expect 3 mlv-data pull -r "ssh://there/nowhere/at/all" &&
	says "/nowhere/at/all"
X
check 'a login that prints words is told' <<'X'
	MLV_SSH_PEER="echo welcome; mlv-data" expect 3 mlv-data pull &&
	says "welcome" &&
	says "must not come to standard output"
X
cat >newer <<'X'
#!/bin/sh
echo 'mlv-remote 1 7'
mlv-data "$@" | { read -r hello && exec cat; }
X
sed 's/1 7/5 7/' newer >newest
chmod +x newer newest
check 'another version at the other end: a range that has ours works, another is refused' <<'X'
	MLV_SSH_PEER=$PWD/newer expect 0 mlv-data pull &&
	MLV_SSH_PEER=$PWD/newest expect 3 mlv-data pull &&
	says "speaks versions 5 to 7"
X
check 'the serving side refuses keys that lead out of its folder' <<'X'
	printf "mlv-remote 1\nget ../../etc/passwd 0 0 0\nget .x 0 0 0\nput a/../b 1\nx" |
		mlv-data remote serve "$HOME_DIR/srv it's" >out &&
	test "$(grep -c "^error usage" out)" = 3 &&
	test ! -e "$HOME_DIR/srv it's/b"
X

# --- OpenSSH itself
sshd=$(command -v sshd || echo /usr/sbin/sshd)
real='push and pull through OpenSSH'"'"'s server on loopback'
if [ -x "$sshd" ] && command -v ssh-keygen >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
	fresh ssh
	ssh-keygen -q -t ed25519 -N '' -f host
	ssh-keygen -q -t ed25519 -N '' -f key
	mkdir -p /run/sshd
	cp key.pub keys
	port=$((20000 + $$ % 20000))
	cat >conf <<X
Port $port
ListenAddress 127.0.0.1
HostKey $PWD/host
AuthorizedKeysFile $PWD/keys
StrictModes no
PasswordAuthentication no
UsePAM no
PidFile none
X
	cat >client <<X
#!/bin/sh
exec ssh -F none -i $PWD/key -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR "\$@"
X
	chmod +x client
	background "$sshd" -D -e -f "$PWD/conf"
	MLV_SSH=$PWD/client
	MLV_SSH_PEER=$BUILD/bin/mlv-data
	export MLV_SSH_PEER
	until_true "$PWD/client" -p $port root@127.0.0.1 true
	mkdir store
	here=$PWD
	repository carol "ssh://root@127.0.0.1:$port$here/store"
	check "$real" <<'X'
	expect 0 mlv-data push &&
	cd .. &&
	expect 0 mlv-data clone "ssh://root@127.0.0.1:$port$here/store" dave &&
	cd dave &&
	mlv-data cat data:t | cmp - ../carol/t.csv &&
	expect 0 mlv-data fsck --strong
X
else
	skip "$real" 'no sshd here, or not root'
fi
finish
