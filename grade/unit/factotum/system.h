// SPDX-License-Identifier: MIT
// Factotum whole, with its server loop, on the host: a test is its clients.
#pragma once

#include <cstdlib>
#include <memory>
#include <optional>
#include <vector>

#include "factotum.h"
#include "factotum/machine.h"
#include "factotum/system_calls.h"

namespace glenda::factotum::test {

constexpr Badge kNineball = kNineballPid;

class System {
public:
    explicit System(std::uint64_t chunks);
    System(const System&) = delete;

    /// A process sends a message, with its first thread, and Factotum works until it is idle. Returns the answer;
    /// nothing if there is none yet.
    std::optional<ReceivedAnswer> ask(Badge process, const MessageWriter& message);
    /// A call that has to succeed. Returns a word of the answer, or 0.
    std::uint64_t must(Badge process, const MessageWriter& message, unsigned word = 0);
    /// SPAWN that has to succeed. Returns the new process.
    Badge spawn(Badge parent, std::string_view file);

    /// The process with this number, from its capability to Factotum. 0: there is none.
    static Badge process(std::uint64_t pid);
    /// What is in a process's slot; null if it is empty.
    static const Cap* find(Badge process, CPtr slot);
    /// Whether the first thread of a process runs, as far as Factotum is concerned.
    static bool runs(Badge process);
    /// Puts a capability of this type into an empty slot of a process, as it may do itself.
    static void put(Badge process, CPtr slot, CapType type);
    Memory& memory() { return books_.memory(); }

    /// Factotum's own slots, with a capability that a message can bring.
    static constexpr CPtr kPassed = 60;

private:
    static CPtr slot_of(Badge process, CPtr slot);
    void serve();

    TestMemory books_;
    struct Free {
        void operator()(std::byte* memory) const { std::free(memory); }
    };
    std::unique_ptr<std::byte[], Free> tables_;  // zeroes of calloc(): what nobody touches costs nothing
    std::vector<Reply> replies_;
    ReplyPool pool_{replies_};
    std::unique_ptr<Factotum> factotum_;
    std::unique_ptr<Server> server_;
    unsigned sent_ = 0;
};

}  // namespace glenda::factotum::test
