# SPDX-License-Identifier: MIT
"""The costs of the same operations in other kernels, and our goals: instructions, on the same QEMU and settings.

seL4: release build with its fast path, RISC-V 64, GCC 12.2, non-MCS (its MCS kernel in brackets). Linux 6.1, xv6-riscv.
"""

# name: (seL4, Linux, xv6, goal)
ANCHORS = {
    "boot_to_root": ("926240", "46.9 M", "415.8 M", 600_000),
    "null_syscall": ("121", "169", "1130", 110),
    "ipc_0": ("546 [645]", "4215 (futex)", "95798 (pipe)", 430),
    "ipc_0_same": ("546 [645]", "", "", 430),
    "ipc_4": ("592", "", "", 460),
    "ipc_10": ("1892 [2920]", "", "", 800),
    "ipc_64": ("2540", "8731 (socket)", "", 1400),
    "ipc_120": ("3212", "", "", 2000),
    "ipc_cap": ("2459 [3026]", "", "", 1600),
    "ntfn_pingpong": ("2695 [3963]", "", "", 1200),
    "signal_to_higher": ("1198", "", "", 700),
    "yield_pair": ("851", "1571", "16127", 500),
    "fault_reply": ("2176 [3239]", "1862 (in kernel)", "", 1500),
    "exception_reply": ("1418", "3726 (signal)", "", 800),
    "retype_frame": ("2744", "", "", 1500),
    "thread_spawn": ("4926 [7832]", "23238 (+ join)", "", 2500),
    "map_frame": ("734", "", "", 400),
    "unmap_frame": ("686", "", "", 400),
    "cap_copy": ("903", "", "", 450),
    "cap_mint": ("930", "", "", 450),
    "cap_move": ("780", "", "", 450),
    "cap_delete": ("851", "", "", 450),
    "revoke_100": ("34623", "", "", 15_000),
    "tcb_resume": ("996", "", "", 400),
    "tcb_suspend": ("594", "", "", 400),
    "tcb_set_priority": ("590", "", "", 400),
    "worst_irq_latency": ("", "", "", 20_000),
}
