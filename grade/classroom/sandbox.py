# SPDX-License-Identifier: MIT
"""Runs a command where it can harm nothing: bubblewrap, and a watch over what it uses.

Inside there is no network, no other process, no file but the system's own (read-only), the trees that are given
(read-only), and /work, a file system in memory with a fixed size. The processor's time, memory and the number of
processes are watched from outside: they bound everything inside together, and a rule that one process could escape by
making another is no rule. Memory in /work counts as memory. Time on the wall is bounded as well, for what only sleeps;
that limit is far off, so that a busy computer costs nobody a score.

A watch can be late where processes multiply, so the kernel bounds their number too, far above the limit: whoever
multiplies passes the limit and is seen long before a fork fails. The kernel would not bound root's, and therefore root
becomes another user first: one of its own for each sandbox, for the kernel counts by user.

What is inside ends together, at once: the sandbox is a process namespace, and the kernel ends all of it with its first
process. That one is held by a file descriptor, since its number could be another's by the time it is used.
"""

import contextlib
import json
import os
import select
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib64", "/lib32", "/etc/alternatives", "/etc/ld.so.cache", "/etc/ld.so.conf",
          "/etc/ld.so.conf.d", "/etc/passwd", "/etc/group", "/etc/gdb")
LOOK_EVERY = 0.1                # s
FIRST_USER = 2_000_000_000      # of numbers that no system gives to anybody; the processes' own are added
SCRATCH = 64 << 20           # bytes in /tmp
MOST_FORKED = 4096              # processes: where forks fail
MOST_TO_END = 60.0              # s until the kernel has ended all that is inside
PAGE = os.sysconf("SC_PAGE_SIZE")
TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Limits:
    """What one submission may use."""

    seconds: float = 300        # of the processors' time, of all processes together
    wall: float = 1800          # s of real time
    memory: int = 3 << 30       # bytes, resident, of all processes together
    disk: int = 1 << 30         # bytes in /work
    processes: int = 256
    output: int = 16 << 20      # bytes printed


@dataclass
class Outcome:
    """`stopped`: why it was ended from outside, or "". `status` is what the command returned."""

    status: int = 0
    output: bytes = b""
    stopped: str = ""
    seconds: float = 0.0        # of the processors' time
    most_memory: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Use:
    """What the processes of a sandbox use together."""

    processes: int
    memory: int                 # bytes, resident
    seconds: float              # of the processors' time, with that of children that have ended


def command(inner: list[str], trees: dict[str, Path], limits: Limits) -> list[str]:
    """bubblewrap's command line. `trees`: where inside, and which folder outside."""
    line = ["bwrap", "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try",
            "--die-with-parent", "--new-session", "--proc", "/proc", "--dev", "/dev",
            "--perms", "1777", "--size", str(limits.disk), "--tmpfs", "/work",
            "--perms", "1777", "--size", str(SCRATCH), "--tmpfs", "/tmp", "--perms", "755", "--dir", "/etc",
            "--chdir", "/work", "--hostname", "grader"]
    drop: list[str] = []
    if os.geteuid() == 0:
        user = FIRST_USER + os.getpid()
        drop = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", "--no-new-privs", "--bounding-set=-all"]
    else:
        line += ["--unshare-user"]
    for path in SYSTEM:
        if os.path.islink(path):
            line += ["--symlink", os.readlink(path), path]
        elif os.path.exists(path):
            line += ["--ro-bind", path, path]
    for inside, outside in trees.items():
        line += ["--ro-bind", str(outside), inside]
    return [*line, "--", *drop, "prlimit", f"--nproc={max(MOST_FORKED, 2 * limits.processes)}", *inner]


def use_of(root: int) -> Use:
    """Of all processes below `root`, itself included. Who lets the kernel forget its children hides their time: such a
    one ends with the limit on the wall."""
    children: dict[int, list[int]] = {}
    uses: dict[int, tuple[int, int]] = {}
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            stat = Path("/proc", entry, "stat").read_bytes()
        except OSError:
            continue            # it has just ended
        rest = stat[stat.rindex(b")") + 2:].split()     # from the third field of proc(5) on
        children.setdefault(int(rest[1]), []).append(int(entry))
        uses[int(entry)] = int(rest[21]), sum(map(int, rest[11:15]))
    found: list[tuple[int, int]] = []
    waiting = [root]
    while waiting:
        each = waiting.pop()
        if each in uses:
            found.append(uses[each])
        waiting += children.get(each, [])
    return Use(len(found), sum(pages for pages, _ in found) * PAGE, sum(ticks for _, ticks in found) / TICK)


def excess(used: Use, wall: float, printed: int, limits: Limits) -> str:
    """Which limit is exceeded, in words, or ""."""
    if used.processes > limits.processes:
        return f"it started more than {limits.processes} processes"
    if used.memory > limits.memory:
        return f"it used more than {limits.memory >> 20} MiB of memory"
    if printed > limits.output:
        return f"it printed more than {limits.output >> 20} MiB"
    if used.seconds > limits.seconds:
        return f"it used more than {limits.seconds:g} s of the processor's time"
    if wall > limits.wall:
        return f"it was not finished after {limits.wall:g} s on the wall"
    return ""


class Sandbox:
    """A command that runs inside. Used in a `with`, at whose end nothing of it is left."""

    def __init__(self, inner: list[str], trees: dict[str, Path], limits: Limits, environment: dict[str, str],
                 output: IO[bytes]) -> None:
        told, tell = os.pipe()
        line = command(inner, trees, limits)
        line[1:1] = ["--info-fd", str(tell)]
        # Not on bubblewrap's command line: that can be read inside and outside.
        environment = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "HOME": "/tmp", "LC_ALL": "C.UTF-8", **environment}
        with os.fdopen(told, "rb") as info:
            try:
                self.outer = subprocess.Popen(line, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                                              env=environment, pass_fds=(tell,))
            finally:
                os.close(tell)
            self._first = self._hold(info.read())

    def _hold(self, info: bytes) -> int | None:
        """A descriptor of the first process inside, of which bubblewrap says the number; None if it has already ended."""
        with contextlib.suppress(OSError, ValueError, KeyError):
            number = json.loads(info)["child-pid"]
            descriptor = os.pidfd_open(number)
            with contextlib.suppress(OSError):
                if parent_of(number) == self.outer.pid:     # and not another's that has the number by now
                    return descriptor
            os.close(descriptor)
        return None

    def __enter__(self) -> "Sandbox":
        return self

    def __exit__(self, *_: object) -> None:
        """Ends everything inside, and waits until it has ended. bubblewrap's own process is our child: until it is
        waited for, its number is its own."""
        if self._first is None:
            self.outer.kill()           # bubblewrap takes what it has started with it
        else:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._first, signal.SIGKILL)
            select.select([self._first], [], [], MOST_TO_END)
            os.close(self._first)
        self.outer.wait()


def parent_of(process: int) -> int:
    stat = Path(f"/proc/{process}/stat").read_bytes()
    return int(stat[stat.rindex(b")") + 2:].split()[1])


def run(inner: list[str], trees: dict[str, Path], limits: Limits, environment: dict[str, str], scratch: IO[bytes]) -> Outcome:
    """Runs `inner` to its end or to its limits. `scratch`: an empty file for its output; it may grow a bit past the limit."""
    begun = time.monotonic()
    result = Outcome()
    with Sandbox(inner, trees, limits, environment, scratch) as inside:
        while inside.outer.poll() is None:
            used = use_of(inside.outer.pid)
            result.most_memory, result.seconds = max(result.most_memory, used.memory), max(result.seconds, used.seconds)
            printed = os.fstat(scratch.fileno()).st_size
            if reason := excess(used, time.monotonic() - begun, printed, limits):
                result.stopped = reason
                break
            time.sleep(LOOK_EVERY)
    result.status = inside.outer.returncode
    scratch.seek(0)
    result.output = scratch.read(limits.output)
    return result
