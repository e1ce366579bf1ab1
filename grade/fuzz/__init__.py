# SPDX-License-Identifier: MIT
"""Random input: system calls for the kernel (calls.py), files for the parsers (parsers.py)."""
