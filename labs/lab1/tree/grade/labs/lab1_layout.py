# SPDX-License-Identifier: MIT
"""tcb_layout: a Tcb says how a thread runs, and to which spaces it refers. Nothing else."""

from glenda import structures
from lab.script import Tree

KIB = 1024
# What the assembly, the scheduler and the thread calls need, and where the assembly looks.
PLACES = {"registers": 0, "hart": 256}
NEEDED = ("registers", "hart", "satp", "state", "priority", "slice", "run_time", "turn_end", "links", "is_queued", "utcb",
          "utcb_address")
SPACES = ("VSpace", "CSpace")
# What belongs to a process, or to user space.
REMOVED = ("parent", "exit_code", "sleep_chan", "root_pt_pa", "heap_base", "heap_top", "mmap_head", "files", "pid")


def run(tree: Tree) -> None:
    tcb = structures.find(tree.kernel, "Tcb")
    assert tcb is not None, "the kernel has no struct Tcb"
    missing = [name for name in NEEDED if name not in tcb.fields]
    assert not missing, f"Tcb lacks {', '.join(missing)}"
    unreferenced = [name for name in SPACES if not tcb.of_type(name)]
    assert not unreferenced, f"Tcb has no pointer to a {' and none to a '.join(unreferenced)}"
    kept = [name for name in REMOVED if name in tcb.fields]
    assert not kept, f"Tcb has {', '.join(kept)}, which is not the kernel's business any more"
    for name, place in PLACES.items():
        offset = tcb.fields[name].offset
        assert offset == place, f"Tcb::{name} is at byte {offset}, and trap.S looks for it at byte {place}"
    assert tcb.size <= KIB, f"a Tcb has {tcb.size} bytes, and 1 KiB is the limit"
