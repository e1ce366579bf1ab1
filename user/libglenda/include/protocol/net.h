// SPDX-License-Identifier: MIT
// The network protocol: a device of class "net" sends and receives frames of Ethernet.
#pragma once

#include <cstdint>

namespace glenda {

constexpr std::uint64_t kNetProtocol = 0x0b00;

enum class NetMethod : std::uint64_t {
    Mac = kNetProtocol + 1,  // -> the card's address: a byte string of six
    Send,                    // a frame, as a byte string ->
    Receive,                 // -> the next frame. Waits until there is one. A new receiver replaces the previous one,
                             //   whose Receive fails with Interrupted
};

constexpr unsigned kNetMaxFrame = 896;  // longer frames do not fit a message, and are dropped

}  // namespace glenda
