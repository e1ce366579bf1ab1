// SPDX-License-Identifier: MIT
// Prints the boot information that the root task gets. grade/tests/test_boot.py compares it with the machine it
// started. Shows B1.
#include "common/ktest.h"
#include "glenda/print.h"

int main(int, char**) {
    using namespace glenda;
    using namespace glenda::ktest;
    const BootInfo& info = boot_info();
    std::uint64_t sums[2] = {};
    for (std::uint64_t i = 0; i < info.untyped_count; i++) {
        const UntypedDescription& each = info.untypeds[i];
        sums[each.is_device] += bit(each.size_bits);
        const Untyped untyped(info.untyped.first + i);
        const Untyped::Info told = need(untyped.info());
        if (told.address != each.address || told.size_bits != each.size_bits || told.is_device != (each.is_device != 0))
            print("untyped {} is not as described\n", i);
        print("untyped {:#x} {} {}\n", each.address, each.size_bits, each.is_device);
    }
    print("magic {}\n", info.magic == kBootInfoMagic ? "good" : "bad");
    print("timebase {}\nram_base {:#x}\nram_size {}\n", info.timebase, info.ram_base, info.ram_size);
    print("kernel_size {}\nharts {}\nboot_hart {}\n", info.kernel_size, info.hart_count, info.boot_hart);
    print("untyped_ram {}\nuntyped_device {}\n", sums[0], sums[1]);
    print("initrd_size {}\ninitrd_magic {}\n", info.initrd_size,
          std::string_view(reinterpret_cast<const char*>(info.initrd_address), 6));
    print("dtb_magic {:#x}\n", *reinterpret_cast<const std::uint32_t*>(info.dtb_address));
    print("command_line {}\n", std::string_view(info.command_line));
    print("empty_slots {}\n", info.empty.end - info.empty.first);
    print("ktest: boot facts end\n");
    return 0;
}
