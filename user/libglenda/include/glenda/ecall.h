// SPDX-License-Identifier: MIT
// What crosses the line to the kernel: the message in its registers, the thread's UTCB, and the one instruction.
// The system calls by their names are in syscall.h.
#pragma once

#include "abi/message.h"
#include "abi/syscall.h"

namespace glenda {

/// The part of a message that is transferred in registers.
struct Message {
    Badge badge = 0;  // received messages: identifies the sender
    Tag tag{};
    std::uint64_t words[kRegisterWords] = {};
};

/// This thread's UTCB. Costs one load from thread-local storage.
[[gnu::tls_model("local-exec")]] extern constinit thread_local Utcb* thread_utcb;
inline Utcb* utcb() { return thread_utcb; }

namespace sys {

/// One `ecall`: `pointer` in a0, the rest of `message` in a1 to a5, `reply` in a6. The kernel may change all of these
/// except a6. This covers all eight system calls.
[[gnu::always_inline]] inline Message enter(Syscall number, CPtr pointer, const Message& message, CPtr reply) {
    register std::uint64_t a0 asm("a0") = pointer;
    register std::uint64_t a1 asm("a1") = message.tag.raw();
    register std::uint64_t a2 asm("a2") = message.words[0];
    register std::uint64_t a3 asm("a3") = message.words[1];
    register std::uint64_t a4 asm("a4") = message.words[2];
    register std::uint64_t a5 asm("a5") = message.words[3];
    register std::uint64_t a6 asm("a6") = reply;
    register std::int64_t a7 asm("a7") = std::int64_t(number);
    asm volatile("ecall" : "+r"(a0), "+r"(a1), "+r"(a2), "+r"(a3), "+r"(a4), "+r"(a5) : "r"(a6), "r"(a7) : "memory");
    return {a0, Tag(a1), {a2, a3, a4, a5}};
}

}  // namespace sys
}  // namespace glenda
