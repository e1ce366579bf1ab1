// SPDX-License-Identifier: MIT
// The eight system calls as C++ functions: one `ecall` each, inlined, nothing hidden.
//
// What travels in registers is a Message. Words from the fifth on, and capabilities to send, must lie in the
// thread's UTCB before the call; MessageWriter (message.h) puts them there. Any call that receives, or that
// sends more than four words, overwrites them: copy what is still needed.
// Handout: reference/kernel-abi.md, "System calls".
#pragma once

#include "abi/message.h"
#include "abi/syscall.h"

namespace glenda {

/// A message as far as it travels in registers.
struct Message {
    Badge badge = 0;  // received messages: who sent it
    Tag tag{};
    std::uint64_t words[kRegisterWords] = {};
};

/// The UTCB of this thread: one load from thread-local storage.
[[gnu::tls_model("local-exec")]] extern constinit thread_local Utcb* thread_utcb;
inline Utcb* utcb() { return thread_utcb; }

namespace sys {

/// One `ecall`: `pointer` in a0, the rest of `message` in a1 to a5, `reply` in a6. All of them may come back changed
/// but a6, so that this describes every one of the eight calls.
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

/// Send to an endpoint and wait for the reply; or invoke the kernel object that `pointer` designates.
inline Message call(CPtr pointer, const Message& message) { return enter(Syscall::Call, pointer, message, 0); }

/// Answer the caller that `reply` holds, then receive from `endpoint` with the same Reply object.
inline Message reply_recv(CPtr endpoint, CPtr reply, const Message& message) {
    return enter(Syscall::ReplyRecv, endpoint, message, reply);
}

/// Send and wait until it has been received; or signal a notification. Only the tag of the reply means something.
inline Message send(CPtr pointer, const Message& message) { return enter(Syscall::Send, pointer, message, 0); }

/// Send if a receiver waits, else Error::WouldBlock; or signal a notification.
inline Message nb_send(CPtr pointer, const Message& message) { return enter(Syscall::NBSend, pointer, message, 0); }

/// Receive from an endpoint or notification. `reply`: an empty Reply object for the caller, or 0.
inline Message recv(CPtr pointer, CPtr reply) { return enter(Syscall::Recv, pointer, {}, reply); }

/// The same, but Error::WouldBlock instead of waiting.
inline Message nb_recv(CPtr pointer, CPtr reply) { return enter(Syscall::NBRecv, pointer, {}, reply); }

/// Answer the caller that `reply` holds. Error::NoCaller if it holds none, or the caller is gone.
inline Message reply(CPtr reply, const Message& message) { return enter(Syscall::Reply, reply, message, 0); }

/// Let other threads of the same priority run.
inline void yield() { enter(Syscall::Yield, 0, {}, 0); }

}  // namespace sys
}  // namespace glenda
