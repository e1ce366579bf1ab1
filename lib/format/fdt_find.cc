// SPDX-License-Identifier: MIT
//
// Searching for nodes by path, by `compatible`, and by purpose. Each search walks the tree: it takes time in proportion
// to the tree's size, and no memory.

#include "format/fdt.h"

namespace glenda {

using namespace std::string_view_literals;

namespace {

/// The length of the first name in `path`.
std::size_t first_name(std::string_view path) {
    std::size_t length = 0;
    while (length < path.size() && path[length] != '/' && path[length] != ':') ++length;
    return length;
}

}  // namespace

bool Fdt::is_plic(const FdtNode& node) {
    const auto compatible = node.property("compatible"sv);
    return compatible && (compatible->lists("sifive,plic-1.0.0"sv) || compatible->lists("riscv,plic0"sv));
}

std::optional<FdtNode> Fdt::find_path(std::string_view path) const {
    if (!path.starts_with('/')) {
        const auto aliases = find_path("/aliases"sv);
        path = aliases ? aliases->string(slice(path, 0, first_name(path))) : std::string_view{};
        if (!path.starts_with('/')) return std::nullopt;  // an alias is an absolute path, never another alias
    }
    FdtWalk walk{*this};
    std::optional<FdtNode> found = walk.next();
    for (unsigned level = 1;; ++level) {
        while (path.starts_with('/')) path.remove_prefix(1);
        const std::size_t length = first_name(path);
        if (length == 0) return found;
        do {
            found = walk.next();
            if (!found || found->depth() < level) return std::nullopt;  // there are no more children
        } while (found->depth() != level || found->name() != slice(path, 0, length));
        path.remove_prefix(length);
    }
}

std::optional<FdtNode> Fdt::find_compatible(std::string_view device) const {
    for (FdtWalk walk{*this}; const auto node = walk.next();)
        if (node->is_compatible(device) && node->is_available()) return node;
    return std::nullopt;
}

std::optional<FdtNode> Fdt::find_device(std::string_view device) const {
    if (const auto chosen = find_path("/chosen"sv)) {
        const auto console = find_path(chosen->string("stdout-path"sv));
        if (console && console->is_compatible(device) && console->is_available()) return console;
    }
    return find_compatible(device);
}

std::optional<FdtNode> Fdt::find_plic() const {
    const auto console = find_device("ns16550a"sv);
    const uint32_t wanted = console ? console->interrupt_parent() : 0;
    std::optional<FdtNode> first;
    for (FdtWalk walk{*this}; const auto node = walk.next();) {
        if (!is_plic(*node) || !node->is_available()) continue;
        if (wanted != 0 && node->phandle() == wanted) return node;
        if (!first) first = node;
    }
    return first;
}

}  // namespace glenda
