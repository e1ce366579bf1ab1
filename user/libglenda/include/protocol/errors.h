// SPDX-License-Identifier: MIT
// The errors that servers return.
//
// A reply's label is 0 for success, or one of these, or an Error of the kernel. The numbers do not overlap.
// A server cannot forge an error of the kernel, because only the kernel sets the tag's error flag.
#pragma once

#include <cstdint>
#include <expected>

#include "abi/error.h"

namespace glenda {

enum class ServerError : std::uint32_t {
    BadRequest = kFirstServerError,  // unknown method, missing words or capabilities, bad text
    PermissionDenied,                // the client may not do this
    NotFound,                        // no such file, name or address
    NoSuchProcess,                   // no such process, or not a child of the caller
    BadExecutable,                   // the file is not a program that can run here
    OutOfMemory,                     // no memory or quota is left
    TooMany,                         // a table is full
    Exists,                          // the name is taken
    Busy,                            // in use; try again later
    NotReady,                        // nothing yet, for instance no child has ended
    Interrupted,                     // the wait was cancelled
    TimedOut,                        // the deadline passed first
    NotSupported,                    // this server does not implement the method yet
    Broken,                          // the device or the server behind this one failed
    Again,                           // not now: ask the same again
    Count,
};

/// The enumerator's name, or "?" for an invalid value.
const char* name_of(ServerError error);

/// An error of the kernel or of a server, from a reply's label.
class AnyError {
public:
    constexpr AnyError(Error error) : code_(std::uint32_t(error)) {}
    constexpr AnyError(ServerError error) : code_(std::uint32_t(error)) {}
    constexpr static AnyError from_label(std::uint64_t label) { return AnyError(std::uint32_t(label)); }

    constexpr std::uint32_t code() const { return code_; }
    constexpr bool from_server() const { return code_ >= kFirstServerError; }
    constexpr bool operator==(const AnyError&) const = default;

private:
    constexpr explicit AnyError(std::uint32_t code) : code_(code) {}
    std::uint32_t code_;
};

const char* name_of(AnyError error);

/// The result of a server's method, or an error. `TRY` converts a kernel Result into one.
template <typename T>
using Answer = std::expected<T, AnyError>;
using Refusal = std::unexpected<AnyError>;

}  // namespace glenda
