// SPDX-License-Identifier: MIT
// What servers answer when they refuse.
//
// A reply's label is 0 for success, else one of these or an Error of the kernel: one number, one meaning.
// A server cannot pretend that the kernel spoke: only the kernel sets the tag's error flag.
#pragma once

#include <cstdint>
#include <expected>

#include "abi/error.h"

namespace glenda {

enum class ServerError : std::uint32_t {
    BadRequest = kFirstServerError,  // unknown method, missing words or capabilities, a text that does not end
    PermissionDenied,                // understood, but not for this client
    NotFound,                        // no such file, name or address
    NoSuchProcess,                   // no such process, or not a child of the caller
    BadExecutable,                   // the file is no program that can run here
    OutOfMemory,                     // quota or memory is used up
    TooMany,                         // a table is full
    Exists,                          // the name is taken
    Busy,                            // in use; try again later
    NotReady,                        // nothing yet: no child has ended, no byte has come
    Interrupted,                     // the wait was cut short
    TimedOut,                        // the deadline passed first
    NotSupported,                    // a method of the protocol that this server does not offer yet
    Broken,                          // the device or the server behind this one failed
    Count,
};

/// The name as in the enumeration, "?" for what is none.
const char* name_of(ServerError error);

/// An error of the kernel or of a server: what an answer's label says when it is not 0.
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

/// What a server's method gives, or why not. `TRY` turns a kernel Result into one.
template <typename T>
using Answer = std::expected<T, AnyError>;
using Refusal = std::unexpected<AnyError>;

}  // namespace glenda
