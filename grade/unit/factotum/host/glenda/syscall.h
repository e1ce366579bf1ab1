// SPDX-License-Identifier: MIT
// Stands in for libglenda's syscall.h: the kernel is a function of the test's (system_calls.cc).
#pragma once

#include "abi/message.h"
#include "abi/syscall.h"

namespace glenda {

struct Message {
    Badge badge = 0;
    Tag tag{};
    std::uint64_t words[kRegisterWords] = {};
};

Utcb* utcb();

namespace sys {

Message enter(Syscall number, CPtr pointer, const Message& message, CPtr reply);

inline Message call(CPtr pointer, const Message& message) { return enter(Syscall::Call, pointer, message, 0); }
inline Message reply_recv(CPtr endpoint, CPtr reply, const Message& message) {
    return enter(Syscall::ReplyRecv, endpoint, message, reply);
}
inline Message send(CPtr pointer, const Message& message) { return enter(Syscall::Send, pointer, message, 0); }
inline Message nb_send(CPtr pointer, const Message& message) { return enter(Syscall::NBSend, pointer, message, 0); }
inline Message recv(CPtr pointer, CPtr reply) { return enter(Syscall::Recv, pointer, {}, reply); }
inline Message nb_recv(CPtr pointer, CPtr reply) { return enter(Syscall::NBRecv, pointer, {}, reply); }
inline Message reply(CPtr reply, const Message& message) { return enter(Syscall::Reply, reply, message, 0); }

}  // namespace sys
}  // namespace glenda
