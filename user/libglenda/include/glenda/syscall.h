// SPDX-License-Identifier: MIT
// The eight system calls as C++ functions: one inlined `ecall` each.
//
// A Message has the part that is transferred in registers. Words from the fifth on, and capabilities to send, must be
// in the thread's UTCB before the call: MessageWriter (message.h) puts them there. A call that receives, or sends more
// than four words, overwrites the UTCB. So copy what you still need.
// Handout: reference/kernel-abi.md, "System calls".
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

/// Sends to an endpoint and waits for the reply, or invokes the kernel object that `pointer` designates.
inline Message call(CPtr pointer, const Message& message) { return enter(Syscall::Call, pointer, message, 0); }

/// Replies to the caller in `reply`, then receives from `endpoint` with the same Reply object.
inline Message reply_recv(CPtr endpoint, CPtr reply, const Message& message) {
    return enter(Syscall::ReplyRecv, endpoint, message, reply);
}

/// Sends, and waits for a receiver; or signals a notification. Only the tag of the result is valid.
inline Message send(CPtr pointer, const Message& message) { return enter(Syscall::Send, pointer, message, 0); }

/// Sends if a receiver waits, else returns Error::WouldBlock; or signals a notification.
inline Message nb_send(CPtr pointer, const Message& message) { return enter(Syscall::NBSend, pointer, message, 0); }

/// Receives from an endpoint or notification. `reply` is an empty Reply object for the caller, or 0.
inline Message recv(CPtr pointer, CPtr reply) { return enter(Syscall::Recv, pointer, {}, reply); }

/// The same, but returns Error::WouldBlock instead of waiting.
inline Message nb_recv(CPtr pointer, CPtr reply) { return enter(Syscall::NBRecv, pointer, {}, reply); }

/// Replies to the caller in `reply`. Error::NoCaller if it has none, or the caller has ended.
inline Message reply(CPtr reply, const Message& message) { return enter(Syscall::Reply, reply, message, 0); }

/// Lets other threads of the same priority run.
inline void yield() { enter(Syscall::Yield, 0, {}, 0); }

}  // namespace sys
}  // namespace glenda
