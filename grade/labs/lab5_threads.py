# SPDX-License-Identifier: MIT
"""The first process of the system, and the threads that it makes."""

from lab5_system import run_cases


def run(tree) -> None:
    run_cases(tree, "lab5_threads", ["first_thread"])
    run_cases(tree, "lab5_threads", ["name_and_urgency", "several_threads", "faults", "books", "registers"], priority=127)
    run_cases(tree, "lab5_threads", ["threads_end"])
    said = run_cases(tree, "lab5_threads", ["name_in_the_kernel"])
    assert "kernel: thread lab5_threads stopped: " in said, "the kernel does not know a thread by its process's name"
