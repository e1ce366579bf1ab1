// SPDX-License-Identifier: MIT
// What can be done with a thread; see thread_calls.h.
#include "thread/thread_calls.h"

namespace glenda {

std::uint64_t argument(const Tcb& caller, unsigned n) {
    // Exercise 1.6: Six arguments come in registers.
    missing_exercise("1.6", caller, n);
}

Result<Tcb*> find_thread(Tcb& caller, std::uint64_t handle) {
    // Exercise 1.6: kOwnThread, or a handle of the caller's CSpace, which keeps a ThreadNumber.
    missing_exercise("1.6", caller, handle);
}

Result<VSpace*> find_vspace(Tcb& caller, std::uint64_t handle) {
    // Exercise 1.6: kOwnVSpace, or a handle of the caller's CSpace, which keeps the address of a VSpace.
    missing_exercise("1.6", caller, handle);
}

Result<CSpace*> find_cspace(Tcb& caller, std::uint64_t handle) {
    // Exercise 1.6: The same with kOwnCSpace.
    missing_exercise("1.6", caller, handle);
}

Result<std::uint64_t> create_thread(Tcb& caller) {
    // Exercise 1.6: If there is no handle left, there must be no thread either.
    missing_exercise("1.6", caller);
}

Result<std::uint64_t> configure_thread(Tcb& caller) {
    // Exercise 1.6: Find the thread, both spaces and the page of the UTCB; then change the thread. What if it already
    // refers to the same space?
    missing_exercise("1.6", caller);
}

Result<std::uint64_t> write_registers(Tcb& caller) {
    // Exercise 1.6: tp is register x4, and argument 6.
    missing_exercise("1.6", caller);
}

Result<std::uint64_t> set_priority(Tcb& caller) {
    // Exercise 1.6: change_priority() is in sched/schedule.h.
    missing_exercise("1.6", caller);
}

Result<std::uint64_t> resume_thread(Tcb& caller) {
    // Exercise 1.6: make_ready() is for threads that are Inactive.
    missing_exercise("1.6", caller);
}

Result<std::uint64_t> suspend_thread(Tcb& caller) {
    // Exercise 1.6: stop_thread() does it.
    missing_exercise("1.6", caller);
}

Result<std::uint64_t> thread_info(Tcb& caller) {
    // Exercise 1.6: The number of its state.
    missing_exercise("1.6", caller);
}

void stop_thread(Tcb& tcb) {
    // Exercise 1.6: A thread that is Ready may be in a ready queue, and one that is BlockedRecv is in the console's.
    missing_exercise("1.6", tcb);
}

}  // namespace glenda
