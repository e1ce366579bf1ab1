# SPDX-License-Identifier: MIT
"""The keyboard belongs to the shell, or to the program in the foreground, whatever the others try."""

from glenda.shell import Shell


def repeat(shell: Shell, line: str) -> None:
    """Runs a program in the foreground that reads a line, and then ^D."""
    shell.type("run repeat\r")
    shell.machine.expect("run repeat\r?\n", 0.5)
    shell.type(f"{line}\r")
    assert shell.saw(f"^{line}$")
    shell.type("\x04")
    assert shell.until_prompt().endswith("exited with status 0\n")


def new_line(shell: Shell) -> None:
    """After output of a program in the background, which follows the prompt."""
    shell.type("\r")
    shell.until_prompt()


def test_a_program_in_the_foreground_reads(shell: Shell) -> None:
    repeat(shell, "one line")


def test_a_program_in_the_background_cannot_read(shell: Shell) -> None:
    assert shell.run("run repeat &") == "process 7 runs in the background\n"
    assert shell.saw("repeat: PermissionDenied$")
    shell.type("run spin 20\r")        # long enough for it to end
    shell.until_prompt()
    assert shell.run("run hello a") == "a\nprocess 9 exited with status 0\n"


def test_every_way_to_take_the_terminal_is_refused(shell: Shell) -> None:
    assert shell.run("run thief once &") == "process 7 runs in the background\n"
    for attempt in ("look the terminal up", "read", "make a job", "be in the foreground", "leave the shell in the foreground"):
        assert shell.saw(f"thief: {attempt}: PermissionDenied$")


def test_thieves_take_no_key(shell: Shell) -> None:
    """They try without end while lines are typed, one program reads, and another is ended by ^C."""
    for pid in (7, 8):
        assert shell.run("run thief &") == f"process {pid} runs in the background\n"
    for i in range(20):
        assert shell.run(f"run hello {i}").startswith(f"{i}\n")
    repeat(shell, "all of this")
    shell.type("run spin\r")
    shell.machine.expect("run spin\r?\n", 0.5)
    shell.type("\x03")
    assert "was killed" in shell.until_prompt()
    assert [row.name for row in shell.ps()][-2:] == ["thief", "thief"]
    assert "done" not in shell.machine.transcript


def test_what_a_program_leaves_behind_cannot_read(shell: Shell) -> None:
    """It is of the same job, which was in the foreground until its first program ended."""
    shell.run("run leave repeat")
    assert shell.saw("repeat: (Interrupted|PermissionDenied)$")
    new_line(shell)
    assert shell.run("run hello a").startswith("a\n")
