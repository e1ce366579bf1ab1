// SPDX-License-Identifier: MIT
// The system calls of lab 1: what a program asks of the kernel.
//
// An `ecall` with the number in a7 and the arguments from a0 on. The result comes back in a0: 0 or more, or an error of
// abi/error.h, negated. All other registers keep their values. There are two sets:
//
//   a7 >= 0   ProcessCall: those of the monolithic kernel. They are gone at the end of the lab.
//   a7 < 0    ThreadCall: those of the target, from exercise 1.6 on. A handle names what they work on.
//
// A program begins with a0 = argc, a1 = argv, a2 = the address of its UTCB or 0, and sp at the top of its stack. argv
// ends with a null pointer. The first program is bin/sh, or the one that the kernel option root= names; its second
// argument is the kernel's command line.
#pragma once

#include <cstdint>

#include "abi/error.h"
#include "abi/message.h"
#include "abi/method.h"

namespace glenda {

/// The calls of a process. The comments list the arguments and, after "->", the result.
enum class ProcessCall : std::int64_t {
    Fork = 0,  // -> the child's pid; in the child 0
    Exec,      // path, argv -> only if it fails; else the process continues as that program
    Wait,      // address for the int status, or 0 -> pid of a child that has ended
    Exit,      // status -> never returns
    Sbrk,      // bytes, may be negative -> the end of the heap before the change
    Mmap,      // bytes -> address of new pages of zeros
    Munmap,    // address, bytes -> 0; only of what Mmap gave, holes are no error
    Sleep,     // milliseconds -> 0
    GetPid,    // -> pid
    Write,     // file, address, bytes -> bytes written; only 0, 1 and 2, which are the console
    Read,      // file, address, bytes -> bytes read; 0 at the end. The console waits for at least one character
    Open,      // path -> file
    Close,     // file -> 0
    Yield,     // -> 0
    Shutdown,  // -> never returns: powers the machine off
};

/// Errors of ProcessCall that no other kernel here has.
constexpr Error kNoSuchFile{kFirstServerError};
constexpr Error kNotAProgram{kFirstServerError + 1};
constexpr Error kNoChild{kFirstServerError + 2};
constexpr Error kNoFreeProcess{kFirstServerError + 3};

/// The exit status of a process that did what it must not, so that the kernel stopped it.
constexpr int kStatusStopped = -1;

/// The calls of a thread. Arguments 0 to 5 are in a0 to a5. Argument n > 5 is word n of the caller's UTCB
/// (abi/message.h), and counts as 0 if the caller has none.
enum class ThreadCall : std::int64_t {
    ThreadCreate = -1,          // -> handle of a new thread: Inactive, at the caller's priority
    ThreadConfigure = -2,       // thread, CSpace, VSpace, UTCB address or 0 -> 0; the thread must be Inactive
    ThreadWriteRegisters = -3,  // thread, pc, sp, a0, a1, a2, tp -> 0; the thread must be Inactive
    ThreadSetPriority = -4,     // thread, priority -> 0; at most the caller's own
    ThreadResume = -5,          // thread -> 0
    ThreadSuspend = -6,         // thread -> 0; of kOwnThread only if somebody resumes the caller
    ThreadInfo = -7,            // thread -> its ThreadState
    CSpaceCreate = -8,          // -> handle of a CSpace without handles
    VSpaceCreate = -9,          // -> handle of an empty VSpace
    VSpaceMap = -10,            // VSpace, address, bytes, MapFlags, own address or 0 -> 0; see below
    VSpaceUnmap = -11,          // VSpace, address, bytes -> 0; holes are no error
    Close = -12,                // handle -> 0; of a thread: ends it
    Yield = -13,                // -> 0
    ConsoleWrite = -14,         // address, bytes -> bytes written
    ConsoleRead = -15,          // address, bytes -> bytes read; waits for at least one character
    MapInitrd = -16,            // address -> size in bytes of the initrd, which is now there, read-only
    Shutdown = -17,             // -> never returns: powers the machine off
};
// VSpaceMap with own address 0 maps new pages of zeros. With another one it maps the pages that the caller has there,
// so that both see the same memory; Write is refused where the caller cannot write. Addresses and bytes are multiples
// of the page size.

/// Handles with a fixed meaning: the caller's own. They cannot be closed. Others are from kFirstHandle on.
constexpr std::uint64_t kOwnThread = 0, kOwnVSpace = 1, kOwnCSpace = 2, kFirstHandle = 3;
constexpr std::uint64_t kMaxHandles = 32;  // of one CSpace, with those three

/// Where a program that ends leaves its exit status, for whoever started it: the index in Utcb::user. The kernel does
/// not know of it.
constexpr unsigned kExitStatus = 0;

}  // namespace glenda
