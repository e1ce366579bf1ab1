// SPDX-License-Identifier: MIT
// EXEC: another program in the same process, which keeps its number, its parent and its slots.
//
// The new address space is made beside the old one, so whatever fails, the caller has lost nothing. Then, in slices
// (slice.cc), its threads end but for the caller, which moves to the new address space, and the old one ends. At last
// the caller gets registers as if it were the first thread of a child.
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

    NextProgram& next = next_program_;
    if (next.user != nullptr) return ServerError::Again;  // one process at a time
    next.image = *program;
    if (const auto prepared = prepare(next, process, wanted); !prepared) {
        next.space.destroy(memory_);
        next = NextProgram();
        return prepared.error();
    }
    next.user = &process;
    use_up_block(process, wanted);
    events_.leave(process);  // the next program has not asked for any
    (void)caller->tcb.suspend();
    process.set_name(wanted.name());
    process.work = {.kind = WorkKind::Exec, .caller = caller->tid};
    if (begin_work(process)) finish_work(process);
    resume_abandoned();
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

/// The point of no return is behind it. Only a kernel that refuses what it has granted before makes this fail.
bool Factotum::exec_some(Process& process, unsigned& steps) {
    NextProgram& next = next_program_;
    Thread& caller = *threads_.find(process, process.work.caller);
    for (Thread* thread = threads_.first(process); thread != nullptr;) {
        Thread* const other = thread;
        thread = threads_.next(*thread);
        if (other == &caller) continue;
        if (!spend(steps, kStepsOfThread)) return false;
        end_thread(process, *other);
    }
    const auto moved = next.is_old ? Answer<void>() : change_space(process, caller, next);
    const std::uint64_t sp = next.sp;
    if (moved && !drop_program(steps)) return false;
    const auto started = moved ? start_program(process, caller, sp) : moved;
    if (!started) end(process, ExitStatus::crashed(CrashKind::OutOfMemory));
    return started.has_value();
}

/// From now on, the caller and its process have the next address space.
Answer<void> Factotum::change_space(Process& process, Thread& caller, NextProgram& next) {
    std::swap(process.space, next.space);
    next.is_old = true;
    next.space.hand_over(process.space);
    process.image = next.image;
    process.heap_start = process.break_ = next.heap_start;
    return threads_.renew(process, caller, kUtcbArea);
}

/// Frees the address space that is not the process's. False if there is more.
bool Factotum::drop_program(unsigned& steps) {
    if (!next_program_.space.drop_some(memory_, steps)) return false;
    next_program_.space.destroy(memory_);
    if (objects_.has_more()) wind_timer();
    next_program_ = NextProgram();
    return true;
}

Answer<void> Factotum::start_program(Process& process, Thread& caller, std::uint64_t sp) {
    if (!caller.is_first) {
        caller.is_first = true;
        TRY_VOID(process.cspace.copy(kSlotTcb, own_node(), caller.tcb.cptr(), Rights::Write));
    }
    Registers registers;
    registers.pc = process.image->elf.entry();
    registers.sp = sp;
    registers.a0 = kUtcbArea;
    TRY_VOID(caller.tcb.write_registers(registers));
    if (stop_for(caller, {.event = EventKind::Exec})) return {};
    TRY_VOID(caller.tcb.resume());
    return {};
}

}  // namespace glenda::factotum
