# SPDX-License-Identifier: MIT
"""The system calls that end a host test in its jail, as a filter for the host's kernel: seccomp(2), in the words of the
classic Berkeley Packet Filter.

A test computes, and prints. It starts no process, reaches for no network, and changes no file. Threads are let through.
Known for x86-64 alone; elsewhere there is no filter, and bubblewrap still keeps everything from harm.
"""

import platform
import struct

ARCHITECTURE = 0xC000003E       # x86-64, as the kernel names it
NUMBER, ARCH, ARGUMENT = 0, 4, 16                   # where struct seccomp_data has them; an argument has 8 bytes
LOAD, EQUAL, ANY_BIT, AT_LEAST, RETURN = 0x20, 0x15, 0x45, 0x35, 0x06
KILL, ALLOW, NO_SUCH_CALL = 0x80000000, 0x7FFF0000, 0x00050000 | 38
OTHER_NUMBERS = 0x40000000      # from here on: the x32 variant of each call
TO_WRITE = 0o1 | 0o2 | 0o100 | 0o1000               # O_WRONLY, O_RDWR, O_CREAT, O_TRUNC
THREAD = 0x10000                # CLONE_THREAD

OPEN, CLONE, OPENAT, CLONE3 = 2, 56, 257, 435
FORBIDDEN = {
    "fork": 57, "vfork": 58, "execveat": 322, "kill": 62, "tkill": 200, "setsid": 112, "setpgid": 109, "ptrace": 101,
    "process_vm_readv": 310, "process_vm_writev": 311, "pidfd_open": 434, "pidfd_send_signal": 424,
    "socket": 41, "connect": 42, "socketpair": 53,
    "creat": 85, "unlink": 87, "unlinkat": 263, "rename": 82, "renameat": 264, "renameat2": 316, "mkdir": 83, "mkdirat": 258,
    "rmdir": 84, "link": 86, "linkat": 265, "symlink": 88, "symlinkat": 266, "truncate": 76, "chmod": 90, "fchmodat": 268,
    "openat2": 437, "open_by_handle_at": 304,
    "mount": 165, "umount2": 166, "unshare": 272, "setns": 308, "bpf": 321, "perf_event_open": 298, "io_uring_setup": 425,
}


def step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    """An instruction, with how many to leave out in each case."""
    return struct.pack("=HBBI", code, if_true, if_false, value)


def on(number: int, argument: int, bits: int, with_them: int, without: int) -> bytes:
    """If it is this call: what becomes of it with any of these bits in this argument, and without."""
    return (step(EQUAL, number, 0, 4) + step(LOAD, ARGUMENT + 8 * argument) + step(ANY_BIT, bits, 0, 1) +
            step(RETURN, with_them) + step(RETURN, without))


def rules() -> bytes:
    """The filter; empty on a processor whose numbers it does not know."""
    if platform.machine() != "x86_64":
        return b""
    made = step(LOAD, ARCH) + step(EQUAL, ARCHITECTURE, 1, 0) + step(RETURN, KILL)
    made += step(LOAD, NUMBER) + step(AT_LEAST, OTHER_NUMBERS, 0, 1) + step(RETURN, KILL)
    for number in FORBIDDEN.values():
        made += step(EQUAL, number, 0, 1) + step(RETURN, KILL)
    # The C library takes clone() where there is no clone3(), whose flags no filter sees.
    made += step(EQUAL, CLONE3, 0, 1) + step(RETURN, NO_SUCH_CALL)
    made += on(CLONE, 0, THREAD, ALLOW, KILL) + on(OPEN, 1, TO_WRITE, KILL, ALLOW) + on(OPENAT, 2, TO_WRITE, KILL, ALLOW)
    return made + step(RETURN, ALLOW)
