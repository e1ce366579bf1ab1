// SPDX-License-Identifier: MIT
// See threads.h.
#include "tasks/threads.h"

#include <utility>

#include "tasks/number_entries.h"

namespace glenda::factotum {

Threads::Threads(Memory& memory, const TableAddresses& tables, ReplyPool& pool, unsigned harts)
    : memory_(memory),
      replies_(memory, pool),
      placement_(harts),
      numbers_(memory, tables.thread_numbers),
      table_(reinterpret_cast<Thread*>(tables.threads), number_entries(numbers_, memory.slots().thread_count()),
             memory.slots().thread_count(), memory.slots().thread_count() - memory.slots().process_count(),
             GrowTable{{memory, tables.threads}}) {}

Answer<Thread*> Threads::create(Process& process, std::uint64_t utcb_address) {
    CHECK(replies_.reach(table_.count() + 2), ServerError::OutOfMemory);
    if (utcb_address == 0) {
        TRY(made, make_utcb(process));
        utcb_address = made;
    }
    Thread* const thread = table_.create(process.threads, process.place);
    if (thread == nullptr) {
        give_utcb(process, utcb_address);
        return Refusal(ServerError::TooMany);
    }
    process.running++;
    thread->is_first = process.threads.count == 1;
    thread->utcb_address = utcb_address;
    if (const auto built = build(process, *thread); !built) {
        stop(process, *thread);
        release(process, *thread);
        return Refusal(built.error());
    }
    return thread;
}

Answer<void> Threads::build(Process& process, Thread& thread) {
    // lab 5.4a {
    TRY(utcb, process.space.page_to_read(memory_, thread.utcb_address));
    reinterpret_cast<Utcb*>(memory_.window(utcb))->user[kUtcbTid] = thread.tid;
    const CPtr slot = memory_.slots().tcb(thread.place);
    const auto charge = [&](Pages pages) { return process.space.charge(memory_, pages).has_value(); };
    TRY(page, process.belongings.make_at(memory_, CapType::Tcb, slot, charge));
    thread.tcb = Tcb(slot);
    thread.tcb_page = page;
    return set_up(process, thread, utcb);
    // lab 5.4a }
}

/// Takes the spare UTCB, or makes a region for a new one.
Answer<std::uint64_t> Threads::make_utcb(Process& process) {
    if (process.spare_utcb != 0) return std::exchange(process.spare_utcb, 0);
    const auto gap = process.space.regions().find_gap(kPageSize, kUtcbArea, kUtcbAreaEnd - kPageSize);
    CHECK(gap, ServerError::TooMany);
    const Region region{
        .start = *gap, .end = *gap + kPageSize, .rights = MapFlags::ReadWrite, .kind = RegionKind::Utcb};
    TRY_VOID(process.space.map(memory_, region));
    return *gap;
}

/// Gives the Tcb what it needs to run. Its fault handler is Factotum's endpoint with a badge of its own; the Tcb keeps
/// a copy, so the slot is empty again.
Answer<void> Threads::set_up(Process& process, Thread& thread, PageNumber utcb) {
    // lab 5.4b {
    const CNode own(kSlotCNode);
    const CPtr handler = memory_.slots().run(process.place, kRunFaultHandler);
    TRY_VOID(own.mint(handler, own, kFactotumEndpoint, Rights::Write | Rights::Grant, thread.fault_badge()));
    const auto configured = thread.tcb.configure({.cspace = process.cspace,
                                                  .vspace = VSpace(process.space.vspace()),
                                                  .utcb_frame = Frame(memory_.slots().product(utcb)),
                                                  .utcb_address = thread.utcb_address,
                                                  .fault_handler = Endpoint(handler)});
    TRY_VOID(memory_.kernel().remove(handler));
    if (!configured) return Refusal(configured.error());
    TRY_VOID(thread.tcb.set_name(process.name_view()));
    return place(process, thread);
    // lab 5.4b }
}

/// Chooses the thread's hart, and gives it its urgency. A new Tcb is on hart 0; with EXEC, the thread has been running.
Answer<void> Threads::place(const Process& process, Thread& thread) {
    const Schedule& schedule = process.schedule;
    const std::uint8_t before = thread.hart;
    set_busy(thread, false);
    TRY_VOID(thread.tcb.set_priority(schedule.priority, schedule.priority));
    if (schedule.slice != Schedule::kSlice) TRY_VOID(thread.tcb.set_time_slice(schedule.slice));
    thread.is_movable = !schedule.is_system();
    if (thread.is_movable) thread.hart = std::uint8_t(placement_.least_loaded());
    if (thread.hart != before) TRY_VOID(thread.tcb.set_affinity(thread.hart));
    return {};
}

Answer<void> Threads::renew(Process& process, Thread& thread, std::uint64_t utcb_address) {
    thread.utcb_address = utcb_address;
    process.spare_utcb = 0;
    TRY(utcb, process.space.page_to_read(memory_, utcb_address));
    reinterpret_cast<Utcb*>(memory_.window(utcb))->user[kUtcbTid] = thread.tid;
    return set_up(process, thread, utcb);
}

Thread* Threads::adopt(Process& process, Tcb tcb) {
    if (!replies_.reach(table_.count() + 2)) return nullptr;
    Thread* const thread = table_.create(process.threads, process.place);
    if (thread == nullptr) return nullptr;
    process.running++;
    thread->tcb = tcb;
    return thread;
}

Answer<void> Threads::start(const Thread& thread, const Registers& registers) {
    constexpr unsigned kUpToA1 = 12;
    TRY_VOID(thread.tcb.write_registers(registers, kUpToA1));
    TRY_VOID(thread.tcb.resume());
    return {};
}

void Threads::stop(Process& process, Thread& thread) {
    thread.has_ended = true;
    process.running--;
    set_busy(thread, false);
    if (!thread.tcb) return;
    if (thread.is_first) (void)memory_.kernel().revoke(thread.tcb.cptr());
    const auto freed = process.belongings.remove_at(memory_, thread.tcb.cptr(), thread.tcb_page);
    if (freed) process.space.uncharge(memory_, *freed);
    thread.tcb = Tcb();
}

void Threads::release(Process& process, Thread& thread) {
    give_utcb(process, thread.utcb_address);
    table_.release(process.threads, thread);
}

/// Keeps one UTCB for the next thread, which shall not be given capabilities where this one wanted them.
void Threads::give_utcb(Process& process, std::uint64_t address) {
    const auto page = process.space.page_to_read(memory_, address);
    if (process.spare_utcb == 0 && page) {
        reinterpret_cast<Utcb*>(memory_.window(*page))->receive_count = 0;
        process.spare_utcb = address;
    } else {
        (void)process.space.unmap(memory_, address, address + kPageSize);
    }
}

void Threads::drop(Process& process, Thread& thread) {
    if (!thread.has_ended) stop(process, thread);
    table_.release(process.threads, thread);
}

void Threads::release_all(Process& process) {
    while (Thread* const thread = first(process)) {
        set_busy(*thread, false);
        table_.release(process.threads, *thread);
    }
    process.running = 0;
}

Thread& Threads::find_or_first(const Process& process, std::uint64_t tid) {
    Thread* const thread = find(process, tid);
    return thread != nullptr && !thread->has_ended ? *thread : *find(process, 0);
}

Thread* Threads::find(const Process& process, std::uint64_t tid) {
    if (tid != 0) {
        Thread* const thread = table_.find_tid(tid);
        return thread != nullptr && thread->process == process.place ? thread : nullptr;
    }
    Thread* thread = first(process);
    while (thread != nullptr && thread->has_ended) thread = next(*thread);
    return thread;
}

}  // namespace glenda::factotum
