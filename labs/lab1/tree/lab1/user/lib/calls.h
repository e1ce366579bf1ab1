// SPDX-License-Identifier: MIT
// System calls as C++ functions; see abi.h. Results below 0 are errors.
//
// There are two sets. process:: asks for what Unix kernels do, and goes away in exercise 1.8. The others come with
// exercise 1.6, and name what they work on by a handle.
#pragma once

#include <cstddef>
#include <string_view>

#include "abi.h"

namespace glenda {

template <typename Number>
long system_call(Number number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0, long f = 0) {
    register long a0 asm("a0") = a;
    register long a1 asm("a1") = b;
    register long a2 asm("a2") = c;
    register long a3 asm("a3") = d;
    register long a4 asm("a4") = e;
    register long a5 asm("a5") = f;
    register long a7 asm("a7") = static_cast<long>(number);
    asm volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5), "r"(a7) : "memory");
    return a0;
}

/// An address as an argument.
inline long address_of(const volatile void* pointer) { return reinterpret_cast<long>(pointer); }

namespace process {

using Call = ProcessCall;

inline long fork() { return system_call(Call::Fork); }
inline long exec(const char* path, char** argv) { return system_call(Call::Exec, address_of(path), address_of(argv)); }
inline long wait(int* status) { return system_call(Call::Wait, address_of(status)); }
[[noreturn]] inline void exit(int status) {
    system_call(Call::Exit, status);
    __builtin_unreachable();
}
inline long sbrk(long bytes) { return system_call(Call::Sbrk, bytes); }
inline long mmap(std::size_t bytes) { return system_call(Call::Mmap, long(bytes)); }
inline long munmap(long address, std::size_t bytes) { return system_call(Call::Munmap, address, long(bytes)); }
inline long sleep(long milliseconds) { return system_call(Call::Sleep, milliseconds); }
inline long get_pid() { return system_call(Call::GetPid); }
inline long write(long file, std::string_view text) {
    return system_call(Call::Write, file, address_of(text.data()), long(text.size()));
}
inline long read(long file, void* to, std::size_t bytes) {
    return system_call(Call::Read, file, address_of(to), long(bytes));
}
inline long open(const char* path) { return system_call(Call::Open, address_of(path)); }
inline long close(long file) { return system_call(Call::Close, file); }
inline long yield() { return system_call(Call::Yield); }
inline long shut_down() { return system_call(Call::Shutdown); }

}  // namespace process

/// The registers with which a thread begins.
struct FirstRegisters {
    std::uint64_t pc = 0, sp = 0;
    std::uint64_t a0 = 0, a1 = 0, a2 = 0;
};

namespace thread {

using Call = ThreadCall;

inline long create() { return system_call(Call::ThreadCreate); }
inline long configure(long thread, long cspace, long vspace, std::uint64_t utcb) {
    return system_call(Call::ThreadConfigure, thread, cspace, vspace, long(utcb));
}
/// The new thread's tp is word 6 of the caller's UTCB: the seventh argument has no register.
inline long write_registers(long thread, const FirstRegisters& first) {
    return system_call(Call::ThreadWriteRegisters, thread, long(first.pc), long(first.sp), long(first.a0),
                       long(first.a1), long(first.a2));
}
inline long set_priority(long thread, long priority) { return system_call(Call::ThreadSetPriority, thread, priority); }
inline long resume(long thread) { return system_call(Call::ThreadResume, thread); }
inline long suspend(long thread) { return system_call(Call::ThreadSuspend, thread); }
/// The thread's ThreadState.
inline long info(long thread) { return system_call(Call::ThreadInfo, thread); }
inline long yield() { return system_call(Call::Yield); }

}  // namespace thread

namespace space {

using Call = ThreadCall;

inline long create_cspace() { return system_call(Call::CSpaceCreate); }
inline long create() { return system_call(Call::VSpaceCreate); }
/// Maps new pages of zeros.
inline long map(long space, std::uint64_t address, std::size_t bytes, MapFlags flags) {
    return system_call(Call::VSpaceMap, space, long(address), long(bytes), long(flags), 0);
}
/// Maps the pages that the caller has at `own`, so that both see the same memory.
inline long share(long space, std::uint64_t address, std::size_t bytes, MapFlags flags, std::uint64_t own) {
    return system_call(Call::VSpaceMap, space, long(address), long(bytes), long(flags), long(own));
}
inline long unmap(long space, std::uint64_t address, std::size_t bytes) {
    return system_call(Call::VSpaceUnmap, space, long(address), long(bytes));
}
inline long map_initrd(std::uint64_t address) { return system_call(Call::MapInitrd, long(address)); }
inline long close(long handle) { return system_call(Call::Close, handle); }

}  // namespace space

namespace console {

inline long write(std::string_view text) {
    return system_call(ThreadCall::ConsoleWrite, address_of(text.data()), long(text.size()));
}
inline long read(void* to, std::size_t bytes) {
    return system_call(ThreadCall::ConsoleRead, address_of(to), long(bytes));
}

}  // namespace console

}  // namespace glenda
