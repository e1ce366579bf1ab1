// SPDX-License-Identifier: MIT
//
// Proving a device tree well formed: the header's blocks lie in the blob, and the token stream obeys its
// grammar. The checker is the grammar: one function for each token, and between them only the depth and
// whether properties may still come.
//
//     node = BEGIN_NODE name NUL pad { PROP length name-offset value pad } { node } END_NODE
//     tree = node END,   with NOP anywhere between tokens

#include "format/fdt.h"

namespace glenda {

using std::unexpected;

namespace {

constexpr uint32_t kMagic = 0xd00dfeed;
constexpr uint32_t kVersion = 17;

/// Where the numbers of the header are.
constexpr std::size_t kMagicAt = 0;
constexpr std::size_t kTotalSizeAt = 4;
constexpr std::size_t kStructureAt = 8;
constexpr std::size_t kStringsAt = 12;
constexpr std::size_t kReservationsAt = 16;
constexpr std::size_t kVersionAt = 20;
constexpr std::size_t kCompatibleVersionAt = 24;
constexpr std::size_t kStringsSizeAt = 32;
constexpr std::size_t kStructureSizeAt = 36;

bool is_aligned(const void* pointer, std::size_t unit) { return reinterpret_cast<std::uintptr_t>(pointer) % unit == 0; }

/// Reads a token stream from start to end. `at_` never moves past the end by more than a value's padding.
class Checker {
public:
    Checker(Bytes structure, Bytes strings) : structure_{structure}, strings_{strings} {}

    /// What is wrong with the stream; null where nothing is.
    const char* check() {
        while (fits(at_, 4, structure_.size())) {
            const FdtToken token{load_aligned_word(structure_, at_)};
            const char* fault = "an unknown token";
            switch (token) {  // any number can stand there: the enumerators are not all of them
                case FdtToken::BeginNode: fault = begin_node(); break;
                case FdtToken::EndNode: fault = end_node(); break;
                case FdtToken::Property: fault = property(); break;
                case FdtToken::Nop:
                    fault = nullptr;
                    at_ += 4;
                    break;
                case FdtToken::End: return nodes_open_ == 0 && has_root_ ? nullptr : "the tree ends inside a node";
            }
            if (fault != nullptr) return fault;
        }
        return "the tree ends without an END token";
    }

    std::size_t position() const { return at_; }

private:
    const char* begin_node() {
        if (nodes_open_ == 0 && has_root_) return "a second root node";
        if (nodes_open_ == Fdt::kMaxDepth) return "nodes nested more than 16 deep";
        const auto name = aligned_text_at(structure_, at_ + 4);
        if (!name) return "a node's name does not end";
        at_ = align_up(at_ + 4 + name->size() + 1, 4);
        has_root_ = true;
        properties_may_come_ = true;
        ++nodes_open_;
        return nullptr;
    }

    const char* end_node() {
        if (nodes_open_ == 0) return "the end of a node that was not begun";
        at_ += 4;
        properties_may_come_ = false;
        --nodes_open_;
        return nullptr;
    }

    const char* property() {
        if (!properties_may_come_) return "a property after a child node, or outside all nodes";
        if (!fits(at_, 12, structure_.size())) return "a property is cut short";
        const uint32_t length = load_aligned_big_endian(structure_, at_ + 4);
        if (!fits(at_ + 12, length, structure_.size())) return "a property reaches past the end of the tree";
        if (load_aligned_big_endian(structure_, at_ + 8) >= strings_.size())
            return "a property's name is not in the blob";
        at_ += 12 + align_up(length, 4);
        return nullptr;
    }

    Bytes structure_;
    Bytes strings_;
    std::size_t at_ = 0;
    unsigned nodes_open_ = 0;
    bool has_root_ = false;
    bool properties_may_come_ = false;
};

}  // namespace

std::expected<std::size_t, ParseError> Fdt::size_from_header(Bytes header) {
    if (!is_aligned(header.data(), 8)) return unexpected(ParseError{"the device tree is not aligned to 8 bytes", 0});
    if (header.size() < kHeaderSize)
        return unexpected(ParseError{"too short for a device tree's header", header.size()});
    if (load_aligned_big_endian(header, kMagicAt) != kMagic)
        return unexpected(ParseError{"not a device tree", kMagicAt});
    return load_aligned_big_endian(header, kTotalSizeAt);
}

std::expected<Fdt, ParseError> Fdt::parse(Bytes blob) {
    Fdt tree;
    if (auto read = tree.read_header(blob); !read) return unexpected(read.error());
    Checker checker{tree.structure_, tree.strings_};
    if (const char* fault = checker.check(); fault != nullptr) {
        const std::size_t block = static_cast<std::size_t>(tree.structure_.data() - blob.data());
        return unexpected(ParseError{fault, block + checker.position()});
    }
    return tree;
}

/// Find the three blocks.
std::expected<void, ParseError> Fdt::read_header(Bytes blob) {
    const auto size = size_from_header(blob);
    if (!size) return unexpected(size.error());
    if (*size < kHeaderSize || *size > blob.size())
        return unexpected(ParseError{"the device tree is cut short", kTotalSizeAt});
    if (load_aligned_big_endian(blob, kVersionAt) < kVersion ||
        load_aligned_big_endian(blob, kCompatibleVersionAt) > kVersion)
        return unexpected(ParseError{"not version 17 of the device tree format", kVersionAt});
    total_size_ = *size;
    blob = blob.first(*size);

    const uint32_t structure = load_aligned_big_endian(blob, kStructureAt);
    const uint32_t structure_size = load_aligned_big_endian(blob, kStructureSizeAt);
    if (structure % 4 != 0 || !fits(structure, structure_size, *size))
        return unexpected(ParseError{"the structure block lies outside the blob", kStructureAt});
    structure_ = blob.subspan(structure, structure_size - structure_size % 4);

    const uint32_t strings = load_aligned_big_endian(blob, kStringsAt);
    const uint32_t strings_size = load_aligned_big_endian(blob, kStringsSizeAt);
    if (!fits(strings, strings_size, *size))
        return unexpected(ParseError{"the strings block lies outside the blob", kStringsAt});
    strings_ = blob.subspan(strings, strings_size);
    if (!strings_.empty() && strings_.back() != std::byte{0})
        return unexpected(ParseError{"the last name in the strings block does not end", kStringsAt});

    const uint32_t reservations = load_aligned_big_endian(blob, kReservationsAt);
    if (reservations % 8 != 0 || reservations > *size)
        return unexpected(ParseError{"the memory reservation block lies outside the blob", kReservationsAt});
    return count_reservations(blob.subspan(reservations), reservations);
}

/// The block has no length: a pair of zeroes ends it.
std::expected<void, ParseError> Fdt::count_reservations(Bytes from_block, std::size_t where) {
    for (std::size_t at = 0; fits(at, sizeof(FdtRange), from_block.size()); at += sizeof(FdtRange)) {
        if (load<uint64_t>(from_block, at) != 0 || load<uint64_t>(from_block, at + 8) != 0) continue;
        reservations_ = from_block.first(at);
        return {};
    }
    return unexpected(ParseError{"the memory reservation block does not end", where});
}

std::optional<FdtRange> Fdt::reservation(std::size_t index) const {
    if (index >= reservation_count()) return std::nullopt;
    const auto half = [&](std::size_t i) -> uint64_t {
        return load_aligned_big_endian(reservations_, index * sizeof(FdtRange) + 4 * i);
    };
    return FdtRange{half(0) << 32 | half(1), half(2) << 32 | half(3)};
}

std::optional<FdtNode> Fdt::find_compatible(std::string_view device) const {
    for (FdtWalk walk{*this}; const auto node = walk.next();)
        if (node->is_compatible(device)) return node;
    return std::nullopt;
}

std::optional<FdtNode> Fdt::find_path(std::string_view path) const {
    FdtWalk walk{*this};
    std::optional<FdtNode> found = walk.next();
    unsigned matched = 0;  // levels of `path` that have been found
    while (path.starts_with('/')) path.remove_prefix(1);
    while (!path.empty() && path.front() != ':') {
        std::size_t length = 0;
        while (length < path.size() && path[length] != '/' && path[length] != ':') ++length;
        do {
            found = walk.next();
            if (!found || found->depth() <= matched) return std::nullopt;  // that was the last child
        } while (found->depth() != matched + 1 || found->name() != slice(path, 0, length));
        ++matched;
        path.remove_prefix(length);
        while (path.starts_with('/')) path.remove_prefix(1);
    }
    return found;
}

}  // namespace glenda
