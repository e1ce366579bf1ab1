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
#include "tasks/threads.h"
#include "wait/clock.h"
#include "wait/futex.h"
#include "wait/timer_wheel.h"

namespace glenda::factotum {

class Factotum {
public:
    /// `reserved_bytes`: memory that is not part of `memory`, for Factotum's tables.
    Factotum(Memory& memory, const TableAddresses& tables, const FactotumInfo& info, std::uint64_t reserved_bytes,
             ReplyPool& replies, Clock clock);

    /// Handles a request of a client or a fault of a process. The badge tells which of the two, and from whom.
    Reaction handle(Request& request);
    /// The timer has signalled: somebody's time is up.
    void signalled(Badge);

private:
    static constexpr CNode own_node() { return CNode(kSlotCNode); }
    /// Places for processes that only Grants::Power may fill.
    static constexpr std::uint32_t kKeptPlaces = 16;

    // spawn.cc, start.cc
    Reaction spawn(Process& parent, Request& request);
    Answer<AccountNumber> account_for(Process& parent, const SpawnRequest& request);
    Answer<void> build(Process& child, Process& parent, Image& program, const SpawnRequest& request);
    static Reaction refusal(std::string_view name, const LoadFailure& failure);
    Answer<std::uint64_t> lay_out(AddressSpace& space, Image& program);
    Answer<void> make_cnode(Process& child);
    Answer<void> make_objects(Process& child, std::uint64_t utcb_address = 0);
    Answer<Process*> create_process(Process& parent);
    Answer<void> give_capabilities(Process& child, const Process& parent, const SpawnRequest& request);
    Answer<void> give_usual_capabilities(Process& child, const Process& parent);
    Answer<std::uint64_t> write_stack(AddressSpace& space, const SpawnRequest& request);
    Answer<std::uint64_t> map_block(AddressSpace& space, const SpawnRequest& request);
    void use_up_block(Process& parent, const SpawnRequest& request);
    Answer<void> start(Process& child, std::uint64_t entry, std::uint64_t sp, SpawnFlags flags);

    // fork_call.cc
    Reaction fork(Process& parent, Request& request);
    bool fork_some(Process& parent, unsigned& steps);
    Answer<void> begin_child(Process& child, Process& parent);
    Answer<bool> copy_some(Process& child, Process& parent, const Thread& caller, unsigned& steps);
    static Answer<void> copy_slot(const Process& child, const Process& parent, CPtr slot, unsigned& steps);
    Answer<void> start_copy(Process& child, const Thread& caller);

    // exec_call.cc
    struct NextProgram {
        Process* user = nullptr;  // that becomes this program; null: nobody
        AddressSpace space{};     // the next one, then the old one
        bool is_old = false;
        Image* image = nullptr;
        std::uint64_t heap_start = 0;
        std::uint64_t sp = 0;
    };
    Reaction exec(Process& process, Request& request);
    Answer<void> prepare(NextProgram& next, const Process& process, const SpawnRequest& request);
    bool exec_some(Process& process, unsigned& steps);
    Answer<void> change_space(Process& process, Thread& caller, NextProgram& next);
    Answer<void> start_program(Process& process, Thread& caller, std::uint64_t sp);
    bool drop_program(unsigned& steps);

    // lifecycle.cc
    bool may_kill(const Process& killer, const Process& victim);
    Process* child_of(const Process& parent, std::int64_t pid);
    static Message exit_report(const Process& zombie);
    Thread* waiter_for(const Process& parent, const Process& child);
    Reaction exit(Process& process, Request& request);
    Reaction leave(Process& process, Thread* thread, std::uint64_t code, Request& request);
    Reaction wait(Process& parent, Request& request);
    Reaction wait_for(Process& parent, std::uint64_t tid, std::int64_t wanted, Request& request);
    Reaction kill(Process& killer, Request& request);
    Reaction set_exit_notification(Process& process, Request& request);

    // ending.cc
    /// Ends a process: frees everything it had and notifies the parent, now or soon. It stays a zombie until the parent
    /// waits for it.
    void end(Process& process, ExitStatus status);
    Reaction end_at_request(Process& process, ExitStatus status, Request& request);
    void discard(std::uint32_t pid);
    bool end_some(Process& process, unsigned& steps);
    static bool empty_slots(Process& process, unsigned& steps);
    void end_thread(Process& process, Thread& thread);
    void finish_end(Process& process);
    void end_children(const Process& process, ExitStatus status);
    void tear_down(Process& process);
    void leave_account(Process& process);
    void tell_parent(Process& zombie);

    // slice.cc
    Reaction work_for(Thread& caller, Process& process, const Work& work, Request& request);
    bool begin_work(Process& process);
    void push_work(Process& process);
    void go_on_working();
    bool do_some(Process& process, unsigned& steps);
    void finish_work(Process& process);
    Thread* caller_of(const Process& process, const Work& work);
    void give_up_work(Process& process);

    // waiting.cc
    /// Lets a thread wait: its caller gets no reply yet.
    void block(Thread& thread, WaitKind kind, Request& request);
    /// Ends a thread's wait, if it waits.
    void unblock(Thread& thread, const Message& answer);
    /// The same, for nothing: what the thread waited for will not come.
    void interrupt(Thread& thread);
    /// The same for a thread that waits, but for no word of memory any more. Inline for FUTEX_WAKE.
    void finish(Thread& thread, const Message& answer) {
        if (thread.has_deadline) wheel_.remove(thread);
        thread.kind = WaitKind::None;
        thread.reply.reply(answer);
    }
    void set_deadline(Thread& thread, std::uint64_t deadline);
    void wind_timer();
    void time_is_up(Waiter& waiter);
    Reaction sleep(Process& process, Request& request);

    // futex_calls.cc
    struct WordWait {
        std::uint64_t address;
        std::uint32_t expected;
        std::int64_t microseconds;  // kNoTimeout: for ever
    };
    inline FutexKey key_of(const Process& process, const Region& region, std::uint64_t address) const;
    Reaction futex_wait(Process& process, Request& request);
    inline Reaction wait_at(Process& process, Thread& thread, const WordWait& wanted, Request& request);
    Reaction futex_wake(Process& process, Request& request);

    // sched_call.cc
    Reaction set_sched(Process& caller, Request& request);
    bool schedule_some(Process& process, unsigned& steps);

    // thread_calls.cc
    Reaction thread_create(Process& process, Request& request);
    Answer<std::uint64_t> begin_thread(Process& process, Registers registers);
    Reaction thread_exit(Process& process, Request& request);
    Reaction thread_join(Process& process, Request& request);
    Thread* joiner_of(const Process& process, const Thread& thread);

    // map_calls.cc
    Reaction sbrk(Process& process, Request& request);
    Answer<void> map_anonymous(Process& process, std::uint64_t start, std::uint64_t end, MapFlags rights);
    Reaction unmap(Process& process, Request& request);
    Reaction unmap_range(Process& process, const Range& range, std::uint64_t tid, const Message& answer,
                         Request& request);
    bool unmap_some(Process& process, unsigned& steps);
    Reaction protect(Process& process, Request& request);
    bool protect_some(Process& process, unsigned& steps);

    // mmap_call.cc
    struct MapRequest {
        std::uint64_t address;
        std::uint64_t length;  // in bytes
        MapFlags rights;
        MmapFlags flags;
    };
    Reaction map(Process& process, Request& request);
    Reaction map_in_slices(Process& process, const MapRequest& wanted, Request& request, std::uint64_t tid);
    bool has_many_pages(const Process& process, const MapRequest& wanted);
    Reaction make_way(Process& process, const MapRequest& wanted, std::uint64_t tid, Request& request);
    Answer<std::uint64_t> map_memory(Process& process, const Request& request, const MapRequest& wanted);
    Answer<void> choose_object(Process& process, const Request& request, Region& region);
    bool populate_some(Process& process, unsigned& steps);

    // map_frames.cc
    Reaction map_frames(Process& process, Request& request);
    Answer<void> map_frames_at(Process& process, std::uint64_t start, const Request& request, MapFlags rights);

    // memory_calls.cc
    /// Bytes that Factotum itself uses.
    std::uint64_t table_bytes() const { return reserved_bytes_ + memory_.own_pages() * kPageSize; }
    Reaction create_object(Process& process, Request& request);
    Reaction memory_info();
    Reaction delete_object(Process& process, Request& request);

    // event_calls.cc
    bool stop_for(Thread& thread, const Stop& stop);
    void deliver(Process& taker);
    Reaction event_take(Process& process, Request& request);
    Reaction event_answer(Process& process, Request& request);
    void go_on(Thread& thread);
    void resume(Thread& thread, std::uint64_t pc, std::uint64_t sp);
    void abandon(Process& orphan);
    void resume_abandoned();

    // object_calls.cc
    Answer<ObjectNumber> object_of(const Request& request, unsigned i);
    Reaction create_memory_object(Process& process, Request& request);
    Reaction object_info(Request& request);

    // pager_calls.cc
    bool wait_for_page(Thread& thread, Request& request);
    void give_up_page(Thread& thread);
    void tell_pager(Process& pager);
    void break_pages(ObjectNumber number);
    Reaction pager_take(Process& process, Request& request);
    Reaction pager_supply(Process& process, Request& request);
    bool supply_some(Process& process, unsigned& steps);
    Broken audit_page_wait(const Thread& thread);

    // broker_calls.cc
    Reaction offer(Process& process, Request& request);
    bool offer_some(Process& process, unsigned& steps);
    Reaction request_cap(Process& process, Request& request);
    void give_service(ReplyHandle& caller, unsigned service, const Process& client);

    // account_call.cc
    Reaction set_account(Process& process, Request& request);
    Reaction household(Request& request);

    // inspect_call.cc
    Reaction inspect(Process& process, Request& request);

    // audit_call.cc
    Reaction audit(Process& process);
    Broken audit_processes();
    Broken audit_threads();

    // snapshot.cc
    Reaction snapshot(Process& process, Request& request);
    Answer<void> make_list(AddressSpace& space, std::uint64_t bytes);
    void describe_founders(ProcessInfo* lines) const;

    // thread_list.cc
    Reaction thread_list(Process& process, std::uint64_t pid);

    // faults.cc
    Reaction fault(Request& request);
    Reaction crash(Thread& thread, CrashKind kind, Request& request);
    void report(const Process& process, const Thread& thread, CrashKind kind, std::uint64_t address);

    Memory& memory_;
    ObjectStore objects_;  // the first to be asked for memory: some of it may be that of objects that have ended
    SpaceKits kits_;
    ImageStore images_;
    Stores stores_{kits_, images_, objects_};
    Catalogue catalogue_;
    std::uint64_t nineball_bytes_;
    std::uint64_t reserved_bytes_;
    Threads threads_;
    OwnArea pids_;
    ProcessTable<Process, GrowTable> processes_;
    Broker broker_;
    Events<Process, ProcessTable<Process, GrowTable>> events_;
    bool is_resuming_ = false;
    Clock clock_;
    TimerWheel wheel_;
    bool is_timer_set_ = false;
    std::uint64_t timer_time_ = 0;  // when it will signal
    Process* at_work_ = nullptr;    // processes, in a list
    Process** last_at_work_ = &at_work_;
    NextProgram next_program_{};
    Waiter next_balance_{};  // with several harts
    Futex futex_{};
};

}  // namespace glenda::factotum
