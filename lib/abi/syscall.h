// SPDX-License-Identifier: MIT
// The eight system calls.
//
// An `ecall` whose a7 is one of these negative numbers.
//   In:  a0 capability pointer, a1 tag, a2-a5 words 0-3, a6 Reply object (Recv, NBRecv, ReplyRecv)
//   Out: a1 tag, a2-a5 words 0-3 if there are words; a0 badge if a message or signal was received, 0 after a method of
//        a kernel object, and unchanged otherwise
// All other registers keep their values. A non-negative a7 causes a fault (FaultKind::UnknownSyscall), so the thread's
// fault handler can emulate another kernel.
// Handout: reference/kernel-abi.md, "System calls".
#pragma once

#include <cstdint>

namespace glenda {

enum class Syscall : std::int64_t {
    Call = -1,       // send to an endpoint and wait for the reply; or invoke a kernel object
    ReplyRecv = -2,  // reply to the caller held by the Reply in a6, then receive from the endpoint in a0
    Send = -3,       // send and wait for a receiver; or signal a notification with the badge, or bit 0 without one
    NBSend = -4,     // send if a receiver is waiting, else fail with WouldBlock; or signal a notification
    Recv = -5,       // receive from an endpoint or notification; a6: Reply for the next caller, or 0
    NBRecv = -6,     // the same, but fail with WouldBlock instead of waiting
    Reply = -7,      // reply to the caller held by the Reply in a0
    Yield = -8,      // let other threads of the same priority run
};
constexpr std::int64_t kFirstSyscall = -8;

}  // namespace glenda
