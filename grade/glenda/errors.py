# SPDX-License-Identifier: MIT
"""How a run can go wrong, each way as its own exception.

A GuestFailure is the fault of the system under test. Infrastructure is the fault of this computer or of its set-up,
and must never cost anybody a point.
"""


class GuestFailure(Exception):
    """The guest did something else than the test waited for."""


class GuestDeadline(GuestFailure):
    """The guest used up its time, and what was waited for has not come."""


class GuestIdle(GuestFailure):
    """Every hart sleeps, no timer will wake one, and the test sends nothing more: it would be silent for ever."""


class GuestExited(GuestFailure):
    """The machine was switched off, or reset, before what was waited for came."""


class KernelPanic(GuestFailure):
    """The kernel gave up: a line began with PANIC."""


class Infrastructure(Exception):
    """QEMU is missing, too old, does not start, or takes far too long by the clock on the wall."""
