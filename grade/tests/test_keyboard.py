# SPDX-License-Identifier: MIT
"""The keyboard: line editing, history, typing ahead, arbitrary bytes, and Ctrl-C."""

import random
import re

import pytest

from glenda.errors import GuestDeadline
from glenda.shell import LINE, PROMPT, Shell

UP, DOWN, RIGHT, LEFT = "\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D"
ASK = "\x1b[999C\x1b[6n"        # how the editor asks the terminal for its width


def test_editing(shell: Shell) -> None:
    """The executed command shows what the edited line was."""
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
    assert shell.run("run hello this") == "this\nprocess 7 exited with status 0\n"


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
    assert command_of(UP * 2) == "run hello two|two"            # a repeated line is stored once
    assert command_of(UP * 4) == "run hello one|one"            # two, three, two, one: the newest was executed last
    assert command_of(UP * 4 + DOWN * 2) == "run hello two|two"
    assert command_of(UP + "\x7f\x7f\x7fmany") == "run hello many|many"
    assert command_of("run hello draft" + UP + DOWN) == "run hello draft|draft"
    shell.run("")
    assert command_of(UP) == "run hello draft|draft"            # an empty line is not stored
    assert command_of(UP * 50) == "run hello one|one"           # stops at the oldest line
    assert command_of(DOWN * 5 + "run hello z") == "run hello z|z"


def test_history_forgets_the_oldest(shell: Shell) -> None:
    for number in range(40):
        assert shell.run(f"kill {number}x") == "usage: kill PID\n"
    shell.type(UP * 60 + "\r")
    line = shell.until_prompt().partition("\n")[0]
    kept = int(re.search(r"kill (\d+)x\x1b\[K\a*$", line)[1])
    assert 1 <= kept <= 30


def test_a_line_longer_than_the_screen(shell: Shell) -> None:
    """The line scrolls and never wraps on a terminal of 40 columns that does not report its size."""
    word = "".join(random.Random(1).choices("abcdefghij", k=180))
    assert shell.run(f"run hello {word}") == f"{word}\nprocess 7 exited with status 0\n"
    rows = [re.sub(r"\n.*|\x1b\[[^@-~]*[@-~]|\r", "", row, flags=re.DOTALL)
            for row in shell.machine.transcript.split(PROMPT)[1:]]
    assert len(rows) > 100 and max(map(len, rows)) == LINE
    assert shell.machine.transcript.count(ASK) == 1


def test_the_terminal_tells_its_width(shell: Shell) -> None:
    """The editor asks for the width once the line gets long, and then uses the full width of the terminal."""
    word = "".join(random.Random(3).choices("abcdefghij", k=100))
    shell.type(f"run hello {word}")
    shell.machine.expect(re.escape(ASK), within=0.5)
    shell.machine.expect(word[-LINE:], within=0.5)
    shell.type("\x1b[24;80R")
    shell.machine.expect(rf"{PROMPT}{word[-71:]}\x1b\[K$", within=0.5)
    shell.type(LEFT * 80 + "Z")         # now part of the word's beginning is on the screen again
    shell.machine.expect(rf"{PROMPT}Z{word[20:90]}\x1b\[K\x1b\[70D$", within=0.5)
    shell.type("\r")
    shell.machine.expect(f"^{word[:20]}Z{word[20:]}\n", within=0.5)


def test_a_line_longer_than_the_buffer(shell: Shell) -> None:
    """A line that is too long rings the bell, and Enter then executes nothing. A line that fits works as usual."""
    shell.type("x" * 500)
    shell.machine.expect("\a" * 200, within=0.5)
    shell.type("\x7f" * 600 + "run hello short\r")
    assert shell.until_prompt().endswith("\nshort\nprocess 7 exited with status 0\n")
    shell.type("run hello " + "y" * 500 + "\r")
    output = shell.until_prompt().partition("\n")[2]
    assert output == "The line is longer than 256 bytes. Nothing of it was executed.\n"
    assert shell.run("run hello") == "hello, world\nprocess 8 exited with status 0\n"


def test_unknown_sequences_vanish(shell: Shell) -> None:
    """F11, F1 of the Linux console, Alt and Up, a terminal's report, a mouse: none leaves a byte in the line."""
    keys = "\x1b[23~", "\x1b[[A", "\x1b\x1b[A", "\x1b[?1;2c", "\x1b[3;5~", "\x1bOP", "\x1b[M #!", "\x1b]0;x\x1b\\"
    for each in keys:
        shell.type(f"run hello {each}abc{each}\x01{each}\x05{each}\r")
        assert re.search(r"\nabc\nprocess \d+ exited with status 0\n$", shell.until_prompt()), each


def test_characters_outside_ascii(shell: Shell) -> None:
    shell.type(f"run hello h\u00e9{LEFT}\u6f22{LEFT}\U0001f600x\x7f\t\u20ac\u20ac\x7f\r")
    output = shell.until_prompt().partition("\n")[2]
    assert output == "h\U0001f600\n\u20ac\u6f22\u00e9\nprocess 7 exited with status 0\n"


def test_control_keys(shell: Shell) -> None:
    lines = {"run hello abc def\x17x": "abc\nx", "nonsense\x15run hello a": "a", "run hello abc\x02\x02\x0bd": "ad",
             "xrun hello b\x01\x04": "b", "run hello c\x0c": "c"}
    for keys, argument in lines.items():
        shell.type(keys + "\r")
        output = shell.until_prompt().partition("\n")[2]
        while PROMPT in output:     # ^L shows the prompt again
            output = output.partition("\n")[2]
        assert re.fullmatch(rf"{argument}\nprocess \d+ exited with status 0\n", output), (keys, output)
    shell.type("\x04")
    assert shell.until_prompt() == "^D\nThe console does not end. `shutdown` switches the machine off.\n"


def test_all_bytes(shell: Shell) -> None:
    """Each byte on its own line, then all bytes in a row, then 2000 at random."""
    for byte in range(256):
        if byte == 3:
            continue
        shell.type(bytes([byte]) + b"\x1bOZ\x15run hello good\r")        # ends an escape sequence, empties the line
        output = shell.until_prompt()
        if byte in (4, 13):     # a 10 after a 13 does not end another line
            output += shell.until_prompt()
        assert "\ngood\nprocess " in output, byte
    garbage = bytes(range(256)) + random.Random(2).randbytes(2000)
    shell.type(garbage.replace(b"&", b"?"))
    shell.type(b"\x03\x03\x03" + b"run hello the end\r")
    shell.machine.expect(r"^the\nend\nprocess \d+ exited with status 0\n")
    shell.until_prompt()
    assert [row.name for row in shell.ps()] == ["9ball", "factotum", "unicorn", "rtc", "uart", "console"]


def test_typing_ahead(shell: Shell) -> None:
    """Lines typed while a program runs are kept and executed in order."""
    shell.type("run spin 1000\r" + "".join(f"run hello {number}\r" for number in range(30)))
    for number in range(30):
        shell.machine.expect(rf"^{number}\nprocess {8 + number} exited with status 0\n")


def test_any_end_of_line(shell: Shell) -> None:
    shell.type("run hello a\nrun hello b\r\nrun hello c\r")
    for argument in "abc":
        assert f"\n{argument}\n" in shell.until_prompt()
    assert shell.run("run hello d").startswith("d\n")
    assert shell.machine.transcript.count(PROMPT) == 5       # \r\n ends one line, not two


def test_control_c_ends_the_program(shell: Shell) -> None:
    before = shell.ps()
    shell.type("run spin\r")
    shell.machine.expect("run spin\n", within=0.1)
    with pytest.raises(GuestDeadline):       # it runs
        shell.machine.expect(PROMPT, within=0.05)
    shell.type("\x03")
    assert shell.until_prompt(within=0.1) == "run spin\n^C\nprocess 7 was killed\n"
    assert [row[:5] for row in shell.ps()] == [row[:5] for row in before]


@pytest.mark.parametrize("keys", [["run spin\r", "\x03"], ["run spin\r\x03"]], ids=["at-once", "in-one-piece"])
def test_control_c_is_never_too_early(shell: Shell, keys: list[str]) -> None:
    """Ctrl-C also ends a program that has not begun yet."""
    for piece in keys:
        shell.type(piece)
    assert shell.until_prompt(within=0.1).endswith("process 7 was killed\n")
    assert shell.run("run hello") == "hello, world\nprocess 8 exited with status 0\n"
