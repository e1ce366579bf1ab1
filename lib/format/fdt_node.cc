// SPDX-License-Identifier: MIT
//
// Reading a node, and the walk from node to node. The kernel does this at boot, with a budget, so the walk compares
// tokens without converting them, and skips properties that cannot matter by their length.

#include "format/fdt_node.h"

#include "format/fdt.h"

namespace glenda {

using namespace std::string_view_literals;  // with these, strlen runs at compile time, even with -Os

std::string_view FdtNode::base_name() const {
    std::size_t length = 0;
    while (length < name_.size() && name_[length] != '@') ++length;
    return slice(name_, 0, length);
}

std::optional<FdtProperty> FdtNode::property(std::string_view name) const {
    for (const FdtProperty property : properties_)
        if (property.is(name)) return property;
    return std::nullopt;
}

std::string_view FdtNode::string(std::string_view name) const {
    const auto found = property(name);
    return found ? found->string() : std::string_view{};
}

std::optional<uint64_t> FdtNode::number(std::string_view name) const {
    const auto found = property(name);
    return found ? found->number() : std::nullopt;
}

std::optional<FdtRange> FdtNode::reg(std::size_t index) const {
    const auto found = property("reg"sv);
    return found ? found->range(index, context_.cells) : std::nullopt;
}

std::optional<FdtRegisters> FdtNode::registers() const {
    constexpr uint64_t kMaxShift = 8;
    const auto range = reg();
    const uint64_t shift = number("reg-shift"sv).value_or(0);
    const uint64_t width = number("reg-io-width"sv).value_or(1);
    if (!range || shift > kMaxShift) return std::nullopt;
    if ((width != 1 && width != 4) || width > uint64_t{1} << shift) return std::nullopt;
    return FdtRegisters{range->base, static_cast<unsigned>(shift), static_cast<unsigned>(width)};
}

/// `interrupts-extended` names the controller before each interrupt, and takes precedence over `interrupts`.
std::optional<uint32_t> FdtNode::interrupt() const {
    if (const auto extended = property("interrupts-extended"sv)) return extended->cell(1);
    const auto found = property("interrupts"sv);
    return found ? found->cell(0) : std::nullopt;
}

uint32_t FdtNode::interrupt_parent() const {
    auto found = property("interrupts-extended"sv);
    if (!found) found = property("interrupt-parent"sv);
    return found ? found->cell(0).value_or(0) : context_.interrupt_parent;
}

uint32_t FdtNode::phandle() const { return static_cast<uint32_t>(number("phandle"sv).value_or(0)); }

bool FdtNode::is_compatible(std::string_view device) const {
    const auto found = property("compatible"sv);
    return found && found->lists(device);
}

bool FdtNode::is_available() const {
    const auto status = property("status"sv);
    return context_.is_available && (!status || status->lists("okay"sv) || status->lists("ok"sv));
}

std::optional<FdtNode> FdtWalk::next() {
    while (true) {
        const FdtToken token{load_aligned_word(at_)};
        if (token == FdtToken::End) return std::nullopt;
        if (token == FdtToken::BeginNode) break;
        if (token == FdtToken::EndNode) --depth_;
        at_ += 4;
    }
    const std::string_view name{reinterpret_cast<const char*>(at_ + 4)};
    FdtProperties properties{at_ + align_up(4 + name.size() + 1, 4), strings_};
    const FdtNode node{name, depth_, context_[depth_], properties};

    // Go to the node's first child or its end, collecting what its children inherit.
    FdtContext inside{.interrupt_parent = context_[depth_].interrupt_parent,
                      .is_available = context_[depth_].is_available};
    for (; properties != FdtProperties::End{}; ++properties) {
        const FdtProperty property = *properties;
        if (property.is("status"sv)) inside.is_available = node.is_available();
        if (!property.is_cell()) continue;  // true of half of all properties
        if (property.is("#address-cells"sv)) inside.cells.address = *property.cell(0);
        if (property.is("#size-cells"sv)) inside.cells.size = *property.cell(0);
        if (property.is("interrupt-parent"sv)) inside.interrupt_parent = *property.cell(0);
    }
    std::construct_at(&context_[++depth_], inside);
    at_ = properties.position();
    return node;
}

}  // namespace glenda
