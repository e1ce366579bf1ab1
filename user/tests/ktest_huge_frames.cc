// SPDX-License-Identifier: MIT
// K14: Frames of 1 GiB. Needs a machine with 6 GiB of memory, so that the arena has room for two.
#include "common/ktest.h"

namespace glenda::ktest {

namespace {

constexpr std::uint64_t kLast = kGiB - 8;
constexpr std::uint64_t kStep =
    2 * kMiB + kPageSize + 8;  // between the words that are checked; never the same cache line

/// A different value for each word.
std::uint64_t pattern(std::uint64_t at) { return at * 0x9e37'79b9'7f4a'7c15 + 1; }
std::uint64_t physical(Frame frame) { return need(frame.info()).address; }

void fill(std::uint64_t base) {
    for (std::uint64_t at = 0; at < kGiB; at += kStep) word_at(base + at) = pattern(at);
    word_at(base + kLast) = pattern(kLast);
}
/// How many of the words that fill() wrote have changed.
unsigned wrong_words(std::uint64_t base) {
    unsigned wrong = read_at(base + kLast) != pattern(kLast) ? 1 : 0;
    for (std::uint64_t at = 0; at < kGiB; at += kStep) wrong += read_at(base + at) != pattern(at) ? 1 : 0;
    return wrong;
}

/// One mapping without any page table makes all of the frame accessible, and nothing beyond it.
void mapped_and_used() {
    const Frame huge = need(pool().frame(kHugeFrameBits));
    EXPECT(is_aligned(physical(huge), kGiB));
    EXPECT_ERROR(NotAligned, huge.map(space(), kArea + 2 * kMiB, MapFlags::ReadWrite));
    EXPECT_OK(huge.map(space(), kArea, MapFlags::ReadWrite));
    EXPECT_ERROR(AlreadyMapped, huge.map(space(), kArea + kGiB, MapFlags::ReadWrite));
    for (const std::uint64_t at : {std::uint64_t{0}, 3 * kPageSize, 77 * kMiB, kLast}) {
        const VSpace::Mapping mapping = need(space().info(kArea + at));
        EXPECT_EQ(mapping.size_bits, kHugeFrameBits);
        EXPECT_EQ(mapping.address, physical(huge));
        EXPECT_EQ(mapping.flags, MapFlags::ReadWrite);
    }
    unsigned dirty = 0;
    for (std::uint64_t page = 0; page < kGiB; page += kPageSize)
        dirty += read_at(kArea + page + page / kPageSize * 8 % kPageSize) != 0 ? 1 : 0;
    EXPECT_EQ(dirty, 0);
    fill(kArea);
    EXPECT_EQ(wrong_words(kArea), 0);
    Prober prober;
    EXPECT(!prober.write(kArea + kLast, pattern(kLast)).faulted);
    EXPECT(prober.read(kArea + kGiB).faulted);
    EXPECT(prober.read(kArea - 8).faulted);
    // Nothing else can be mapped in its range.
    EXPECT_ERROR(AlreadyMapped, need(pool().frame()).map(space(), kArea + 5 * kMiB, MapFlags::Read));
    EXPECT_ERROR(AlreadyMapped, need(pool().make<PageTable>(CapType::PageTable)).map(space(), kArea + 5 * kMiB));
    // A second capability maps the same memory elsewhere.
    const Frame twin = with_rights(huge, Rights::Read);
    EXPECT_ERROR(NoRights, twin.map(space(), kArea + kGiB, MapFlags::ReadWrite));
    EXPECT_OK(twin.map(space(), kArea + kGiB, MapFlags::Read));
    EXPECT_EQ(wrong_words(kArea + kGiB), 0);
    EXPECT(prober.write(kArea + kGiB + kLast, 0).faulted);
}

/// The test accesses both ends and the middle, so that the TLB holds the translations. After each change of the
/// mapping, no access uses a stale translation.
void changed() {
    const Frame huge = need(pool().frame(kHugeFrameBits));
    EXPECT_OK(huge.map(space(), kArea, MapFlags::ReadWrite));
    Prober prober;
    constexpr std::uint64_t kReturn = 0x8082;  // `ret`, compressed
    constexpr std::uint64_t kPlaces[] = {0, kGiB / 2 + 4 * kPageSize, kLast};
    const auto expect = [&](bool read, bool write, bool execute) {
        for (const std::uint64_t place : kPlaces) {
            EXPECT_EQ(!prober.read(kArea + place).faulted, read);
            EXPECT_EQ(!prober.write(kArea + place, kReturn).faulted, write);
            EXPECT_EQ(!prober.execute(kArea + place).faulted, execute);
        }
    };
    expect(true, true, false);
    EXPECT_OK(huge.protect(MapFlags::Read));
    expect(true, false, false);
    EXPECT_OK(huge.protect(MapFlags::ReadExecute));
    expect(true, false, true);
    EXPECT_OK(huge.protect(MapFlags::ReadWrite));
    expect(true, true, false);
    EXPECT_OK(huge.unmap());
    expect(false, false, false);
    EXPECT_OK(huge.map(space(), kArea, MapFlags::ReadWrite));
    expect(true, true, false);
    EXPECT_OK(node().remove(huge.cptr()));
    expect(false, false, false);
}

/// After Revoke its memory becomes small frames, and then a huge one again. Each time it is cleared.
void reuse() {
    const Untyped memory = need(pool().make<Untyped>(CapType::Untyped, kHugeFrameBits));
    const CPtr slot = need(pool().slots(2));
    EXPECT_OK(memory.retype(CapType::Frame, kHugeFrameBits, node(), slot));
    EXPECT_ERROR(NotEnoughMemory, memory.retype(CapType::Endpoint, 0, node(), slot + 1));
    EXPECT_OK(Frame(slot).map(space(), kArea, MapFlags::ReadWrite));
    fill(kArea);
    EXPECT_OK(node().revoke(memory.cptr()));
    EXPECT_EQ(need(memory.info()).used, 0);
    Prober prober;
    EXPECT(prober.read(kArea).faulted);

    EXPECT_OK(memory.retype(CapType::Frame, kFrameBits, node(), slot));
    need(pool().map(Frame(slot), space(), kArea + kGiB, MapFlags::ReadWrite));
    for (std::uint64_t at = 0; at < kPageSize; at += 8) EXPECT_EQ(read_at(kArea + kGiB + at), 0);
    word_at(kArea + kGiB) = ~std::uint64_t{0};
    EXPECT_OK(node().revoke(memory.cptr()));

    EXPECT_OK(memory.retype(CapType::Frame, kHugeFrameBits, node(), slot));
    EXPECT_OK(Frame(slot).map(space(), kArea, MapFlags::Read));
    unsigned dirty = read_at(kArea + kLast) != 0 ? 1 : 0;
    for (std::uint64_t at = 0; at < kGiB; at += kStep) dirty += read_at(kArea + at) != 0 ? 1 : 0;
    EXPECT_EQ(dirty, 0);
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {
        {"huge_mapped_and_used", mapped_and_used}, {"huge_changed", changed}, {"huge_reuse", reuse}};
    return run_cases(kCases);
}
