# SPDX-License-Identifier: MIT
"""A plugin for pytest that makes the host seem slow, now and then: `make shake`.

A test types and waits for output, and the guest runs on meanwhile. A test that fails only on a busy host takes for granted
that it is quick. Here random delays before keys and after output find such a test on an idle host, too. SEED chooses them;
each test's are its own, whatever runs beside it. Both must be right: the test with delays, and the test without.
"""

import os
import random
import re
import time

import pytest

from glenda.machine import Machine

# How often there is a delay of at most so many seconds.
DELAYS = {0.0: 35, 0.005: 25, 0.04: 30, 0.25: 10}
_send, _expect = Machine.send, Machine.expect
_dice = random.Random()


def pytest_runtest_setup(item: pytest.Item) -> None:
    _dice.seed(os.environ.get("SEED", "1") + item.nodeid)
    Machine.send, Machine.expect = send, expect


def delay() -> None:
    [most] = _dice.choices(list(DELAYS), DELAYS.values())
    time.sleep(_dice.random() * most)


def send(self: Machine, text: str) -> None:
    delay()
    _send(self, text)


def expect(self: Machine, pattern: str | re.Pattern[str], within: float = 5.0) -> re.Match[str]:
    __tracebackhide__ = True
    match = _expect(self, pattern, within)
    delay()
    return match
