// SPDX-License-Identifier: MIT
// Retype: every type, all or nothing, cleared memory, disjoint objects, and device memory.
#include "common/ktest.h"

namespace glenda::ktest {

namespace {

/// Makes an object of each type and uses it once.
void every_type() {
    const Notification bell = badged(need(pool().notification()), 4);
    EXPECT_OK(bell.signal());
    EXPECT_EQ(need(bell.poll()), 4);
    const Endpoint endpoint = need(pool().endpoint());
    EXPECT_ERROR(WouldBlock, endpoint.nb_recv(0));
    EXPECT_ERROR(NoCaller, need(pool().reply()).send({}));
    const Untyped memory = need(pool().make<Untyped>(CapType::Untyped, 13));
    EXPECT_EQ(need(memory.info()).size_bits, 13);
    const CNode box = need(pool().cnode(3));
    EXPECT_OK(box.copy(7, node(), endpoint.cptr()));
    const Tcb thread = need(pool().tcb());
    EXPECT_EQ(need(thread.info()).state, ThreadState::Inactive);
    const Timer timer = need(pool().timer());
    EXPECT_OK(timer.bind(bell));
    EXPECT_OK(timer.arm(0));
    EXPECT_EQ(need(bell.wait()), 4);
    const VSpace other = need(pool().vspace());
    const PageTable middle = need(pool().make<PageTable>(CapType::PageTable));
    EXPECT_OK(middle.map(other, kArea));
    const Frame frame = need(pool().frame());
    EXPECT_OK(pool().map(frame, other, kArea, MapFlags::ReadWrite));
    EXPECT_EQ(need(other.info(kArea)).address, need(frame.info()).address);
}

/// A Retype that is refused has no effect.
void all_or_nothing() {
    const Untyped memory = need(pool().make<Untyped>(CapType::Untyped, 14));
    const CPtr slot = need(pool().slots(8));
    EXPECT_OK(node().copy(slot + 5, node(), kRootConsole));
    EXPECT_ERROR(SlotOccupied, memory.retype(CapType::Endpoint, 0, node(), slot, 8));
    EXPECT_ERROR(NotEnoughMemory, memory.retype(CapType::Frame, kFrameBits, node(), slot, 5));
    for (unsigned i = 0; i < 8; i++)
        EXPECT_EQ(need(node().info(slot + i)).type, i == 5 ? CapType::Console : CapType::Null);
    EXPECT_EQ(need(memory.info()).used, 0);
    EXPECT_OK(memory.retype(CapType::Frame, kFrameBits, node(), slot, 4));
    EXPECT_ERROR(NotEnoughMemory, memory.retype(CapType::Endpoint, 0, node(), slot + 6));
}

/// Frames are written and revoked. Whatever is made from their memory next is zero.
void zeroed() {
    constexpr unsigned kPages = 64;
    const Untyped memory = need(pool().make<Untyped>(CapType::Untyped, 18));
    const CPtr slot = need(pool().slots(kPages));
    auto* words = reinterpret_cast<volatile std::uint64_t*>(kArea);
    constexpr unsigned kWords = kPages * kPageSize / 8;
    for (unsigned round = 0; round < 3; round++) {
        EXPECT_OK(memory.retype(CapType::Frame, kFrameBits, node(), slot, kPages));
        for (unsigned i = 0; i < kPages; i++)
            need(pool().map(Frame(slot + i), space(), kArea + i * kPageSize, MapFlags::ReadWrite));
        unsigned dirty = 0;
        for (unsigned i = 0; i < kWords; i++) {
            dirty += words[i] != 0 ? 1 : 0;
            words[i] = ~std::uint64_t{0};
        }
        EXPECT_EQ(dirty, 0);
        EXPECT_OK(node().revoke(memory.cptr()));
        // The same through a smaller Untyped, with objects whose fields would show stale contents.
        EXPECT_OK(memory.retype(CapType::Untyped, 16, node(), slot));
        EXPECT_OK(Untyped(slot).retype(CapType::Notification, 0, node(), slot + 1));
        EXPECT_ERROR(WouldBlock, Notification(slot + 1).poll());
        EXPECT_OK(Untyped(slot).retype(CapType::CNode, 6, node(), slot + 2));
        for (unsigned i = 1; i < 64; i++) EXPECT_EQ(need(CNode(slot + 2).info(i)).type, CapType::Null);
        EXPECT_OK(Untyped(slot).retype(CapType::VSpace, 0, node(), slot + 3));
        EXPECT_ERROR(NotMapped, VSpace(slot + 3).info(kArea));
        EXPECT_OK(node().revoke(memory.cptr()));
    }
}

/// No two objects share memory: each frame keeps its own pattern, and addresses do not overlap.
void disjoint() {
    constexpr unsigned kFrames = 48;
    const Untyped memory = need(pool().make<Untyped>(CapType::Untyped, 20));
    const CPtr slot = need(pool().slots(2 * kFrames));
    std::uint64_t last_end = need(memory.info()).address;
    for (unsigned i = 0; i < kFrames; i++) {
        // Put a small object of another type in between.
        const CapType between = i % 3 == 0 ? CapType::Endpoint : i % 3 == 1 ? CapType::Timer : CapType::Tcb;
        EXPECT_OK(memory.retype(between, 0, node(), slot + kFrames + i));
        EXPECT_OK(memory.retype(CapType::Frame, kFrameBits, node(), slot + i));
        const std::uint64_t address = need(Frame(slot + i).info()).address;
        EXPECT(address > last_end);
        EXPECT(is_aligned(address, kPageSize));
        last_end = address + kPageSize - 1;
        need(pool().map(Frame(slot + i), space(), kArea + i * kPageSize, MapFlags::ReadWrite));
        auto* words = reinterpret_cast<volatile std::uint64_t*>(kArea + i * kPageSize);
        for (unsigned j = 0; j < 512; j++) words[j] = std::uint64_t{i} << 32 | j;
    }
    unsigned wrong = 0;
    for (unsigned i = 0; i < kFrames; i++) {
        auto* words = reinterpret_cast<volatile std::uint64_t*>(kArea + i * kPageSize);
        for (unsigned j = 0; j < 512; j++) wrong += words[j] != (std::uint64_t{i} << 32 | j) ? 1 : 0;
    }
    EXPECT_EQ(wrong, 0);
}

/// One Retype makes as many objects as it may.
void counts() {
    const Untyped memory = need(pool().make<Untyped>(CapType::Untyped, 16));
    const CPtr slot = need(pool().slots(kMaxRetypeCount));
    EXPECT_OK(memory.retype(CapType::Notification, 0, node(), slot, kMaxRetypeCount));
    EXPECT_EQ(need(memory.info()).used, kMaxRetypeCount << kNotificationBits);
    for (unsigned i = 0; i < kMaxRetypeCount; i++) EXPECT_EQ(need(node().info(slot + i)).type, CapType::Notification);
    EXPECT_OK(node().revoke(memory.cptr()));
    EXPECT_OK(memory.retype(CapType::Untyped, 5, node(), slot, kMaxRetypeCount));
    EXPECT_OK(Untyped(slot + 63).retype(CapType::Endpoint, 0, node(), need(pool().slot())));
}

/// A CNode is made in the slot from which its Untyped was moved, and then holds that Untyped itself.
void into_itself() {
    const Untyped memory = need(pool().make<Untyped>(CapType::Untyped, 14));
    const CNode box = need(pool().cnode(4));
    EXPECT_OK(box.move(1, node(), memory.cptr()));
    const CPtr out = need(pool().slot());
    EXPECT_OK(node().move(out, box, 1));
    EXPECT_OK(Untyped(out).retype(CapType::CNode, 4, node(), memory.cptr()));
    const CNode made(memory.cptr());
    EXPECT_OK(made.move(3, node(), out));  // the Untyped is now in a slot of its own child
    EXPECT_OK(node().move(out, made, 3));
    EXPECT_OK(node().revoke(out));
    EXPECT_EQ(need(node().info(made.cptr())).type, CapType::Null);
}

/// Device memory: the 16550 and the real-time clock of QEMU's `virt` machine.
void devices() {
    const auto [uart, offset] = device_at(kUart);
    const CPtr slot = need(pool().slots(3));
    EXPECT_ERROR(NotAligned, uart.retype(CapType::Frame, kFrameBits, node(), slot, 1, offset + 8));
    EXPECT_ERROR(BadArgument, uart.retype(CapType::Endpoint, 0, node(), slot, 1, offset));
    EXPECT_OK(uart.retype(CapType::Frame, kFrameBits, node(), slot, 1, offset));
    EXPECT_EQ(need(Frame(slot).info()).address, kUart);
    EXPECT_ERROR(BadArgument, pool().map(Frame(slot), space(), kArea, MapFlags::ReadExecute));
    need(pool().map(Frame(slot), space(), kArea, MapFlags::Read));
    constexpr unsigned kLineStatus = 5;
    const std::uint8_t status = reinterpret_cast<volatile std::uint8_t*>(kArea)[kLineStatus];
    EXPECT_EQ(status & 0x60, 0x60);  // the transmitter is empty
    Prober prober;
    const Prober::Outcome written = prober.write(kArea, 0);
    EXPECT(written.faulted && written.access == Access::Write);
    EXPECT_ERROR(BadArgument, environment().tcb.configure({.utcb_frame = Frame(slot), .utcb_address = kArea}));

    const auto [clock, clock_offset] = device_at(kClock);
    EXPECT_OK(clock.retype(CapType::Frame, kFrameBits, node(), slot + 1, 1, clock_offset));
    need(pool().map(Frame(slot + 1), space(), kArea + kPageSize, MapFlags::Read));
    auto* time = reinterpret_cast<volatile std::uint32_t*>(kArea + kPageSize);
    const std::uint64_t low = time[0], before = low | std::uint64_t{time[1]} << 32;
    EXPECT(before > 1'600'000'000ull * 1'000'000'000);  // ns since 1970: after 2020
    stay_busy(boot_info().timebase / 1000);
    const std::uint64_t low_again = time[0], after = low_again | std::uint64_t{time[1]} << 32;
    EXPECT(after > before && after - before < 60'000'000'000);  // the clock is the host's, which may be busy
    EXPECT_OK(node().revoke(uart.cptr()));
    EXPECT_OK(node().revoke(clock.cptr()));
    EXPECT(prober.read(kArea).faulted);
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {{"retype_every_type", every_type}, {"retype_all_or_nothing", all_or_nothing},
                                      {"retype_zeroed", zeroed},         {"retype_disjoint", disjoint},
                                      {"retype_counts", counts},         {"retype_into_itself", into_itself},
                                      {"retype_devices", devices}};
    return run_cases(kCases);
}
