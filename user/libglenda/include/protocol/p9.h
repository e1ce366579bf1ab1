// SPDX-License-Identifier: MIT
// The protocol of a channel to a file server that speaks 9P: a device of class "9p".
//
// The channel has one conversation: whoever uses it shares fids with all others. So it is for one client, which serves
// the others.
#pragma once

#include <cstdint>

namespace glenda {

constexpr std::uint64_t kP9Protocol = 0x1000;

enum class P9Method : std::uint64_t {
    Tag = kP9Protocol + 1,  // -> the name of what the host offers, a text
    Transact,               // a message of 9P, as a byte string -> the answer. TooMany: the answer is longer than
                            //   kP9MaxBytes, so do not ask for more
};

constexpr unsigned kP9MaxBytes = 896;      // of one message
constexpr unsigned kP9MessageSize = 8192;  // what to negotiate as msize

}  // namespace glenda
