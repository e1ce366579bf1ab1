# SPDX-License-Identifier: MIT
"""Makes the labs from the solved tree: one source becomes branches that students merge.

Marks in the sources enclose what an exercise asks for. Rendering a tree puts a stub or the solution in the place of each.
`python3 -m exporter --help`, in labs/, says what there is; labs/README.md says how to use it.
"""
