// SPDX-License-Identifier: MIT
// Dispatches each message by its sender and its method.
#include "factotum.h"

#include "glenda/panic.h"
#include "glenda/slots.h"
#include "memory_start.h"

namespace glenda::factotum {

bool GrowTable::operator()(std::uint64_t bytes) {
    while (usable < bytes) {
        if (!memory->map_own_page(kProcessPlaces + usable)) return false;
        usable += kPageSize;
    }
    return true;
}

Factotum::Factotum(Memory& memory, const FactotumInfo& info, std::uint64_t reserved_bytes)
    : memory_(memory),
      archive_(reinterpret_cast<const std::byte*>(info.initrd_address), info.initrd_size),
      nineball_bytes_(info.nineball_size),
      reserved_bytes_(reserved_bytes),
      processes_(reinterpret_cast<Process*>(kProcessPlaces), memory.slots().process_count(), GrowTable{&memory}) {
    Process* nineball = processes_.create(0);
    Process* self = processes_.create(kNineballPid);
    ASSERT(nineball != nullptr && self != nullptr);
    ASSERT(nineball->badge() == kNineballPid && self->pid == kFactotumPid);
    nineball->set_name("9ball");
    nineball->priority = 250;
    self->set_name("factotum");
    self->priority = 240;
    self->tcb = Tcb(kSlotTcb);
}

Reaction Factotum::handle(Request& request) {
    Process* process = processes_.find_badge(request.badge & ~kFaultBadge);
    if (process == nullptr || process->is_zombie) return ServerError::NoSuchProcess;
    if (request.badge & kFaultBadge) return fault(*process, request);

    switch (FactotumMethod(request.label())) {
        case FactotumMethod::Spawn: return spawn(*process, request);
        case FactotumMethod::Wait: return wait(*process, request);
        case FactotumMethod::Kill: return kill(*process, request);
        case FactotumMethod::Yield: return Reaction::ok();
        case FactotumMethod::GetPid: return MessageWriter(0).word(process->pid);
        case FactotumMethod::GetPpid: return MessageWriter(0).word(process->parent);
        case FactotumMethod::SetExitNotification: return set_exit_notification(*process, request);
        case FactotumMethod::MemoryInfo: return memory_info();
        case FactotumMethod::Exit: return exit(*process, request);
        case FactotumMethod::Sbrk: return sbrk(*process, request);
        case FactotumMethod::Mmap: return map_frame(*process, request);
        case FactotumMethod::Ps: return snapshot(*process);
        case FactotumMethod::CreateObject: return create_object(*process, request);
        case FactotumMethod::DeleteObject: return delete_object(*process, request);
        case FactotumMethod::Fork:
        case FactotumMethod::Munmap:
        case FactotumMethod::ThreadCreate:
        case FactotumMethod::ThreadExit:
        case FactotumMethod::ThreadJoin:
        case FactotumMethod::FutexWait:
        case FactotumMethod::FutexWake:
        case FactotumMethod::Sleep:
        case FactotumMethod::RequestCap: return ServerError::NotSupported;
    }
    return ServerError::BadRequest;
}

}  // namespace glenda::factotum
