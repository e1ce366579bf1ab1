# SPDX-License-Identifier: MIT
"""Runs a command where it can harm nothing: bubblewrap, and a watch over what it uses.

Inside there is no network, no other process, no file but the system's own (read-only), the trees that are given
(read-only), and /work, a file system in memory with a fixed size. Time, memory and the number of processes are watched
from outside: they bound everything inside together, and a rule that one process could escape by making another is no
rule. A watch is too slow for processes that multiply, so the kernel bounds their number as well; it would not for root,
and therefore root becomes another user first: one of its own for each sandbox, for the kernel counts by user. Memory in
/work counts as memory.
"""

import os
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
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Limits:
    """What one submission may use."""

    seconds: float = 300
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
    seconds: float = 0.0
    most_memory: int = field(default=0, compare=False)


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
    return [*line, "--", *drop, "prlimit", f"--nproc={2 * limits.processes}", *inner]


def family(root: int) -> dict[int, int]:
    """All processes below `root`, itself included, with their resident pages."""
    children: dict[int, list[int]] = {}
    pages: dict[int, int] = {}
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            stat = Path("/proc", entry, "stat").read_bytes()
        except OSError:
            continue            # it has just ended
        rest = stat[stat.rindex(b")") + 2:].split()
        children.setdefault(int(rest[1]), []).append(int(entry))
        pages[int(entry)] = int(rest[21])
    found: dict[int, int] = {}
    waiting = [root]
    while waiting:
        each = waiting.pop()
        if each in pages:
            found[each] = pages[each]
        waiting += children.get(each, [])
    return found


def excess(used: dict[int, int], seconds: float, printed: int, limits: Limits) -> str:
    """Which limit is exceeded, in words, or ""."""
    if seconds > limits.seconds:
        return f"it took more than {limits.seconds:.0f} s"
    if sum(used.values()) * PAGE > limits.memory:
        return f"it used more than {limits.memory >> 20} MiB of memory"
    if len(used) > limits.processes:
        return f"it started more than {limits.processes} processes"
    if printed > limits.output:
        return f"it printed more than {limits.output >> 20} MiB"
    return ""


def end(child: subprocess.Popen[bytes]) -> None:
    """Ends everything inside: the sandbox's first process takes all others with it."""
    for each in reversed(list(family(child.pid))):
        try:
            os.kill(each, signal.SIGKILL)
        except ProcessLookupError:
            pass
    child.wait()


def run(inner: list[str], trees: dict[str, Path], limits: Limits, environment: dict[str, str], scratch: IO[bytes]) -> Outcome:
    """Runs `inner` to its end or to its limits. `scratch`: an empty file for its output; it may grow a bit past the limit."""
    begun = time.monotonic()
    # Not on bubblewrap's command line: that can be read inside and outside.
    environment = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "HOME": "/tmp", "LC_ALL": "C.UTF-8", **environment}
    child = subprocess.Popen(command(inner, trees, limits), stdin=subprocess.DEVNULL, stdout=scratch,
                             stderr=subprocess.STDOUT, env=environment)
    result = Outcome()
    try:
        while child.poll() is None:
            used = family(child.pid)
            result.most_memory = max(result.most_memory, sum(used.values()) * PAGE)
            printed = os.fstat(scratch.fileno()).st_size
            if reason := excess(used, time.monotonic() - begun, printed, limits):
                result.stopped = reason
                end(child)
                break
            time.sleep(LOOK_EVERY)
    finally:
        if child.poll() is None:
            end(child)
    result.status, result.seconds = child.returncode, time.monotonic() - begun
    scratch.seek(0)
    result.output = scratch.read(limits.output)
    return result
