// SPDX-License-Identifier: MIT
// The scan of the table, and the switch; see schedule.h.
#include "schedule.h"

#include "interrupts.h"
#include "mem/address_spaces.h"
#include "sched/clock.h"
#include "sched/schedule.h"

namespace glenda {

namespace {

/// Returns the next process behind `last` that is ready, at last itself. Null if there is none.
Process* find_ready(const Process& last) {
    const unsigned index = static_cast<unsigned>(&last - process_table);
    for (unsigned i = 1; i <= kMaxProcesses; i++) {
        Process& process = process_table[(index + i) % kMaxProcesses];
        if (process.state == ProcessState::Ready) return &process;
    }
    return nullptr;
}

/// Sleeps until an interrupt comes, and handles it. While nobody runs there are no ticks.
void idle(Hart& hart) {
    hart.next_tick = kNever;
    set_next_interrupt(hart);
    arch::wait_for_interrupt();
    handle_interrupts(hart);
}

}  // namespace

// All processes have address space identifier 0, so what the hart has cached of the last one must go.
void use_space(const Process& process) {
    arch::set_address_space(satp_of(process.root_pt_pa, 0));
    arch::flush_space(0, 0);
}

Process& choose(Process& last) {
    Hart& hart = *last.hart;
    if (last.state == ProcessState::Ready && arch::now() < hart.next_tick) return last;
    Process* next = find_ready(last);
    while (next == nullptr) {
        idle(hart);
        next = find_ready(last);
    }
    hart.next_tick = arch::now() + kDefaultSlice * tick_length;
    set_next_interrupt(hart);
    use_space(*next);
    return *next;
}

void end_turn(Process& process) { process.hart->next_tick = arch::now(); }

}  // namespace glenda
