// SPDX-License-Identifier: MIT
// The serial protocol: a terminal as a stream of bytes. user/uart serves it under the name "serial". A program's stdio
// slot has such a terminal.
//
// The server passes input on unchanged. Only ^C can be intercepted, by a shell that runs a program.
//
// Several programs may write, but the keyboard belongs to one. A shell makes a job of each program that it runs, and
// says which job is in the foreground: only that one may read. A capability that 9Ball gave out is a shell's; its badge
// is below 2^32. A job's has bit 32 set, above the job's number. What a program starts belongs to its job.
#pragma once

#include <cstdint>

namespace glenda {

constexpr std::uint64_t kSerialProtocol = 0x0900;

enum class SerialMethod : std::uint64_t {
    Write = kSerialProtocol + 1,  // a byte string -> : replies when all of it is in the transmit buffer
    Read,    // maximum length -> a byte string; waits until there is at least one byte. A new reader replaces the
             //   previous one, whose Read fails with Interrupted
    NewJob,  // (a shell) -> its number; a capability to this server for the job's programs
    SetForeground,  // (a shell) number of a job, a Notification capability -> : that job may read, and ^C discards the
                    //   input before it and signals. 0 without a capability -> : the shell reads, ^C is a character
                    // PermissionDenied: NewJob or SetForeground of a job, Read of one that is not in the foreground
};

/// The badge of a job's capabilities.
constexpr std::uint64_t kJobBadge = std::uint64_t{1} << 32;

constexpr char kInterruptCharacter = 0x03;
/// The maximum length of one Write or Read, in bytes.
constexpr unsigned kSerialMaxBytes = 896;

}  // namespace glenda
