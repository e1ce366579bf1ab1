// SPDX-License-Identifier: MIT
// Stands in for libglenda's ecall.h: the kernel is a function of the test's (system_calls.cc).
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

}  // namespace sys
}  // namespace glenda
