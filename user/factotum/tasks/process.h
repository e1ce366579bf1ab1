// SPDX-License-Identifier: MIT
// Factotum's record of a process.
//
// Its kernel objects are its CNode, those in its run of slots (slot_map.h), and its belongings.
#pragma once

#include <string_view>

#include "glenda/server.h"
#include "tasks/belongings.h"
#include "tasks/process_table.h"
#include "vm/address_space.h"

namespace glenda::factotum {

struct Process : ProcessRecord {
    static constexpr std::size_t kMaxName = 31;

    char name[kMaxName + 1] = {};
    unsigned priority = 0;
    Grants grants = Grants::None;
    AccountNumber account = Account::kNone;
    AccountNumber vacant = Account::kNone;  // accounts of services that it may start again
    AddressSpace space{};
    const Image* image = nullptr;  // its program
    CNode cspace{};
    Tcb tcb{};

    std::uint64_t heap_start = 0;
    std::uint64_t break_ = 0;  // end of the heap, in bytes
    Belongings belongings{};
    PageNumber cnode_page = 0;  // of `cspace`
    unsigned cnode_radix = 0;   // log2 of its number of slots
    ObjectNumber objects = 0;   // memory objects that it holds open, a list
    bool has_exit_notification = false;

    ReplyHandle service_waiter{};       // is set while the process waits for a service
    std::uint32_t awaited_service = 0;  // its number

    ReplyHandle waiter{};        // is set while the process is blocked in WAIT
    std::int64_t waits_for = 0;  // a pid, or kAnyChild

    std::string_view name_view() const { return name; }
    void set_name(std::string_view text) { name[text.copy(name, kMaxName)] = '\0'; }
    /// Whether it is 9Ball or Factotum. They have records, but Factotum did not create them.
    bool is_founder() const { return pid == kNineballPid || pid == kFactotumPid; }
};

}  // namespace glenda::factotum
