# SPDX-License-Identifier: MIT
"""What 9Ball gives Factotum on machines with other amounts of memory, and with a larger archive."""

import tempfile
from pathlib import Path

from glenda import images
from lab4_factotum import check

LARGE = 9 << 20     # bytes


def run(tree) -> None:
    with tempfile.TemporaryDirectory() as folder:
        program = tree.build / "initrd/bin/lab4_factotum"
        initrd = images.variant(Path(folder, "initrd.cpio"), tree=tree.build / "initrd",
                                replace={"bin/factotum": program, "nonce": tree.nonce, "large": bytes(LARGE)})
        for memory in ("96M", "250M", "777M"):
            with tree.boot(initrd=initrd, memory=memory) as machine:
                machine.run_to_exit(within=2.0)
            check(machine.transcript, tree.nonce, memory)
