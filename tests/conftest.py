"""What all tests share: the seed of whatever luck they need."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--luck", type=int, default=1, help="seed of the verification tests (default 1)")


@pytest.fixture(scope="session")
def seed(pytestconfig: pytest.Config) -> int:
    """Seed of a test's luck: fixed, and another one on request, to see that no test passes by luck."""
    return int(pytestconfig.getoption("luck"))
