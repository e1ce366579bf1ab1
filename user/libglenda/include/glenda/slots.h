// SPDX-License-Identifier: MIT
// Where a program that Factotum started finds its first capabilities.
//
// Slot number = capability pointer: a child's CNode has 2^kProcessCNodeRadix slots and a guard over the rest.
// Factotum itself has the same first slots in a larger CNode (protocol/factotum_boot.h tells the difference);
// the root task has those of abi/boot_info.h instead. Programs ask environment(), which knows which is which.
#pragma once

#include "abi/object.h"

namespace glenda {

constexpr unsigned kProcessCNodeRadix = 7;

enum ProcessSlot : CPtr {
    kSlotNull = 0,          // stays empty, so that pointer 0 is never a capability
    kSlotCNode = 1,         // the process's own CNode
    kSlotVSpace = 2,        // reserved: may be empty
    kSlotTcb = 3,           // the first thread
    kSlotUtcbFrame = 4,     // may be empty
    kSlotFactotum = 5,      // Factotum's endpoint; its badge is the process identifier
    kSlotNineball = 6,      // 9Ball's endpoint, for log and names; its badge is the process identifier
    kSlotStdio = 7,         // terminal that speaks protocol/serial.h; empty: output goes to 9Ball's log
    kSlotReply = 8,         // an empty Reply object, for the first Recv
    kSlotNotification = 9,  // the process's own notification, not badged
    kSlotConsole = 10,      // kernel's debug output: only where the manifest grants it
    kSlotPassed = 16,       // what the parent passed with SPAWN, in order
    kSlotPassedEnd = 20,
    kSlotFirstFree = 32,  // from here on the program's own
    kSlotEnd = CPtr{1} << kProcessCNodeRadix,
};

/// The auxiliary vector's entry that says how a program was started: its type, then its values.
/// A program without this entry was started by the kernel: it is the root task.
constexpr std::uint64_t kAuxStart = 0x474c;     // "GL"
constexpr std::uint64_t kAuxStartProcess = 1;   // by Factotum
constexpr std::uint64_t kAuxStartFactotum = 2;  // by 9Ball, by hand: there is no Factotum to call

}  // namespace glenda
