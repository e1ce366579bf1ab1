// SPDX-License-Identifier: MIT
// Factotum's record of a process.
//
// Its kernel objects are its CNode, those in its run of slots (slot_map.h), and its belongings.
#pragma once

#include <string_view>

#include "glenda/server.h"
#include "tasks/belongings.h"
#include "tasks/placement.h"
#include "tasks/process_table.h"
#include "tasks/thread_table.h"
#include "tasks/work.h"
#include "vm/address_space.h"
#include "wait/events.h"

namespace glenda::factotum {

struct Process : ProcessRecord, Taker {
    static constexpr std::size_t kMaxName = 31;

    alignas(8) char name[kMaxName + 1] = {};
    Schedule schedule{};
    Grants grants = Grants::None;
    AccountNumber account = Account::kNone;
    AccountNumber vacant = Account::kNone;  // accounts of services that it may start again
    bool is_unborn = false;                 // it is being made
    Work work{};                            // End: also when that is done
    AddressSpace space{};
    const Image* image = nullptr;  // its program
    CNode cspace{};
    ThreadList threads{};
    std::uint32_t running = 0;     // threads that have not ended
    std::uint64_t spare_utcb = 0;  // the address of one that no thread has; 0: none

    std::uint64_t heap_start = 0;
    std::uint64_t break_ = 0;  // end of the heap, in bytes
    Belongings belongings{};
    PageNumber cnode_page = 0;  // of `cspace`
    unsigned cnode_radix = 0;   // log2 of its number of slots
    ObjectNumber objects = 0;   // memory objects that it holds open, a list
    bool has_exit_notification = false;

    Process* next_at_work = nullptr;
    ReplyHandle ender{};  // who asked for its end, and waits for it

    EventList wanted{};  // as a pager: threads that wait for pages that it has not been told of

    std::string_view name_view() const { return name; }
    void set_name(std::string_view text) { name[text.copy(name, kMaxName)] = '\0'; }
    /// Whether it has ended, but something is left that has to be freed.
    bool is_ending() const { return has_ended && !is_zombie; }
    bool is_at_work() const { return work.kind != WorkKind::None; }
    /// Whether it is 9Ball or Factotum. They have records, but Factotum did not create them.
    bool is_founder() const { return pid == kNineballPid || pid == kFactotumPid; }
};

}  // namespace glenda::factotum
