# SPDX-License-Identifier: MIT
"""Glenda in QEMU, for tests: boots the system, talks to its console, and keeps deadlines in guest time.

Start reading at machine.py; it uses every other module here.
"""
