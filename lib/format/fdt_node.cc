// SPDX-License-Identifier: MIT
//
// Look-ups in one node, and the walk from node to node. The kernel does this at boot, on a budget: tokens are
// compared as they lie in memory, and a property's name is compared from its end, where most differ.

#include "format/fdt_node.h"

#include "format/fdt.h"

namespace glenda {

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
    const auto found = property("reg");
    return found ? found->range(index, cells_) : std::nullopt;
}

std::optional<uint32_t> FdtNode::interrupt() const {
    const auto found = property("interrupts");
    return found ? found->cell(0) : std::nullopt;
}

bool FdtNode::is_compatible(std::string_view device) const {
    const auto found = property("compatible");
    return found && found->lists(device);
}

bool FdtNode::is_available() const {
    const auto status = property("status");
    return !status || status->lists("okay") || status->lists("ok");
}

std::optional<FdtNode> FdtWalk::next() {
    while (true) {
        const FdtToken token{load_aligned_word(rest_, 0)};
        if (token == FdtToken::End) return std::nullopt;
        if (token == FdtToken::BeginNode) break;
        if (token == FdtToken::EndNode) --depth_;
        rest_ = rest_.subspan(4);
    }
    const std::string_view name = aligned_text_at(rest_, 4).value_or(std::string_view{});
    FdtProperties properties{rest_.subspan(align_up(4 + name.size() + 1, 4)), strings_};
    const FdtNode node{name, depth_, cells_[depth_], properties};

    // Go to the node's first child or its end, and learn on the way how its children write `reg`.
    FdtCells cells;
    for (; properties != FdtProperties::End{}; ++properties) {
        const FdtProperty property = *properties;
        if (!property.is_cell()) continue;  // half of all properties: no need to look at their names
        if (property.is("#address-cells")) cells.address = property.cell(0).value_or(cells.address);
        if (property.is("#size-cells")) cells.size = property.cell(0).value_or(cells.size);
    }
    cells_[++depth_] = cells;
    rest_ = properties.rest();
    return node;
}

}  // namespace glenda
