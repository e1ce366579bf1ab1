# SPDX-License-Identifier: MIT
"""The ways in which a run can fail, one exception each.

A GuestFailure is the fault of the system under test. Infrastructure is the fault of this computer or its set-up, and
must never cost a student a point.
"""


class GuestFailure(Exception):
    """The guest did not do what the test waited for."""


class GuestDeadline(GuestFailure):
    """The guest used up its time before it did what the test waited for."""


class GuestStuck(GuestDeadline):
    """A hart executes next to nothing, and takes one exception after the other: perhaps not even its trap handler can be
    fetched."""


class GuestIdle(GuestFailure):
    """Every hart sleeps, no timer will wake one, and the test sends no more input: the guest would hang forever."""


class GuestExited(GuestFailure):
    """The machine was switched off or reset before the guest did what the test waited for."""


class GuestFlood(GuestFailure):
    """The guest printed more than the test allows."""


class KernelPanic(GuestFailure):
    """The kernel panicked: a line began with PANIC."""


class Infrastructure(Exception):
    """QEMU is missing, is too old, does not start, or takes far too much real time."""
