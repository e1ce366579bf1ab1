// SPDX-License-Identifier: MIT
// The types of kernel object, their sizes, and the rights of capabilities.
//
// All objects except the initial ones are made by retyping Untyped memory, and a capability is the only way to name an
// object. Sizes are powers of two, and each object is aligned to its own size.
// Handout: reference/kernel-abi.md, "Objects".
#pragma once

#include <cstdint>

namespace glenda {

/// What a capability designates. The numbers are the `type` argument of Untyped::Retype.
enum class CapType : std::uint8_t {
    Null = 0,
    Untyped,       // memory that can become any object
    CNode,         // a table of 2^n capability slots
    Tcb,           // a thread
    Endpoint,      // a port to send messages to and receive them from
    Notification,  // a word of flags to signal and wait for
    Reply,         // the right to reply to one Call, once
    Frame,         // memory that user programs can map
    PageTable,     // an inner node of an address space
    VSpace,        // the root of an address space
    Timer,         // signals a notification at a deadline
    IrqControl,    // the right to claim interrupts
    IrqHandler,    // one interrupt
    Console,       // debug output
    Machine,       // power, and facts about the machine
    Zombie,        // kernel only: a CNode that is being deleted
    Count,
};

/// What the holder may do. A copy has at most the rights of its source.
enum class Rights : std::uint8_t {
    None = 0,
    Read = 1,   // receive from an endpoint, wait for a notification, read a frame, ask a VSpace
    Write = 2,  // send to an endpoint, signal a notification, write a frame, change an object
    Grant = 4,  // pass capabilities through an endpoint; decide when and where a thread runs
    All = 7,
};

constexpr Rights operator&(Rights a, Rights b) { return Rights(std::uint8_t(a) & std::uint8_t(b)); }
constexpr Rights operator|(Rights a, Rights b) { return Rights(std::uint8_t(a) | std::uint8_t(b)); }
/// True when `held` has every right of `wanted`.
constexpr bool has(Rights held, Rights wanted) { return (held & wanted) == wanted; }

/// A capability pointer: an address in the CSpace of the thread that uses it.
using CPtr = std::uint64_t;
/// Identifies the capability that a message was sent with. Chosen when the capability is minted; 0: none.
using Badge = std::uint64_t;

constexpr unsigned kSlotBits = 6;      // a slot is 64 bytes, one cache line
constexpr unsigned kTcbBits = 10;      // 1 KiB
constexpr unsigned kEndpointBits = 5;  // 32 bytes
constexpr unsigned kNotificationBits = 6;
constexpr unsigned kReplyBits = 5;
constexpr unsigned kTimerBits = 7;
constexpr unsigned kPageTableBits = 12;
constexpr unsigned kFrameBits = 12;       // 4 KiB
constexpr unsigned kLargeFrameBits = 21;  // 2 MiB
constexpr unsigned kHugeFrameBits = 30;   // 1 GiB
constexpr unsigned kMinUntypedBits = 5;
constexpr unsigned kMaxUntypedBits = 38;
constexpr unsigned kMinCNodeRadix = 1;
constexpr unsigned kMaxCNodeRadix = 24;
constexpr unsigned kMaxRetypeCount = 64;  // objects that one Retype can make
constexpr unsigned kMaxRunLength = 64;    // capabilities that one CNode::Copy or Frame::Map can take in a row

/// The highest priority; higher numbers run first.
constexpr unsigned kMaxPriority = 255;
constexpr unsigned kMaxHarts = 8;

/// The first address beyond user space, which is the lower half of Sv39.
constexpr std::uint64_t kUserEnd = std::uint64_t{1} << 38;

/// The enumerator's name; "?" for a number that is not a type.
const char* name_of(CapType type);

}  // namespace glenda
