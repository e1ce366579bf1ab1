# SPDX-License-Identifier: MIT
"""What drivers cost: instructions of program, driver and kernel together, without the device.

A program does something so many times, and then more often; what the rest cost is divided by how often it was.
"""

from glenda import devices
from glenda.machine import Machine
from glenda.shell import Shell

# A disk that takes 50 us for each read, so that everybody sleeps meanwhile. A quick one is sometimes done before the driver
# sleeps, which takes fewer instructions, and how often depends on the host.
SLOW_DISK = [*devices.NOT_LEGACY, "-blockdev", "driver=null-co,node-name=disk,size=67108864,latency-ns=50000,read-zeroes=on",
             "-device", "virtio-blk-device,drive=disk"]
ROWS = {"block_read_1": "run disk read 0 {} 1", "block_read_32": "run disk read 0 {} 32", "serial_out": "run text {}"}
FEW, MANY = 1000, 3000
EACH = {"serial_out": 64}       # bytes of a line; else one


def cost(shell: Shell, row: str) -> float:
    """Instructions for one operation of a row."""
    taken = []
    for count in (FEW, FEW, MANY):      # the first also loads the program
        before = shell.machine.instructions()[0]
        shell.run(ROWS[row].format(count), within=10)
        taken.append(shell.machine.instructions()[0] - before)
    return (taken[2] - taken[1]) / (MANY - FEW) / EACH.get(row, 1)


def measure() -> list[dict]:
    with Machine(extra=SLOW_DISK, name="bench-drivers") as machine:
        shell = Shell(machine, within=1)
        return [{"name": row, "unit": "instructions", "value": cost(shell, row), "n": MANY - FEW} for row in ROWS]
