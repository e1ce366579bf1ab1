// SPDX-License-Identifier: MIT
// Checks that apply to the methods of every object.
#pragma once

#include "abi/syscall.h"
#include "ktest.h"

namespace glenda::ktest {

/// A message with fewer than `needed` words is refused, whatever its contents.
template <typename Method>
void expect_needs(Object object, Method method, unsigned needed) {
    for (unsigned length = 0; length < needed; length++)
        EXPECT_ERROR(MessageTooShort, sys::call(object.cptr(), {.tag = Tag(std::uint64_t(method), length)}));
}

/// Refuses labels that name no method, and system calls other than Call.
inline void expect_call_only(Object object, std::uint64_t methods) {
    for (const std::uint64_t label : {std::uint64_t{0}, methods + 1, (std::uint64_t{1} << 48) - 1})
        EXPECT_ERROR(BadMethod, sys::call(object.cptr(), {.tag = Tag(label, 0)}));
    EXPECT_ERROR(BadMethod, sys::send(object.cptr(), {}));
    EXPECT_ERROR(BadMethod, sys::nb_send(object.cptr(), {}));
    EXPECT_ERROR(BadMethod, sys::recv(object.cptr(), 0));
    EXPECT_ERROR(BadMethod, sys::nb_recv(object.cptr(), 0));
    EXPECT_ERROR(WrongType, sys::reply(object.cptr(), {}));
}

/// Pointers to an empty slot, outside the CSpace, and to a capability of another type.
inline constexpr CPtr kEmpty = 4095;
inline constexpr CPtr kOutside = 5000;
inline constexpr CPtr kWrong = kRootConsole;

}  // namespace glenda::ktest
