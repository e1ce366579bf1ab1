# SPDX-License-Identifier: MIT
"""Machines with more memory than the host: the kernel uses all that it can address and reports the rest.

QEMU reserves no memory for them on the host, and the guest touches little.
"""

import re
from collections.abc import Callable

import pytest

from glenda.machine import Machine
from glenda.shell import Shell

DIRECT_MAP = 128                # GiB that the kernel can address
RAM_BASE = 2                    # GiB: start of memory
BOOT = 5                        # s: the tables are zeroed, 10 bytes for each page


@pytest.mark.parametrize("mib", [200 * 1024,
                                 *(pytest.param(mib, marks=pytest.mark.long) for mib in (95 * 1024 + 77, 96 * 1024, 126 * 1024))])
def test_all_memory_is_used(machine: Callable[..., Machine], mib: int) -> None:
    size = f"{mib}M"
    extra = ["-object", f"memory-backend-ram,id=ram,size={size},reserve=off", "-machine", "memory-backend=ram"]
    shell = Shell(machine(memory=size, extra=extra), within=BOOT)
    beyond = max(0, mib - (DIRECT_MAP - RAM_BASE) * 1024)
    reports = re.findall(r"^kernel: (\d+) MiB lie beyond the first 128 GiB of addresses: not used$",
                         shell.machine.transcript, re.MULTILINE)
    assert reports == ([str(beyond)] if beyond else [])
    assert "left out" not in shell.machine.transcript

    memory = shell.memory()
    reachable = (mib - beyond) * 1024
    assert reachable - 16 * 1024 < memory.total < reachable
    assert memory.free > 0.94 * reachable
    assert shell.run("run memtest 64", within=5).endswith("process 7 exited with status 0\n")
    assert shell.memory().free == pytest.approx(memory.free, abs=64)
