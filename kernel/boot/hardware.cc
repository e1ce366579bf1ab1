// SPDX-License-Identifier: MIT
// Walks the device tree, chooses the devices, and reads the kernel's command line; see hardware.h.
//
// FdtMachine sees every node and keeps what any kernel needs. The UART and the PLIC are found separately: there can be
// several of each, and the right PLIC is the one that the chosen UART interrupts.
//
// Invariant: the tree is input from outside. Nothing is read from it past the size that its header gives, and every
// value may be missing.
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
        // All of them, not only the one that the kernel drives: another could interrupt a hart, which then finds no
        // cause. So no PLIC's registers are given away (give_device_memory in root_task.cc).
        if (!hardware.plics.add(node->reg().value_or(FdtRange{})))
            return std::unexpected(ParseError{"more than 8 PLICs", 0});
    }
    if (const auto uart = tree->find_device("ns16550a")) hardware.uart = uart->registers();
    if (const auto plic = tree->find_plic(); plic && plic->reg()) {
        hardware.plic = *plic->reg();
        hardware.plic_sources =
            static_cast<unsigned>(std::min<std::uint64_t>(plic->number("riscv,ndev").value_or(0), kMaxPlicSources));
        hardware.plic_contexts = plic->property("interrupts-extended");
    }
    return hardware;
}

/// `interrupts-extended` of a PLIC has one entry per context: which hart it interrupts, and with which cause. On two
/// harts:
///
///   context   0        1        2        3
///   entry     <&h0 11  &h0 9    &h1 11   &h1 9>      9: external interrupt to S-mode, 11: to M-mode
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

// Words are separated by spaces. The first word that matches wins.
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
