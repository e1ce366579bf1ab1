# SPDX-License-Identifier: MIT
"""What a student calls by `make`: grade and handin, and the helpers beside them. `python3 -m lab` lists the commands.

    config      what a lab asks for: grade/labs/labN.toml
    git         what git knows of the student's tree
    submission  the student's files and their fingerprint
    protected   the course's files in place of edited ones
    build       make, and the first error of the compiler
    pool        runs tests side by side
    boot, host, script   one kind of test each; `verdict` decides what became of it
    places      addresses in words: functions and lines; `stopped` asks GDB for stacks and threads
    screen, results      what is printed and written
    trouble     what an error of this computer means, and what to do
    grade, handin        the commands
"""
