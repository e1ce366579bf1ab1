// SPDX-License-Identifier: MIT
// From the number of a thread call to its function, and the few calls that are hardly more than that.
#include "console.h"
#include "sched/schedule.h"
#include "thread/space_calls.h"
#include "thread/thread_calls.h"

namespace glenda {

namespace {

Result<std::uint64_t> map(Tcb& caller) {
    TRY(vspace, find_vspace(caller, argument(caller, 0)));
    TRY(own, find_vspace(caller, kOwnVSpace));
    const MapArguments arguments{
        {argument(caller, 1)}, argument(caller, 2), argument(caller, 3), {argument(caller, 4)}};
    TRY_VOID(map_in_vspace(*vspace, *own, arguments));
    return 0;
}

Result<std::uint64_t> unmap(Tcb& caller) {
    TRY(vspace, find_vspace(caller, argument(caller, 0)));
    TRY_VOID(unmap_in_vspace(*vspace, {argument(caller, 1)}, argument(caller, 2)));
    return 0;
}

Result<std::uint64_t> map_files(Tcb& caller) {
    TRY(own, find_vspace(caller, kOwnVSpace));
    return map_initrd(*own, {argument(caller, 0)});
}

Result<std::uint64_t> make_cspace(Tcb& caller) {
    TRY(own, find_cspace(caller, kOwnCSpace));
    return create_cspace(*own);
}

Result<std::uint64_t> make_vspace(Tcb& caller) {
    TRY(own, find_cspace(caller, kOwnCSpace));
    return create_vspace(*own);
}

Result<std::uint64_t> close(Tcb& caller) {
    TRY(own, find_cspace(caller, kOwnCSpace));
    TRY_VOID(own->close(argument(caller, 0)));
    return 0;
}

Result<std::uint64_t> write(Tcb& caller) {
    TRY(own, find_vspace(caller, kOwnVSpace));
    return write_console(own->root(), {argument(caller, 0)}, argument(caller, 1));
}

Result<std::uint64_t> read(Tcb& caller) {
    TRY(own, find_vspace(caller, kOwnVSpace));
    if (argument(caller, 1) == 0 || !console_input().empty())
        return read_console(own->root(), {argument(caller, 0)}, argument(caller, 1));
    wait_for_input(caller);
    return 0;
}

Result<std::uint64_t> end_turn(Tcb& caller) {
    yield(*caller.hart);
    return 0;
}

}  // namespace

Result<std::uint64_t> perform_thread_call(Tcb& caller) {
    switch (static_cast<ThreadCall>(caller.registers.a(7))) {
        case ThreadCall::ThreadCreate: return create_thread(caller);
        case ThreadCall::ThreadConfigure: return configure_thread(caller);
        case ThreadCall::ThreadWriteRegisters: return write_registers(caller);
        case ThreadCall::ThreadSetPriority: return set_priority(caller);
        case ThreadCall::ThreadResume: return resume_thread(caller);
        case ThreadCall::ThreadSuspend: return suspend_thread(caller);
        case ThreadCall::ThreadInfo: return thread_info(caller);
        case ThreadCall::CSpaceCreate: return make_cspace(caller);
        case ThreadCall::VSpaceCreate: return make_vspace(caller);
        case ThreadCall::VSpaceMap: return map(caller);
        case ThreadCall::VSpaceUnmap: return unmap(caller);
        case ThreadCall::Close: return close(caller);
        case ThreadCall::Yield: return end_turn(caller);
        case ThreadCall::ConsoleWrite: return write(caller);
        case ThreadCall::ConsoleRead: return read(caller);
        case ThreadCall::MapInitrd: return map_files(caller);
        case ThreadCall::Shutdown: arch::shutdown();
    }
    return Failure(Error::BadSyscall);
}

}  // namespace glenda
