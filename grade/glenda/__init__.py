# SPDX-License-Identifier: MIT
"""Runs Glenda in QEMU for tests: boots the system, talks to its console, and keeps deadlines in guest time.

Start reading at machine.py, which uses every other module here.
"""
