# SPDX-License-Identifier: MIT
"""Seeded faults: does a test notice when a function is missing, or wrong?

A list (kernel.toml) names faults, and the tests that claim to notice each. Every fault is put into a scratch copy of
the tree, the copy is built, and the claims are run there: each must fail in time and say which test failed. A claim
that passes is a gap in the tests; one that has to be stopped is a hang, which tells a student nothing.

    source.py   finds a function's body, or an exact text, and replaces it
    faults.py   the list: reads and checks it
    suites.py   which unit test sources hold which suite
    tree.py     the scratch copy: apply, build, restore
    runs.py     runs one claim under its limits, and gives the verdict
    check.py    all of it: the unchanged tree first, then every fault, two at a time
    report.py   the result as text and as JSON

`make check-stubs` runs it; `python3 -m seeded --help`, started in grade/, has the options.
"""
