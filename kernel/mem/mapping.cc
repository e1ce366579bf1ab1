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

unsigned level_of(const Capability& frame) { return glenda::level_of(frame.size_bits); }

/// Errors: BadArgument; NoRights, if `frame` does not allow these MapFlags.
inline Result<void> check_rights(const Capability& frame, std::uint64_t flags) {
    CHECK(are_rights(flags), Error::BadArgument);
    const bool executes = (flags & std::uint64_t(MapFlags::Execute)) != 0;
    CHECK(!executes || !has(frame.flags, CapFlags::Device), Error::BadArgument);
    // Reading and writing are the same bits in both; what can be read can be executed.
    CHECK(has(frame.rights, Rights(flags) & (Rights::Read | Rights::Write)), Error::NoRights);
    return {};
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

/// find_place() where something is mapped: a small page that `frame` may replace, or its own old mapping. Not inlined,
/// so that find_place() needs no stack frame where nothing is mapped yet. Error: AlreadyMapped.
[[gnu::noinline]] Result<Pte*> find_replaced(const Capability& frame, const Place& place, Walk at) {
    const bool is_small_page = at.level == 0;
    CHECK(place.replaces() && (is_small_page || at.entry == find_mapping(frame)), Error::AlreadyMapped);
    return at.entry;
}

}  // namespace

Result<Pte*> find_place(const Capability& frame, const Place& place) {
    // lab 2.5a {
    CHECK(frame.space == 0 || place.replaces(), Error::AlreadyMapped);
    TRY_VOID(check_rights(frame, place.flags & ~std::uint64_t(MapFlags::Replace)));
    CHECK(place.address.value < kUserEnd, Error::BadArgument);
    CHECK(is_aligned(place.address.value, bit(frame.size_bits)), Error::NotAligned);

    const unsigned level = level_of(frame);
    const Walk at = walk(place.vspace.as<PageTable>(), place.address, level);
    if (at.entry->is_valid()) return find_replaced(frame, place, at);
    CHECK(at.level == level, Error::MissingTable);
    return at.entry;
    // lab 2.5a }
}

void map_frame(Capability& frame, const Place& place, Pte& entry) {
    // lab 2.5b {
    entry = place.leaf(to_physical(frame.object));
    frame.mapped_at = place.address.value;
    frame.space = place.vspace.space;
    // lab 2.5b }
}

unsigned missing_level(const Capability& vspace, VirtAddr address) {
    return walk(vspace.as<PageTable>(), address, 0).level - 1;
}

Result<void> protect_frame(const Capability& frame, std::uint64_t flags) {
    Pte* entry = find_mapping(frame);
    CHECK(entry != nullptr, Error::NotMapped);
    TRY_VOID(check_rights(frame, flags));
    *entry = Pte::user_leaf(to_physical(frame.object), flags);
    flush_page({frame.mapped_at}, frame.space);
    if ((flags & std::uint64_t(MapFlags::Execute)) != 0) arch::flush_instructions(address_spaces.users(frame.space));
    return {};
}

void unmap_frame(Capability& frame) {
    // lab 2.5d {
    if (Pte* entry = find_mapping(frame)) {
        *entry = Pte{};
        flush_page({frame.mapped_at}, frame.space);
    }
    frame.mapped_at = frame.space = 0;
    // lab 2.5d }
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
