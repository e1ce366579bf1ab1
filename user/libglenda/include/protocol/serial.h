// SPDX-License-Identifier: MIT
// The serial protocol: a terminal as a stream of bytes. user/uart serves it under the name "serial". A program's stdio
// slot has such a terminal.
//
// The server passes input on unchanged. Only ^C can be intercepted, by a shell that runs a program.
#pragma once

#include <cstdint>

namespace glenda {

constexpr std::uint64_t kSerialProtocol = 0x0900;

enum class SerialMethod : std::uint64_t {
    Write = kSerialProtocol + 1,  // a byte string -> : replies when all of it is in the transmit buffer
    Read,          // maximum length -> a byte string; waits until there is at least one byte. A new reader replaces the
                   //   previous one, whose Read fails with Interrupted
    SetInterrupt,  // a Notification capability -> : ^C discards the input before it and signals. None -> : ^C is a
                   //   character again
};

constexpr char kInterruptCharacter = 0x03;
/// The maximum length of one Write or Read, in bytes.
constexpr unsigned kSerialMaxBytes = 896;

}  // namespace glenda
