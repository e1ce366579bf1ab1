# SPDX-License-Identifier: MIT
"""Grades the submissions of a whole class: each alone in a sandbox, as many at a time as there are processors.

    submission.py   finds submissions, unpacks them safely, and picks the files that count
    sandbox.py      runs a command without network, with bounded time, memory, disk and processes
    one.py          grades one submission: the course's tree with the student's files in it
    table.py        all results as CSV and as one page
    __main__.py     the command: GNU parallel runs one.py for each, on this machine or on several

`make grade-class DIR=submissions LAB=2` runs it; handouts/instructors.md explains it.
"""
