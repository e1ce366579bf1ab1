# SPDX-License-Identifier: MIT
"""Tests of .gdbinit and grade/gdb: attach GDB to a live system, run every command and check its output.

Shows Z9.
"""

import fcntl
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from glenda import guests
from glenda.machine import Machine
from glenda.paths import BUILD, ROOT
from lab.walk import free_port

PROMPT = "^glenda% "
SECONDS = 180           # of real time for one GDB
MARK = "@@@ "
NAMES = ("threads", "thread-info", "thread-backtrace", "harts", "caps", "cdt", "untyped", "vspace", "endpoint",
         "notification", "program", "kernel", "break-panic", "trace")
LOOKING = ("threads", "harts", "thread-info 1", "glenda thread root", "caps root", "cdt", "cdt &glenda::irqs",
           "untyped", "vspace 1", "endpoint", "endpoint 0x1000", "notification")   # need a system that has booted

Boot = Callable[..., Machine]


class Debugged:
    """A machine to which GDB can attach, once or several times."""

    def __init__(self, boot: Boot, **options: object) -> None:
        self.port = free_port()
        self.machine = boot(extra=["-gdb", f"tcp:127.0.0.1:{self.port}", *options.pop("extra", [])], **options)

    def boot(self) -> "Debugged":
        self.machine.expect(PROMPT)
        return self

    def gdb(self, *commands: str) -> dict[str, str]:
        """Attaches GDB, runs the commands and lets the system continue. Returns each command's output, with errors."""
        attach = f"target remote 127.0.0.1:{self.port}"
        answers = run_gdb(attach, *commands)
        del answers[attach]
        return answers


def run_gdb(*commands: str) -> dict[str, str]:
    line = ["gdb-multiarch", "-q", "-nx", "-batch", "-x", ".gdbinit"]
    for command in commands:
        line += ["-ex", f"echo {MARK}{command}\\n", "-ex", command]
    done = subprocess.run(line, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=SECONDS, check=False)
    assert "Traceback" not in done.stdout and "Error while executing" not in done.stdout, done.stdout
    assert done.stdout.count("\nGlenda: ") == 1, done.stdout        # the greeting: the script was loaded completely
    text = done.stdout.replace("[Inferior 1 (process 1) detached]\n", "")
    parts = [part.partition("\n") for part in text.split(MARK)[1:]]
    assert [part[0] for part in parts] == list(commands), done.stdout
    return {command: answer for command, _, answer in parts}


def rows(answer: str) -> list[list[str]]:
    """The rows of a table without its header, split into columns. Two blanks separate columns."""
    return [re.split(r" {2,}", line.strip()) for line in answer.splitlines()[1:] if re.match(r"\s*\w", line)]


@pytest.fixture(scope="module")
def prompt() -> Iterator[Debugged]:
    """A system that waits at its prompt."""
    started: list[Machine] = []

    def boot(**options: object) -> Machine:
        started.append(Machine(name="test_gdb", **options))
        return started[0]
    yield Debugged(boot).boot()
    started[0].close()


def threads(prompt: Debugged) -> dict[str, list[str]]:
    """The rows of `threads` by name: No, Tcb, Name, State, Prio, Hart, Waits on, At."""
    return {row[2]: row for row in rows(prompt.gdb("threads")["threads"])}


def test_threads(prompt: Debugged) -> None:
    found = threads(prompt)
    assert {"root", "factotum", "uart", "console"} <= found.keys()
    assert {found[name][3] for name in ("root", "factotum", "uart")} == {"BlockedRecv"}
    assert found["console"][3] == "BlockedCall" and found["console"][6].startswith("the reply, in 0x")
    assert found["uart"][4:6] == ["200", "0"] and found["uart"][6].startswith("endpoint 0xffffffc0")
    assert re.fullmatch(r"0x1[0-9a-f]{4} <[\w:]+\+0x[0-9a-f]+>", found["uart"][7])
    assert [int(row[0]) for row in found.values()] == list(range(1, len(found) + 1))


def test_thread_info(prompt: Debugged) -> None:
    uart = threads(prompt)["uart"]
    by_name, by_number, by_address = f"glenda thread {uart[2]}", f"thread-info {uart[0]}", f"thread-info {uart[1]}"
    answers = prompt.gdb(by_name, by_number, by_address, f"thread-info *(glenda::Tcb*){uart[1]}")
    text = answers[by_name]
    assert set(answers.values()) == {text}
    assert text.startswith(f"thread uart at {uart[1]}: BlockedRecv, endpoint 0x")
    assert re.search(rf"^  pc  0{{11}}{uart[7].split()[0][2:]}  ra  ", text, re.MULTILINE)
    assert re.search(r"^  cspace +CNode of 2\^\d+ slots", text, re.MULTILINE)
    assert re.search(r"^  fault_handler +Endpoint badge 0x", text, re.MULTILINE)
    assert re.search(r"^  stack 0x\w+ <.*>$", text, re.MULTILINE)


def test_caps(prompt: Debugged) -> None:
    answer = prompt.gdb("caps root", "caps root Console", "caps console", "caps factotum Endpoint")
    console = re.compile(r"^ +0x6  Console rights RWG$", re.MULTILINE)
    assert console.search(answer["caps root"]) and console.search(answer["caps root Console"])
    assert re.search(r"^ +0x1  CNode of 2\^12 slots guard 0x0 of 52 bits", answer["caps root"], re.MULTILINE)
    assert len(answer["caps root Console"].splitlines()) == 2
    assert "Console" not in answer["caps console"] and " Endpoint badge 0x" in answer["caps console"]
    pointers = [int(line.split()[0], 16) for line in answer["caps factotum Endpoint"].splitlines()[1:]]
    assert max(pointers) > 0x1000       # through nested CNodes


def test_cdt(prompt: Debugged) -> None:
    tree = prompt.gdb("cdt")["cdt"]
    assert re.search(r"^Untyped .* used  \[.*\]\n  (?! ).+  \[.* slot 0x[0-9a-f]+.*\]$", tree, re.MULTILINE)
    assert re.search(r"^IrqControl rights RWG  \[root slot 0x5\]\n  IrqControl .*\n(?: {4}.*\n)* {4}IrqHandler for interrupt 10, ", tree, re.MULTILINE)
    assert re.search(r"^ {4,}Notification badge 0x2 .* \[timer 0x\w+\]$", tree, re.MULTILINE)
    slot = "cdt &glenda::irqs[10].notification"
    assert prompt.gdb(slot)[slot].startswith("Notification badge 0x1 ")


def test_untyped(prompt: Debugged) -> None:
    found = rows(prompt.gdb("untyped")["untyped"])
    assert any(row[2].endswith("MiB") and int(row[4]) > 10 and "slot" in row[5] for row in found)
    assert any(row[3].endswith(" device") and row[0] == "0x10000000" for row in found)
    for row in found:
        assert int(row[3].split()[0], 16) <= int(row[1], 16) - int(row[0], 16)


def test_vspace(prompt: Debugged) -> None:
    answer = prompt.gdb("vspace uart", "vspace console", "vspace uart 0x10000", "vspace uart 0x3fffff0000")
    for name in ("uart", "console"):
        ranges = [row for row in rows(answer[f"vspace {name}"])[1:] if len(row) == 5]
        flags = [row[3] for row in ranges]
        assert {flag[:4] for flag in flags} == {"R-XU", "R--U", "RW-U"}
        assert not any("W" in flag and "X" in flag for flag in flags)
        assert all(int(row[0], 16) < int(row[1], 16) for row in ranges)
    walk = answer["vspace uart 0x10000"]
    assert re.findall(r"^  level (\d)", walk, re.MULTILINE) == ["2", "1", "0"]
    assert "R-XU-AD (leaf of 4 KiB)" in walk and "0x10000 is physical 0x8" in walk
    assert "0x3fffff0000 is not mapped" in answer["vspace uart 0x3fffff0000"]


def test_endpoint_and_notification(prompt: Debugged) -> None:
    address = threads(prompt)["uart"][6].split()[1]
    answer = prompt.gdb("endpoint", "notification", f"endpoint {address}", f"notification {address}")
    states = {row[0]: row[2] for row in rows(answer["endpoint"])}
    assert states[address].startswith("Receivers [uart (0x")
    one = answer[f"endpoint {address}"]
    assert "  waits: uart (BlockedRecv, priority 200)\n" in one
    assert re.search(r"^  capability: Endpoint badge 0x\w+ rights -WG .*  \[console slot 0x\w+\]$", one, re.MULTILINE)
    notifications = [row[2] for row in rows(answer["notification"])]
    assert any("bound to uart (0x" in state for state in notifications)
    assert f"no capability leads to a Notification at {address}" in answer[f"notification {address}"]


def test_printers(prompt: Debugged) -> None:
    uart = threads(prompt)["uart"]
    tcb, endpoint = f"((glenda::Tcb*){uart[1]})", f"((glenda::Endpoint*){uart[6].split()[1]})"
    expected = {
        f"print *{tcb}": "thread uart: BlockedRecv, priority 200",
        f"print {tcb}->utcb_address": "0x3",
        f"print {tcb}->cspace.cap": "CNode of 2^",
        f"print {tcb}->cspace": "CNode of 2^6 slots",
        f"print {tcb}->cspace.cap.rights": "RWG",
        f"print *{endpoint}": f"Receivers [uart ({uart[1]})]",
        f"print {endpoint}->queue": f"[uart ({uart[1]})]",
        f"print *((glenda::Tcb*){uart[1]})->reply": f"caller nobody, brought by uart ({uart[1]})",
        "print *(glenda::Notification*)glenda::irqs[10].notification.cap.object":
            "flags 0x0, waiters [], bound to uart (",
        "print glenda::irqs[10].notification.next": "parent 0xffffffc0",
        "print glenda::kernel_root->entries[257]": "0x40000000 RW--GAD",
        "print (glenda::Error)4": "NoRights (4)",
        f"print *(glenda::Tag*)&{tcb}->registers.x[10]": " words, ",
        "print *(glenda::PhysAddr*)&glenda::kernel_root": "0xffffffc08",
        "print (glenda::MapFlags)5": "R-X",
    }
    answers = prompt.gdb("program uart", *expected)        # MapFlags is a type of user programs, not of the kernel
    for command, text in expected.items():
        assert text in answers[command], f"{command}: {answers[command]}"


def test_mistakes_are_explained(prompt: Debugged) -> None:
    expected = {
        "threads 1": "usage: threads", "caps": "usage: caps THREAD", "thread-info 99": "no thread has the number",
        "caps nobody": "no thread has the number, name or address nobody", "cdt 0x99": "no slot with a capability",
        "cdt nonsense": 'No symbol "nonsense"', "endpoint 0x1234": "no capability leads to an Endpoint at 0x1234",
        "endpoint 1 +": "syntax error", "vspace root 0x4000000000": "is not in the user's half",
        "program nonsense": "there is no build/user/nonsense.elf", "kernel": "usage: kernel COMMAND",
        "kernel nonsense": "Undefined command",
    }
    answers = prompt.gdb(*expected)
    for command, text in expected.items():
        assert text in answers[command], f"{command}: {answers[command]}"


def test_a_kernel_without_capabilities(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As that of lab 1: what would not work there is not offered, and says so."""
    (tmp_path / "kernel").mkdir()
    (tmp_path / "kernel/glenda.elf").symlink_to(guests.build("idle"))
    monkeypatch.setenv("GLENDA_BUILD", str(tmp_path))
    done = subprocess.run(["gdb-multiarch", "-q", "-nx", "-batch", "-x", ".gdbinit", "-ex", "glenda help", "-ex", "threads"],
                          cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert "\nGlenda: program, kernel, break-panic. `glenda help`" in done.stdout, done.stdout
    assert re.findall(r"^  ([\w-]+)", done.stdout, re.MULTILINE) == ["program", "kernel", "break-panic"]
    assert done.stderr.startswith("`threads` is for kernels from lab 2 on; in this one there are program, kernel, break-panic"), done.stderr


def test_help(prompt: Debugged) -> None:
    answers = run_gdb("glenda help", "program", *(f"help {name}" for name in NAMES))
    for name in NAMES:
        assert re.search(rf"^  {name}\b.*: .*\.$", answers["glenda help"], re.MULTILINE)
        assert re.match(rf"(?:trace, .*\n)?{name}", answers[f"help {name}"])    # GDB has abbreviations of `trace`
    assert {"console", "disk", "empty", "factotum"} <= set(re.findall(r"[\w.]+", answers["program"]))


@pytest.mark.parametrize("harts", [1, 2])
def test_in_a_user_program(machine: Boot, harts: int) -> None:
    """While a hart runs a user program, GDB cannot see kernel memory through it, but the commands can."""
    system = Debugged(machine, harts=harts).boot()
    system.machine.sendline("run spin &")
    system.machine.expect(PROMPT)
    line = next(number for number, text in enumerate((ROOT / "user/apps/spin.cc").read_text().splitlines(), 1)
                if "for (;;)" in text)
    stop = ["program spin", f"tbreak spin.cc:{line}", "continue", "threads", "harts", "thread-info spin",
            "kernel print glenda::hart_count"]
    answer = system.gdb(*stop)
    spin = next(row for row in rows(answer["threads"]) if row[2] == "spin")
    assert spin[3] == "Ready" and spin[6] == "running" and "<main" in spin[7]
    assert len(re.findall(r"^hart \d \(hardware \d\)", answer["harts"], re.MULTILINE)) == harts
    assert re.search(r": in a user program\n  current    spin at 0x", answer["harts"])
    assert "registers, now, in the hart:" in answer["thread-info spin"]
    assert answer["kernel print glenda::hart_count"].startswith(f"$1 = {harts}\n")
    system.machine.sendline("ps")       # the system continues
    system.machine.expect(r"\bspin\b")
    system.machine.expect(PROMPT)


def test_before_boot(machine: Boot) -> None:
    """Before the first instruction, and before the root task exists, each command says that it is too early."""
    system = Debugged(machine, extra=["-S"], icount=False)      # QEMU 7.2 does not step with -icount sleep=off
    later = ["tbreak glenda::start_root_task", "continue"]
    answers = system.gdb(*LOOKING, *later, *(f"{command} " for command in LOOKING), "tbreak resume_user", "continue ",
                         "threads  ", "caps root  ")
    for command in LOOKING:
        assert "has not started yet: `continue`" in answers[command], f"{command}: {answers[command]}"
        late = answers[f"{command} "]
        assert "hart 0 (hardware 0)" in late if command == "harts" else "has not made the root task yet" in late, late
    assert re.search(r"^1 .* root +Ready .* running +0x100e8 <_start>$", answers["threads  "], re.MULTILINE)
    assert "Console" in answers["caps root  "]


def test_without_a_system() -> None:
    answers = run_gdb(*LOOKING, "kernel print 1")
    for command, answer in answers.items():
        assert "GDB is not connected" in answer, f"{command}: {answer}"


def make(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["make", *arguments], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=SECONDS, check=False, **options)


def test_make_gdb(prompt: Debugged, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`make gdb` attaches and loads our commands, whatever the .gdbinit in the home directory contains."""
    assert "-x .gdbinit" in make("-n", "gdb").stdout
    build = f"BUILD={os.path.relpath(tmp_path, ROOT)}"
    for folder in ("kernel", "user"):
        (tmp_path / folder).symlink_to(BUILD / folder)
    refused = make("gdb", build)
    assert refused.returncode != 0 and "run 'make qemu-gdb' in another terminal first" in refused.stdout
    (tmp_path / "gdb-port").write_text(f"{prompt.port}\n")
    stale = make("gdb", build)
    assert stale.returncode != 0 and "run 'make qemu-gdb' in another terminal first" in stale.stdout
    locked = (tmp_path / "gdb-port").open()
    fcntl.flock(locked, fcntl.LOCK_EX)
    (tmp_path / ".gdbinit").write_text("echo HOME\\n\nset auto-load off\nthis is an error\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    attached = make("gdb", build, input="threads\ndetach\nquit\n")
    assert "console" in attached.stdout and "`glenda help` explains them" in attached.stdout
    assert "HOME" not in attached.stdout and "auto-loading has been declined" not in attached.stdout
