// SPDX-License-Identifier: MIT
//
// Checking a device tree: the blocks named in the header lie in the blob, and the token stream follows the grammar
// below. The checker has one function per token. Its only state is the depth, and whether properties are still allowed.
//
//     node = BEGIN_NODE name NUL pad { PROP length name-offset value pad } { node } END_NODE
//     tree = node END,   with NOP anywhere between tokens

#include "format/fdt.h"

namespace glenda {

using std::unexpected;

namespace {

constexpr uint32_t kMagic = 0xd00dfeed;
constexpr uint32_t kVersion = 17;

/// The header as it is in the blob, apart from the byte order.
struct Header {
    uint32_t magic;
    uint32_t total_size;
    uint32_t structure;  // offset
    uint32_t strings;
    uint32_t reservations;
    uint32_t version;
    uint32_t compatible_version;  // the oldest version that a reader must know
    uint32_t boot_hart;
    uint32_t strings_size;
    uint32_t structure_size;
};
static_assert(sizeof(Header) == Fdt::kHeaderSize);

Header load_header(Bytes blob) {
    Header header;
    auto* number = &header.magic;
    for (std::size_t at = 0; at < sizeof(Header); at += 4) *number++ = load_aligned_big_endian(blob.data() + at);
    return header;
}

bool is_aligned(const void* pointer, std::size_t unit) { return reinterpret_cast<std::uintptr_t>(pointer) % unit == 0; }

/// Reads a token stream from start to end. at_ passes the end by no more than a value's padding.
class Checker {
public:
    Checker(Bytes structure, Bytes strings) : structure_{structure}, strings_{strings} {}

    /// What is wrong with the stream; null if nothing is.
    const char* check() {
        while (fits(at_, 4, structure_.size())) {
            const FdtToken token{load_aligned_word(here())};
            const char* fault = "an unknown token";
            switch (token) {  // no default: any number may be there, not only the enumerators
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
    const std::byte* here() const { return structure_.data() + at_; }

    const char* begin_node() {
        if (nodes_open_ == 0 && has_root_) return "a second root node";
        if (nodes_open_ == Fdt::kMaxDepth) return "nodes nested more than 16 deep";
        const auto name = text_at(structure_, at_ + 4);
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
        const uint32_t length = load_aligned_big_endian(here() + 4);
        if (!fits(at_ + 12, length, structure_.size())) return "a property reaches past the end of the tree";
        if (load_aligned_big_endian(here() + 8) >= strings_.size()) return "a property's name is not in the blob";
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
    if (load_aligned_big_endian(header.data() + offsetof(Header, magic)) != kMagic)
        return unexpected(ParseError{"not a device tree", offsetof(Header, magic)});
    return load_aligned_big_endian(header.data() + offsetof(Header, total_size));
}

std::expected<Fdt, ParseError> Fdt::parse(Bytes blob) {
    Fdt tree;
    if (const ParseError error = tree.read_header(blob)) return unexpected(error);
    Checker checker{tree.structure_, tree.strings_};
    if (const char* fault = checker.check(); fault != nullptr) {
        const std::size_t block = static_cast<std::size_t>(tree.structure_.data() - blob.data());
        return unexpected(ParseError{fault, block + checker.position()});
    }
    return tree;
}

/// Check the header, and find the three blocks.
ParseError Fdt::read_header(Bytes blob) {
    const auto size = size_from_header(blob);
    if (!size) return size.error();
    if (*size < kHeaderSize || *size > blob.size())
        return {"the device tree is cut short", offsetof(Header, total_size)};
    const Header header = load_header(blob);
    if (header.version < kVersion || header.compatible_version > kVersion)
        return {"not version 17 of the device tree format", offsetof(Header, version)};
    total_size_ = *size;
    blob = blob.first(*size);

    if (header.structure % 4 != 0 || !fits(header.structure, header.structure_size, *size))
        return {"the structure block lies outside the blob", offsetof(Header, structure)};
    structure_ = blob.subspan(header.structure, align_down(header.structure_size, 4));

    if (!fits(header.strings, header.strings_size, *size))
        return {"the strings block lies outside the blob", offsetof(Header, strings)};
    strings_ = blob.subspan(header.strings, header.strings_size);
    if (!strings_.empty() && strings_.back() != std::byte{0})
        return {"the last name in the strings block does not end", offsetof(Header, strings)};

    if (header.reservations % 8 != 0 || header.reservations > *size)
        return {"the memory reservation block lies outside the blob", offsetof(Header, reservations)};
    return count_reservations(blob.subspan(header.reservations), header.reservations);
}

/// Find the end of the block, which is a pair of zeros.
ParseError Fdt::count_reservations(Bytes from_block, std::size_t where) {
    for (std::size_t at = 0; fits(at, sizeof(FdtRange), from_block.size()); at += sizeof(FdtRange)) {
        if (load<uint64_t>(from_block, at) != 0 || load<uint64_t>(from_block, at + 8) != 0) continue;
        reservations_ = from_block.first(at);
        return {};
    }
    return {"the memory reservation block does not end", where};
}

std::optional<FdtRange> Fdt::reservation(std::size_t index) const {
    if (index >= reservation_count()) return std::nullopt;
    const std::byte* const at = reservations_.data() + index * sizeof(FdtRange);
    return FdtRange{load_aligned_big_endian(at, 2), load_aligned_big_endian(at + 8, 2)};
}

}  // namespace glenda
