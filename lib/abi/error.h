// SPDX-License-Identifier: MIT
// Every way in which the kernel says no.
//
// A user's mistake is an error code, never a crash: system calls return one of these in the label of
// the reply tag, with the tag's error flag set. Servers answer with codes of their own, from
// kFirstServerError on, so that one number always has one meaning.
// Handout: reference/kernel-abi.md, "Errors".
#pragma once

#include <cstdint>

namespace glenda {

enum class Error : std::uint64_t {
    Ok = 0,
    BadSyscall,         // the system call number is negative, but names no call
    InvalidCapability,  // the pointer leads to an empty slot, or past the end of a CNode, or misses a guard
    WrongType,          // there is a capability, but of another type than the call needs
    NoRights,           // the capability lacks the right that the call needs
    BadMethod,          // the object has no such method, or cannot be used with this system call
    BadArgument,        // an argument is out of its range
    MessageTooShort,    // the method needs more words than the tag announces
    MessageTooLong,     // more words or capabilities than a message holds
    SlotOccupied,       // the destination slot holds a capability already
    SlotEmpty,          // the source slot holds none
    NotCopyable,        // there is only ever one capability of this kind; move it
    NotEnoughMemory,    // the Untyped has too little room left
    NotAligned,         // an address or offset is not a multiple of the object's size
    AlreadyMapped,      // this capability, or this address, has a mapping
    NotMapped,          // there is no mapping to remove or to change
    MissingTable,       // a page table is missing on the way; its level (1 or 0) is in the first word
    TooManySpaces,      // every address space identifier is taken
    PriorityTooHigh,    // above the caller's maximum controlled priority
    Busy,               // in use: a Reply, a bound notification, a claimed interrupt, the registers of a running thread
    NotBound,           // nothing is bound that could be released or used
    NoCaller,           // the Reply object holds no caller: answered already, or the caller is gone
    NoReply,            // the receiver brought no Reply object, so nobody can ever answer this Call
    WouldBlock,         // a non-blocking call found nobody waiting
    Deleted,            // the object was deleted while the thread waited on it
    Cancelled,          // the wait was cut short: the thread was suspended
    NoUtcb,             // the thread has no UTCB, and the message does not fit in registers
    NotConfigured,      // the thread has no CSpace or no VSpace yet
    OutOfRange,         // an index is past the end of its CNode, a hart or interrupt number is not there
    Count,
};

constexpr std::uint32_t kFirstServerError = 64;

/// The name of the error as in the enumeration, "?" for what is none.
const char* name_of(Error error);

}  // namespace glenda
