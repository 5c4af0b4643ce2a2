"""Reads replies: as much of RESP2 as the attacks need."""


class ReplyError(Exception):
    """An error reply; the text is the server's."""


class Client:
    """Asks and waits, on a socket it takes over."""

    def __init__(self, connection):
        self._connection = connection
        self._file = connection.makefile("rb")

    def close(self):
        self._file.close()
        self._connection.close()

    def send(self, data):
        self._connection.sendall(data)

    def receive(self):
        line = self._file.readline()
        if not line.endswith(b"\r\n"):
            raise ConnectionError("the server closed the connection")
        mark, rest = line[:1], line[1:-2]
        if mark == b"+":
            return rest.decode("latin-1")
        if mark == b"-":
            raise ReplyError(rest.decode("latin-1"))
        if mark == b":":
            return int(rest)
        size = int(rest)
        if size < 0:
            return None
        if mark == b"$":
            return self._file.read(size + 2)[:-2]
        return [self.receive() for _ in range(size)]

    def ask(self, data):
        self.send(data)
        return self.receive()
