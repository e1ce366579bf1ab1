// SPDX-License-Identifier: MIT
// The server: handles each request or fault, and replies at once or later.
//
// Factotum replies, signals and invokes kernel objects, but never calls another server. So a client that waits for
// Factotum waits for no other process.
#pragma once

#include "audit/audit.h"
#include "broker.h"
#include "glenda/slots.h"
#include "image/catalogue.h"
#include "protocol/factotum.h"
#include "range.h"
#include "spawn_request.h"
#include "tasks/process.h"
#include "tasks/reply_store.h"

namespace glenda::factotum {

/// Memory for the process table.
struct GrowTable {
    OwnArea area;

    bool operator()(std::uint64_t bytes) { return area.reach(bytes); }
};

class Factotum {
public:
    /// `reserved_bytes`: memory that is not part of `memory`, for Factotum's tables.
    Factotum(Memory& memory, const FactotumInfo& info, std::uint64_t reserved_bytes, ReplyPool& replies);

    /// Handles a request of a client or a fault of a process. The badge tells which of the two, and from whom.
    Reaction handle(Request& request);
    /// No notification is bound.
    void signalled(Badge) {}

private:
    static constexpr CNode own_node() { return CNode(kSlotCNode); }
    /// Places for processes that only Grants::Power may fill.
    static constexpr std::uint32_t kKeptPlaces = 16;

    // spawn.cc, start.cc
    Reaction spawn(Process& parent, Request& request);
    Answer<AccountNumber> account_for(Process& parent, const SpawnRequest& request);
    Answer<void> build(Process& child, Process& parent, Image& program, const SpawnRequest& request);
    Answer<void> lay_out(Process& child, Image& program);
    Answer<void> make_objects(Process& child);
    Answer<Process*> create_process(Process& parent);
    Answer<void> give_capabilities(Process& child, const Process& parent, const SpawnRequest& request);
    Answer<void> give_usual_capabilities(Process& child, const Process& parent);
    Answer<std::uint64_t> write_stack(Process& child, std::span<const std::string_view> arguments,
                                      std::span<const std::string_view> variables);
    Answer<void> prepare_thread(Process& child);
    Answer<void> start(Process& child, std::uint64_t entry, std::uint64_t sp);

    // fork_call.cc
    Reaction fork(Process& parent);
    Answer<void> copy_process(Process& child, Process& parent);
    void copy_slots(const Process& child, const Process& parent);

    // lifecycle.cc
    bool may_kill(const Process& killer, const Process& victim);
    Process* child_of(const Process& parent, std::int64_t pid);
    Reaction exit(Process& process, Request& request);
    Reaction wait(Process& parent, Request& request);
    Reaction wait_for(Process& parent, std::int64_t wanted, Request& request);
    Reaction kill(Process& killer, Request& request);
    Reaction set_exit_notification(Process& process, Request& request);
    /// Ends a process: frees everything it had and notifies the parent. It stays a zombie until the parent waits for
    /// it.
    void end(Process& process, ExitStatus status);
    void end_children(const Process& process, ExitStatus status);
    void tear_down(Process& process);
    void leave_account(Process& process);
    void tell_parent(Process& zombie);

    // map_calls.cc
    Reaction sbrk(Process& process, Request& request);
    Answer<void> map_anonymous(Process& process, std::uint64_t start, std::uint64_t end, MapFlags rights);
    Reaction unmap(Process& process, Request& request);
    Reaction protect(Process& process, Request& request);

    // mmap_call.cc
    struct MapRequest {
        std::uint64_t address;
        std::uint64_t length;  // in bytes
        MapFlags rights;
        MmapFlags flags;
    };
    Reaction map(Process& process, Request& request);
    Answer<std::uint64_t> map_memory(Process& process, const Request& request, const MapRequest& wanted);
    Answer<void> choose_object(Process& process, const Request& request, Region& region);
    Answer<void> populate(Process& process, const Range& range, MapFlags rights);

    // map_frames.cc
    Reaction map_frames(Process& process, Request& request);
    Answer<void> map_frames_at(Process& process, std::uint64_t start, const Request& request, MapFlags rights);

    // memory_calls.cc
    /// Bytes that Factotum itself uses.
    std::uint64_t table_bytes() const { return reserved_bytes_ + memory_.own_pages() * kPageSize; }
    Reaction create_object(Process& process, Request& request);
    Reaction memory_info();
    Reaction delete_object(Process& process, Request& request);

    // object_calls.cc
    Answer<ObjectNumber> object_of(const Request& request, unsigned i);
    Reaction create_memory_object(Process& process, Request& request);
    Reaction object_info(Request& request);

    // broker_calls.cc
    Reaction offer(Process& process, Request& request);
    Reaction request_cap(Process& process, Request& request);
    void give_service(ReplyHandle& caller, unsigned service, std::uint32_t pid);

    // account_call.cc
    Reaction set_account(Process& process, Request& request);

    // inspect_call.cc
    Reaction inspect(Process& process, Request& request);

    // audit_call.cc
    Reaction audit(Process& process);
    Broken audit_processes();

    // snapshot.cc
    Reaction snapshot(Process& process);
    ProcessInfo describe(const Process& process, const Process& caller) const;

    // faults.cc
    Reaction fault(Process& process, Request& request);
    void report(const Process& process, CrashKind kind, std::uint64_t address);

    Memory& memory_;
    SpaceKits kits_;
    ImageStore images_;
    ObjectStore objects_;
    Stores stores_{kits_, images_, objects_};
    Catalogue catalogue_;
    std::uint64_t nineball_bytes_;
    std::uint64_t reserved_bytes_;
    ReplyStore replies_;
    OwnArea pids_;
    ProcessTable<Process, GrowTable> processes_;
    Broker broker_;
};

}  // namespace glenda::factotum
