# supervisor.py - does for a test what systemd does for a service: hands over
# a socket that listens, and a second one called health with --health, wants
# to be told that the service is alive, and writes what it is told, a line
# each, to a file.
#
#	supervisor.py [--health] TOLD COMMAND...
#
# Prints the URL of the socket.  SIGTERM goes on to the command, whose exit
# status it ends with.
import os
import signal
import socket
import sys
import threading

arguments = sys.argv[1:]
names = ["main"]
if arguments[0] == "--health":
    names.append("health")
    arguments = arguments[1:]
told, command = arguments[0], arguments[1:]

sockets = []
for name in names:
    s = socket.create_server(("127.0.0.1", 0))
    sockets.append(s)
    print("http://127.0.0.1:%d" % s.getsockname()[1], flush=True)
notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
notify.bind("\0mlv-test-%d" % os.getpid())

child = os.fork()
if child == 0:
    for i, s in enumerate(sockets):
        os.dup2(s.fileno(), 10 + i)
    for i in range(len(sockets)):
        os.dup2(10 + i, 3 + i)
        os.close(10 + i)
    os.environ.update({
        "LISTEN_FDS": str(len(sockets)), "LISTEN_PID": str(os.getpid()),
        "LISTEN_FDNAMES": ":".join(names), "WATCHDOG_USEC": "300000",
        "NOTIFY_SOCKET": "@mlv-test-%d" % os.getppid()})
    os.dup2(2, 1)
    os.execvp(command[0], command)
signal.signal(signal.SIGTERM, lambda *_: os.kill(child, signal.SIGTERM))
signal.signal(signal.SIGHUP, lambda *_: os.kill(child, signal.SIGHUP))


def listen():
    with open(told, "w") as f:
        while line := notify.recv(4096).decode():
            f.write(line + "\n")
            f.flush()


listener = threading.Thread(target=listen)
listener.start()
status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
# behind the command's last words, so that these are written before we end
notify.connect(notify.getsockname())
notify.send(b"")
listener.join()
sys.exit(status)
