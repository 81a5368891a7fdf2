# SPDX-License-Identifier: GPL-2.0
"""driver.py MEMCACHED THREADS: sets on two connections while a third one switches the histogram
of item sizes off and on. Ends as memcached does."""
import signal
import socket
import subprocess
import sys
import threading
import time

ROUNDS = 10
# Each batch ends with a question whose answer no other command has.
SETS = b"set foo 0 0 6\r\nfooval\r\n" * 200 + b"mn\r\n"
TOGGLES = b"stats sizes_disable\r\nstats sizes_enable\r\n" * 200 + b"mn\r\n"


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as s:
        return s.getsockname()[1]


def connect(port):
    for _ in range(200):
        try:
            return socket.create_connection(("127.0.0.1", port))
        except OSError:
            time.sleep(0.02)
    sys.exit("memcached does not answer")


def converse(port, batch):
    try:
        with connect(port) as s:
            for _ in range(ROUNDS):
                s.sendall(batch)
                answer = b""
                while not answer.endswith(b"MN\r\n"):
                    more = s.recv(65536)
                    if not more:
                        return
                    answer = (answer + more)[-4:]
    except OSError:
        pass    # it has crashed


def main():
    port = free_port()
    server = subprocess.Popen([sys.argv[1], "-u", "root", "-l", "127.0.0.1", "-p", str(port), "-U", "0", "-t", sys.argv[2],
                               "-o", "track_sizes"])
    clients = [threading.Thread(target=converse, args=(port, batch)) for batch in (SETS, SETS, TOGGLES)]
    for c in clients:
        c.start()
    for c in clients:
        c.join()
    if server.poll() is None:
        server.terminate()
    status = server.wait()
    sys.exit(128 - status if status < 0 and status != -signal.SIGTERM else 0)


main()
