# SPDX-License-Identifier: MIT
"""Reads the handouts as a program can: are they true, and does the site work?

    page.py      a page: headings and anchors, links, code, words
    tree.py      what is there: files, names, make's targets and variables, of the solved tree and of a student's
    claims.py    what a page says of the tree, compared with it
    lab.py       a lab's page, compared with its lab.toml
    session.py   transcripts of GDB in a page, run anew
    look.py      the site in headless Chromium

grade/tests/test_handouts*.py use it. Each check returns complaints, so that it can be tried on a seeded mistake.
"""
