// SPDX-License-Identifier: MIT
// Dispatches each message by its sender and its method.
#include "factotum.h"

#include "glenda/panic.h"
#include "glenda/slots.h"
#include "tasks/number_entries.h"

namespace glenda::factotum {

Factotum::Factotum(Memory& memory, const TableAddresses& tables, const FactotumInfo& info, std::uint64_t reserved_bytes,
                   ReplyPool& replies, Clock clock)
    : memory_(memory),
      objects_(memory, tables.objects),
      kits_(memory),
      images_(memory, tables.clusters, tables.images),
      catalogue_(memory, images_,
                 {reinterpret_cast<const std::byte*>(info.initrd_address), std::size_t(info.initrd_size)},
                 tables.files),
      nineball_bytes_(info.nineball_size),
      reserved_bytes_(reserved_bytes),
      threads_(memory, tables, replies, unsigned(info.hart_count)),
      pids_(memory, tables.process_numbers),
      processes_(reinterpret_cast<Process*>(tables.processes), number_entries(pids_, memory.slots().process_count()),
                 memory.slots().process_count(), GrowTable{{memory, tables.processes}}),
      broker_(memory),
      events_(processes_),
      clock_(clock),
      wheel_(clock.now()) {
    Process* nineball = processes_.create(nullptr);
    Process* self = processes_.create(nineball);
    ASSERT(nineball != nullptr && self != nullptr);
    ASSERT(nineball->badge() == kNineballPid && self->pid == kFactotumPid);
    nineball->set_name("9ball");
    nineball->schedule.priority = 250;
    nineball->grants = Grants::All;
    nineball->account = Accounts::kRoot;
    self->set_name("factotum");
    self->schedule.priority = 240;
    const bool has_threads =
        threads_.adopt(*nineball, Tcb()) != nullptr && threads_.adopt(*self, Tcb(kSlotTcb)) != nullptr;
    ASSERT(has_threads);
    if (info.hart_count > 1) wheel_.add(next_balance_, clock_.now() + Threads::kBalancePeriod);
    wind_timer();
}

Reaction Factotum::handle(Request& request) {
    if (request.badge & (kFaultBadge | kObjectBadge))
        return request.badge & kFaultBadge ? fault(request) : ServerError::NoSuchProcess;
    Process* process = processes_.find_badge(request.badge);
    if (process == nullptr) return ServerError::NoSuchProcess;
    if (process->is_at_work()) [[unlikely]]
        return process->has_ended ? ServerError::NoSuchProcess : ServerError::Again;

    switch (FactotumMethod(request.label())) {
        case FactotumMethod::Spawn: return spawn(*process, request);
        case FactotumMethod::Wait: return wait(*process, request);
        case FactotumMethod::Kill: return kill(*process, request);
        case FactotumMethod::Yield: return Reaction::ok();
        case FactotumMethod::GetPid: return Reaction::ok(process->pid);
        case FactotumMethod::GetPpid: return Reaction::ok(process->parent);
        case FactotumMethod::SetExitNotification: return set_exit_notification(*process, request);
        case FactotumMethod::MemoryInfo: return memory_info();
        case FactotumMethod::Exit: return exit(*process, request);
        case FactotumMethod::Sbrk: return sbrk(*process, request);
        case FactotumMethod::Mmap: return map(*process, request);
        case FactotumMethod::Munmap: return unmap(*process, request);
        case FactotumMethod::Mprotect: return protect(*process, request);
        case FactotumMethod::Ps: return snapshot(*process, request);
        case FactotumMethod::CreateObject: return create_object(*process, request);
        case FactotumMethod::DeleteObject: return delete_object(*process, request);
        case FactotumMethod::ObjectCreate: return create_memory_object(*process, request);
        case FactotumMethod::ObjectInfo: return object_info(request);
        case FactotumMethod::SetSched: return set_sched(*process, request);
        case FactotumMethod::RequestCap: return request_cap(*process, request);
        case FactotumMethod::Offer: return offer(*process, request);
        case FactotumMethod::EventTake: return event_take(*process, request);
        case FactotumMethod::EventAnswer: return event_answer(*process, request);
        case FactotumMethod::PagerTake: return pager_take(*process, request);
        case FactotumMethod::PagerSupply: return pager_supply(*process, request);
        case FactotumMethod::SetAccount: return set_account(*process, request);
        case FactotumMethod::Household: return household(request);
        case FactotumMethod::Inspect: return inspect(*process, request);
        case FactotumMethod::Audit: return audit(*process);
        case FactotumMethod::ThreadCreate: return thread_create(*process, request);
        case FactotumMethod::ThreadExit: return thread_exit(*process, request);
        case FactotumMethod::ThreadJoin: return thread_join(*process, request);
        case FactotumMethod::FutexWait: return futex_wait(*process, request);
        case FactotumMethod::FutexWake: return futex_wake(*process, request);
        case FactotumMethod::Sleep: return sleep(*process, request);
        case FactotumMethod::Fork: return fork(*process, request);
        case FactotumMethod::Exec: return exec(*process, request);
    }
    return ServerError::BadRequest;
}

}  // namespace glenda::factotum
