// SPDX-License-Identifier: MIT
// What a process has under way that can take long, and where in it one is: slice.cc does some of it at a time.
#pragma once

#include "glenda/server.h"

namespace glenda::factotum {

enum class WorkKind : std::uint8_t {
    None,
    End,       // of the process itself
    Fork,      // of this parent
    Exec,      // its other threads end, and its old memory
    Unmap,     // MUNMAP, SBRK, and MMAP in place of something
    Populate,  // MMAP with all pages
    Protect,   // MPROTECT
    Schedule,  // SET_SCHED, of all its threads
    Supply,    // PAGER_SUPPLY, by this pager: threads go on
    Offer,     // OFFER: threads get what they have waited for
};

struct Work {
    WorkKind kind = WorkKind::None;
    MapFlags rights{};          // Protect
    std::uint32_t subject = 0;  // Fork: the child's pid; Schedule: the next tid; Supply: the object; Offer: the service
    std::uint32_t caller = 0;   // the tid of the thread that gets the answer
    std::uint64_t at = 0;       // addresses, pages, or slots, that are left
    std::uint64_t end = 0;
    Message answer{};
};

}  // namespace glenda::factotum
