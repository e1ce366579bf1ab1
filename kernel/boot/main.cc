// SPDX-License-Identifier: MIT
// Boot: from OpenSBI's jump to the first instruction of the root task.
//
//   boot hart:    _start -> kernel_main -> survey, tables, other harts, root task -> enter_first -> resume_user
//   other harts:  secondary_start -> secondary_main -------------------------------> enter_first -> resume_user
//
// boot.S has cleared .bss, turned translation on and set the stack. Invariant: the boot hart alone builds the system. A
// further hart only prints that it is up, while the boot hart waits for it, and then sleeps in enter_first(), because
// its ready queue is empty. Handout: reference/kernel-design.md, "Boot".
#include "arch/memory_map.h"
#include "arch/trap.h"
#include "arch/uart.h"
#include "boot/kernel_space.h"
#include "boot/root_task.h"
#include "boot/survey.h"
#include "call/switches.h"
#include "debug/print.h"
#include "entry/entry.h"
#include "mem/mapping.h"
#include "sched/schedule.h"

namespace glenda {

/// A hart's stack lies right below its Hart and grows down: boot.S sets sp to the address of the Hart, trap.S loads it
/// from the Tcb. An overflow would reach the Hart of the hart before, so functions keep their frames small.
struct HartBlock {
    std::byte stack[HART_STACK_SIZE];
    Hart hart;
};
static_assert(offsetof(HartBlock, hart) == HART_STACK_SIZE);

extern "C" {
constinit HartBlock hart_blocks[kMaxHarts] = {};
[[noreturn]] void kernel_main(std::uint64_t hart_id, std::uint64_t device_tree, std::uint64_t entry_cycle);
[[noreturn]] void secondary_main(Hart& hart);
[[noreturn]] void resume_user(Tcb& tcb);
}

/// How boot.S finds the Hart of a further hart. It does not change while a hart is starting.
extern "C" {
constinit Hart* hart_being_started = nullptr;
}

namespace {

// Each hart adds itself when it is ready. The boot hart waits for it, and so starts the next one only then.
constinit unsigned harts_online = 0;

void add_hart(std::uint64_t hardware_id) {
    Hart& hart = hart_blocks[hart_count].hart;
    hart.index = hart_count;
    hart.hardware = hardware_id;
    init_hart(hart);
    harts[hart_count++] = &hart;
}

/// The hart that executes this is ready. Release: who sees the number sees all that this hart wrote before.
void note_online(const Hart& hart) {
    print("kernel: hart ", hart.hardware, " is up\n");
    __atomic_fetch_add(&harts_online, 1, __ATOMIC_RELEASE);
}

/// Starts the other harts one at a time, so that their messages do not mix and one variable can tell each its Hart.
/// A hart that does not start is left out, and its Hart is used for the next one.
void start_other_harts(const FdtMachine& machine) {
    if (machine.hart_count() > kMaxHarts)
        print("kernel: of ", machine.hart_count(), " harts only ", kMaxHarts, " are used\n");
    for (const FdtHart& found : machine.harts()) {
        if (found.id == harts[0]->hardware) continue;
        if (hart_count == kMaxHarts) break;
        add_hart(found.id);
        Hart& hart = *harts[hart_count - 1];
        const unsigned expected = harts_online + 1;
        __atomic_store_n(&hart_being_started, &hart, __ATOMIC_RELEASE);
        if (!arch::start_hart(found.id)) {
            print("kernel: hart ", found.id, " does not start\n");
            hart_count--;
            continue;
        }
        while (__atomic_load_n(&harts_online, __ATOMIC_ACQUIRE) != expected) {
        }
    }
}

/// Returns the switch `key` of the command line, or `usual` if it is missing or neither "on" nor "off".
bool is_switched_on(const FdtMachine& machine, std::string_view key, bool usual) {
    const std::string_view value = option(machine.bootargs(), key);
    if (value == "on" || value == "off") return value == "on";
    if (!value.empty()) print("kernel: ", key, "=", value, " is ignored: it can be on or off\n");
    return usual;
}

}  // namespace

void kernel_main(std::uint64_t hart_id, std::uint64_t device_tree, std::uint64_t entry_cycle) {
    const Hardware hardware = survey_hardware({device_tree});
    kernel_root = build_kernel_space(end_of_memory(hardware.machine));
    kernel_satp = satp_of(to_physical(kernel_root), 0);
    if (const auto uart = hardware.uart) arch::use_uart({uart->base}, uart->shift, uart->width);
    print("\nGlenda: a capability microkernel for RISC-V 64\n");

    set_fast_path(is_switched_on(hardware.machine, "fastpath", true));
    set_trace(is_switched_on(hardware.machine, "trace", false));
    detect_features(hardware.machine);
    tick_length = *hardware.machine.timebase_frequency() / kTicksPerSecond;
    add_hart(hart_id);
    arch::prepare_hart();
    note_online(*harts[0]);
    start_other_harts(hardware.machine);
    start_plic(hardware, hart_id);  // last: the firmware that starts a hart resets what the PLIC knows of it

    report_unreachable_memory(hardware.machine);
    FreeMemory memory = find_free_memory(hardware);
    start_root_task(*harts[0], hardware, memory, entry_cycle);
    resume_user(enter_first(*harts[0]));
}

void secondary_main(Hart& hart) {
    arch::set_address_space(kernel_satp);
    arch::flush_space(0, 0);
    arch::prepare_hart();
    note_online(hart);
    resume_user(enter_first(hart));
}

}  // namespace glenda
