// SPDX-License-Identifier: MIT
// Finds the function for a number; see syscalls.h. Every argument is checked where it is used: a wrong one is an error
// for the caller, and never a fault of the kernel.
#include "syscalls.h"

#include "abi.h"
#include "exec.h"
#include "regions.h"
#include "sched/schedule.h"
#include "schedule.h"

namespace glenda {

namespace {

constinit bool may_make_processes = true;

Result<std::uint64_t> do_fork(Process& process) {
    CHECK(may_make_processes, Error::BadSyscall);
    return fork(process);
}

Result<std::uint64_t> do_exec(Process& process, VirtAddr path, VirtAddr argv) {
    CHECK(may_make_processes, Error::BadSyscall);
    return exec(process, path, argv);
}

Result<std::uint64_t> do_sleep(Process& process, std::uint64_t milliseconds) {
    constexpr std::uint64_t kDay = 24 * 60 * 60 * 1000;
    CHECK(milliseconds <= kDay, Error::BadArgument);
    sleep_until(process, arch::now() + milliseconds * tick_length * kTicksPerSecond / 1000);
    return 0;
}

Result<std::uint64_t> do_exit(Process& process, int code) {
    exit(process, code);
    return 0;
}

Result<std::uint64_t> do_yield(Process& process) {
    end_turn(process);
    return 0;
}

Result<std::uint64_t> call(Process& process) {
    const Registers& r = process.registers;
    if (static_cast<std::int64_t>(r.a(7)) < 0) missing_exercise("1.6");  // a ThreadCall
    switch (static_cast<ProcessCall>(r.a(7))) {
        case ProcessCall::Fork: return do_fork(process);
        case ProcessCall::Exec: return do_exec(process, {r.a(0)}, {r.a(1)});
        case ProcessCall::Wait: return wait(process, {r.a(0)});
        case ProcessCall::Exit: return do_exit(process, static_cast<int>(r.a(0)));
        case ProcessCall::Sbrk: return sbrk(process, static_cast<std::int64_t>(r.a(0)));
        case ProcessCall::Mmap: return mmap(process, r.a(0));
        case ProcessCall::Munmap: return munmap(process, {r.a(0)}, r.a(1));
        case ProcessCall::Sleep: return do_sleep(process, r.a(0));
        case ProcessCall::GetPid: return process.pid;
        case ProcessCall::Write: return write_file(process, r.a(0), {r.a(1)}, r.a(2));
        case ProcessCall::Read: return read_file(process, r.a(0), {r.a(1)}, r.a(2));
        case ProcessCall::Open: return open_file(process, {r.a(0)});
        case ProcessCall::Close: return close_file(process, r.a(0));
        case ProcessCall::Yield: return do_yield(process);
        case ProcessCall::Shutdown: arch::shutdown();
    }
    return Failure(Error::BadSyscall);
}

}  // namespace

void perform_call(Process& process) {
    const Result<std::uint64_t> result = call(process);
    if (process.state != ProcessState::Ready) return;
    process.registers.a(0) = result ? *result : -static_cast<std::uint64_t>(result.error());
}

void allow_processes(bool may_be_made) { may_make_processes = may_be_made; }

}  // namespace glenda
