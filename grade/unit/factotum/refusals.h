// SPDX-License-Identifier: MIT
// Everything that a call takes is refused, one after the other: then it says so, nothing is left of it, and the same
// call succeeds afterwards.
#pragma once

#include <functional>
#include <string>

#include "factotum/system.h"

namespace glenda::factotum::test {

/// What is short.
enum class Shortage {
    KernelMemory,  // the kernel refuses call number k, with NotEnoughMemory
    Kernel,        // the same, with an error that nobody expects
    Memory,        // there are k pages that nobody has been promised
    Account,       // the caller may have k pages more
    Slots,         // there are k slots in the heap
};

/// A call, and what it takes to make it.
struct Call {
    std::string_view name;
    /// Makes the caller ready.
    std::function<void(System&, Badge caller)> prepare = [](System&, Badge) {};
    std::function<MessageWriter(System&)> message;
    /// After it has succeeded: whether everything is there. `result`: the first word of the answer.
    std::function<void(System&, Badge caller, std::uint64_t result)> check;
    bool is_answered = true;  // if it succeeds
    std::uint64_t keeps = 0;  // pages that stay the caller's if it fails, for the next time
};

/// Refuses everything of each kind, in turn.
void refuse_all(const Call& call);

}  // namespace glenda::factotum::test
