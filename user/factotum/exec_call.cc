// SPDX-License-Identifier: MIT
// EXEC: another program in the same process, which keeps its number, its parent and its slots.
//
// The new address space is made beside the old one, so whatever fails, the caller has lost nothing. Then its threads
// end but for the caller, which gets the new address space, and registers as if it were the first thread of a child.
#include "factotum.h"

namespace glenda::factotum {

Reaction Factotum::exec(Process& process, Request& request) {
    SpawnRequest wanted;
    if (process.is_founder()) return ServerError::PermissionDenied;
    if (const auto decoded = wanted.decode(request); !decoded) return decoded.error();
    constexpr SpawnFlags kKnown = SpawnFlags::Environment | SpawnFlags::Block;
    const bool is_plain = (wanted.flags | kKnown) == kKnown && request.caps() == wanted.first_cap();
    if (!is_plain || wanted.priority != 0) return ServerError::BadRequest;
    Thread* const caller = threads_.find(process, wanted.tid);
    if (caller == nullptr || caller->has_ended) return ServerError::BadRequest;
    const auto program = catalogue_.find(wanted.file);
    if (!program) return refusal(wanted.file, program.error());

    NextProgram next{.image = *program};
    if (const auto prepared = prepare(next, process, wanted); !prepared) {
        next.space.destroy(memory_);
        return prepared.error();
    }
    use_up_block(process, wanted);
    if (!change_program(process, *caller, next, wanted.name()))
        end(process, ExitStatus::crashed(CrashKind::OutOfMemory));
    return Reaction::later();  // nobody waits for a reply any more
}

/// All that can fail.
Answer<void> Factotum::prepare(NextProgram& next, const Process& process, const SpawnRequest& request) {
    if (!next.space.create(memory_, stores_, process.account)) return Refusal(ServerError::OutOfMemory);
    TRY(heap_start, lay_out(next.space, *next.image));
    next.heap_start = heap_start;
    TRY(sp, write_stack(next.space, request));
    next.sp = sp;
    const Region utcb{
        .start = kUtcbArea, .end = kUtcbArea + kPageSize, .rights = MapFlags::ReadWrite, .kind = RegionKind::Utcb};
    TRY_VOID(next.space.map(memory_, utcb));
    TRY_VOID(next.space.populate(memory_, utcb, kUtcbArea, Access::Write));
    return {};
}

/// The point of no return. Only a kernel that refuses what it has granted before makes this fail.
Answer<void> Factotum::change_program(Process& process, Thread& caller, NextProgram& next, std::string_view name) {
    TRY_VOID(caller.tcb.suspend());
    for (Thread* thread = threads_.first(process); thread != nullptr;) {
        Thread* const other = thread;
        thread = threads_.next(*thread);
        if (other == &caller) continue;
        end_thread(process, *other);
    }
    abandon_events(process);  // the next program has not asked for any
    AddressSpace old = process.space;
    process.space = next.space;
    old.hand_over(process.space);
    process.image = next.image;
    process.heap_start = process.break_ = next.heap_start;
    process.set_name(name);
    const auto moved = threads_.renew(process, caller, kUtcbArea);
    old.destroy(memory_);
    if (objects_.has_more()) wind_timer();
    TRY_VOID(moved);
    if (!caller.is_first) {
        caller.is_first = true;
        TRY_VOID(process.cspace.copy(kSlotTcb, own_node(), caller.tcb.cptr(), Rights::Write));
    }
    Registers registers;
    registers.pc = next.image->elf.entry();
    registers.sp = next.sp;
    registers.a0 = kUtcbArea;
    TRY_VOID(caller.tcb.write_registers(registers));
    if (stop_for(caller, {.event = EventKind::Exec})) return {};
    TRY_VOID(caller.tcb.resume());
    return {};
}

}  // namespace glenda::factotum
