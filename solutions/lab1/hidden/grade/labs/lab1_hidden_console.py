# SPDX-License-Identifier: MIT
"""hidden_console: a thread that is suspended while it waits for the console leaves the console alone."""

from lab.script import Tree


def run(tree: Tree) -> None:
    machine = tree.boot(append="root=bin/lab1_hidden case=suspended_reader")
    machine.expect("^now type$")
    machine.send("xy")
    line = machine.expect("^(ok|FAIL) suspended_reader.*$")[0]
    assert line.startswith("ok"), line
