// SPDX-License-Identifier: MIT
// The walk through the device tree, and the kernel's command line. See hardware.h.
//
// Each node is shown to FdtMachine, which knows what every kernel needs, and then looked at for a UART and an interrupt
// controller. The first UART is taken.
#include "boot/hardware.h"

#include "arch/layout.h"

namespace glenda {

std::expected<Hardware, ParseError> Hardware::survey(PhysAddr address) {
    const auto* bytes = to_pointer<const std::byte>(address);
    const auto size = Fdt::size_from_header({bytes, Fdt::kHeaderSize});
    if (!size) return std::unexpected(size.error());
    const auto tree = Fdt::parse({bytes, *size});
    if (!tree) return std::unexpected(tree.error());

    Hardware hardware;
    hardware.tree = {bytes, *size};
    if (auto seen = hardware.machine.observe_reservations(*tree); !seen) return std::unexpected(seen.error());
    for (FdtWalk walk{*tree}; auto node = walk.next();) {
        if (auto seen = hardware.machine.observe(*node); !seen) return std::unexpected(seen.error());
        const std::string_view name = node->base_name();
        if (hardware.uart.size == 0 && (name == "uart" || name == "serial") && node->is_compatible("ns16550a"))
            hardware.uart = node->reg().value_or(FdtRange{});
        const bool may_be_plic = name == "plic" || name == "interrupt-controller";
        if (may_be_plic && (node->is_compatible("riscv,plic0") || node->is_compatible("sifive,plic-1.0.0"))) {
            hardware.plic = node->reg().value_or(FdtRange{});
            hardware.plic_sources = node->number("riscv,ndev").value_or(0);
        }
    }
    return hardware;
}

std::string_view option(std::string_view command_line, std::string_view key) {
    while (!command_line.empty()) {
        std::string_view word = command_line;
        word.remove_suffix(word.size() - std::min(word.find(' '), word.size()));
        command_line.remove_prefix(std::min(word.size() + 1, command_line.size()));
        if (!word.starts_with(key) || word.size() == key.size() || word[key.size()] != '=') continue;
        word.remove_prefix(key.size() + 1);
        return word;
    }
    return {};
}

}  // namespace glenda
