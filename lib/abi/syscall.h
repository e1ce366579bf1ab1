// SPDX-License-Identifier: MIT
// The eight system calls.
//
// `ecall` with a7 = one of these negative numbers. In: a0 capability pointer, a1 tag, a2-a5 words 0-3, a6 the Reply
// object of Recv, NBRecv and ReplyRecv. Out: a1 tag, a2-a5 words 0-3 where words came, a0 the badge where something was
// received, 0 after a method of a kernel object, else as it was. All other registers keep their values.
// A non-negative a7 is no system call of this kernel, but a fault (FaultKind::UnknownSyscall) that the thread's
// fault handler answers: so a server can stand in for another kernel.
// Handout: reference/kernel-abi.md, "System calls".
#pragma once

#include <cstdint>

namespace glenda {

enum class Syscall : std::int64_t {
    Call = -1,       // send to an endpoint and wait for the reply; or invoke a kernel object
    ReplyRecv = -2,  // answer the caller held by the Reply in a6, then receive from the endpoint in a0
    Send = -3,       // send, wait until it is received; or signal a notification: its badge, or bit 0 without one
    NBSend = -4,     // send if a receiver waits, else error WouldBlock; or signal a notification
    Recv = -5,       // receive from an endpoint or notification; a6: Reply for the next caller, or 0
    NBRecv = -6,     // the same, but error WouldBlock instead of waiting
    Reply = -7,      // answer the caller held by the Reply in a0
    Yield = -8,      // let others of the same priority run
};
constexpr std::int64_t kFirstSyscall = -8;

}  // namespace glenda
