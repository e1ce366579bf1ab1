// SPDX-License-Identifier: MIT
// Frames in the root task's own address space, and in one where nothing runs: it touches what it may, and asks Info
// about the rest.
#include "common/ktest.h"

namespace glenda::ktest {

namespace {

constexpr std::uint64_t kSecond = kArea + kPageSize;

/// What the page table says about `address`: the frame, its size and the rights.
void expect_mapped(VSpace where, std::uint64_t address, Frame frame, MapFlags flags) {
    const VSpace::Mapping mapping = need(where.info(address));
    EXPECT_EQ(mapping.address, need(frame.info()).address);
    EXPECT_EQ(mapping.size_bits, need(frame.info()).size_bits);
    EXPECT_EQ(mapping.flags, flags);
}

/// New memory is zero and holds what is written to it. Two mappings of one frame are the same memory.
void touch() {
    constexpr unsigned kPages = 16;
    const CPtr first = need(pool().slots(kPages));
    for (unsigned i = 0; i < kPages; i++) {
        need(pool().make_at(CapType::Frame, kFrameBits, node(), first + i));
        need(pool().map(Frame(first + i), space(), kArea + i * kPageSize, MapFlags::ReadWrite));
        expect_mapped(space(), kArea + i * kPageSize, Frame(first + i), MapFlags::ReadWrite);
        EXPECT_EQ(need(Frame(first + i).info()).mapped_at, kArea + i * kPageSize);
    }
    constexpr unsigned kWords = kPages * kPageSize / 8;
    unsigned dirty = 0, wrong = 0;
    for (unsigned i = 0; i < kWords; i++) dirty += read_at(kArea + 8 * i) != 0 ? 1 : 0;
    for (unsigned i = 0; i < kWords; i++) word_at(kArea + 8 * i) = i + 1;
    for (unsigned i = 0; i < kWords; i++) wrong += read_at(kArea + 8 * i) != i + 1 ? 1 : 0;
    EXPECT_EQ(dirty, 0);
    EXPECT_EQ(wrong, 0);

    const Frame alias = with_rights(Frame(first + 3), Rights::Read);
    EXPECT_EQ(need(alias.info()).mapped_at, 0);
    need(pool().map(alias, space(), kArea + kMiB, MapFlags::Read));
    EXPECT_EQ(read_at(kArea + kMiB), 3 * kPageSize / 8 + 1);
    word_at(kArea + 3 * kPageSize + 8) = 99;
    EXPECT_EQ(read_at(kArea + kMiB + 8), 99);
    EXPECT(need(environment().machine.check()));
}

/// A mapping has the rights that were asked for, and no more than the capability.
void rights() {
    const Frame frame = need(pool().frame());
    for (const MapFlags flags : {MapFlags::Read, MapFlags::ReadWrite, MapFlags::ReadExecute}) {
        need(pool().map(frame, space(), kArea, flags));
        expect_mapped(space(), kArea, frame, flags);
        EXPECT_OK(frame.unmap());
    }
    for (const unsigned flags : {0u, 2u, 4u, 6u, 7u, 16u})
        EXPECT_ERROR(BadArgument, frame.map(space(), kArea, MapFlags(flags)));
    const Frame read_only = with_rights(frame, Rights::Read), write_only = with_rights(frame, Rights::Write);
    EXPECT_ERROR(NoRights, read_only.map(space(), kArea, MapFlags::ReadWrite));
    EXPECT_ERROR(NoRights, write_only.map(space(), kArea, MapFlags::ReadWrite));
    EXPECT_ERROR(NoRights, write_only.map(space(), kArea, MapFlags::Read));
    EXPECT_OK(read_only.map(space(), kArea, MapFlags::Read));
    EXPECT_ERROR(NotMapped, space().info(kSecond));
}

/// What is refused, and that a refusal changes nothing.
void refusals() {
    const Frame frame = mapped_frame(kArea), other = need(pool().frame());
    word_at(kArea) = 5;
    EXPECT_ERROR(AlreadyMapped, other.map(space(), kArea, MapFlags::Read));
    EXPECT_ERROR(AlreadyMapped, frame.map(space(), kSecond, MapFlags::Read));
    EXPECT_ERROR(NotAligned, other.map(space(), kSecond + 8, MapFlags::Read));
    EXPECT_ERROR(BadArgument, other.map(space(), kUserEnd, MapFlags::Read));
    EXPECT_ERROR(BadArgument, other.map(space(), 0xffff'ffc0'0000'0000, MapFlags::Read));
    EXPECT_ERROR(MissingTable, other.map(space(), kArea + kGiB, MapFlags::Read));
    EXPECT_EQ(need(other.info()).mapped_at, 0);
    EXPECT_ERROR(NotMapped, other.unmap());
    EXPECT_EQ(read_at(kArea), 5);
    const auto [uart, offset] = device_at(kUart);
    const CPtr slot = need(pool().slot());
    EXPECT_OK(uart.retype(CapType::Frame, kFrameBits, node(), slot, 1, offset));
    EXPECT_ERROR(BadArgument, Frame(slot).map(space(), kSecond, MapFlags::ReadExecute));
    EXPECT_OK(Frame(slot).map(space(), kSecond, MapFlags::Read));
    EXPECT_EQ(reinterpret_cast<volatile std::uint8_t*>(kSecond)[5] & 0x60, 0x60);  // its transmitter is empty
}

/// The kernel owns no memory: it says which table is missing. A large page needs one table fewer.
void tables() {
    const VSpace other = need(pool().vspace());
    const Frame frame = need(pool().frame()), large = need(pool().frame(kLargeFrameBits));
    const PageTable upper = need(pool().make<PageTable>(CapType::PageTable)),
                    lower = need(pool().make<PageTable>(CapType::PageTable));
    const Message reply = invoke(large.cptr(), FrameMethod::Map, other.cptr(), kArea, MapFlags::Read);
    EXPECT_ERROR(MissingTable, reply);
    EXPECT_EQ(reply.words[0], 1);
    EXPECT_EQ(reply.words[1], kArea);
    EXPECT_OK(upper.map(other, kArea));
    EXPECT_ERROR(MissingTable, frame.map(other, kArea, MapFlags::Read));
    EXPECT_ERROR(NotAligned, large.map(other, kArea + kPageSize, MapFlags::Read));
    EXPECT_OK(large.map(other, kArea + 2 * kMiB, MapFlags::ReadWrite));
    expect_mapped(other, kArea + 2 * kMiB, large, MapFlags::ReadWrite);
    EXPECT_ERROR(AlreadyMapped, frame.map(other, kArea + 3 * kMiB, MapFlags::Read));
    EXPECT_OK(lower.map(other, kArea));
    EXPECT_ERROR(AlreadyMapped, need(pool().frame(kLargeFrameBits)).map(other, kArea, MapFlags::Read));
    EXPECT_OK(frame.map(other, kArea, MapFlags::Read));
    expect_mapped(other, kArea, frame, MapFlags::Read);
    EXPECT_ERROR(NotMapped, other.info(kSecond));
    EXPECT(need(environment().machine.check()));
}

/// After an address is mapped to another frame, an access sees the new frame at once.
void remapping() {
    const Frame frames[2] = {mapped_frame(kArea), mapped_frame(kSecond)};
    word_at(kArea) = 100;
    word_at(kSecond) = 101;
    EXPECT_OK(frames[1].unmap());
    EXPECT_ERROR(NotMapped, space().info(kSecond));
    for (unsigned i = 0; i < 50; i++) {
        EXPECT_EQ(read_at(kArea), 100 + i % 2);
        EXPECT_OK(frames[i % 2].unmap());
        EXPECT_EQ(need(frames[i % 2].info()).mapped_at, 0);
        EXPECT_OK(frames[1 - i % 2].map(space(), kArea, MapFlags::Read));
    }
    // Replace: the capability's own mapping, and a page that is in the way, end first.
    EXPECT_OK(frames[1].map(space(), kArea, MapFlags::Read | MapFlags::Replace));
    EXPECT_EQ(read_at(kArea), 101);
    EXPECT_OK(frames[1].map(space(), kSecond, MapFlags::Read | MapFlags::Replace));
    EXPECT_EQ(read_at(kSecond), 101);
    EXPECT_ERROR(NotMapped, space().info(kArea));
    EXPECT(need(environment().machine.check()));
}

/// A frame that was replaced, and mapped elsewhere by another capability, is not unmapped by the old one.
void not_ours() {
    const Frame old = mapped_frame(kArea), next = need(pool().frame());
    EXPECT_OK(next.map(space(), kArea, MapFlags::ReadWrite | MapFlags::Replace));
    word_at(kArea) = 7;
    EXPECT_OK(old.unmap());
    EXPECT_EQ(read_at(kArea), 7);
    expect_mapped(space(), kArea, next, MapFlags::ReadWrite);
}

/// Many pages with one call, also with one that is executable.
void runs() {
    constexpr unsigned kCount = 8;
    const CPtr first = need(pool().slots(kCount));
    EXPECT_OK(arena().retype(CapType::Frame, kFrameBits, node(), first, kCount));
    const Frame obstacle = mapped_frame(kArea + 3 * kPageSize);
    EXPECT_ERROR(AlreadyMapped, Frame(first).map_run(space(), kArea, MapFlags::Read, kCount));
    for (unsigned i = 0; i < kCount; i++) EXPECT_EQ(need(Frame(first + i).info()).mapped_at, 0);
    EXPECT_OK(obstacle.unmap());
    EXPECT_OK(Frame(first).map_run(space(), kSecond, MapFlags::ReadWrite, kCount));
    for (unsigned i = 0; i < kCount; i++)
        expect_mapped(space(), kSecond + i * kPageSize, Frame(first + i), MapFlags::ReadWrite);
    word_at(kSecond) = 0x8082;  // `ret`, compressed
    EXPECT_OK(Frame(first).unmap());
    EXPECT_OK(Frame(first).map(space(), kSecond, MapFlags::ReadExecute));
    reinterpret_cast<void (*)()>(kSecond)();
    EXPECT_OK(Frame(first).protect(MapFlags::Read));
    expect_mapped(space(), kSecond, Frame(first), MapFlags::Read);
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {{"touch", touch},   {"rights", rights},       {"refusals", refusals},
                                      {"tables", tables}, {"remapping", remapping}, {"not_ours", not_ours},
                                      {"runs", runs}};
    return run_cases(kCases);
}
