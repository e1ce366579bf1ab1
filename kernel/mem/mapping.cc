// SPDX-License-Identifier: MIT
// Writing page table entries, and the fences that this needs. See mapping.h.
//
// Whatever an entry becomes, the translations that harts may have cached of it are flushed at once: for a page, or for
// the whole space when a table comes or goes. Executable mappings also make those harts fetch their instructions anew.
#include "mem/mapping.h"

namespace glenda {

constinit PageTable* kernel_root = nullptr;

namespace {

/// The kernel's entries of a root table: the direct map from kFirstKernelEntry on without a gap, and the image.
constexpr unsigned kImageEntry = kTableEntries - 2;

void flush_page(VirtAddr address, std::uint64_t space) {
    arch::flush_page(address, asid_of(space), address_spaces.users(space));
}
void flush_space(std::uint64_t space) { arch::flush_space(asid_of(space), address_spaces.users(space)); }

unsigned level_of(const Capability& frame) { return glenda::level_of(frame.size_bits); }

/// Read is always part of MapFlags, Write and Execute never both. Errors: BadArgument; NoRights, if `frame` does not
/// allow them.
Result<void> check_flags(const Capability& frame, std::uint64_t flags) {
    constexpr auto kRead = std::uint64_t(MapFlags::Read), kWrite = std::uint64_t(MapFlags::ReadWrite),
                   kExecute = std::uint64_t(MapFlags::ReadExecute);
    CHECK(flags == kRead || flags == kWrite || flags == kExecute, Error::BadArgument);
    CHECK(flags != kExecute || !has(frame.flags, CapFlags::Device), Error::BadArgument);
    CHECK(has(frame.rights, flags == kWrite ? Rights::Read | Rights::Write : Rights::Read), Error::NoRights);
    return {};
}

Pte leaf_for(const Capability& frame, std::uint64_t flags) {
    return Pte::leaf(to_physical(frame.object), flags << 1 | Pte::kUser);
}

/// The entry that maps `frame`, or null if its space, or a table on the way, has gone.
Pte* find_mapping(const Capability& frame) {
    if (frame.space == 0) return nullptr;
    PageTable* root = address_spaces.find(frame.space);
    if (root == nullptr) return nullptr;
    const Walk at = walk(*root, {frame.mapped_at}, level_of(frame));
    const bool is_ours =
        at.level == level_of(frame) && at.entry->is_leaf() && at.entry->address() == to_physical(frame.object);
    return is_ours ? at.entry : nullptr;
}

}  // namespace

Result<void> map_frame(Capability& frame, const Capability& vspace, VirtAddr address, std::uint64_t flags) {
    CHECK(frame.space == 0, Error::AlreadyMapped);
    TRY_VOID(check_flags(frame, flags));
    CHECK(address.value < kUserEnd, Error::BadArgument);
    CHECK(is_aligned(address.value, bit(frame.size_bits)), Error::NotAligned);

    const unsigned level = level_of(frame);
    const Walk at = walk(vspace.as<PageTable>(), address, level);
    CHECK(!at.entry->is_valid(), Error::AlreadyMapped);
    CHECK(at.level == level, Error::MissingTable);

    *at.entry = leaf_for(frame, flags);
    frame.mapped_at = address.value;
    frame.space = vspace.space;
    flush_page(address, frame.space);
    if ((flags & std::uint64_t(MapFlags::Execute)) != 0) arch::flush_instructions(address_spaces.users(frame.space));
    return {};
}

unsigned missing_level(const Capability& vspace, VirtAddr address) {
    return walk(vspace.as<PageTable>(), address, 0).level - 1;
}

Result<void> protect_frame(const Capability& frame, std::uint64_t flags) {
    Pte* entry = find_mapping(frame);
    CHECK(entry != nullptr, Error::NotMapped);
    TRY_VOID(check_flags(frame, flags));
    *entry = leaf_for(frame, flags);
    flush_page({frame.mapped_at}, frame.space);
    if ((flags & std::uint64_t(MapFlags::Execute)) != 0) arch::flush_instructions(address_spaces.users(frame.space));
    return {};
}

void unmap_frame(Capability& frame) {
    if (Pte* entry = find_mapping(frame)) {
        *entry = Pte{};
        flush_page({frame.mapped_at}, frame.space);
    }
    frame.mapped_at = frame.space = 0;
}

Result<void> map_table(Capability& table, const Capability& vspace, VirtAddr address) {
    CHECK(table.space == 0, Error::AlreadyMapped);
    CHECK(address.value < kUserEnd, Error::BadArgument);
    const Walk at = walk(vspace.as<PageTable>(), address, 0);
    CHECK(!at.entry->is_valid() && at.level != 0, Error::AlreadyMapped);
    *at.entry = Pte::table(to_physical(table.object));
    table.size_bits = static_cast<std::uint8_t>(at.level);
    table.mapped_at = align_down(address.value, bit(level_bits(at.level)));
    table.space = vspace.space;
    flush_space(table.space);  // an entry that is no leaf was changed (privileged specification, 4.2.1)
    return {};
}

void unmap_table(Capability& table) {
    if (table.space == 0) return;
    if (PageTable* root = address_spaces.find(table.space)) {
        const Walk at = walk(*root, {table.mapped_at}, table.size_bits);
        if (at.level == table.size_bits && at.entry->is_table() && at.entry->address() == to_physical(table.object)) {
            *at.entry = Pte{};
            flush_space(table.space);
        }
    }
    for (Pte& entry : table.as<PageTable>().entries) entry = Pte{};
    table.mapped_at = table.space = 0;
    table.size_bits = 0;
}

void create_space(Capability& vspace) {
    PageTable& root = vspace.as<PageTable>();
    for (unsigned i = kFirstKernelEntry; kernel_root->entries[i].is_valid(); i++)
        root.entries[i] = kernel_root->entries[i];
    root.entries[kImageEntry] = kernel_root->entries[kImageEntry];
    vspace.space = *address_spaces.add(&root);
}

void destroy_space(const Capability& vspace) {
    flush_space(vspace.space);
    address_spaces.remove(vspace.space);
}

}  // namespace glenda
