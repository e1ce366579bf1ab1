# SPDX-License-Identifier: MIT
"""Booting: machines of other sizes and with other devices, and the properties of the kernel's file."""

import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile

from glenda import qemu
from glenda.machine import Machine
from glenda.paths import INITRD, KERNEL
from glenda.shell import Shell

BANNER = "Glenda: a capability microkernel for RISC-V 64"
FACTS = "root=bin/ktest_boot"
REFUSED = r"^kernel: cannot start: (.*)\n"
MIB = 1 << 20
MAX_TEXT = 48 * 1024

Boot = Callable[..., Machine]


def facts(guest: Machine) -> dict[str, str]:
    """The facts that ktest_boot prints, by name."""
    guest.expect(r"^ktest: boot facts end\n", within=5)
    assert guest.run_to_exit() == 0
    return dict(re.findall(r"^([a-z_]+) (.*)$", guest.transcript, re.MULTILINE))


def untypeds(guest: Machine) -> list[tuple[int, int, bool]]:
    """(start, end, is_device) of each Untyped, by address. `end` is exclusive."""
    found = re.findall(r"^untyped (0x[0-9a-f]+) (\d+) ([01])$", guest.transcript, re.MULTILINE)
    return sorted((int(at, 16), int(at, 16) + (1 << int(bits)), device == "1") for at, bits, device in found)


def refusal(guest: Machine) -> str:
    """Runs a machine whose kernel must refuse to start. Returns the reason that it prints before it switches off."""
    reason = guest.expect(REFUSED, within=5)[1]
    assert guest.run_to_exit(within=1) == 0
    return reason


# --- machines ----------------------------------------

@pytest.mark.parametrize("harts", range(1, 9))
def test_harts(machine: Boot, harts: int) -> None:
    """K1: each hart reports that it is up, and one banner is printed."""
    guest = machine(harts=harts, append=FACTS)
    assert facts(guest)["harts"] == str(harts)
    assert guest.transcript.count(BANNER) == 1
    reports = re.findall(r"^kernel: hart (\d+) is up$", guest.transcript, re.MULTILINE)
    assert sorted(map(int, reports)) == list(range(harts))


def test_too_many_harts(machine: Boot) -> None:
    """The boot hart is one of the eight."""
    guest = machine(harts=9, append=FACTS)
    assert facts(guest)["harts"] == "8"
    assert "kernel: of 9 harts only 8 are used\n" in guest.transcript
    assert len(set(re.findall(r"^kernel: hart (\d+) is up$", guest.transcript, re.MULTILINE))) == 8


@pytest.mark.parametrize("mib", [64, 128, 512, 2048])
def test_memory(machine: Boot, mib: int) -> None:
    """K2, K9: the root task gets all RAM except that of the kernel and the images."""
    guest = machine(memory=f"{mib}M", append=FACTS)
    told = facts(guest)
    assert told["magic"] == "good" and told["initrd_magic"] == "070701" and told["dtb_magic"] == "0xedfe0dd0"
    assert int(told["ram_size"]) == mib * MIB
    assert int(told["untyped_ram"]) + int(told["kernel_size"]) == mib * MIB
    assert int(told["initrd_size"]) == INITRD.stat().st_size
    in_images = -(-INITRD.stat().st_size // (2 * MIB)) * 2 * MIB + 2 * MIB      # the initrd may straddle a boundary
    assert int(told["kernel_size"]) <= 4 * MIB + in_images + MIB, "too much memory has gone astray"
    ranges = untypeds(guest)
    assert all(a[1] <= b[0] for a, b in zip(ranges, ranges[1:])), "Untypeds overlap"
    ram = [each for each in ranges if not each[2]]
    assert ram[0][0] >= 0x8020_0000 and ram[-1][1] <= 0x8000_0000 + mib * MIB
    assert sum(end - begin for begin, end, _ in ram) == int(told["untyped_ram"])
    devices = [each for each in ranges if each[2]]
    assert any(begin <= 0x1000_0000 < end for begin, end, _ in devices), "nobody gets the UART"
    assert all(end <= 0x0c00_0000 or 0x0c60_0000 <= begin for begin, end, _ in devices), "the PLIC is the kernel's"


def test_command_line(machine: Boot, pytestconfig: pytest.Config) -> None:
    told = facts(machine(append=f"quiet {FACTS} log=debug"))
    assert told["command_line"] == f"quiet {FACTS} log=debug {pytestconfig.getoption('append')}".strip()


def test_mistakes_on_the_command_line(machine: Boot) -> None:
    guest = machine(append=f"{FACTS} fastpath=of trace=on")
    facts(guest)
    assert "kernel: fastpath=of is ignored: it can be on or off\n" in guest.transcript
    assert "trace=" not in re.sub("(?m)^command_line .*", "", guest.transcript)


def test_long_command_line(machine: Boot) -> None:
    """BootInfo has space for 127 characters."""
    line = f"{FACTS} " + "x" * 300
    assert facts(machine(append=line))["command_line"] == line[:127]


# --- the kernel's file ----------------------------------------

@pytest.fixture(scope="module")
def kernel() -> Iterator[ELFFile]:
    with open(KERNEL, "rb") as file:
        yield ELFFile(file)


def test_no_segment_is_writable_and_executable(kernel: ELFFile) -> None:
    """K3."""
    flags = [segment["p_flags"] for segment in kernel.iter_segments("PT_LOAD")]
    assert 5 in flags and 6 in flags and not any(each & 3 == 3 for each in flags)


def test_text_is_small(kernel: ELFFile) -> None:
    assert kernel.get_section_by_name(".text")["sh_size"] <= MAX_TEXT


def test_no_runtime(kernel: ELFFile) -> None:
    """No heap, no exceptions, no RTTI, no global constructors."""
    assert all(kernel.get_section_by_name(name) is None or kernel.get_section_by_name(name)["sh_size"] == 0
               for name in (".init_array", ".ctors", ".eh_frame"))
    names = {symbol.name for symbol in kernel.get_section_by_name(".symtab").iter_symbols()}
    assert "kernel_main" in names
    forbidden = re.compile(r"_Zn[wa]|_Zd[la]|__cxa_|_Unwind|__gxx_|_ZT[ISV]|_GLOBAL__sub_I|malloc$|free$")
    assert not [name for name in names if forbidden.match(name)]


# --- the device tree ----------------------------------------
# QEMU refuses a tree that is truncated or has a wrong magic number, and OpenSBI one without a timebase-frequency. These
# never reach the kernel, so the parser's unit tests (grade/unit/format_fdt_test.cc) cover them.

def tree(out: Path, change: Callable[[str], str]) -> list[str]:
    """QEMU's options for its own device tree with a changed source. The processor is the harness's."""
    blob = out.with_suffix(".own.dtb")
    subprocess.run([qemu.find(), "-machine", "virt," + qemu.option(dumpdtb=blob), "-cpu", "rv64,sstc=false", "-m", "128M",
                    "-display", "none"], check=True, capture_output=True)
    source = subprocess.run(["dtc", "-q", "-I", "dtb", "-O", "dts", blob], check=True, capture_output=True, text=True)
    changed = change(source.stdout)
    assert changed != source.stdout
    subprocess.run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-o", out], check=True, input=changed, text=True)
    blob.unlink()
    return ["-dtb", str(out)]


def without_node(name: str) -> Callable[[str], str]:
    return lambda source: re.sub(rf"^\t+{name} \{{\n(?:(?!^\t+\}};).*\n)*\t+\}};\n", "", source, flags=re.MULTILINE)


def test_tree_without_memory(machine: Boot, tmp_path: Path) -> None:
    options = tree(tmp_path / "tree.dtb", without_node("memory@80000000"))
    assert refusal(machine(append=FACTS, extra=options)) == "device tree: it names no memory"


def test_tree_without_an_interrupt_controller(machine: Boot, tmp_path: Path) -> None:
    """Everything except device interrupts works."""
    options = tree(tmp_path / "tree.dtb", lambda source: source.replace("sifive,plic-1.0.0", "nobody,knows-1.0.0")
                   .replace("riscv,plic0", "nobody,plic0"))
    assert facts(machine(append=FACTS, extra=options))["magic"] == "good"


def test_tree_with_more_devices(machine: Boot) -> None:
    """K2: the kernel still finds what it needs."""
    told = facts(machine(append=FACTS, extra=["-device", "virtio-rng-device", "-device", "virtio-net-device"]))
    assert told["magic"] == "good" and told["timebase"] == "10000000"


def test_tree_with_another_clock(machine: Boot, tmp_path: Path) -> None:
    """K2: the kernel uses the time base of the device tree."""
    options = tree(tmp_path / "tree.dtb", lambda source: source.replace("timebase-frequency = <0x989680>",
                                                                        "timebase-frequency = <0x1312d00>"))
    assert facts(machine(append=FACTS, extra=options))["timebase"] == "20000000"


# --- choosing devices ----------------------------------------

SERIAL = re.compile(r"^\t+serial@10000000 \{\n(?:(?!^\t+\};).*\n)*\t+\};\n", re.MULTILINE)
STDOUT = re.compile(r'^\t+stdout-path = .*\n', re.MULTILINE)


def with_a_first_uart(source: str, status: str, stdout: str) -> str:
    """A UART that does not exist precedes the real one. A driver that used it would wait forever to send."""
    assert SERIAL.search(source)
    nobody = ('serial@10300000 { compatible = "ns16550a"; reg = <0 0x10300000 0 0x100>; interrupts = <9>; '
              f"{status} }};\n")
    return STDOUT.sub(stdout, SERIAL.sub(lambda found: nobody + found[0], source))


def with_an_alias(source: str) -> str:
    """The console is found through an alias. Newer versions of QEMU bring a node of aliases."""
    alias = 'console0 = "/soc/serial@10000000";'
    if "aliases {" in source:
        return source.replace("aliases {", "aliases { " + alias)
    return source.replace("chosen {", f"aliases {{ {alias} }}; chosen {{")


# If stdout-path leads nowhere, the firmware ignores `status` and prints nothing. So the unit tests (format_fdt_test.cc,
# kernel_boot_test.cc) cover more cases.
@pytest.mark.parametrize("status, stdout", [
    ('status = "disabled";', 'stdout-path = "/soc/serial@10000000";'),
    ("", 'stdout-path = "/soc/serial@10000000:115200n8";'),
    ("", 'stdout-path = "console0:115200";'),
], ids=["disabled", "path", "alias"])
def test_tree_with_a_uart_that_is_not_the_console(machine: Boot, tmp_path: Path, status: str, stdout: str) -> None:
    options = tree(tmp_path / "tree.dtb", lambda source: with_an_alias(with_a_first_uart(source, status, stdout)))
    shell = Shell(machine(extra=options))
    assert shell.run("run hello").startswith("hello, world\n")


def test_tree_with_a_uart_that_cannot_interrupt(machine: Boot, tmp_path: Path) -> None:
    """The kernel can print, and Unicorn says why there is no driver."""
    options = tree(tmp_path / "tree.dtb", lambda source: SERIAL.sub(
        lambda found: re.sub("(?m)^\t+interrupts = .*\n", "", found[0]), source))
    guest = machine(extra=options)
    guest.expect(r"^unicorn: serial@10000000: the device tree gives it no interrupt, or registers that cannot be used\n")
    guest.expect(r"console: panic: no terminal: NotFound\n")


def test_two_interrupt_controllers(machine: Boot) -> None:
    """Each of two NUMA nodes has a PLIC for its own harts. Keys arrive whichever hart boots."""
    nodes = [word for node in "01" for word in
             ("-object", f"memory-backend-ram,id=m{node},size=64M", "-numa", f"node,memdev=m{node},cpus={node}")]
    shell = Shell(machine(harts=2, extra=nodes), within=5)
    assert shell.run("run hello", within=5).startswith("hello, world\n")


def test_no_plic(machine: Boot) -> None:
    """With an APLIC instead of a PLIC no device can interrupt, and the system says why there is no console."""
    guest = machine(extra=["-machine", "virt,aia=aplic"])
    guest.expect(r"^kernel: no device can interrupt: there is no PLIC for these harts \(and an AIA is not"
                 r" supported\)\n")
    guest.expect(r"^unicorn: serial@10000000: it interrupts \S+@d000000 \(riscv,aplic\); the kernel drives only a PLIC, and"
                 r" there is none\n")


def test_another_machine(machine: Boot, tmp_path: Path) -> None:
    """An Icicle Kit: UART registers of four bytes, a first hart without S-mode, and an alias for the console's path."""
    blob, source = tmp_path / "icicle.dtb", Path(__file__).with_name("icicle.dts")
    subprocess.run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-o", blob, source], check=True)
    options = ["-machine", "microchip-icicle-kit", "-bios", "opensbi-riscv64-generic-fw_dynamic.bin", "-dtb", str(blob)]
    shell = Shell(machine(harts=5, memory="2G", extra=options), within=10)
    assert shell.run("run hello", within=5).startswith("hello, world\n")
    assert sorted(re.findall(r"^kernel: hart (\d) is up$", shell.machine.transcript, re.MULTILINE)) == list("1234")
