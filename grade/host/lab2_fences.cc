// SPDX-License-Identifier: MIT
// Which fences the kernel executes. QEMU forgives most that are missing, so here the machine is a record of them.
//
// What counts is what holds when a step is over: every hart that may have used the space has forgotten what the page
// table does not say any more.
#include <algorithm>
#include <vector>

#include "check.h"
#include "mem/mapping.h"

namespace glenda::host {

namespace {

struct Fence {
    bool whole_space;
    std::uint64_t address;
    unsigned asid;
    arch::HartSet harts;
    std::uint64_t entry;  // what the page table said at `watched` when the fence came
};
std::vector<Fence> fences;
std::vector<arch::HartSet> instruction_fences;
const Pte* watched = nullptr;

void record(bool whole_space, std::uint64_t address, unsigned asid, arch::HartSet harts) {
    fences.push_back({whole_space, address, asid, harts, watched != nullptr ? watched->flags() : 0});
}

}  // namespace
}  // namespace glenda::host

namespace glenda::arch {

constinit std::uint64_t this_hart = 0;
void flush_page(VirtAddr address, unsigned asid, HartSet harts) { host::record(false, address.value, asid, harts); }
void flush_space(unsigned asid, HartSet harts) { host::record(true, 0, asid, harts); }
void flush_instructions(HartSet harts) { host::instruction_fences.push_back(harts); }

}  // namespace glenda::arch

namespace glenda::host {

namespace {

constexpr VirtAddr kPage{0x4020'1000}, kNext{0x4020'2000}, kLarge{0x4040'0000};
constexpr std::uint64_t kRead = 1, kReadWrite = 3, kReadExecute = 5, kReplace = 8;
constexpr arch::HartSet kUsers = 0b1011;

alignas(kPageSize) PageTable kernel_half, root, tables[2];
alignas(kPageSize) std::byte memory[4][kPageSize];
alignas(bit(kLargeFrameBits)) std::byte large_memory[1];  // only its address counts

/// A space with tables down to level 0, which was used on three harts.
class Fresh {
public:
    Capability space, frames[4];

    Fresh() {
        for (PageTable* table : {&kernel_half, &root, &tables[0], &tables[1]}) *table = PageTable{};
        kernel_root = &kernel_half;
        space.type = CapType::VSpace;
        space.rights = Rights::All;
        space.object = &root;
        create_space(space);
        root.at(kPage, 2) = Pte::table(to_physical(&tables[0]));
        tables[0].at(kPage, 1) = Pte::table(to_physical(&tables[1]));
        for (unsigned hart = 0; hart < 4; hart++) {
            if ((kUsers & bit(hart)) != 0) address_spaces.note_use(space.space, hart);
        }
        for (unsigned i = 0; i < 4; i++) {
            frames[i].type = CapType::Frame;
            frames[i].rights = Rights::All;
            frames[i].size_bits = kFrameBits;
            frames[i].object = memory[i];
        }
        forget();
    }
    ~Fresh() { destroy_space(space); }

    static void forget() {
        fences.clear();
        instruction_fences.clear();
        watched = &tables[1].at(kPage, 0);
    }
    /// Maps as invoke_memory.cc does it.
    Error map(Capability& frame, VirtAddr address, std::uint64_t flags) {
        const Place place{space, address, flags};
        const Result<Pte*> entry = find_place(frame, place);
        if (!entry) return entry.error();
        if (place.replaces()) unmap_frame(frame);
        map_frame(frame, place, **entry);
        announce(place, address + bit(frame.size_bits));
        return Error::Ok;
    }
    /// Whether all users of the space have forgotten `address`.
    bool was_flushed(VirtAddr address) const {
        return std::any_of(fences.begin(), fences.end(), [&](const Fence& fence) {
            return fence.asid == asid_of(space.space) && (fence.harts & kUsers) == kUsers &&
                   (fence.whole_space || fence.address == address.value);
        });
    }
    static bool was_fetched_anew() {
        return std::any_of(instruction_fences.begin(), instruction_fences.end(),
                           [](arch::HartSet harts) { return (harts & kUsers) == kUsers; });
    }
};

/// A hart may have cached that there was nothing.
void mapping() {
    Fresh fresh;
    EXPECT_EQ(fresh.map(fresh.frames[0], kPage, kReadWrite), Error::Ok);
    EXPECT(fresh.was_flushed(kPage));
    EXPECT(std::all_of(fences.begin(), fences.end(), [](const Fence& fence) { return (fence.entry & 1) != 0; }));
    EXPECT_EQ(tables[1].at(kPage, 0).flags(), std::uint64_t{0b1101'0111});  // D A U W R V
    EXPECT(tables[1].at(kPage, 0).address() == to_physical(memory[0]));
    EXPECT_EQ(fresh.frames[0].mapped_at, kPage.value);
    EXPECT_EQ(fresh.frames[0].space, fresh.space.space);
    EXPECT(!fresh.was_fetched_anew());
    // One page needs no more than one page's fence: that of a whole space costs all that runs in it.
    EXPECT(std::none_of(fences.begin(), fences.end(), [](const Fence& fence) { return fence.whole_space; }));
}

/// Code that was just written must be fetched anew by all who may execute it.
void code() {
    Fresh fresh;
    EXPECT_EQ(fresh.map(fresh.frames[0], kPage, kReadExecute), Error::Ok);
    EXPECT(fresh.was_flushed(kPage));
    EXPECT(fresh.was_fetched_anew());
    Fresh::forget();
    EXPECT_EQ(fresh.map(fresh.frames[1], kNext, kRead), Error::Ok);
    EXPECT(fresh.was_flushed(kNext));
    EXPECT(!fresh.was_fetched_anew());
}

/// The entry changes first: with the opposite order a hart could cache the old one again.
void unmapping() {
    Fresh fresh;
    EXPECT_EQ(fresh.map(fresh.frames[0], kPage, kReadWrite), Error::Ok);
    Fresh::forget();
    unmap_frame(fresh.frames[0]);
    EXPECT(!tables[1].at(kPage, 0).is_valid());
    EXPECT(fresh.was_flushed(kPage));
    EXPECT(std::all_of(fences.begin(), fences.end(), [](const Fence& fence) { return (fence.entry & 1) == 0; }));
    EXPECT(fresh.frames[0].space == 0 && fresh.frames[0].mapped_at == 0);
    Fresh::forget();
    unmap_frame(fresh.frames[0]);  // nothing is left to do
    EXPECT(fences.empty());
}

/// Several pages at once, or a large one: the whole range.
void ranges() {
    Fresh fresh;
    EXPECT_EQ(fresh.map(fresh.frames[0], kPage, kRead), Error::Ok);
    Fresh::forget();
    announce({fresh.space, kPage, kReadExecute}, kPage + 3 * kPageSize);
    for (unsigned i = 0; i < 3; i++) EXPECT(fresh.was_flushed(kPage + i * kPageSize));
    EXPECT(fresh.was_fetched_anew());
    Fresh::forget();
    Capability large = fresh.frames[1];
    large.size_bits = kLargeFrameBits;
    large.object = large_memory;
    EXPECT_EQ(fresh.map(large, kLarge, kReadWrite), Error::Ok);
    EXPECT(fresh.was_flushed(kLarge) && fresh.was_flushed(kLarge + 100 * kPageSize));
    EXPECT(tables[0].at(kLarge, 1).is_leaf());
    unmap_frame(large);
    EXPECT(!tables[0].at(kLarge, 1).is_valid());
}

/// A capability ends its own mapping and no other: not that of a frame which has replaced it, nor in a space that has
/// taken the place of its own.
void others() {
    Fresh fresh;
    EXPECT_EQ(fresh.map(fresh.frames[0], kPage, kReadWrite), Error::Ok);
    EXPECT_EQ(fresh.map(fresh.frames[1], kPage, kReadWrite), Error::AlreadyMapped);
    EXPECT_EQ(fresh.map(fresh.frames[1], kPage, kReadWrite | kReplace), Error::Ok);
    EXPECT(fresh.was_flushed(kPage));
    unmap_frame(fresh.frames[0]);
    EXPECT(tables[1].at(kPage, 0).address() == to_physical(memory[1]));
    destroy_space(fresh.space);
    create_space(fresh.space);
    unmap_frame(fresh.frames[1]);
    EXPECT(tables[1].at(kPage, 0).is_valid());
    EXPECT_EQ(fresh.frames[1].space, std::uint64_t{0});
}

/// What find_place() refuses, in its order, and that it changes nothing.
void refusals() {
    Fresh fresh;
    Capability& frame = fresh.frames[0];
    EXPECT_EQ(fresh.map(frame, kPage + 8, kRead), Error::NotAligned);
    EXPECT_EQ(fresh.map(frame, {kUserEnd}, kRead), Error::BadArgument);
    EXPECT_EQ(fresh.map(frame, {kUserEnd + 8}, kRead), Error::BadArgument);
    EXPECT_EQ(fresh.map(frame, {kUserEnd - kPageSize}, kRead), Error::MissingTable);
    EXPECT_EQ(fresh.map(frame, kLarge, kRead), Error::MissingTable);
    EXPECT_EQ(fresh.map(frame, kPage, 7), Error::BadArgument);
    frame.rights = Rights::Read | Rights::Grant;
    EXPECT_EQ(fresh.map(frame, kPage, kReadWrite), Error::NoRights);
    EXPECT_EQ(fresh.map(frame, {kUserEnd}, kReadWrite), Error::NoRights);
    EXPECT_EQ(fresh.map(frame, kLarge + 8, kReadWrite), Error::NoRights);
    EXPECT_EQ(fresh.map(frame, kLarge + 8, kRead), Error::NotAligned);
    EXPECT_EQ(fresh.map(frame, kPage, kRead), Error::Ok);
    EXPECT_EQ(fresh.map(frame, kNext, kRead), Error::AlreadyMapped);
    EXPECT_EQ(fresh.map(frame, kNext, kReadWrite), Error::AlreadyMapped);
    EXPECT_EQ(frame.mapped_at, kPage.value);
    Capability large = fresh.frames[1];
    large.size_bits = kLargeFrameBits;
    large.object = large_memory;
    EXPECT_EQ(fresh.map(large, {0x4020'0000}, kRead), Error::AlreadyMapped);  // a table is there
    EXPECT_EQ(fresh.map(large, {0x4020'0000}, kRead | kReplace), Error::AlreadyMapped);
    EXPECT_EQ(fresh.map(large, kPage, kRead), Error::NotAligned);
}

}  // namespace
}  // namespace glenda::host

int main(int argc, char** argv) {
    using namespace glenda::host;
    return run_cases(argc, argv,
                     {{"mapping", mapping},
                      {"code", code},
                      {"unmapping", unmapping},
                      {"ranges", ranges},
                      {"others", others},
                      {"refusals", refusals}});
}
