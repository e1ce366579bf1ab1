// SPDX-License-Identifier: MIT
// All errors that the kernel reports.
//
// A user's mistake leads to an error code, never to a crash. A system call that fails returns one of these in the label
// of the tag, with the tag's error flag set. Servers have their own codes from kFirstServerError on, so each number has
// one meaning.
// Handout: reference/kernel-abi.md, "Errors".
#pragma once

#include <cstdint>

namespace glenda {

enum class Error : std::uint64_t {
    Ok = 0,
    BadSyscall,         // the number is negative, but is not a system call
    InvalidCapability,  // the pointer leads to an empty slot or past a CNode's end, or a guard does not match
    WrongType,          // the capability is not of the type that the call needs
    NoRights,           // the capability lacks the right that the call needs
    BadMethod,          // the object has no such method, or does not support this system call
    BadArgument,        // an argument has an invalid value
    MessageTooShort,    // the method needs more words than the tag announces
    MessageTooLong,     // more words or capabilities than a message can hold
    SlotOccupied,       // the destination slot already holds a capability
    SlotEmpty,          // the source slot holds no capability
    NotCopyable,        // a capability of this kind cannot be copied, only moved
    NotEnoughMemory,    // the Untyped has not enough free memory
    NotAligned,         // an address or offset is not a multiple of the object's size
    AlreadyMapped,      // the capability is mapped already, or the address is taken
    NotMapped,          // there is no mapping to remove or change
    MissingTable,       // a page table is missing on the path; the first word is its level (1 or 0)
    TooManySpaces,      // all address space identifiers are in use
    PriorityTooHigh,    // above the caller's maximum controlled priority
    Busy,               // in use: a Reply, a bound notification, a claimed interrupt, the registers of a running thread
    NotBound,           // nothing is bound
    NoCaller,           // the Reply object holds no caller: it has replied already, or the caller is gone
    NoReply,            // the receiver provided no Reply object, so it could not reply to this Call
    WouldBlock,         // a non-blocking call would have had to wait
    Deleted,            // the object was deleted while the thread waited on it
    Cancelled,          // the wait was cancelled because the thread was suspended
    NoUtcb,             // the message does not fit in registers, and the thread has no UTCB
    NotConfigured,      // the thread has no CSpace or no VSpace yet
    OutOfRange,         // an index past the end of its CNode, or a hart or interrupt that does not exist
    Count,
};

constexpr std::uint32_t kFirstServerError = 64;

/// The enumerator's name; "?" for a number that is not an error.
const char* name_of(Error error);

}  // namespace glenda
