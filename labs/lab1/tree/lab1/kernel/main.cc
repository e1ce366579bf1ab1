// SPDX-License-Identifier: MIT
// Boot: from OpenSBI's jump to the first instruction of the first process.
//
// boot.S has cleared .bss, turned translation on and set the stack. Lab 1 uses one hart, the one that boots.
#include "arch/memory_map.h"
#include "arch/trap.h"
#include "arch/uart.h"
#include "boot/kernel_space.h"
#include "boot/survey.h"
#include "console.h"
#include "debug/print.h"
#include "initrd.h"
#include "mem/address_spaces.h"
#include "memory.h"
#include "process.h"
#include "sched/schedule.h"
#include "schedule.h"
#include "selftest.h"
#include "syscalls.h"

namespace glenda {

/// A hart's stack lies right below its Hart and grows down: boot.S sets sp to the address of the Hart, trap.S loads it
/// from the Process.
struct HartBlock {
    std::byte stack[HART_STACK_SIZE];
    Hart hart;
};
static_assert(offsetof(HartBlock, hart) == HART_STACK_SIZE);

extern "C" {
constinit HartBlock hart_blocks[1] = {};
constinit Hart* hart_being_started = nullptr;  // for boot.S: none ever is
[[noreturn]] void kernel_main(std::uint64_t hart_id, std::uint64_t device_tree);
[[noreturn]] void secondary_main();
[[noreturn]] void resume_user(Process& process);
}

namespace {

Hart& add_hart(std::uint64_t hardware_id) {
    Hart& hart = hart_blocks[0].hart;
    hart.hardware = hardware_id;
    init_hart(hart);
    harts[hart_count++] = &hart;
    return hart;
}

/// All memory, from the first bank to the end of the last.
PhysRange span_of_memory(const FdtMachine& machine) {
    PhysRange span{{machine.memory().front().base}, end_of_memory(machine)};
    for (const FdtRange& bank : machine.memory()) span.begin = std::min(span.begin, PhysAddr{bank.base});
    return span;
}

/// The kernel's command line: root=bin/NAME is the first program, processes=off forbids fork and exec, selftest=1.1
/// tests the parts of an exercise and ends.
Process& start(std::string_view command_line) {
    run_selftest(command_line);
    allow_processes(option(command_line, "processes") != "off");
    const std::string_view root = option(command_line, "root");
    return start_first_process(root.empty() ? "bin/sh" : root, command_line);
}

}  // namespace

void kernel_main(std::uint64_t hart_id, std::uint64_t device_tree) {
    const Hardware hardware = survey_hardware({device_tree});
    kernel_root = build_kernel_space(end_of_memory(hardware.machine));
    kernel_satp = satp_of(to_physical(kernel_root), 0);
    if (const auto uart = hardware.uart) arch::use_uart({uart->base}, uart->shift, uart->width);
    print("\nGlenda: lab 1, from process to thread\n");

    detect_features(hardware.machine);
    tick_length = *hardware.machine.timebase_frequency() / kTicksPerSecond;
    Hart& hart = add_hart(hart_id);
    start_plic(hardware, hart_id);
    arch::prepare_hart();
    print("kernel: hart ", hart.hardware, " is up\n");

    FreeMemory memory = find_free_memory(hardware);
    take_memory(memory, span_of_memory(hardware.machine));
    use_initrd(hardware);
    start_console(hardware);
    Process& first = start(hardware.machine.bootargs());
    end_turn(first);  // it has none yet: choose() gives it one
    resume_user(choose(first));
}

/// No other hart is ever started. boot.S needs the name.
void secondary_main() { arch::halt(); }

}  // namespace glenda
