// SPDX-License-Identifier: MIT
// The kernel's benchmark. Runs in place of 9Ball: make bench.
#include "abi/boot_info.h"
#include "bench.h"
#include "glenda/environment.h"
#include "glenda/print.h"

namespace glenda::bench {

Bootstrap* bootstrap = nullptr;
CPtr scratch = 0;

void clear_scratch(std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; i++) need(environment().cnode.remove(scratch + i), "delete");
}

void report(const char* name, std::uint64_t total, std::uint64_t n) {
    print("bench {} instructions {}.{:03} {}\n", name, total / n, total % n * 1000 / n, n);
}

void need(const Result<void>& result, const char* what) {
    if (result) return;
    print("bench: {} failed: {}\n", what, name_of(result.error()));
    (void)environment().machine.shutdown();
}

namespace {

const BootInfo& boot_info() { return *reinterpret_cast<const BootInfo*>(kRootBootInfo); }

void run() {
    const BootInfo& info = boot_info();
    Bootstrap memory(environment().cnode, info.empty);
    // The largest Untypeds are enough, and not too many for a Bootstrap.
    for (std::uint64_t i = 0; i < info.untyped_count; i++) {
        if (info.untypeds[i].is_device == 0 && info.untypeds[i].size_bits >= 20)
            memory.add_untyped(Untyped(info.untyped.first + i));
    }
    bootstrap = &memory;
    scratch = need(memory.slots(kScratchSlots), "slots");
    need(environment().tcb.set_priority(kPriority, kMaxPriority), "priority");
    report("boot_to_root", info.root_cycle - info.entry_cycle, 1);
    measure_ipc();
    measure_notifications();
    measure_faults();
    measure_memory();
    measure_capabilities();
    measure_threads();
    print("bench: done\n");
    (void)environment().machine.shutdown();
}

}  // namespace
}  // namespace glenda::bench

int main(int, char**) {
    glenda::bench::run();
    return 0;
}
