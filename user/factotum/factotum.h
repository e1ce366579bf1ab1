// SPDX-License-Identifier: MIT
// The server: one request or fault in; an answer now, or later.
//
// Factotum answers, signals and invokes kernel objects, but never calls another server: whoever waits for Factotum
// waits for nobody else. Handout: labs/factotum.md
#pragma once

#include "memory.h"
#include "process.h"
#include "program_file.h"
#include "protocol/factotum.h"

namespace glenda::factotum {

/// Makes room for the process table, page by page.
struct GrowTable {
    Memory* memory;
    std::uint64_t usable = 0;

    bool operator()(std::uint64_t bytes);
};

class Factotum {
public:
    Factotum(Memory& memory, const FactotumInfo& info);

    /// A request of a client, or a fault of a process: the kernel's badge says which and whose.
    Reaction handle(Request& request);
    /// Nothing is bound.
    void signalled(Badge) {}

private:
    /// What a request to spawn asks for.
    struct SpawnRequest {
        std::span<const std::string_view> arguments;  // the first is the program's name
        unsigned priority;
        std::uint64_t map;       // slot map
        const Request& message;  // with the capabilities
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
    /// Stop it, give back all that it had, tell the parent. It stays as a zombie until the parent has asked.
    void end(Process& process, ExitStatus status);
    void tear_down(Process& process);
    void tell_parent(Process& zombie);

    // memory_calls.cc
    Reaction sbrk(Process& process, Request& request);
    Reaction map_frame(Process& process, Request& request);
    Reaction create_object(Process& process, Request& request);
    Reaction memory_info();
    Answer<CPtr> make_object(Process& process, CapType type);

    // snapshot.cc
    Reaction snapshot(Process& process);
    ProcessInfo describe(const Process& process, const Process& caller) const;

    // faults.cc
    Reaction fault(Process& process, Request& request);
    void report(const Process& process, CrashKind kind, std::uint64_t address);

    Memory& memory_;
    Bytes archive_;
    std::uint64_t nineball_bytes_;
    ProcessTable<Process, GrowTable> processes_;
};

}  // namespace glenda::factotum
