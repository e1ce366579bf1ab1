# SPDX-License-Identifier: MIT
"""The costs of the same operations in other kernels, and our goals: instructions, on the same QEMU and settings.

seL4: release build with its fast path, RISC-V 64, GCC 12.2, non-MCS (its MCS kernel in brackets). Linux 6.1, xv6-riscv.

The goals. The fast path (ipc_0 to ipc_64, fault_reply) gets no slower than it was when the front door was rebuilt. The
cheapest system call stays within seL4's, and what is looked up by walking (map_frame, cap_copy, cap_mint, cap_move) within
0.9 of seL4's: readable code comes before anything that is won beyond that.

From get_pid on: the whole system, of which seL4 is only a part.
"""

# name: (seL4, Linux, xv6, goal)
ANCHORS = {
    "boot_to_root": ("926240", "46.9 M", "415.8 M", 600_000),
    "null_syscall": ("121", "169", "1130", 121),
    "ipc_0": ("546 [645]", "4215 (futex)", "95798 (pipe)", 374),
    "ipc_0_same": ("546 [645]", "", "", 370),
    "ipc_4": ("592", "", "", 374),
    "ipc_10": ("1892 [2920]", "", "", 473),
    "ipc_64": ("2540", "8731 (socket)", "", 731),
    "ipc_120": ("3212", "", "", 2000),
    "ipc_cap": ("2459 [3026]", "", "", 1600),
    "ntfn_pingpong": ("2695 [3963]", "", "", 1200),
    "signal_to_higher": ("1198", "", "", 700),
    "yield_pair": ("851", "1571", "16127", 500),
    "fault_reply": ("2176 [3239]", "1862 (in kernel)", "", 889),
    "exception_reply": ("1418", "3726 (signal)", "", 800),
    "retype_frame": ("2744", "", "", 1500),
    "thread_spawn": ("4926 [7832]", "23238 (+ join)", "", 2500),
    "map_frame": ("734", "", "", 660),
    "unmap_frame": ("686", "", "", 400),
    "cap_copy": ("903", "", "", 812),
    "cap_mint": ("930", "", "", 837),
    "cap_move": ("780", "", "", 702),
    "cap_delete": ("851", "", "", 450),
    "revoke_100": ("34623", "", "", 15_000),
    "tcb_resume": ("996", "", "", 400),
    "tcb_suspend": ("594", "", "", 400),
    "tcb_set_priority": ("590", "", "", 400),
    "get_pid": ("", "169 (in kernel)", "1130", 520),
    "thread_create_join": ("", "23238", "", 12_000),
    "thread_after_10000": ("", "23238", "", 12_000),
    "mutex_handover": ("", "", "", 1300),
    "semaphore_pingpong": ("", "", "", 2600),
    "futex_pingpong": ("", "4215", "", 3600),
    "ps_5": ("", "", "", 2500),
    "ps_line": ("", "", "", 350),
    "anon_fault_first": ("", "1862", "26489", 2150),
    "anon_fault": ("", "1862", "26489", 1850),
    "sbrk_touch_shrink": ("", "12592 (mmap)", "", 5000),
    "mmap_touch_munmap": ("", "12592", "", 5000),
    "file_fault": ("", "296", "", 250),
    "cow_copy": ("", "2716", "", 2600),
    "cow_reuse": ("", "785", "", 1250),
    "fork_exit_wait": ("", "102598", "", 65_000),
    "fork_exec_wait": ("", "228834", "", 110_000),
    "spawn_exit_wait": ("", "228834", "1644455", 45_000),
    "spawn_missing": ("", "", "", 1500),
    "spawn_beside_200": ("", "", "", 45_000),
    "spawn_after_10000": ("", "", "", 45_000),
    "exit_page": ("", "", "", 60),
    "worst_irq_latency": ("", "", "", 20_000),
    "block_read_1": ("", "", "", 4000),
    "block_read_32": ("", "", "", 1500),
    "serial_out": ("", "", "", 40),
}
