// SPDX-License-Identifier: MIT
// Address spaces: a mapping grants exactly the access it names, and none once it is gone.
#include "common/ktest.h"

namespace glenda::ktest {

namespace {

/// K14: the test accesses a page, so that the TLB holds the translation, and removes the mapping in every possible way.
/// Each access after that faults.
void stale_mappings() {
    Prober prober;
    const auto gone = [&](std::uint64_t address) {
        const Prober::Outcome read = prober.read(address), write = prober.write(address, 1);
        return read.faulted && write.faulted && read.address == address && read.access == Access::Read;
    };
    const auto touched = [&](std::uint64_t address) {
        return !prober.write(address, 5).faulted && prober.read(address).value == 5;
    };
    Frame frame = mapped_frame(kArea);
    EXPECT(touched(kArea));
    EXPECT_OK(frame.unmap());
    EXPECT(gone(kArea));

    need(pool().map(frame, space(), kArea, MapFlags::ReadWrite));
    EXPECT(touched(kArea));
    EXPECT_OK(node().remove(frame.cptr()));
    EXPECT(gone(kArea));

    frame = mapped_frame(kArea);
    const CPtr slot = need(pool().slots(2));
    EXPECT_OK(node().copy(slot, node(), frame.cptr()));
    need(pool().map(Frame(slot), space(), kArea + kPageSize, MapFlags::ReadWrite));
    EXPECT(touched(kArea) && touched(kArea + kPageSize));
    EXPECT_OK(node().revoke(frame.cptr()));
    EXPECT(gone(kArea + kPageSize));
    EXPECT(touched(kArea));
    EXPECT_OK(node().move(slot + 1, node(), frame.cptr()));  // a moved capability keeps its mapping
    EXPECT(touched(kArea));
    EXPECT_OK(Frame(slot + 1).unmap());
    EXPECT(gone(kArea));

    const Untyped memory = need(pool().make<Untyped>(CapType::Untyped, 16));
    EXPECT_OK(memory.retype(CapType::Frame, kFrameBits, node(), slot));
    need(pool().map(Frame(slot), space(), kArea, MapFlags::ReadWrite));
    EXPECT(touched(kArea));
    EXPECT_OK(node().revoke(memory.cptr()));
    EXPECT(gone(kArea));

    // Unmapping a page table removes everything it maps.
    constexpr std::uint64_t kFar = kArea + 64 * kMiB;
    EXPECT_OK(memory.retype(CapType::PageTable, 0, node(), slot));
    EXPECT_OK(PageTable(slot).map(space(), kFar));
    const Frame under = mapped_frame(kFar);
    EXPECT(touched(kFar));
    EXPECT_OK(PageTable(slot).unmap());
    EXPECT(gone(kFar));
    EXPECT_ERROR(NotMapped, under.protect(MapFlags::Read));
    EXPECT_ERROR(NotMapped, space().info(kFar));
    EXPECT_OK(PageTable(slot).map(space(), kFar));
    EXPECT(gone(kFar));
}

/// After an address is mapped to another frame, an access sees the new frame at once.
void remapping() {
    Prober prober;
    const Frame frames[2] = {mapped_frame(kArea), mapped_frame(kArea + kPageSize)};
    word_at(kArea) = 100;
    word_at(kArea + kPageSize) = 101;
    EXPECT_OK(frames[1].unmap());
    for (unsigned i = 0; i < 100; i++) {
        EXPECT_EQ(prober.read(kArea).value, 100 + i % 2);
        EXPECT_OK(frames[i % 2].unmap());
        EXPECT_OK(frames[1 - i % 2].map(space(), kArea, MapFlags::Read));
    }
}

void protection() {
    Prober prober;
    const Frame frame = mapped_frame(kArea);
    constexpr std::uint64_t kReturn = 0x8082;  // `ret`, compressed
    word_at(kArea) = kReturn;
    struct {
        MapFlags flags;
        bool write, execute;
    } const kinds[] = {{MapFlags::Read, false, false},       {MapFlags::ReadWrite, true, false},
                       {MapFlags::ReadExecute, false, true}, {MapFlags::Read, false, false},
                       {MapFlags::ReadExecute, false, true}, {MapFlags::ReadWrite, true, false}};
    for (const auto& kind : kinds) {
        EXPECT_OK(frame.protect(kind.flags));
        EXPECT_EQ(need(space().info(kArea)).flags, kind.flags);
        EXPECT_EQ(prober.read(kArea).value, kReturn);
        const Prober::Outcome write = prober.write(kArea, kReturn), execute = prober.execute(kArea);
        EXPECT_EQ(!write.faulted, kind.write);
        EXPECT_EQ(!execute.faulted, kind.execute);
        if (write.faulted) EXPECT_EQ(write.access, Access::Write);
        if (execute.faulted) EXPECT_EQ(execute.access, Access::Execute);
    }
    for (const unsigned flags : {6u, 7u}) {  // writable and executable is always refused
        EXPECT_ERROR(BadArgument, frame.protect(MapFlags(flags)));
        EXPECT_ERROR(BadArgument, need(pool().frame()).map(space(), kArea + kPageSize, MapFlags(flags)));
    }
    const Frame read_only = with_rights(frame, Rights::Read);
    need(pool().map(read_only, space(), kArea + kPageSize, MapFlags::Read));
    EXPECT_ERROR(NoRights, read_only.protect(MapFlags::ReadWrite));
    EXPECT(prober.write(kArea + kPageSize, 1).faulted);
}

/// The kernel owns no memory, so it reports the level of the missing table, topmost first.
void missing_tables() {
    const VSpace other = need(pool().vspace());
    const Frame frame = need(pool().frame()), large = need(pool().frame(kLargeFrameBits));
    const auto missing = [&](Frame which) {
        const Message reply = invoke(which.cptr(), FrameMethod::Map, other.cptr(), kArea, MapFlags::Read);
        EXPECT_ERROR(MissingTable, reply);
        return reply.words[0];
    };
    const PageTable tables[3] = {need(pool().make<PageTable>(CapType::PageTable)),
                                 need(pool().make<PageTable>(CapType::PageTable)),
                                 need(pool().make<PageTable>(CapType::PageTable))};
    EXPECT_EQ(missing(frame), 1);
    EXPECT_EQ(missing(large), 1);
    EXPECT_OK(tables[0].map(other, kArea));
    EXPECT_EQ(missing(frame), 0);
    EXPECT_OK(tables[1].map(other, kArea));
    EXPECT_ERROR(AlreadyMapped, tables[1].map(other, kArea + kGiB));
    EXPECT_ERROR(AlreadyMapped, tables[2].map(other, kArea));
    EXPECT_ERROR(AlreadyMapped, large.map(other, kArea, MapFlags::Read));
    EXPECT_OK(frame.map(other, kArea, MapFlags::Read));
    EXPECT_ERROR(NotMapped, other.info(kArea + kPageSize));
    EXPECT_OK(large.map(other, kArea + 2 * kMiB, MapFlags::Read));
    EXPECT_ERROR(AlreadyMapped, need(pool().frame()).map(other, kArea + 3 * kMiB, MapFlags::Read));
    EXPECT_ERROR(AlreadyMapped, tables[2].map(other, kArea + 2 * kMiB));
}

void large_frame() {
    const Frame large = need(pool().frame(kLargeFrameBits));
    EXPECT_ERROR(NotAligned, large.map(space(), kArea + kPageSize, MapFlags::ReadWrite));
    need(pool().map(large, space(), kArea, MapFlags::ReadWrite));
    EXPECT(is_aligned(need(large.info()).address, 2 * kMiB));
    EXPECT_EQ(need(large.info()).mapped_at, kArea);
    const VSpace::Mapping mapping = need(space().info(kArea + kMiB));
    EXPECT_EQ(mapping.size_bits, kLargeFrameBits);
    unsigned wrong = 0;
    for (std::uint64_t at = 0; at < 2 * kMiB; at += 8) wrong += word_at(kArea + at) != 0 ? 1 : 0;
    for (std::uint64_t at = 0; at < 2 * kMiB; at += kPageSize) word_at(kArea + at) = at;
    for (std::uint64_t at = 0; at < 2 * kMiB; at += kPageSize) wrong += word_at(kArea + at) != at ? 1 : 0;
    EXPECT_EQ(wrong, 0);
    Prober prober;
    EXPECT(prober.read(kArea + 2 * kMiB).faulted);
    EXPECT_OK(large.unmap());
    EXPECT(prober.read(kArea + kMiB).faulted);
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {{"memory_stale_mappings", stale_mappings},
                                      {"memory_remapping", remapping},
                                      {"memory_protection", protection},
                                      {"memory_missing_tables", missing_tables},
                                      {"memory_large_frame", large_frame}};
    return run_cases(kCases);
}
