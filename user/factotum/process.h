// SPDX-License-Identifier: MIT
// A process as Factotum knows it.
//
// Its kernel objects lie in its run of slots (slot_layout.h) and in blocks of its address space, so that giving up the
// space gives up all of it.
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
    Bytes image{};  // its file, for symbols in reports
    CNode cspace{};
    Tcb tcb{};

    std::uint64_t break_ = 0;                     // end of the heap, to the byte
    Block objects{};                              // where the next small object is made
    std::uint64_t next_object = kRunFirstObject;  // slot of the run for it
    std::uint64_t next_device = kRunFirstDevice;
    bool has_exit_notification = false;

    ReplyHandle waiter{};        // blocked in WAIT
    std::int64_t waits_for = 0;  // a pid, or kAnyChild

    std::string_view name_view() const { return name; }
    void set_name(std::string_view text) { name[text.copy(name, kMaxName)] = '\0'; }
    /// 9Ball and Factotum itself: known here, but not made here.
    bool is_founder() const { return pid == kNineballPid || pid == kFactotumPid; }
};

}  // namespace glenda::factotum
