// SPDX-License-Identifier: MIT
// The walk through the device tree, the choice of devices, and the kernel's command line. See hardware.h.
//
// Each node is shown to FdtMachine, which knows what every kernel needs. Then the UART is looked for, and the PLIC that
// it interrupts: there may be several of both.
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
    if (const ParseError error = hardware.machine.observe_reservations(*tree)) return std::unexpected(error);
    for (FdtWalk walk{*tree}; auto node = walk.next();) {
        if (const ParseError error = hardware.machine.observe(*node)) return std::unexpected(error);
        if (!Fdt::is_plic(*node)) continue;
        // Also those that it does not drive: they could interrupt a hart that asks another one for the reason.
        if (!hardware.plics.add(node->reg().value_or(FdtRange{})))
            return std::unexpected(ParseError{"more than 8 PLICs", 0});
    }
    if (const auto uart = tree->find_device("ns16550a")) hardware.uart = uart->registers();
    if (const auto plic = tree->find_plic()) {
        hardware.plic = plic->reg().value_or(FdtRange{});
        hardware.plic_sources =
            static_cast<unsigned>(std::min<std::uint64_t>(plic->number("riscv,ndev").value_or(0), kMaxPlicSources));
        hardware.plic_contexts = plic->property("interrupts-extended");
    }
    return hardware;
}

/// `interrupts-extended` of a PLIC has an entry for each context: which hart it interrupts, and with what.
std::optional<unsigned> Hardware::plic_context(std::uint64_t hart) const {
    constexpr unsigned kSupervisorExternal = 9;
    std::optional<unsigned> found;
    for (unsigned i = 0; plic_contexts && plic_contexts->cell(2 * i + 1); i++) {
        if (plic_contexts->cell(2 * i + 1) != kSupervisorExternal) continue;
        for (const FdtHart& each : machine.harts()) {
            const bool is_reached = plic_contexts->cell(2 * i) == each.interrupts;
            if (is_reached && (!found || each.id == hart)) found = i;
        }
    }
    return found;
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
