"""The pytest plugin scripts/test_double/python, used by a suite of tests as a team would use it."""

import pytest
import redis


@pytest.fixture
def client(dabba):
    """A client in the test's own workspace."""
    connected = redis.Redis.from_url(dabba.url, decode_responses=True)
    yield connected
    connected.connection_pool.disconnect()


@pytest.mark.parametrize("number", range(10))
def test_each_test_begins_with_nothing(client, number):
    assert client.incr("counter") == 1
    client.set(f"key {number}", number)
    assert client.dbsize() == 2


def test_a_lock_that_was_taken_without_a_reply(dabba, client):
    def take():
        return client.set("agent:D4:lock", "order:1", nx=True, ex=30)

    dabba.clock.freeze()
    dabba.calls.start()
    dabba.faults.add("dropreply", command="set", key="agent:*:lock", times=1)
    with pytest.raises(redis.ConnectionError):
        take()
    assert take() is None
    dabba.clock.advance("30s")
    assert take() is True
    dabba.calls.expect_exactly(3, command="set")
    with pytest.raises(AssertionError, match="expected no call with COMMAND set, but there were 3 calls"):
        dabba.calls.expect_never(command="set")


def test_errors_on_demand(dabba, client):
    rule = dabba.faults.add("error", "OOM full", command="set")
    with pytest.raises(redis.ResponseError, match="full"):
        client.set("key", "value")
    assert dabba.faults.list()[0]["struck"] == 1
    assert dabba.faults.remove(rule)
    assert client.set("key", "value")


def test_fixtures_and_snapshots(dabba, client):
    dabba.fixtures.load({"0": {"greeting": "hello", "queue": ["a", "b"]}})
    dabba.snapshots.take("ready")
    client.rpush("queue", "c")
    assert dabba.snapshots.diff("ready") == ['queue: was list ["a", "b"] and is list ["a", "b", "c"]']
    dabba.snapshots.restore("ready")
    assert dabba.fixtures.dump() == {"0": {"greeting": "hello", "queue": {"list": ["a", "b"]}}}


def test_time(dabba, dabba_server):
    dabba.clock.freeze()
    dabba.clock.set(1_900_000_000)
    assert dabba.clock.now() == 1_900_000_000
    assert dabba_server.clock.now() < 1_900_000_000


def test_a_strict_server(dabba, client):
    dabba.command("CONFIG", "SET", "strict", "6.0")
    with pytest.raises(redis.ResponseError, match="GETDEL came with Redis 6.2.0"):
        client.getdel("key")
