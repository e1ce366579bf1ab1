// SPDX-License-Identifier: MIT
// The serial protocol: a terminal as a stream of bytes. Served by user/uart, found under the name "serial", and
// what every program finds in its stdio slot.
//
// The server passes on what is typed as it comes. Only ^C can be taken out, for a shell that runs a program.
// Handout: reference/serial-protocol.md
#pragma once

#include <cstdint>

namespace glenda {

constexpr std::uint64_t kSerialProtocol = 0x0900;

enum class SerialMethod : std::uint64_t {
    Write = kSerialProtocol + 1,  // a byte string -> : answered when all of it is in the transmit buffer
    Read,  // how many at most -> a byte string: at least one byte, waits until there is one. A later reader takes
           //   the terminal over: the earlier one is answered with Interrupted
    SetInterrupt,  // a Notification capability -> : ^C throws away what was typed before it and signals. None -> : ^C
                   //   is a character again
};

constexpr char kInterruptCharacter = 0x03;
/// The longest byte string of one Write or Read.
constexpr unsigned kSerialMaxBytes = 896;

}  // namespace glenda
