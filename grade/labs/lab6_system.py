# SPDX-License-Identifier: MIT
"""What the tests of lab 6 that boot share: a program in Unicorn's place, and a system with devices and a shell."""

import re
import tempfile
from pathlib import Path

from glenda import devices, images
from glenda.errors import GuestDeadline, GuestExited, GuestIdle
from glenda.shell import Shell
from glenda.systems import BLOCK
from lab.submission import tag
from lab4_system import init_toml, service

BLOCKS = 4096       # of the disk
STOPS = (GuestDeadline, GuestExited, GuestIdle)


def in_place_of_unicorn(tree, *cases: str, device: str = "rng") -> None:
    """Boots for each case, with user/tests/lab6_delegation.cc as the only service."""
    for case in cases:
        init = init_toml(tree, service("unicorn", path="bin/lab6_delegation", devices=True, power=True, actions=[case]))
        with tempfile.TemporaryDirectory() as folder:
            initrd = images.variant(Path(folder, "initrd.cpio"), tree=tree.build / "initrd", replace={"init.toml": init})
            with tree.boot(initrd=initrd, extra=devices.arguments([device])) as machine:
                try:
                    machine.run_to_exit(within=2.0)
                except STOPS:
                    pass
        failure = re.search(r"^FAIL (.*)$", machine.transcript, re.MULTILINE)
        assert failure is None, failure[1]
        passed = re.search(rf"^ok {case} ([0-9a-f]{{16}})$", machine.transcript, re.MULTILINE)
        assert passed is not None and passed[1] == tag(tree.nonce, case), f"{case} does not come to its end"
