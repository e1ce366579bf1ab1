# SPDX-License-Identifier: MIT
"""Threads that wait at a word: how many are woken, and which."""

from lab5_system import run_cases


def run(tree) -> None:
    run_cases(tree, "lab5_futex", ["counts", "many", "other_words", "changed"])
