// SPDX-License-Identifier: MIT
//
// Which node holds which fact: Devicetree Specification 0.4, chapter 3. Only the children of the root and
// of /cpus and /reserved-memory matter, so most nodes cost two comparisons.

#include "format/fdt_machine.h"

namespace glenda {

using std::unexpected;

std::expected<FdtMachine, ParseError> FdtMachine::survey(const Fdt& tree) {
    FdtMachine machine;
    for (FdtWalk walk{tree}; const auto node = walk.next();)
        if (auto seen = machine.observe(*node); !seen) return unexpected(seen.error());
    if (auto seen = machine.observe_reservations(tree); !seen) return unexpected(seen.error());
    return machine;
}

std::expected<void, ParseError> FdtMachine::observe(const FdtNode& node) {
    if (node.depth() == 1) section_ = enter(node);
    if (node.depth() != 2) return {};
    switch (section_) {
        case Section::Other: return {};
        case Section::Cpus: read_hart(node); return {};
        case Section::ReservedMemory: return read_reserved(node);
    }
    return {};
}

std::expected<void, ParseError> FdtMachine::observe_reservations(const Fdt& tree) {
    for (std::size_t i = 0; i < tree.reservation_count(); ++i)
        if (auto seen = reserve(*tree.reservation(i)); !seen) return seen;
    return {};
}

FdtMachine::Section FdtMachine::enter(const FdtNode& child_of_root) {
    const std::string_view name = child_of_root.base_name();
    if (name == "memory") read_memory(child_of_root);
    if (name == "chosen") read_chosen(child_of_root);
    if (name == "reserved-memory") return Section::ReservedMemory;
    if (name != "cpus") return Section::Other;
    timebase_frequency_ = child_of_root.number("timebase-frequency");
    return Section::Cpus;
}

void FdtMachine::read_memory(const FdtNode& node) {
    if (!node.is_available()) return;
    for (std::size_t i = 0; const auto range = node.reg(i); ++i)
        if (range->size != 0 && !memory_.add(*range)) return;  // less memory than there is does no harm
}

void FdtMachine::read_chosen(const FdtNode& node) {
    bootargs_ = node.string("bootargs");
    stdout_path_ = node.string("stdout-path");
    const auto start = node.number("linux,initrd-start");
    const auto end = node.number("linux,initrd-end");
    if (start && end && *start < *end) initrd_ = FdtRange{*start, *end - *start};
}

void FdtMachine::read_hart(const FdtNode& node) {
    if (node.base_name() != "cpu" || !node.is_available()) return;
    const auto id = node.reg();
    if (!id) return;
    ++hart_count_;
    // Some trees give the clock in each hart. Harts after the eighth are counted, no more.
    if (!timebase_frequency_) timebase_frequency_ = node.number("timebase-frequency");
    (void)harts_.add({id->base, node.string("riscv,isa")});
}

std::expected<void, ParseError> FdtMachine::read_reserved(const FdtNode& node) {
    if (!node.is_available()) return {};
    for (std::size_t i = 0; const auto range = node.reg(i); ++i)
        if (auto seen = reserve(*range); !seen) return seen;
    return {};
}

std::expected<void, ParseError> FdtMachine::reserve(FdtRange range) {
    if (range.size == 0 || reserved_.add(range)) return {};
    return unexpected(ParseError{"more than 16 reserved pieces of memory", 0});
}

}  // namespace glenda
