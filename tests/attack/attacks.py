"""The attacks: each is a function of a server, of chance, and of a scale (1: a few seconds).

An attack leaves no connection open, and asserts what must be true of any server that is worth the name.
"""

import resource
import socket
import struct
import time

from commands import Commands, fill
from raw_client import encode, receive_exactly, receive_until_closed
from resp import Client, ReplyError

KIBIBYTE, MEBIBYTE = 1 << 10, 1 << 20
ATTACKS = []


def attack(function):
    ATTACKS.append(function)
    return function


def open_files_for(count):
    """How many connections this process may have, at most count."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(count + 200, hard), hard))
    return min(count, hard - 200)


def read_some(connection, patience_s):
    """Reads until the server closes or is silent for so long."""
    connection.settimeout(patience_s)
    try:
        while connection.recv(MEBIBYTE):
            pass
    except OSError:  # silence, or a reset
        pass


@attack
def hostile_arguments(server, chance, scale):
    """Every command with arguments that are almost right"""
    fill(server)
    commands = Commands(server, chance)
    for number in range(int(100 * scale)):
        with server.connect() as connection:
            requests = [commands.request() for _ in range(60)] + [encode("QUIT")]
            try:
                connection.sendall(b"".join(requests))
            except OSError:
                continue  # it was cut in the middle: its right
            read_some(connection, 1)
        if number % 50 == 49:
            fill(server)


@attack
def hostile_bytes(server, chance, scale):
    """Requests with bytes changed, left out and put in"""
    whole = encode("SET", "k", "value") * 3 + encode("GEOADD", "g", "1", "2", "m") + b"PING\r\n" + encode("MULTI") * 2
    for _ in range(int(400 * scale)):
        stream = bytearray(whole * 3)
        for _ in range(chance.randrange(1, 12)):
            at = chance.randrange(len(stream))
            kind = chance.randrange(3)
            if kind == 0:
                stream[at] = chance.choice(b"*$:-+0129\r\n\x00\xff \"'")
            elif kind == 1:
                del stream[at : at + chance.randrange(1, 9)]
            else:
                stream[at:at] = chance.choice([b"$9223372036854775807\r\n", b"*2147483647\r\n", b"*-1\r\n", b"\r\n", b"$-1\r\n"])
        with server.connect() as connection:
            try:
                for at in range(0, len(stream), 97):
                    connection.sendall(stream[at : at + 97])
                connection.shutdown(socket.SHUT_WR)
            except OSError:
                continue
            read_some(connection, 1)


@attack
def half_requests(server, chance, scale):
    """Connections with 4 KB of half a request each"""
    crowd = []
    for _ in range(open_files_for(min(9000, int(1000 * scale)))):
        connection = server.connect()
        connection.sendall(b"*2\r\n$4\r\nECHO\r\n$8192\r\n" + b"x" * 4096)
        crowd.append(connection)
    time.sleep(0.2)
    for connection in crowd:
        connection.close()


@attack
def slow_readers(server, chance, scale):
    """Readers that leave 16 MB each, then read"""
    with server.connect() as connection:
        connection.sendall(encode("SET", "big", b"v" * MEBIBYTE))
        receive_exactly(connection, 5)
    readers = [server.connect() for _ in range(int(4 * scale) + 1)]
    for reader in readers:
        reader.sendall(encode("GET", "big") * 16)
    time.sleep(0.3)
    size = 16 * (MEBIBYTE + len("$1048576\r\n\r\n"))
    for reader in readers:
        assert len(receive_exactly(reader, size)) == size, "a reply was lost"
        reader.close()


@attack
def writes_before_it_reads(server, chance, scale):
    """A pipeline of GETs of 1 KB written before any reply is read"""
    count = int(40_000 * scale)
    with server.connect(timeout_s=120) as connection:
        connection.sendall(encode("SET", "k", b"v" * 1000))
        receive_exactly(connection, 5)
        connection.sendall(encode("GET", "k") * count)
        size = count * (1000 + len("$1000\r\n\r\n"))
        assert len(receive_exactly(connection, size)) == size, "a reply was lost"


@attack
def message_to_many_patterns(server, chance, scale):
    """One message of 1 MB to patterns of one slow subscriber"""
    with server.connect() as subscriber, server.connect() as publisher:
        subscriber.sendall(encode("PSUBSCRIBE", *("a" + "*" * number for number in range(int(400 * scale)))))
        time.sleep(0.1)
        publisher.sendall(encode("PUBLISH", "a", b"m" * MEBIBYTE))
        assert publisher.recv(100) == b":%d\r\n" % int(400 * scale)


@attack
def reply_of_a_transaction(server, chance, scale):
    """EXEC whose replies go over the output limit"""
    with server.connect() as connection:
        connection.sendall(encode("CONFIG", "SET", "client-output-buffer-limit", "normal 16mb 8mb 10"))
        connection.sendall(encode("SET", "big", b"v" * MEBIBYTE))
        assert receive_exactly(connection, 10) == b"+OK\r\n+OK\r\n"
        connection.sendall(encode("MULTI") + encode("GET", "big") * int(100 * scale) + encode("EXEC"))
        receive_until_closed(connection)
    with server.connect() as connection:
        connection.sendall(encode("CONFIG", "SET", "client-output-buffer-limit", "normal 0 0 0"))
        receive_exactly(connection, 5)


@attack
def connection_storm(server, chance, scale):
    """Connections that come and go, half of them with a reset"""
    for number in range(int(1500 * scale)):
        connection = server.connect()
        if number % 3:
            connection.sendall(b"PING\r\n" if number % 2 else b"*3\r\n$3\r\nSE")
        if number % 2:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()


@attack
def large_values_come_and_go(server, chance, scale):
    """Sets of 5,000 members made, deleted, renamed over, flushed"""
    members = [f"member:{number}" for number in range(5000)]
    with server.connect() as connection:
        client = Client(connection)
        for number in range(int(60 * scale)):
            client.ask(encode("SADD", f"s{number % 7}", *members))
            if number % 5 == 4:
                client.ask(encode("RENAME", f"s{number % 7}", "s0"))
            if number % 9 == 8:
                client.ask(encode("FLUSHALL"))
        client.ask(encode("FLUSHALL"))
        client.close()


@attack
def many_keys_expire_at_once(server, chance, scale):
    """Keys that all expire in one moment"""
    with server.connect() as connection:
        client = Client(connection)
        count = int(40_000 * scale)
        moment = int(time.time() * 1000) + 1500 + int(300 * scale)
        for begin in range(0, count, 1000):
            batch = range(begin, min(begin + 1000, count))
            client.send(b"".join(encode("SET", f"key:{number}", "v", "PXAT", moment) for number in batch))
            for _ in batch:
                client.receive()
        time.sleep(max(0, moment / 1000 - time.time()) + 1)
        assert client.ask(encode("EXISTS", "key:0")) == 0
        client.close()


@attack
def hostile_patterns(server, chance, scale):
    """Globs that are tried at every byte"""
    with server.connect() as connection:
        client = Client(connection)
        size = int(4000 * min(scale, 4))
        client.ask(encode("SET", "a" * 2 * size, "v"))
        for pattern in ("*" + "a" * size + "b", "*?" + "a" * size + "b*", "*[^b]" * 200 + "b", "a*" * 200 + "b"):
            client.ask(encode("KEYS", pattern))
        client.ask(encode("FLUSHALL"))
        client.close()


@attack
def large_transaction(server, chance, scale):
    """MULTI with tens of thousands of commands, and as many keys watched"""
    with server.connect() as connection:
        client = Client(connection)
        count = int(20_000 * scale)
        client.ask(encode("WATCH", *range(count)))
        client.ask(encode("UNWATCH"))
        client.send(encode("MULTI") + encode("SADD", "s", "x") * count)
        for _ in range(count + 1):
            client.receive()
        assert len(client.ask(encode("EXEC"))) == count
        client.close()


@attack
def strangers(server, chance, scale):
    """Clients without the password that never read, or guess"""
    with server.connect() as owner:
        owner.sendall(encode("CONFIG", "SET", "requirepass", "secret"))
        receive_exactly(owner, 5)
        for number in range(int(10 * scale)):
            with server.connect(timeout_s=1) as stranger:
                try:
                    for _ in range(20):
                        stranger.sendall((encode("AUTH", "guess") if number % 2 else encode("PING")) * 5000)
                except OSError:
                    pass
        owner.sendall(encode("CONFIG", "SET", "requirepass", ""))
        assert receive_exactly(owner, 5) == b"+OK\r\n"


@attack
def large_ranges(server, chance, scale):
    """Slow readers of whole lists and sorted sets of 50,000, then all that they asked for"""
    count = 50_000
    with server.connect() as connection:
        client = Client(connection)
        for begin in range(0, count, 5000):
            numbers = range(begin, begin + 5000)
            client.ask(encode("RPUSH", "l", *(f"element:{number:08}" for number in numbers)))
            client.ask(encode("ZADD", "z", *(word for number in numbers for word in (number, f"element:{number:08}"))))
        client.close()
    readers = [server.connect(timeout_s=60) for _ in range(int(4 * scale) + 1)]
    for reader in readers:
        reader.sendall((encode("LRANGE", "l", 0, -1) + encode("ZRANGE", "z", 0, -1)) * 4)
    time.sleep(0.3)
    size = 8 * (len("*50000\r\n") + count * len("$16\r\nelement:00000000\r\n"))
    for reader in readers:
        assert len(receive_exactly(reader, size)) == size, "a reply was lost"
        reader.close()


@attack
def sorting(server, chance, scale):
    """SORT of 20,000 by other keys and as texts; LREM and LINSERT in a list as long"""
    count = 20_000
    with server.connect() as connection:
        client = Client(connection)
        for begin in range(0, count, 5000):
            client.ask(encode("RPUSH", "l", *range(begin, begin + 5000)))
            client.ask(encode("MSET", *(word for number in range(begin, begin + 5000) for word in (f"w:{number}", -number))))
        for _ in range(int(4 * scale) + 1):
            assert client.ask(encode("SORT", "l", "BY", "w:*", "LIMIT", 0, 1)) == [b"%d" % (count - 1)]
            assert len(client.ask(encode("SORT", "l", "ALPHA", "GET", "#", "GET", "w:*"))) == 2 * count
            assert client.ask(encode("SORT", "l", "STORE", "sorted")) == count
            assert client.ask(encode("LREM", "sorted", 0, "none")) == 0
            assert client.ask(encode("LINSERT", "sorted", "BEFORE", count - 1, "x")) == count + 1
        client.close()


@attack
def blocked_crowd(server, chance, scale):
    """Clients that wait for elements, some of which vanish; every element comes to one of the others"""
    crowd = [server.connect() for _ in range(open_files_for(int(600 * scale)))]
    keys = [f"queue:{number}" for number in range(50)]
    for number, waiting in enumerate(crowd):
        waiting.sendall(encode("BLPOP", *chance.sample(keys, len(keys)), 0) if number % 3 else encode("BLMOVE", "a", "b", "LEFT", "RIGHT", 0))
    time.sleep(0.2)
    gone, patient = crowd[1::6], [waiting for number, waiting in enumerate(crowd) if number % 3 and number % 6 != 1]
    for waiting in gone:
        waiting.close()
    time.sleep(0.2)
    with server.connect() as connection:
        client = Client(connection)
        for number in range(len(patient)):
            client.ask(encode("RPUSH", chance.choice(keys), f"element:{number:06}"))
        client.close()
    elements = set()
    for waiting in patient:
        elements.add(waiting.recv(1000).split(b"\r\n")[4])
    assert len(elements) == len(patient), "an element came twice, or never"
    for waiting in crowd:
        waiting.close()


@attack
def scripts(server, chance, scale):
    """Thousands of different scripts, and some that take memory or go on for a while"""
    with server.connect() as connection:
        client = Client(connection)
        for batch in range(int(10 * scale) + 1):
            texts = [f"return {batch * 500 + number} -- " + "x" * 1000 for number in range(500)]
            client.send(b"".join(encode("EVAL", text, 0) for text in texts))
            assert [client.receive() for _ in texts] == [batch * 500 + number for number in range(500)]
        for text in (
            "local t = {} for i = 1, 200000 do t[i] = 'text ' .. i end return #t",
            "return #string.rep('x', 20000000)",
            "for i = 1, 20000 do redis.call('INCR', 'counter') end return 0",
            "local function f(n) return n == 0 and 0 or 1 + f(n - 1) end return f(150000)",
            "return string.find(string.rep('a', 20), string.rep('a?', 20) .. string.rep('a', 20))",
        ):
            try:
                client.ask(encode("EVAL", text, 0))
            except ReplyError:  # the stack, or the memory that a script may have, is at its end
                pass
        assert client.ask(encode("GET", "counter")) == b"20000"
        client.close()


@attack
def soak(server, chance, scale):
    """All kinds of requests, small values, for a while"""
    fill(server)
    commands = Commands(server, chance)
    deadline = time.monotonic() + 2 * scale
    crowd = [server.connect() for _ in range(20)]
    while time.monotonic() < deadline:
        number = chance.randrange(len(crowd))
        try:
            crowd[number].sendall(b"".join(commands.request() for _ in range(20)))
            read_some(crowd[number], 0.002)
        except OSError:
            pass
        if chance.random() < 0.1:
            crowd[number].close()
            crowd[number] = server.connect()
    for connection in crowd:
        connection.close()
