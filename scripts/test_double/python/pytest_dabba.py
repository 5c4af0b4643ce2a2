"""A pytest plugin: one dabba-server for a suite, and in it a workspace for each test."""

import pytest

import dabba_test_double


def pytest_addoption(parser):
    group = parser.getgroup("dabba")
    group.addoption("--dabba-server", default=None, help="the binary; else DABBA_SERVER, else dabba-server on the PATH")
    group.addoption("--dabba-seed", default=None, help="make all chance of the server repeatable")
    group.addoption("--dabba-strict", default=None, help="refuse what this version of Redis does not have")


@pytest.fixture(scope="session")
def dabba_server(request):
    """A server for the whole session."""
    option = request.config.getoption
    server = dabba_test_double.start(
        option("--dabba-server"), seed=option("--dabba-seed"), strict=option("--dabba-strict")
    )
    with server:
        yield server


@pytest.fixture
def dabba(dabba_server):
    """A workspace for one test: it sees nothing of the others, and nothing of it is left."""
    with dabba_server.workspace() as workspace:
        yield workspace
