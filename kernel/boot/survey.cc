// SPDX-License-Identifier: MIT
// What the machine has, and what of it is free; see survey.h.
//
// Everything here comes from the device tree and from the linker's symbols. What is in use already (the firmware, the
// kernel, the initrd, the device tree itself) is taken out of the memory first, so nothing below asks again.
#include "boot/survey.h"

#include <algorithm>

#include "abi/object.h"
#include "arch/features.h"
#include "arch/layout.h"
#include "arch/plic.h"
#include "boot/kernel_space.h"
#include "debug/print.h"

namespace glenda {

namespace {

/// Returns true if an ISA name such as "rv64imafdc_zicsr" has the letter D, or G, which includes it. An unnamed ISA is
/// taken to have it.
bool has_floating_point(std::string_view isa) {
    const std::string_view letters = isa.substr(0, isa.find('_'));
    return isa.empty() || letters.find_first_of("dg") != std::string_view::npos;
}

}  // namespace

Hardware survey_hardware(PhysAddr device_tree) {
    reach_at_boot(device_tree);
    const auto hardware = Hardware::survey(device_tree);
    if (!hardware) refuse_to_boot("device tree", "", hardware.error().what);
    if (hardware->machine.memory().empty()) refuse_to_boot("device tree", "", "it names no memory");
    if (!hardware->machine.timebase_frequency()) refuse_to_boot("device tree", "", "it names no timebase-frequency");
    return *hardware;
}

PhysAddr end_of_memory(const FdtMachine& machine) {
    std::uint64_t end = 0;
    for (const FdtRange& bank : machine.memory()) end = std::max(end, bank.base + bank.size);
    return {end};
}

void report_unreachable_memory(const FdtMachine& machine) {
    std::uint64_t bytes = 0;
    for (const FdtRange& bank : machine.memory())
        bytes += bank.base + bank.size - std::clamp(kDirectMapSize, bank.base, bank.base + bank.size);
    if (bytes == 0) return;
    print("kernel: ", bytes / kMiB, " MiB lie beyond the first ", kDirectMapSize / kGiB,
          " GiB of addresses: not used\n");
}

FreeMemory find_free_memory(const Hardware& hardware) {
    FreeMemory memory;
    for (const FdtRange& bank : hardware.machine.memory()) memory.add({{bank.base}, {bank.base + bank.size}});
    memory.remove({{kDirectMapSize}, {~std::uint64_t{0}}});
    for (const FdtRange& range : hardware.machine.reserved()) memory.remove({{range.base}, {range.base + range.size}});
    const ImageRange image = kernel_image();
    memory.remove({{align_down(image.begin.value - 1, bit(kLargeFrameBits))}, image.end});  // the firmware lies below
    const PhysAddr tree = to_physical(hardware.tree.data());
    memory.remove({{align_down(tree.value, kPageSize)}, {align_up(tree.value + hardware.tree.size(), kPageSize)}});
    if (const auto initrd = hardware.machine.initrd()) {
        constexpr std::uint64_t kLargePage = bit(kLargeFrameBits);
        memory.remove({{align_down(initrd->base, kLargePage)}, {align_up(initrd->base + initrd->size, kLargePage)}});
    }
    return memory;
}

void detect_features(const FdtMachine& machine) {
    bool sstc = !machine.harts().empty(), fpu = true;
    for (const FdtHart& hart : machine.harts()) {
        sstc = sstc && hart.isa.find("_sstc") != std::string_view::npos;
        fpu = fpu && has_floating_point(hart.isa);
    }
    arch::features = {.sstc = sstc, .fpu = fpu};
}

void start_plic(const Hardware& hardware, std::uint64_t boot_hart) {
    if (const auto context = hardware.plic_context(boot_hart))
        arch::plic_start({hardware.plic.base}, *context, hardware.plic_sources);
    else
        print("kernel: no device can interrupt: there is no PLIC for these harts (and an AIA is not supported)\n");
}

void refuse_to_boot(std::string_view what, std::string_view where, std::string_view why) {
    print("kernel: cannot start: ", what, where.empty() ? "" : " ", where, ": ", why, "\n");
    arch::shutdown();
}

}  // namespace glenda
