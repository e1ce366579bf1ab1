// SPDX-License-Identifier: MIT
// The eight system calls as C++ functions: one inlined `ecall` each.
//
// A Message has the part that is transferred in registers. Words from the fifth on, and capabilities to send, must be
// in the thread's UTCB before the call: MessageWriter (message.h) puts them there. A call that receives, or sends more
// than four words, overwrites the UTCB. So copy what you still need.
// Handout: reference/kernel-abi.md, "System calls".
#pragma once

#include "glenda/ecall.h"

namespace glenda::sys {

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

}  // namespace glenda::sys
