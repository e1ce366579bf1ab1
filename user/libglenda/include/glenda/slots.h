// SPDX-License-Identifier: MIT
// The initial slots of a process that Factotum started.
//
// A slot's number is its capability pointer: a process's CNode has 2^kProcessCNodeRadix slots, and its guard covers the
// other bits. Factotum has similar initial slots in a larger CNode (protocol/factotum_boot.h), and the root task has
// those of abi/boot_info.h. Programs use environment(), which hides these differences.
#pragma once

#include "abi/object.h"

namespace glenda {

constexpr unsigned kProcessCNodeRadix = 6;  // unless SPAWN asks for more
constexpr unsigned kMaxProcessCNodeRadix = 12;

enum ProcessSlot : CPtr {
    kSlotNull = 0,          // stays empty, so that pointer 0 is never a capability
    kSlotCNode = 1,         // the process's own CNode
    kSlotVSpace = 2,        // reserved: may be empty
    kSlotTcb = 3,           // the first thread
    kSlotUtcbFrame = 4,     // may be empty
    kSlotFactotum = 5,      // Factotum's endpoint; its badge identifies the process
    kSlotNineball = 6,      // 9Ball's endpoint, for log and names; its badge is the process identifier
    kSlotStdio = 7,         // terminal (protocol/serial.h); empty: output goes to 9Ball's log
    kSlotReply = 8,         // an empty Reply object, for the first Recv
    kSlotNotification = 9,  // the process's own notification, unbadged
    kSlotConsole = 10,      // the kernel's console, if init.toml grants it
    kSlotBlock = 11,        // for a moment: the arguments of a program that is being started
    kSlotPassed = 16,       // capabilities that the parent passed with SPAWN, in order
    kSlotPassedEnd = 20,
    kSlotParking = 20,  // notifications at which the threads of the program wait for each other
    kSlotParkingEnd = 32,
    kSlotFirstFree = 32,                       // from here on: free for the program
    kSlotEnd = CPtr{1} << kProcessCNodeRadix,  // at least
};

/// The type and the values of the auxiliary vector's entry that says how a program was started.
/// A program without this entry is the root task, started by the kernel.
constexpr std::uint64_t kAuxStart = 0x474c;     // "GL"
constexpr std::uint64_t kAuxStartProcess = 1;   // by Factotum
constexpr std::uint64_t kAuxStartFactotum = 2;  // by 9Ball: the program is Factotum itself

}  // namespace glenda
