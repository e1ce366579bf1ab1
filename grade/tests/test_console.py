# SPDX-License-Identifier: MIT
"""The system from power-on to power-off, as a person at the console sees it."""

import random
import re
from collections.abc import Callable

import pytest

from glenda.errors import GuestDeadline
from glenda.machine import Machine
from glenda.shell import LINE, PROMPT, Shell

COMMANDS = ["help", "ps", "run", "kill", "log", "mem", "shutdown", "reboot"]
BANNER = "Glenda: a capability microkernel for RISC-V 64\n"
UP, DOWN, RIGHT, LEFT = "\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D"

Boot = Callable[..., Machine]


@pytest.fixture
def shell(machine: Boot) -> Shell:
    """A machine with one hart, at its prompt."""
    return Shell(machine())


# --- power-on and power-off -------------------------------------------------------------------------------

def test_boot_in_order(machine: Boot) -> None:
    guest = machine()
    milestones = [r"^OpenSBI ", f"^{BANNER}", r"^kernel: hart 0 is up\n",
                  r"^9ball: \d+ MiB of memory.*, 1 hart, initrd", r"^9ball: factotum: is up\n",
                  r"^9ball: uart: started as process 3\n", r"^9ball: uart: serves serial\n",
                  r"^Glenda: type help .*Ctrl-A X leaves QEMU\.\n", f"^{PROMPT}"]
    for milestone in milestones:
        guest.expect(milestone, within=0.1)
    assert guest.instructions()[0] < 0.1e9
    assert guest.transcript.count(BANNER) == 1
    assert guest.transcript.count(PROMPT) == 1 and guest.transcript.endswith(PROMPT)


@pytest.mark.parametrize("harts", [1, 2, 4, 8])
def test_boot_with_harts(machine: Boot, harts: int) -> None:
    """Without -icount, as in `make qemu`."""
    shell = Shell(machine(harts=harts, icount=False), within=2)
    text = shell.machine.transcript
    assert sorted(re.findall(r"^kernel: hart (\d) is up$", text, re.MULTILINE)) == [str(hart) for hart in range(harts)]
    assert re.search(rf"^9ball: .*, {harts} harts?, initrd", text, re.MULTILINE)
    assert text.count(BANNER) == 1
    assert shell.run("run hello a b") == "a\nb\nprocess 5 exited with status 0\n"
    assert "process 6 crashed: store page fault\n" in shell.run("run crash null")
    assert "8 MiB written and checked" in shell.run("run memtest 8", within=2)
    assert [row.name for row in shell.ps()] == ["9ball", "factotum", "uart", "console"]
    shell.type("shutdown\r")
    assert shell.machine.run_to_exit(within=2) == 0


@pytest.mark.parametrize("mib", [64, 128, 512, 2048])
def test_boot_with_memory(machine: Boot, mib: int) -> None:
    shell = Shell(machine(memory=f"{mib}M"))
    found = int(re.search(r"^9ball: (\d+) MiB of memory", shell.machine.transcript, re.MULTILINE)[1])
    assert mib - 8 <= found <= mib
    memory = shell.memory()
    assert mib - 10 <= memory.total / 1024 <= found
    assert memory.free > 0.85 * memory.total
    assert "40 MiB written and checked" in shell.run("run memtest 40", within=2)
    assert shell.memory().free == pytest.approx(memory.free, abs=8)


def test_shutdown(shell: Shell) -> None:
    shell.type("shutdown\r")
    assert shell.machine.run_to_exit(within=0.1) == 0
    assert shell.machine.transcript.endswith("shutdown\n9ball: switching the machine off\n")


def test_reboot_resets_the_machine(shell: Shell) -> None:
    """QEMU runs with -no-reboot, so a reset ends it."""
    shell.type("reboot\r")
    assert shell.machine.run_to_exit(within=0.1) == 0
    assert shell.machine.transcript.endswith("reboot\n9ball: starting the machine again\n")


def test_reboot_boots_again(machine: Boot) -> None:
    """The later option undoes -no-reboot."""
    shell = Shell(machine(extra=["-action", "reboot=reset"]))
    shell.run("run spin &")
    shell.type("reboot\r")
    shell.until_prompt()
    assert shell.machine.transcript.count(BANNER) == 2
    assert [row.name for row in shell.ps()] == ["9ball", "factotum", "uart", "console"]
    shell.type("shutdown\r")
    assert shell.machine.run_to_exit(within=0.1) == 0


# --- commands ---------------------------------------------------------------------------------------------

def test_help_lists_all_commands(shell: Shell) -> None:
    lines = shell.run("help").splitlines()
    listed = [line.split()[0] for line in lines if line.startswith("  ")]
    assert listed == COMMANDS
    assert all(len(line.split()) >= 3 for line in lines), "a command without a word about it"


def test_ps(shell: Shell) -> None:
    # The console asks, and Factotum answers: both run.
    system = [(1, 0, "9ball", "wait", 250), (2, 1, "factotum", "run", 240), (3, 1, "uart", "wait", 200),
              (4, 1, "console", "run", 100)]
    assert [row[:5] for row in shell.ps()] == system
    assert all(0 < row.kib < 16 * 1024 for row in shell.ps())
    shell.run("run spin &")
    shell.run("run spin &")
    *others, first, second = shell.ps()
    assert [row[:5] for row in others] == system
    assert first[:5] == (5, 4, "spin", "run", 90) and second[:5] == (6, 4, "spin", "run", 90)


def test_run_waits_and_tells_the_status(shell: Shell) -> None:
    assert shell.run("run hello") == "hello, world\nprocess 5 exited with status 0\n"
    assert shell.run("run hello a b") == "a\nb\nprocess 6 exited with status 0\n"
    assert shell.run('run hello "a b" "" c') == "a b\n\nc\nprocess 7 exited with status 0\n"
    assert shell.run("  run  hello  a ") == "a\nprocess 8 exited with status 0\n"
    assert shell.run("run bin/hello a") == "a\nprocess 9 exited with status 0\n"
    assert shell.run("run memtest").endswith("process 10 exited with status 2\n")
    before = shell.machine.monitor.clock()
    assert shell.run("run spin 30") == "process 11 exited with status 0\n"
    assert 0.030 <= shell.machine.monitor.clock() - before < 0.040


def test_run_in_the_background(shell: Shell) -> None:
    assert shell.run("run spin 20 &") == "process 5 runs in the background\n"
    assert shell.pid("spin") == 5
    shell.run("run spin 50")
    assert not shell.run("").startswith("process 5")        # it was told behind `run spin 50`
    assert shell.machine.transcript.count("process 5 exited with status 0\n") == 1
    assert "spin" not in [row.name for row in shell.ps()]


def test_kill(shell: Shell) -> None:
    before = shell.memory()
    for pid in (5, 6):
        assert shell.run("run spin &") == f"process {pid} runs in the background\n"
    assert shell.run("kill 5") == "process 5 was killed\n"
    assert shell.run("kill 5") == "kill: there is no process 5\n"
    assert shell.pid("spin") == 6
    assert shell.run("kill 6") == "process 6 was killed\n"
    assert [row.name for row in shell.ps()] == ["9ball", "factotum", "uart", "console"]
    assert shell.memory().free == pytest.approx(before.free, abs=64)


@pytest.mark.parametrize("name", ["9ball", "factotum"])
def test_the_founders_cannot_be_killed(shell: Shell, name: str) -> None:
    pid = shell.pid(name)
    assert shell.run(f"kill {pid}") == f"kill: process {pid} holds the system up\n"
    assert shell.run("run hello") == "hello, world\nprocess 5 exited with status 0\n"
    assert shell.pid(name) == pid


def test_log(shell: Shell) -> None:
    lines = [re.fullmatch(r"\[ *(\d+\.\d{3})\] ([^:]+): (.+)", line) for line in shell.run("log").splitlines()]
    assert None not in lines
    times = [float(line[1]) for line in lines]
    assert times == sorted(times) and times[-1] < 0.1
    said = [line[3] for line in lines]
    for text in ["factotum: is up", "uart: started as process 3", "uart: serves serial",
                 "console: started as process 4"]:
        assert said.count(text) == 1
    shell.run("kill 4")
    assert "console: process 4 was killed\n" in shell.run("log")


def test_mem_adds_up(shell: Shell) -> None:
    """What is neither free nor Factotum's own belongs to the processes: pages that ps counts, tables and objects."""
    rows = {row.name: row for row in shell.ps()}
    memory = shell.memory()
    used = memory.total - memory.free - memory.tables
    touched = sum(row.kib for name, row in rows.items() if name not in ("9ball", "factotum"))
    assert touched < used < touched + 64 * 2
    assert used <= memory.reserved < memory.free
    assert rows["factotum"].kib == memory.tables

    assert shell.run("run memtest 8").endswith("exited with status 0\n")
    assert shell.memory().free == pytest.approx(memory.free, abs=8)


def test_wrong_words(shell: Shell) -> None:
    """Nothing here is done, each has its message, and the prompt comes back."""
    before = shell.ps()
    no_program = "run: there is no program {} in the initrd\n".format
    answers = {
        "": "", "   ": "", "\t": "",
        "bogus": "bogus: no such command. `help` lists them; `run bogus` runs a program of that name.\n",
        "HELP": "HELP: no such command. `help` lists them; `run HELP` runs a program of that name.\n",
        "help x": "usage: help\n", "ps x": "usage: ps\n", "log x": "usage: log\n", "mem x": "usage: mem\n",
        "shutdown now": "usage: shutdown\n", "reboot now": "usage: reboot\n",
        "kill": "usage: kill PID\n", "kill abc": "usage: kill PID\n", "kill -1": "usage: kill PID\n",
        "kill 4 4": "usage: kill PID\n", "kill 4x": "usage: kill PID\n", "kill 0x4": "usage: kill PID\n",
        "kill 18446744073709551620": "usage: kill PID\n",
        "kill 0": "kill: there is no process 0\n", "kill 99999": "kill: there is no process 99999\n",
        "kill 4294967300": "kill: there is no process 4294967300\n",      # 4 in its lower half
        "kill 1": "kill: process 1 holds the system up\n", "kill 2": "kill: process 2 holds the system up\n",
        "run": "usage: run NAME [ARGS...] [&]\n", "run &": "usage: run NAME [ARGS...] [&]\n",
        "run nosuch": no_program("nosuch"), "run nosuch &": no_program("nosuch"), 'run ""': no_program(""),
        "run ../bin/hello": no_program("../bin/hello"), "run bin": no_program("bin"), "run bin/": no_program("bin/"),
    }
    for typed, answer in answers.items():
        shell.type(typed + "\r")
        assert shell.until_prompt() == typed.replace("\t", "") + "\n" + answer, typed
    assert "init.toml: not an ELF file" in shell.run("run /init.toml")
    assert [row[:5] for row in shell.ps()] == [row[:5] for row in before]


def test_wrong_arguments_of_programs(shell: Shell) -> None:
    for arguments in ["", " x", " -1", " 1 2", " 8M", " 99999999999999999999999"]:
        assert shell.run(f"run memtest{arguments}").startswith("usage: memtest MIB\nprocess "), arguments
    for arguments in [" x", " -1", " 1 2"]:
        assert shell.run(f"run spin{arguments}").startswith("usage: spin [MILLISECONDS]\nprocess "), arguments
    for arguments in ["", " nosuch", " null null"]:
        output = shell.run(f"run crash{arguments}")
        assert output.startswith("usage: crash KIND\n") and output.endswith("exited with status 2\n"), arguments


def test_no_argument_is_lost_silently(shell: Shell) -> None:
    """All arguments of a line that fits arrive, or a message says that there are too many."""
    for count in (20, 31, 32, 40, 50, 60, 61, 62, 63, 64, 100):
        words = [str(number % 10) for number in range(count)]
        output = shell.run("run hello " + " ".join(words))
        arrived = output.splitlines()[:-1] == words
        assert arrived or (count > 50 and re.search("too many (words|arguments)", output)), f"{count}: {output!r}"
    # What does not fit was not shown either, and the bell rang.
    output = shell.run("run hello " + " ".join("99" for _ in range(100)))
    assert output.startswith("too many words") and "\a" in shell.machine.transcript


def test_system_programs_do_no_harm_when_run_by_hand(shell: Shell) -> None:
    before = shell.ps()
    for name in ("9ball", "factotum"):
        assert f"{name} (pid " in shell.run(f"run {name}") and "crashed: load page fault\n" in shell.machine.transcript
    for name in ("uart", "console"):
        assert re.search(r"process \d+ exited with status [1-9]\d*\n", shell.run(f"run {name}"))
    assert [row[:5] for row in shell.ps()] == [row[:5] for row in before]
    assert shell.run("run hello").startswith("hello, world\n")


# --- the keyboard -----------------------------------------------------------------------------------------

def test_editing(shell: Shell) -> None:
    """What is executed shows what the line was."""
    lines = {
        "run hellp\x7fo abX\x7fc": "abc", "run hello abX\x08c": "abc", "\x7f\x08run hello x": "x",
        "nonsense\x15run hello u": "u", "\x15\x15run hello v": "v",
        f"run hello ac{LEFT}b": "abc", f"run hello abc{LEFT}{LEFT}{RIGHT}{RIGHT}d": "abcd",
        f"run hello bc{LEFT}{LEFT}a": "abc", f"run hello abXc{LEFT}\x7f": "abc",
        f"hello w{LEFT * 99}run {RIGHT * 99}x": "wx", "ello y\x01run h\x05z": "yz",
        "run hello q\x1b[Hx\x1b[3~\x1b[F": None,
    }
    for keys, argument in lines.items():
        shell.type(keys + "\r")
        output = shell.until_prompt().partition("\n")[2]
        if argument is not None:
            assert re.fullmatch(rf"{argument}\nprocess \d+ exited with status 0\n", output), (keys, output)
    assert "xun: no such command" in shell.machine.transcript      # Home, x, Delete, End


def test_cancelling_a_line(shell: Shell) -> None:
    shell.type("run hello not this\x03")
    assert shell.until_prompt() == "run hello not this^C\n"
    shell.type("\x03\x03")
    assert shell.until_prompt() == shell.until_prompt() == "^C\n"
    assert shell.run("run hello this") == "this\nprocess 5 exited with status 0\n"


def test_history(shell: Shell) -> None:
    def command_of(keys: str) -> str:
        shell.type(keys + "\r")
        line, _, output = shell.until_prompt().partition("\n")
        while "\b \b" in (shown := line.rpartition(PROMPT)[2].replace("\x1b[K", "")):
            line = re.sub(".\b \b", "", shown, count=1)
        return shown.replace("\a", "") + "|" + output.partition("\n")[0]

    for argument in ("one", "two", "three"):
        shell.run(f"run hello {argument}")
    assert command_of(UP) == "run hello three|three"
    assert command_of(UP * 2) == "run hello two|two"            # the same line twice is one line of history
    assert command_of(UP * 4) == "run hello one|one"            # two, three, two, one: what was executed is at the end
    assert command_of(UP * 4 + DOWN * 2) == "run hello two|two"
    assert command_of(UP + "\x7f\x7f\x7fmany") == "run hello many|many"
    assert command_of("run hello draft" + UP + DOWN) == "run hello draft|draft"
    shell.run("")
    assert command_of(UP) == "run hello draft|draft"            # an empty line is none
    assert command_of(UP * 50) == "run hello one|one"           # and no further back than the first
    assert command_of(DOWN * 5 + "run hello z") == "run hello z|z"


def test_history_forgets_the_oldest(shell: Shell) -> None:
    for number in range(40):
        assert shell.run(f"kill {number}x") == "usage: kill PID\n"
    shell.type(UP * 60 + "\r")
    line = shell.until_prompt().partition("\n")[0]
    kept = int(re.search(r"kill (\d+)x\x1b\[K\a*$", line)[1])
    assert 1 <= kept <= 30


def test_a_line_longer_than_the_screen(shell: Shell) -> None:
    word = "".join(random.Random(1).choices("abcdefghij", k=180))
    assert shell.run(f"run hello {word}") == f"{word}\nprocess 5 exited with status 0\n"
    rows = [row.partition("\n")[0].replace("\x1b[K", "") for row in shell.machine.transcript.split(PROMPT)[1:]]
    assert len(rows) > 100 and max(map(len, rows)) == LINE      # it scrolls, and never wraps


def test_a_line_longer_than_the_buffer(shell: Shell) -> None:
    """What does not fit rings the bell. What fits can be edited and entered."""
    shell.type("x" * 500)
    shell.machine.expect("\a" * 200, within=0.5)
    shell.type("\x7f" * 600 + "run hello short\r")
    assert shell.until_prompt().endswith("\nshort\nprocess 5 exited with status 0\n")
    shell.type("y" * 500 + "\r")
    output = shell.until_prompt().partition("\n")[2]
    assert re.fullmatch(r"(y+): no such command\. .*\n", output)
    assert shell.run("run hello") == "hello, world\nprocess 6 exited with status 0\n"


def test_all_bytes(shell: Shell) -> None:
    """Each byte on a line of its own, then all of them in a row, then 2000 at random."""
    for byte in range(256):
        if byte == 3:
            continue
        shell.type(bytes([byte]) + b"\x1bOZ\x15run hello good\r")        # ends an escape sequence, empties the line
        output = shell.until_prompt()
        if byte == 13:      # 10 behind a 13 is no end of another line
            output += shell.until_prompt()
        assert "\ngood\nprocess " in output, byte
    garbage = bytes(range(256)) + random.Random(2).randbytes(2000)
    shell.type(garbage.replace(b"&", b"?"))
    shell.type(b"\x03\x03\x03" + b"run hello the end\r")
    shell.machine.expect(r"^the\nend\nprocess \d+ exited with status 0\n")
    shell.until_prompt()
    assert [row.name for row in shell.ps()] == ["9ball", "factotum", "uart", "console"]


def test_typing_ahead(shell: Shell) -> None:
    """Lines that come while a program runs are not lost, and are executed in order."""
    shell.type("run spin 20\r" + "".join(f"run hello {number}\r" for number in range(30)))
    for number in range(30):
        shell.machine.expect(rf"^{number}\nprocess {6 + number} exited with status 0\n")


def test_any_end_of_line(shell: Shell) -> None:
    shell.type("run hello a\nrun hello b\r\nrun hello c\r")
    for argument in "abc":
        assert f"\n{argument}\n" in shell.until_prompt()
    assert shell.run("run hello d").startswith("d\n")
    assert shell.machine.transcript.count(PROMPT) == 5       # the \n of \r\n is no line of its own


def test_control_c_ends_the_program(shell: Shell) -> None:
    before = shell.ps()
    shell.type("run spin\r")
    shell.machine.expect("run spin\n", within=0.1)
    with pytest.raises(GuestDeadline):       # it runs
        shell.machine.expect(PROMPT, within=0.05)
    shell.type("\x03")
    assert shell.until_prompt(within=0.1) == "run spin\n^C\nprocess 5 was killed\n"
    assert [row[:5] for row in shell.ps()] == [row[:5] for row in before]


@pytest.mark.parametrize("keys", [["run spin\r", "\x03"], ["run spin\r\x03"]], ids=["at-once", "in-one-piece"])
def test_control_c_is_never_too_early(shell: Shell, keys: list[str]) -> None:
    """Pressed before the program has begun, it ends it all the same."""
    for piece in keys:
        shell.type(piece)
    assert shell.until_prompt(within=0.1).endswith("process 5 was killed\n")
    assert shell.run("run hello") == "hello, world\nprocess 6 exited with status 0\n"


# --- time -------------------------------------------------------------------------------------------------

def test_the_console_answers_whatever_runs(shell: Shell) -> None:
    """Its priority is above that of what it runs: no answer waits for a time slice."""
    for _ in range(2):
        shell.run("run spin &", within=0.01)
    for _ in range(5):
        shell.run("mem", within=0.002)
        assert len(shell.ps()) == 6
    assert shell.run("run hello", within=1).endswith("hello, world\nprocess 7 exited with status 0\n")
    for pid in (5, 6):
        assert shell.run(f"kill {pid}", within=0.01) == f"process {pid} was killed\n"


def test_programs_of_one_priority_take_turns(shell: Shell) -> None:
    """The last of four gets its turn soon enough to see that 200 ms are over; a turn is 5 ms, and a page fault ends it."""
    for _ in range(3):
        shell.run("run spin &")
    before = shell.machine.instructions()[0]
    assert shell.run("run spin 200", within=1) == "process 8 exited with status 0\n"
    assert 0.2e9 <= shell.machine.instructions()[0] - before < 0.3e9


def test_the_same_session_each_time(machine: Boot) -> None:
    transcripts = set()
    for _ in range(3):
        shell = Shell(machine())
        for command in ["help", "ps", "mem", "run hello a b", "run crash stack", "run memtest 3", "bogus", "kill 99",
                        "run spin 5", "kill 3", "kill 4", "ps", "mem"]:
            shell.run(command)
        shell.type(f"run hello ac{LEFT}b{UP}{DOWN}\r")
        shell.until_prompt()
        shell.type("shutdown\r")
        assert shell.machine.run_to_exit() == 0
        transcripts.add(shell.machine.transcript)
    assert len(transcripts) == 1
