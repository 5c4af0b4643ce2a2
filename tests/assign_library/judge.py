"""Whether two servers said and did the same, but for the moments at which they did it."""

import json
import re

from resp_client import ReplyError

# One server is asked after the other, on a machine that may be busy.
TOLERANCE_MS = 5000
SECONDS = re.compile(rb"(\d+\.\d) s\b")
TIMES_OF_EVENT = ("expires_at_ms", "time_ms")
TIMES_OF_RECORD = (b"since", b"expires_at", b"deadline")
TIMES_OF_REPLY = (b"expires_in_ms", b"since_ms")


def close(first_ms, second_ms):
    """Whether two times are the same moment, as far as can be known."""
    return abs(first_ms - second_ms) <= TOLERANCE_MS


def replies_agree(first, second):
    """Whether two replies say the same; times left may differ a little."""
    if isinstance(first, ReplyError) or isinstance(second, ReplyError):
        return first == second
    if isinstance(first, list) and isinstance(second, list):
        if len(first) != len(second):
            return False
        before = [None, *first]
        return all(
            _times_agree(a, b) if name in TIMES_OF_REPLY else replies_agree(a, b)
            for name, a, b in zip(before, first, second)
        )
    if isinstance(first, bytes) and isinstance(second, bytes) and first != second:
        times = [[float(found) * 1000 for found in SECONDS.findall(text)] for text in (first, second)]
        same_text = SECONDS.sub(b"", first) == SECONDS.sub(b"", second)
        return same_text and len(times[0]) == len(times[1]) and all(map(close, *times))
    return type(first) is type(second) and first == second


def _times_agree(first, second):
    if isinstance(first, int) and isinstance(second, int):
        return close(first, second)
    return first == second


def pending_agree(first, second, counted):
    """Whether two replies of PENDING agree: ordered by deadline each, but two offers made within one
    millisecond may change places, and then a COUNT may cut off another one."""
    if not isinstance(first, list) or not isinstance(second, list):
        return replies_agree(first, second)
    for records in (first, second):
        left = [record[record.index(b"expires_in_ms") + 1] for record in records]
        if left != sorted(left):
            return False
    if counted:
        return len(first) == len(second)
    return replies_agree(sorted(first, key=lambda record: record[1]), sorted(second, key=lambda record: record[1]))


def events_agree(first, second):
    """Whether two messages (channel and JSON text) are the same event."""
    if first[0] != second[0]:
        return False
    texts = [re.sub(rb'"(expires_at_ms|time_ms)":\d+', rb'"\1":0', message) for _, message in (first, second)]
    if texts[0] != texts[1]:
        return False
    parsed = [json.loads(message) for _, message in (first, second)]
    return all(_times_agree(parsed[0][name], parsed[1][name]) for name in TIMES_OF_EVENT)


def first_difference(first, second):
    """What differs between two snapshots (key -> (type, value, ms left)), as a text; None if nothing does."""
    for key in sorted(first.keys() | second.keys()):
        if key not in first or key not in second:
            return f"{key!r} is only on {'Dabba' if key in first else 'Redis'}: {first.get(key) or second.get(key)}"
        (kind, value, left), (other_kind, other_value, other_left) = first[key], second[key]
        if kind != other_kind or not _values_agree(kind, value, other_value):
            return f"{key!r} is {kind} {value!r} on Dabba, {other_kind} {other_value!r} on Redis"
        forever = (left < 0, other_left < 0)
        if forever[0] != forever[1] or not close(left, other_left):
            return f"{key!r} lives {left} ms on Dabba, {other_left} ms on Redis"
    return None


def _values_agree(kind, first, second):
    if kind != b"hash" or first == second:
        return first == second
    if list(first) != list(second):  # the fields have an order, too
        return False
    return all(
        first[field] == second[field]
        or (field in TIMES_OF_RECORD and close(_integer(first[field]), _integer(second[field])))
        for field in first
    )


def _integer(text):
    return int(text) if text.isdigit() else float("inf")
