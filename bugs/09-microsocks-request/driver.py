# SPDX-License-Identifier: GPL-2.0
"""driver.py MICROSOCKS SIZE: asks the SOCKS server for one connection after the other, each request sent in pieces of
at most so many bytes. Ends with 1 when a request is refused."""
import os
import socket
import subprocess
import sys
import time

ROUNDS = 3


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as s:
        return s.getsockname()[1]


def connect(port):
    for _ in range(200):
        try:
            return socket.create_connection(("127.0.0.1", port))
        except OSError:
            time.sleep(0.02)
    sys.exit("microsocks does not answer")


def receive(s, size):
    answer = b""
    while len(answer) < size:
        more = s.recv(size - len(answer))
        if not more:
            break
        answer += more
    return answer


def ask_for(port, address, size):
    """The server's answer to a request to connect there: 0 or an error code (RFC 1928)."""
    request = b"\x05\x01\x00\x01" + socket.inet_aton(address[0]) + address[1].to_bytes(2, "big")
    with connect(port) as s:
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        s.sendall(b"\x05\x01\x00")
        receive(s, 2)
        for at in range(0, len(request), size):
            s.send(request[at:at + size])
            os.sched_yield()
        return receive(s, 10)[1]


def main():
    port = free_port()
    server = subprocess.Popen([sys.argv[1], "-i", "127.0.0.1", "-p", str(port)], stderr=subprocess.DEVNULL)
    refused = 0
    with socket.create_server(("127.0.0.1", 0), backlog=ROUNDS) as target:
        for number in range(ROUNDS):
            refused = ask_for(port, target.getsockname(), int(sys.argv[2]))
            if refused:
                print(f"request {number} refused with {refused}")
                break
        else:
            print("all connected")
    server.terminate()
    server.wait()
    return refused != 0


sys.exit(main())
