# SPDX-License-Identifier: MIT
"""What several programs print at once arrives whole, also if the serial line's driver is killed meanwhile."""

import re

from glenda.systems import INIT, service
from lab6_system import session_of

LINES = 300
KILLS = 6
LINE = re.compile(r"^(\d{8}): the quick brown fox jumps over the lazy dog again, as$", re.MULTILINE)


def run(tree) -> None:
    with session_of(tree) as shell:
        text = shell.run(f"run text {LINES}", within=10.0)
        assert [int(number) for number in LINE.findall(text)] == list(range(LINES))
    more = f'args = ["serial", "{KILLS}"]\nneeds = ["unicorn"]\nuses = ["devices"]\npower = true\npriority = 101\nrestart = "never"'
    with session_of(tree, replace={"init.toml": INIT + service("reaper", "reaper", more)}, within=20.0) as shell:
        begin = len(shell.machine.transcript)
        shell.type("".join(f"run hello {number:05}\r" for number in range(60)) + "run hello the end\r")
        shell.machine.expect(r"^the\nend\n", within=60.0)
        said = [int(number) for number in re.findall(r"^(\d{5})$", shell.machine.transcript[begin:], re.MULTILINE)]
    assert said == list(range(60)), f"of 60 programs' output, {60 - len(set(said))} are lost while drivers end"
