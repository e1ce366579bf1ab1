// SPDX-License-Identifier: MIT
// The server: handles each request or fault, and replies at once or later.
//
// Factotum replies, signals and invokes kernel objects, but never calls another server. So a client that waits for
// Factotum waits for no other process.
#pragma once

#include "glenda/slots.h"
#include "memory.h"
#include "process.h"
#include "program_file.h"
#include "protocol/factotum.h"

namespace glenda::factotum {

/// Maps memory for the process table, page by page.
struct GrowTable {
    Memory* memory;
    std::uint64_t usable = 0;

    bool operator()(std::uint64_t bytes);
};

class Factotum {
public:
    /// `reserved_bytes`: memory that is not part of `memory`, for Factotum's tables.
    Factotum(Memory& memory, const FactotumInfo& info, std::uint64_t reserved_bytes);

    /// Handles a request of a client or a fault of a process. The badge tells which of the two, and from whom.
    Reaction handle(Request& request);
    /// No notification is bound.
    void signalled(Badge) {}

private:
    static constexpr CNode own_node() { return CNode(kSlotCNode); }

    /// A decoded SPAWN request.
    struct SpawnRequest {
        std::span<const std::string_view> arguments;  // the first is the program's name
        unsigned priority;
        std::uint64_t map;       // slot map
        const Request& message;  // has the capabilities
    };

    // spawn.cc, start.cc
    Reaction spawn(Process& parent, Request& request);
    Answer<void> build(Process& child, const Process& parent, const ProgramFile& program, const SpawnRequest& request);
    Answer<void> lay_out(Process& child, const ElfFile& elf);
    Answer<void> make_objects(Process& child);
    Answer<void> give_capabilities(Process& child, const Process& parent, const SpawnRequest& request);
    Answer<std::uint64_t> write_stack(Process& child, std::span<const std::string_view> arguments);
    Answer<void> start(Process& child, std::uint64_t entry, std::uint64_t sp);

    // lifecycle.cc
    Reaction exit(Process& process, Request& request);
    Reaction wait(Process& parent, Request& request);
    Reaction kill(Process& killer, Request& request);
    Reaction set_exit_notification(Process& process, Request& request);
    /// Ends a process: frees everything it had and notifies the parent. It stays a zombie until the parent waits for
    /// it.
    void end(Process& process, ExitStatus status);
    void tear_down(Process& process);
    void tell_parent(Process& zombie);

    // memory_calls.cc
    /// Bytes that Factotum itself uses.
    std::uint64_t table_bytes() const { return reserved_bytes_ + memory_.own_pages() * kPageSize; }
    Reaction sbrk(Process& process, Request& request);
    Reaction map_frame(Process& process, Request& request);
    Reaction create_object(Process& process, Request& request);
    Reaction memory_info();
    Reaction delete_object(Process& process, Request& request);

    // snapshot.cc
    Reaction snapshot(Process& process);
    ProcessInfo describe(const Process& process, const Process& caller) const;

    // faults.cc
    Reaction fault(Process& process, Request& request);
    void report(const Process& process, CrashKind kind, std::uint64_t address);

    Memory& memory_;
    Bytes archive_;
    std::uint64_t nineball_bytes_;
    std::uint64_t reserved_bytes_;
    ProcessTable<Process, GrowTable> processes_;
};

}  // namespace glenda::factotum
