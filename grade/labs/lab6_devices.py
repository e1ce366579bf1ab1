# SPDX-License-Identifier: MIT
"""What `devices` lists is what QEMU's device tree says, whatever devices the machine has."""

import re
import subprocess
import tempfile
from pathlib import Path

from glenda import devices, qemu
from glenda.systems import listed
from lab6_system import shell_of

NODE = re.compile(r"^\t+(\S+@([0-9a-f]+)) \{\n((?:(?!^\t+\};).*\n)*)\t+\};", re.MULTILINE)


def run(tree) -> None:
    compare(tree, ())
    compare(tree, ("rng", "input"))


def compare(tree, names: tuple[str, ...]) -> None:
    shell = shell_of(tree, names)
    found = [(device.name, device.compatible) for device in listed(shell)]
    with tempfile.TemporaryDirectory() as folder:
        wanted = devices_of(tree_of(devices.arguments(list(names)), Path(folder)))
    missing, more = [one for one in wanted if one not in found], [one for one in found if one not in wanted]
    assert not missing, f"of the tree's devices these are not listed: {', '.join(' '.join(one) for one in missing)}"
    assert not more, f"listed is what the tree does not have: {', '.join(' '.join(one) for one in more)}"
    assert found == wanted, "the devices are not listed by their addresses"
    virtio = [device for device in listed(shell) if device.compatible == "virtio,mmio"]
    assert sum(device.state == "empty" for device in virtio) == len(virtio) - len(names)
    serial = next(device for device in listed(shell) if device.device_class == "serial")
    assert serial.state == "up" and int(serial.pid) == shell.pid("uart")


def tree_of(extra: list[str], folder: Path) -> str:
    """QEMU's own device tree of such a machine, as source."""
    blob = folder / "machine.dtb"
    subprocess.run([qemu.find(), "-machine", f"virt,dumpdtb={blob}", "-display", "none", "-m", "128M", *extra],
                   check=True, capture_output=True)
    return subprocess.run(["dtc", "-q", "-I", "dtb", "-O", "dts", str(blob)], check=True, capture_output=True, text=True).stdout


def devices_of(source: str) -> list[tuple[str, str]]:
    """Name and first compatible of each node with registers and an interrupt, by address."""
    found = [(int(node[2], 16), node[1], re.search(r'compatible = "([^"\\]+)', node[3])[1]) for node in NODE.finditer(source)
             if re.search(r"^\t+interrupts = ", node[3], re.MULTILINE) and re.search(r"^\t+reg = ", node[3], re.MULTILINE)]
    return [device[1:] for device in sorted(found)]
