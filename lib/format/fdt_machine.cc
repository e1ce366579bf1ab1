// SPDX-License-Identifier: MIT
//
// Where the facts are: Devicetree Specification 0.4, chapter 3. Only the children of the root, of /cpus and of
// /reserved-memory matter, and the interrupt controllers inside harts, so most nodes take only a few comparisons.

#include "format/fdt_machine.h"

namespace glenda {

using namespace std::string_view_literals;

using std::unexpected;

std::expected<FdtMachine, ParseError> FdtMachine::survey(const Fdt& tree) {
    FdtMachine machine;
    for (FdtWalk walk{tree}; const auto node = walk.next();)
        if (const ParseError error = machine.observe(*node)) return unexpected(error);
    if (const ParseError error = machine.observe_reservations(tree)) return unexpected(error);
    return machine;
}

ParseError FdtMachine::observe(const FdtNode& node) {
    if (node.depth() == 1) section_ = enter(node);
    if (node.depth() <= 2) in_hart_ = false;
    if (in_hart_ && node.depth() == 3 && node.base_name() == "interrupt-controller"sv)
        harts_.last().interrupts = node.phandle();
    if (node.depth() != 2) return {};
    switch (section_) {
        case Section::Other: return {};
        case Section::Cpus: read_hart(node); return {};
        case Section::ReservedMemory: return read_reserved(node);
    }
    return {};
}

ParseError FdtMachine::observe_reservations(const Fdt& tree) {
    for (std::size_t i = 0; i < tree.reservation_count(); ++i)
        if (const ParseError error = reserve(*tree.reservation(i))) return error;
    return {};
}

FdtMachine::Section FdtMachine::enter(const FdtNode& child_of_root) {
    const std::string_view name = child_of_root.base_name();
    if (name == "memory"sv) read_memory(child_of_root);
    if (name == "chosen"sv) read_chosen(child_of_root);
    if (name == "reserved-memory"sv) return Section::ReservedMemory;
    if (name != "cpus"sv) return Section::Other;
    timebase_frequency_ = child_of_root.number("timebase-frequency"sv);
    return Section::Cpus;
}

void FdtMachine::read_memory(const FdtNode& node) {
    if (!node.is_available()) return;
    for (std::size_t i = 0; const auto range = node.reg(i); ++i)
        if (range->size != 0 && !memory_.add(*range)) return;  // using less memory than there is does no harm
}

void FdtMachine::read_chosen(const FdtNode& node) {
    bootargs_ = node.string("bootargs"sv);
    const auto start = node.number("linux,initrd-start"sv);
    const auto end = node.number("linux,initrd-end"sv);
    if (start && end && *start < *end) initrd_ = FdtRange{*start, *end - *start};
}

void FdtMachine::read_hart(const FdtNode& node) {
    if (node.base_name() != "cpu"sv || !node.is_available()) return;
    const auto id = node.reg();
    if (!id) return;
    ++hart_count_;
    // Some trees give the frequency in each hart. Harts beyond kMaxHarts are only counted.
    if (!timebase_frequency_) timebase_frequency_ = node.number("timebase-frequency"sv);
    in_hart_ = harts_.add({id->base, node.string("riscv,isa"sv)});
}

ParseError FdtMachine::read_reserved(const FdtNode& node) {
    if (!node.is_available()) return {};
    for (std::size_t i = 0; const auto range = node.reg(i); ++i)
        if (const ParseError error = reserve(*range)) return error;
    return {};
}

ParseError FdtMachine::reserve(FdtRange range) {
    if (range.size == 0 || reserved_.add(range)) return {};
    return {"more than 16 reserved pieces of memory", 0};
}

}  // namespace glenda
