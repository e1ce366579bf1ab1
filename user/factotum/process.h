// SPDX-License-Identifier: MIT
// Factotum's record of a process.
//
// The process's kernel objects are in its run of slots (slot_layout.h) and are made from blocks of its address space,
// so destroying the address space frees all of them.
#pragma once

#include <string_view>

#include "address_space.h"
#include "glenda/server.h"
#include "process_table.h"

namespace glenda::factotum {

struct Process : ProcessRecord {
    static constexpr std::size_t kMaxName = 31;

    char name[kMaxName + 1] = {};
    unsigned priority = 0;
    AddressSpace space{};
    Bytes image{};  // its file, for symbols in crash reports
    CNode cspace{};
    Tcb tcb{};

    std::uint64_t break_ = 0;                     // end of the heap, in bytes
    Block objects{};                              // Untyped for the next small object
    std::uint64_t next_object = kRunFirstObject;  // its slot in the run
    std::uint64_t next_device = kRunFirstDevice;
    bool has_exit_notification = false;

    ReplyHandle waiter{};        // is set while the process is blocked in WAIT
    std::int64_t waits_for = 0;  // a pid, or kAnyChild

    std::string_view name_view() const { return name; }
    void set_name(std::string_view text) { name[text.copy(name, kMaxName)] = '\0'; }
    /// Whether it is 9Ball or Factotum. They have records, but Factotum did not create them.
    bool is_founder() const { return pid == kNineballPid || pid == kFactotumPid; }
};

}  // namespace glenda::factotum
