// SPDX-License-Identifier: MIT
// The kernel under a whole Factotum on the host: messages of its clients, and what it asks of CNodes, Tcbs and its
// timer. Memory is machine.h's part.
//
// It takes the place of the `ecall` in glenda/ecall.h. A test puts a message into `messages`; Factotum receives it,
// and what it answers is in `answers`. When there is nothing to be received, Idle is thrown.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "factotum/machine.h"
#include "glenda/syscall.h"

namespace glenda::factotum::test {

struct Idle {};

struct SentMessage {
    unsigned number = 0;
    Badge badge = 0;
    Tag tag{};
    std::vector<std::uint64_t> words{};
    std::vector<CPtr> caps{};  // slots of Factotum's CNode, as if they were the sender's
    std::uint64_t tcb = 0;     // the sender: a Tcb's `Cap::object`
};

struct ReceivedAnswer {
    std::uint64_t label = 0;
    std::vector<std::uint64_t> words{};
    std::vector<CPtr> caps{};  // slots of Factotum's CNode
};

struct ThreadModel {
    bool is_configured = false;
    bool runs = false;
};

/// There is one, `system_calls()`.
struct SystemCalls {
    std::deque<SentMessage> messages{};
    std::map<unsigned, ReceivedAnswer> answers{};    // by the message's number
    std::map<std::uint64_t, SentMessage> callers{};  // by the Reply object: they wait
    std::map<std::uint64_t, ThreadModel> threads{};  // by the Tcb object
    std::optional<std::uint64_t> alarm{};            // the timer's deadline
    std::uint64_t time = 0;
    Utcb utcb{};
};

SystemCalls& system_calls();

/// The capability in a slot of a process's CNode; null if there is none. `cnode`: a slot of Factotum's.
const Cap* cap_of_process(CPtr cnode, CPtr index);

}  // namespace glenda::factotum::test
