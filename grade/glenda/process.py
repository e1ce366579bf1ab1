# SPDX-License-Identifier: MIT
"""The QEMU process and its pipes: bytes in, bytes out, and reliable termination."""

import array
import contextlib
import ctypes
import fcntl
import os
import select
import signal
import subprocess
import termios
import time

from .errors import Infrastructure

PIPE_SIZE = 1 << 20         # large, so that the guest rarely waits for a test that reads late
GATHERING = 0.003           # s; QEMU writes byte by byte, and to be woken for each costs both processes more than all else
PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None)


def die_with_parent() -> None:
    """Runs in the child, as preexec_fn: if the parent is killed, the host's kernel kills QEMU too."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def become_batch() -> None:
    """As `die_with_parent`. And as a batch QEMU is not interrupted when a thread wakes up: its two wake each other all the time, which
    took a quarter of some tests' time. Machines with several harts go first: their harts wait for each other."""
    die_with_parent()
    with contextlib.suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
    os.nice(10)


class Process:
    """Raises OSError if this computer cannot start it. `batch`: for a machine with one hart. Several harts wait for each
    other, and take turns more often as an ordinary process."""

    def __init__(self, command: list[str], inherited: tuple[int, ...], batch: bool) -> None:
        self._errors = os.memfd_create("qemu-stderr")
        try:
            self._child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors,
                                           pass_fds=inherited, bufsize=0, start_new_session=True,
                                           preexec_fn=become_batch if batch else die_with_parent)
        except BaseException:
            os.close(self._errors)
            raise
        self._input, self._output = self._child.stdin.fileno(), self._child.stdout.fileno()
        with contextlib.suppress(PermissionError):      # a limit for all pipes of a user; a small pipe works too
            fcntl.fcntl(self._output, fcntl.F_SETPIPE_SZ, PIPE_SIZE)
        os.set_blocking(self._output, False)
        self.pid = self._child.pid

    def write(self, data: bytes) -> None:
        """Sends bytes to the console. They are lost if the machine has ended, as on real hardware."""
        try:
            while data:
                data = data[os.write(self._input, data):]
        except BrokenPipeError:
            pass

    def unread(self) -> int:
        """How many bytes sent to the console QEMU has not read yet. It reads as many as the 16550's queue holds."""
        count = array.array("i", [0])
        fcntl.ioctl(self._input, termios.FIONREAD, count)
        return count[0]

    def read(self) -> bytes | None:
        """The console's output since the last call; None at its end."""
        try:
            return os.read(self._output, PIPE_SIZE) or None
        except BlockingIOError:
            return b""

    def wait_output(self, seconds: float) -> None:
        """Waits until there is something to read, but at most this long; then a little for more of it."""
        if select.select([self._output], [], [], seconds)[0]:
            time.sleep(GATHERING)

    def status(self, patience: float = 10.0) -> int:
        """The exit status, once the console has ended. Negative: the signal that ended QEMU."""
        try:
            return self._child.wait(patience)
        except subprocess.TimeoutExpired:
            raise Infrastructure("QEMU has closed its console, and does not end") from None

    def errors(self) -> str:
        """QEMU's own error messages."""
        return os.pread(self._errors, 1 << 16, 0).decode(errors="replace")

    def close(self) -> None:
        """Kills QEMU."""
        self._child.kill()
        self._child.wait()
        self._child.stdin.close()
        self._child.stdout.close()
        os.close(self._errors)
