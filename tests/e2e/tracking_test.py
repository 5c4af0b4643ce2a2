#!/usr/bin/python3
"""CLIENT TRACKING beside redis-server's: the same requests of several clients are answered, and told of, the same.

SERVER_BINARY names the server; redis-server is found on the PATH.
"""

import os
import re
import shutil
import unittest

from raw_client import encode
from server_process import ServerProcess

# A line is a client and its request; "?" after a client asks what it was told meanwhile. @a is client a's id.
# FLUSHALL: Redis remembers what was read when nobody tracks any more, Dabba does not.
STORY = """
b CLIENT TRACKING
b CLIENT TRACKING ON FOO
b CLIENT TRACKING MAYBE
b CLIENT TRACKING ON PREFIX a
b CLIENT TRACKING ON BCAST OPTIN
b CLIENT TRACKING ON OPTIN OPTOUT
b CLIENT TRACKING ON REDIRECT 999999
b CLIENT TRACKING ON REDIRECT x
b CLIENT TRACKING ON REDIRECT
b CLIENT TRACKING ON REDIRECT @a REDIRECT @a
b CLIENT TRACKING ON BCAST PREFIX ab PREFIX abc
b CLIENT CACHING YES
b CLIENT CACHING
b CLIENT TRACKINGINFO
b CLIENT GETREDIR
b CLIENT TRACKING OFF
b CLIENT TRACKING ON
b CLIENT GETREDIR
b CLIENT TRACKINGINFO
b CLIENT CACHING YES
b CLIENT CACHING NO
b CLIENT CACHING MAYBE
b CLIENT TRACKING ON BCAST
b CLIENT TRACKING ON OPTIN
b CLIENT TRACKING ON OPTOUT
b CLIENT CACHING NO
b CLIENT CACHING YES
b CLIENT TRACKINGINFO
b GET x
b CLIENT TRACKINGINFO
b CLIENT TRACKING OFF
b CLIENT TRACKING ON BCAST PREFIX b PREFIX a NOLOOP
b CLIENT TRACKING ON BCAST PREFIX ab
b CLIENT TRACKING ON BCAST PREFIX c
b CLIENT TRACKINGINFO
b CLIENT TRACKING OFF
b CLIENT TRACKINGINFO
b FLUSHALL
a HELLO 3
a CLIENT TRACKING ON
a GET k1
a MGET k1 k2 k3
b SET k1 1
a ?
b SET k1 1
a ?
a SET k2 1
a ?
b INFO stats
b CLIENT LIST ID @a
a MULTI
a GET m1
a SET m1 x
a GET m2
a EXEC
a ?
b DEL m1 m2
a ?
a HGETALL h
b HSET h f v
a ?
b ZADD z 1 m
a ZRANGE z 0 -1
b ZREM z m
a ?
a GET f1
b FLUSHDB
a ?
a FLUSHALL
a ?
b SET r1 1
a MGET r1 r2
b RENAME r1 r2
a ?
a GET d1
b SELECT 1
b SET d1 x
a ?
b SELECT 0
a CLIENT TRACKING ON NOLOOP
a GET n1
a SET n1 1
a ?
b SET n1 2
a ?
a GET n2
b SET n2 2
a ?
a CLIENT TRACKING OFF
b SET n2 3
a ?
a CLIENT TRACKING ON OPTIN
a GET o1
a CLIENT CACHING YES
a GET o2
a GET o3
b MSET o1 1 o2 2 o3 3
a ?
a CLIENT CACHING YES
a MULTI
a GET o4
a GET o5
a EXEC
a GET o6
b MSET o4 1 o5 2 o6 3
a ?
a CLIENT TRACKING OFF
a CLIENT TRACKING ON OPTOUT
a GET o1
a CLIENT CACHING NO
a GET o2
a GET o3
b MSET o1 1 o2 2 o3 3
a ?
a CLIENT TRACKING OFF
a CLIENT TRACKING ON BCAST PREFIX user: PREFIX obj:
b SET user:1 x
a ?
b MSET user:2 1 other 2 user:1 0
a ?
b SET obj:9 1
a ?
a SET user:5 1
a ?
b INFO stats
b CLIENT LIST ID @a
b FLUSHALL
a ?
a CLIENT TRACKING OFF
a CLIENT TRACKING ON BCAST NOLOOP
a SET x1 1
a ?
b SET x2 1
a ?
b MULTI
b SET y1 1
b DEL y1
b SET y2 1
b EXEC
a ?
a CLIENT TRACKING OFF
r SUBSCRIBE __redis__:invalidate
c CLIENT TRACKING ON REDIRECT @r
c CLIENT GETREDIR
c CLIENT TRACKINGINFO
c GET q1
b SET q1 1
r ?
c ?
b FLUSHALL
r ?
c GET q2
b CLIENT KILL ID @r
b SET q2 1
c ?
c CLIENT TRACKINGINFO
b CLIENT LIST ID @c
c HELLO 3
c GET q3
b SET q3 1
c ?
d CLIENT TRACKING ON
d GET s1
b SET s1 1
d ?
e HELLO 3
d CLIENT TRACKING ON REDIRECT @e
d GET s2
b SET s2 1
e ?
e CLIENT TRACKING ON
e EXISTS ex1
b SET ex1 1
e ?
e WATCH w1
b SET w1 1
e ?
e EVAL_RO return(1) 1 w2
b SET w2 1
e ?
e GETEX w3
b SET w3 1
e ?
e OBJECT ENCODING w4
b SET w4 1
e ?
e GET w3
b MOVE w3 5
e ?
e RESET
e CLIENT TRACKINGINFO
b INFO clients
"""


class Client:
    """Asks, and hears what nobody asked for."""

    def __init__(self, server):
        self._socket = server.connect()
        self._socket.sendall(encode("CLIENT", "ID"))
        self.id = self._socket.recv(64).decode()[1:-2]

    def close(self):
        self._socket.close()

    def ask(self, words, bystander):
        self._socket.sendall(encode(*words))
        self._socket.settimeout(30)
        return self._socket.recv(65536).decode() + self.hear(bystander)

    def hear(self, bystander):
        """All that it was told until now: a server that answers the bystander twice has written it."""
        bystander.pass_a_turn()
        bystander.pass_a_turn()
        self._socket.setblocking(False)
        heard = b""
        try:
            while chunk := self._socket.recv(65536):
                heard += chunk
        except BlockingIOError:
            pass
        return heard.decode()

    def pass_a_turn(self):
        self._socket.sendall(encode("PING"))
        assert self._socket.recv(64) == b"+PONG\r\n"


def comparable(text, clients):
    """Without what differs from run to run, or has nothing to do with tracking."""
    for name, client in clients.items():
        text = text.replace(f":{client.id}\r", f":@{name}\r").replace(f"redir={client.id} ", f"redir=@{name} ")
    if "id=" in text:
        return re.findall(r"(?:flags|redir)=\S+", text)
    if text.startswith("$") and "# " in text:
        return re.findall(r"tracking_\S+", text)
    return re.sub(r"7\.\d\.\d+", "VERSION", text).replace("$6\r\nVERSION", "$5\r\nVERSION")


def told(binary):
    with ServerProcess(binary) as server:
        for _ in range(100):  # then no other number in a reply is an id
            server.connect().close()
        clients = {name: Client(server) for name in "abcder"}
        bystander = Client(server)
        story = []
        for line in STORY.strip().splitlines():
            name, *words = line.split()
            words = [clients[word[1:]].id if word.startswith("@") else word for word in words]
            answer = clients[name].hear(bystander) if words == ["?"] else clients[name].ask(words, bystander)
            story.append((line, comparable(answer, clients)))
        for client in [*clients.values(), bystander]:
            client.close()
        return story


class Tracking(unittest.TestCase):
    maxDiff = None

    def test_the_same_story_is_told(self):
        dabba = told(os.environ["SERVER_BINARY"])
        redis = told(shutil.which("redis-server"))
        self.assertGreater(sum("invalidate" in str(answer) for _, answer in redis), 20)
        for ours, theirs in zip(dabba, redis):
            self.assertEqual(ours, theirs)


if __name__ == "__main__":
    unittest.main()
