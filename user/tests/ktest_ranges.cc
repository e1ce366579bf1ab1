// SPDX-License-Identifier: MIT
// Operations on many pages at once: mapping in runs, unmapping and protecting ranges of the address space, replacing
// mappings. A thread's accesses show the effects.
#include "common/ktest.h"

namespace glenda::ktest {

namespace {

constexpr unsigned kCount = kMaxRunLength;

/// Makes frames in consecutive slots, all zero.
Frame frames(unsigned count, unsigned size_bits = kFrameBits) {
    const CPtr first = need(pool().slots(count));
    const Untyped memory(need(pool().make(CapType::Untyped, size_bits + 8)));
    need(memory.retype(CapType::Frame, size_bits, node(), first, count));
    return Frame(first);
}

/// Makes the page tables for `address`, with nothing mapped there.
void make_tables(std::uint64_t address) {
    const Frame frame = mapped_frame(address);
    need(frame.unmap());
}

void runs() {
    make_tables(kArea);
    const Frame first = frames(kCount);
    EXPECT_OK(first.map_run(space(), kArea, MapFlags::ReadWrite, kCount));
    for (unsigned i = 0; i < kCount; i++) word_at(kArea + i * kPageSize) = i + 1;
    for (unsigned i = 0; i < kCount; i++) {
        const Frame frame(first.cptr() + i);
        EXPECT_EQ(need(frame.info()).mapped_at, kArea + i * kPageSize);
        EXPECT_EQ(need(space().info(kArea + i * kPageSize)).address, need(frame.info()).address);
    }
    // Copies, mapped elsewhere in one call, show the same memory.
    const CPtr copies = need(pool().slots(kCount));
    EXPECT_OK(node().copy_run(copies, node(), first.cptr(), kCount, Rights::Read));
    EXPECT_OK(Frame(copies).map_run(space(), kArea + kCount * kPageSize, MapFlags::Read, kCount));
    for (unsigned i = 0; i < kCount; i++) EXPECT_EQ(read_at(kArea + (kCount + i) * kPageSize), i + 1);
    EXPECT_ERROR(SlotOccupied, node().copy_run(copies, node(), first.cptr(), 2));
    EXPECT_EQ(need(node().same(copies + 5, node(), first.cptr() + 5)), true);
    EXPECT_EQ(need(node().same(copies + 5, node(), first.cptr() + 6)), false);
}

void unmapping() {
    make_tables(kArea);
    Prober prober;
    const Frame first = frames(kCount);
    need(first.map_run(space(), kArea, MapFlags::ReadWrite, kCount));
    for (unsigned i = 0; i < kCount; i++) EXPECT(!prober.write(kArea + i * kPageSize, i).faulted);
    EXPECT_OK(space().unmap(kArea + kPageSize, kCount - 2));
    for (unsigned i = 0; i < kCount; i++)
        EXPECT_EQ(prober.read(kArea + i * kPageSize).faulted, 0 < i && i < kCount - 1);
    // The memory is unchanged, and its capability can map it anywhere again.
    EXPECT_OK(Frame(first.cptr() + 7).map(space(), kArea + kPageSize, MapFlags::Read | MapFlags::Replace));
    EXPECT_EQ(prober.read(kArea + kPageSize).value, 7);
    EXPECT(prober.read(kArea + 7 * kPageSize).faulted);
    EXPECT_OK(space().unmap(kArea, 2 * kGiB / kPageSize));  // mostly holes
    EXPECT(prober.read(kArea).faulted);
}

void protecting() {
    make_tables(kArea);
    Prober prober;
    const Frame first = frames(kCount);
    need(first.map_run(space(), kArea, MapFlags::ReadWrite, kCount));
    for (unsigned i = 0; i < kCount; i++) EXPECT(!prober.write(kArea + i * kPageSize, i).faulted);
    EXPECT_OK(space().protect(kArea, kCount / 2, MapFlags::Read));
    for (unsigned i = 0; i < kCount; i++) {
        EXPECT_EQ(prober.read(kArea + i * kPageSize).value, i);
        EXPECT_EQ(prober.write(kArea + i * kPageSize, i).faulted, i < kCount / 2);
    }
    EXPECT_OK(space().protect(kArea, kCount, MapFlags::ReadWrite));  // does not restore any right
    EXPECT(prober.write(kArea, 1).faulted);
    EXPECT(!prober.write(kArea + (kCount - 1) * kPageSize, 1).faulted);
    EXPECT_OK(first.protect(MapFlags::ReadWrite));
    EXPECT(!prober.write(kArea, 1).faulted);
}

/// Copy on write: one call replaces a shared page with its copy.
void copy_on_write() {
    make_tables(kArea);
    Prober prober;
    const Frame original = need(pool().frame()), copy = need(pool().frame());
    need(pool().map(original, space(), kArea, MapFlags::Read));
    need(pool().map(copy, space(), kArea + kPageSize, MapFlags::ReadWrite));
    EXPECT_EQ(prober.read(kArea).value, 0);
    EXPECT(prober.write(kArea, 5).faulted);
    word_at(kArea + kPageSize) = 77;
    EXPECT_OK(copy.map(space(), kArea, MapFlags::ReadWrite | MapFlags::Replace));
    EXPECT_EQ(prober.read(kArea).value, 77);
    EXPECT(!prober.write(kArea, 5).faulted);
    EXPECT(prober.read(kArea + kPageSize).faulted);
    EXPECT_ERROR(NotMapped, original.protect(MapFlags::Read));
    EXPECT_OK(original.map(space(), kArea + kPageSize, MapFlags::Read | MapFlags::Replace));
    EXPECT_EQ(prober.read(kArea + kPageSize).value, 0);
}

void large_pages() {
    constexpr std::uint64_t kLarge = bit(kLargeFrameBits), kPages = kLarge / kPageSize;
    make_tables(kArea);
    Prober prober;
    const Frame large = need(pool().frame(kLargeFrameBits));
    need(pool().map(large, space(), kArea + kLarge, MapFlags::ReadWrite));
    EXPECT_ERROR(NotAligned, space().unmap(kArea + kLarge, kPages - 1));
    EXPECT_ERROR(NotAligned, space().unmap(kArea, kPages + 1));
    EXPECT_ERROR(NotAligned, space().protect(kArea + kLarge + kPageSize, kPages, MapFlags::Read));
    EXPECT(!prober.write(kArea + kLarge, 3).faulted);
    EXPECT_OK(space().protect(kArea, 3 * kPages, MapFlags::Read));
    EXPECT(prober.write(kArea + kLarge, 3).faulted);
    EXPECT_OK(space().unmap(kArea, 3 * kPages));
    EXPECT(prober.read(kArea + 2 * kLarge - 8).faulted);
}

/// A thread is preempted while it unmaps many more pages than the kernel handles at once. The call completes.
void preempted() {
    constexpr unsigned kRuns = 8;
    for (unsigned i = 0; i < kRuns; i++) {
        const std::uint64_t at = kArea + i * kCount * kPageSize;
        make_tables(at);
        need(frames(kCount).map_run(space(), at, MapFlags::ReadWrite, kCount));
    }
    Result<void> result{};
    auto body = [&] { result = space().unmap(kArea, kRuns * kCount); };
    Thread thread(body, {.priority = kPriority - 1});
    const Alarm alarm;
    const auto preemptions = [] {
        return need(environment().machine.counter(std::uint64_t(KernelCounter::Preemptions)));
    };
    const std::uint64_t before = preemptions();
    thread.start();
    for (unsigned i = 0; i < 1000 && !thread.has_finished(); i++) alarm.sleep(3);
    EXPECT(thread.has_finished());
    EXPECT(boot_info().hart_count > 1 || preemptions() > before);
    EXPECT_OK(result);
    for (unsigned i = 0; i < kRuns * kCount; i++) EXPECT_ERROR(NotMapped, space().info(kArea + i * kPageSize));
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {
        {"ranges_runs", runs},
        {"ranges_unmapping", unmapping},
        {"ranges_protecting", protecting},
        {"ranges_copy_on_write", copy_on_write},
        {"ranges_large_pages", large_pages},
        {"ranges_preempted", preempted},
    };
    return run_cases(kCases);
}
