# SPDX-License-Identifier: MIT
"""A thousand forks, after which nothing is lost."""

from lab5_system import run_cases


def run(tree) -> None:
    run_cases(tree, "lab5_forks", ["thousand"], within=10.0)
