// SPDX-License-Identifier: MIT
// Arguments are 64 bits wide. A valid argument with an additional high bit set is invalid; a kernel that narrows the
// argument before checking it would accept it.
#include "common/methods.h"

namespace glenda::ktest {

namespace {

constexpr std::uint64_t kHighBits[] = {bit(8), bit(16), bit(32), bit(40), bit(63)};

/// `call`, an expression of `argument`, fails with `error` when `argument` is `good` with any high bit set.
#define EXPECT_WIDE(error, good, call)                \
    for (const std::uint64_t high : kHighBits) {      \
        const std::uint64_t argument = (good) | high; \
        EXPECT_ERROR(error, call);                    \
    }

void labels_and_pointers() {
    const Tcb thread = need(pool().tcb());
    for (const unsigned at : {8u, 16u, 32u, 47u})
        EXPECT_ERROR(BadMethod, invoke(thread.cptr(), std::uint64_t(TcbMethod::Info) | bit(at)));
    const Endpoint endpoint = need(pool().endpoint());
    EXPECT_WIDE(InvalidCapability, endpoint.cptr() | bit(12), sys::nb_send(argument, {}));
    EXPECT_WIDE(InvalidCapability, endpoint.cptr() | bit(12), sys::nb_recv(endpoint.cptr(), argument));
    EXPECT_WIDE(InvalidCapability, std::uint64_t{kRootVSpace} | bit(12),
                invoke(thread.cptr(), TcbMethod::Configure, 0, argument, 0, 0, 0));
}

void indices() {
    const CNode box = need(pool().cnode(4));
    const CPtr source = need(pool().endpoint()).cptr();
    const Untyped memory = need(pool().make<Untyped>(CapType::Untyped, 12));
    EXPECT_WIDE(OutOfRange, 1, box.copy(argument, node(), source));
    EXPECT_WIDE(OutOfRange, source | bit(12), box.copy(1, node(), argument));
    EXPECT_WIDE(OutOfRange, 1, box.move(argument, node(), source));
    EXPECT_WIDE(OutOfRange, 1, box.revoke(argument));
    EXPECT_WIDE(OutOfRange, 1, box.info(argument));
    EXPECT_WIDE(OutOfRange, 1, memory.retype(CapType::Endpoint, 0, box, argument));
    EXPECT_WIDE(OutOfRange, 1, IrqControl(kRootIrqControl).claim(kClockIrq, box, argument));
    for (const unsigned at : {8u, 16u, 32u, 62u}) EXPECT_ERROR(OutOfRange, box.remove(1 | bit(at)));
    EXPECT_OK(box.copy(15, node(), source));
    EXPECT_OK(box.remove(15 | bit(63)));  // bit 63 means that the slot is already empty, so this does nothing
    EXPECT_EQ(need(box.info(15)).type, CapType::Endpoint);
    for (const std::uint64_t index : {0ul, 16ul, bit(62)}) EXPECT_ERROR(OutOfRange, box.remove(index | bit(63)));
    EXPECT_OK(box.remove(15));
    EXPECT_ERROR(OutOfRange, box.info(16));
    EXPECT_OK(box.info(15));
    EXPECT_EQ(need(box.info(1)).type, CapType::Null);
}

void rights_and_guards() {
    const CNode box = need(pool().cnode(4));
    const CPtr source = need(pool().endpoint()).cptr();
    EXPECT_WIDE(BadArgument, 1, invoke(box.cptr(), CNodeMethod::Copy, 1, node().cptr(), source, argument));
    EXPECT_WIDE(BadArgument, 1, invoke(box.cptr(), CNodeMethod::Mint, 1, node().cptr(), source, argument, 0));
    EXPECT_WIDE(BadArgument, 60, invoke(box.cptr(), CNodeMethod::Mint, 1, node().cptr(), box.cptr(), 7, 0, argument));
    EXPECT_WIDE(BadArgument, 0, invoke(box.cptr(), CNodeMethod::Mint, 1, node().cptr(), box.cptr(), 7, argument, 8));
    EXPECT_ERROR(BadArgument, box.mint_cnode(1, node(), box.cptr(), Rights::All, 1, 0));
    EXPECT_ERROR(BadArgument, box.mint_cnode(1, node(), box.cptr(), Rights::All, bit(60), 60));
    EXPECT_OK(box.mint_cnode(1, node(), box.cptr(), Rights::All, bit(60) - 1, 60));
    EXPECT_OK(box.mint_cnode(2, node(), box.cptr(), Rights::All, 0, 0));
    const CNode large = need(pool().cnode(12));
    EXPECT_ERROR(BadArgument, box.mint_cnode(3, node(), large.cptr(), Rights::All, 0, 53));
    EXPECT_OK(box.mint_cnode(3, node(), large.cptr(), Rights::All, 0, 52));
}

void threads() {
    const Tcb thread = need(pool().tcb());
    const auto call = [&](TcbMethod method, std::uint64_t first, std::uint64_t second = 0) {
        return invoke(thread.cptr(), method, first, second);
    };
    EXPECT_WIDE(BadArgument, 1, call(TcbMethod::SetPriority, argument, 1));
    EXPECT_WIDE(BadArgument, 1, call(TcbMethod::SetPriority, 1, argument));
    EXPECT_WIDE(OutOfRange, 0, call(TcbMethod::SetAffinity, argument));
    EXPECT_ERROR(OutOfRange, call(TcbMethod::SetAffinity, boot_info().hart_count));
    for (const std::uint64_t high : {bit(32), bit(63)})
        EXPECT_ERROR(BadArgument, call(TcbMethod::SetTimeSlice, 5000 | high));
    EXPECT_ERROR(BadArgument, call(TcbMethod::SetTimeSlice, 999));
    EXPECT_ERROR(BadArgument, call(TcbMethod::SetTimeSlice, 1'000'001));
    EXPECT_OK(call(TcbMethod::SetTimeSlice, 1000));
    EXPECT_OK(call(TcbMethod::SetTimeSlice, 1'000'000));
    EXPECT_WIDE(BadArgument, 1, call(TcbMethod::WriteRegisters, argument, 7));
    EXPECT_ERROR(BadArgument, call(TcbMethod::WriteRegisters, 32, 7));
    EXPECT_OK(call(TcbMethod::WriteRegisters, 31, 7));
    EXPECT_ERROR(BadArgument, invoke(thread.cptr(), TcbMethod::WriteRegisters, 31, 7, 8));
    EXPECT_EQ(need(thread.info()).priority, 0);
}

void memory() {
    const Frame frame = need(pool().frame()), other = need(pool().frame());
    const auto map = [&](std::uint64_t address, std::uint64_t flags) {
        return invoke(frame.cptr(), FrameMethod::Map, kRootVSpace, address, flags);
    };
    need(pool().map(other, space(), kArea, MapFlags::Read));
    EXPECT_WIDE(BadArgument, 1, map(kArea + kPageSize, argument));
    EXPECT_WIDE(BadArgument, 1, invoke(other.cptr(), FrameMethod::Protect, argument));
    for (const std::uint64_t high : {kUserEnd, bit(39), bit(63), ~(kUserEnd - 1)}) {
        EXPECT_ERROR(BadArgument, map((kArea + kPageSize) | high, 1));
        EXPECT_ERROR(BadArgument, space().info(kArea | high));
        EXPECT_ERROR(BadArgument,
                     invoke(need(pool().make(CapType::PageTable)), PageTableMethod::Map, kRootVSpace, kArea | high));
        EXPECT_ERROR(BadArgument,
                     invoke(need(pool().tcb()).cptr(), TcbMethod::Configure, 0, 0, other.cptr(), kArea | high, 0));
    }
    EXPECT_ERROR(NotMapped, space().info(kUserEnd - 1));
    EXPECT_EQ(need(space().info(kArea)).flags, MapFlags::Read);
    const VSpace empty = need(pool().vspace());
    need(pool().map(frame, empty, kUserEnd - kPageSize, MapFlags::ReadWrite));  // the highest page
    EXPECT_OK(empty.info(kUserEnd - 1));
    EXPECT_ERROR(BadArgument, empty.info(kUserEnd));
    const Frame lowest = need(pool().frame());
    need(pool().map(lowest, empty, 0, MapFlags::ReadWrite));
    EXPECT_EQ(need(empty.info(0)).address, need(lowest.info()).address);
    EXPECT_ERROR(AlreadyMapped, lowest.map(empty, kPageSize, MapFlags::Read));  // a mapping at address 0 counts
    EXPECT_OK(lowest.unmap());
    EXPECT_ERROR(NotMapped, empty.info(0));
}

void machine() {
    const CPtr slot = need(pool().slot());
    for (const std::uint64_t high : kHighBits) {
        EXPECT_ERROR(OutOfRange, invoke(kRootIrqControl, IrqControlMethod::Claim, kClockIrq | high, kRootCNode, slot));
        EXPECT_ERROR(OutOfRange, invoke(kRootMachine, MachineMethod::Counter, high));
        EXPECT_ERROR(BadArgument, invoke(kRootMachine, MachineMethod::FastPath, 1 | high));
        EXPECT_ERROR(BadArgument, invoke(kRootMachine, MachineMethod::TraceControl, 0 | high));
        EXPECT_ERROR(OutOfRange, invoke(kRootMachine, MachineMethod::SyscallTimes, std::uint64_t(-1) & ~high));
        const Message read = invoke(kRootMachine, MachineMethod::TraceRead, high);
        EXPECT_OK(read);
        EXPECT_EQ(read.tag.length(), 2);
        EXPECT_EQ(read.words[0], read.words[1]);
    }
    for (const std::int64_t none : {0l, -9l, 1l, 8l})
        EXPECT_ERROR(OutOfRange, invoke(kRootMachine, MachineMethod::SyscallTimes, none));
    for (const std::uint64_t irq : {0ul, 127ul, 128ul, ~0ul})
        EXPECT_ERROR(OutOfRange, invoke(kRootIrqControl, IrqControlMethod::Claim, irq, kRootCNode, slot));
}

void console() {
    const auto write = [](std::uint64_t length, unsigned words) {
        return sys::call(kRootConsole, {.tag = Tag(std::uint64_t(ConsoleMethod::Write), words), .words = {length}});
    };
    EXPECT_OK(write(0, 1));
    EXPECT_ERROR(BadArgument, write(953, 120));
    EXPECT_ERROR(BadArgument, write(~0ul, 120));
    EXPECT_ERROR(BadArgument, write(bit(31), 120));
    EXPECT_ERROR(BadArgument, write(bit(32), 120));        // 1 byte written of 0
    EXPECT_ERROR(BadArgument, write(9 * bit(32) | 8, 2));  // 9 bytes written of 8
    EXPECT_ERROR(BadArgument, write(~0ul << 32 | 8, 2));
    EXPECT_OK(write(8 * bit(32) | 8, 2));  // all 8 bytes written
    EXPECT_ERROR(MessageTooShort, write(8, 1));
    EXPECT_ERROR(MessageTooShort, write(952, 119));
    EXPECT_OK(write(952 * bit(32) | 952, 120));
    EXPECT_ERROR(MessageTooShort, write(0, 0));
}

void retyping() {
    const Untyped memory = need(pool().make<Untyped>(CapType::Untyped, 12));
    const CPtr slot = need(pool().slots(64));
    const auto retype = [&](Untyped from, std::uint64_t kind, std::uint64_t offset) {
        return invoke(from.cptr(), UntypedMethod::Retype, kind, kRootCNode, slot, offset);
    };
    const std::uint64_t kind = RetypeKind{CapType::Endpoint, 0, 1}.encode();
    for (const std::uint64_t high : {bit(32), bit(40), bit(63)})
        EXPECT_ERROR(BadArgument, retype(memory, kind | high, 0));
    EXPECT_ERROR(NotEnoughMemory, retype(memory, RetypeKind{CapType::Untyped, 38, 64}.encode(), 0));
    EXPECT_ERROR(NotEnoughMemory, retype(memory, RetypeKind{CapType::CNode, kMaxCNodeRadix, 64}.encode(), 0));
    EXPECT_OK(retype(memory, RetypeKind{CapType::CNode, 6, 1}.encode(), 0));  // all of it
    EXPECT_ERROR(NotEnoughMemory, invoke(memory.cptr(), UntypedMethod::Retype, kind, kRootCNode, slot + 1));
    EXPECT_OK(node().remove(slot));
    const auto [device, offset] = device_at(kClock);
    const std::uint64_t page = RetypeKind{CapType::Frame, kFrameBits, 1}.encode();
    const std::uint64_t size = bit(need(device.info()).size_bits);
    EXPECT_ERROR(NotAligned, retype(device, page, offset + 8));
    EXPECT_ERROR(NotEnoughMemory, retype(device, page, size));
    EXPECT_ERROR(NotEnoughMemory, retype(device, page, ~0ul << kFrameBits));
    EXPECT_ERROR(NotEnoughMemory, retype(device, page | 2 << 16, size - kPageSize));
    EXPECT_ERROR(BadArgument, retype(device, kind, 0));
    EXPECT_OK(retype(device, page, size - kPageSize));
    EXPECT_ERROR(BadArgument, invoke(device.cptr(), UntypedMethod::Retype, page, kRootCNode, slot + 1, kPageSize));
    EXPECT_ERROR(NotEnoughMemory, invoke(device.cptr(), UntypedMethod::Retype, page, kRootCNode, slot + 1, 0));
    EXPECT_ERROR(BadArgument, Frame(slot).map(space(), kArea, MapFlags::ReadExecute));
    EXPECT_ERROR(BadArgument, need(pool().tcb()).configure({.utcb_frame = Frame(slot), .utcb_address = kArea}));
    EXPECT_OK(node().revoke(device.cptr()));
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {{"wide_labels_and_pointers", labels_and_pointers},
                                      {"wide_indices", indices},
                                      {"wide_rights_and_guards", rights_and_guards},
                                      {"wide_threads", threads},
                                      {"wide_memory", memory},
                                      {"wide_machine", machine},
                                      {"wide_console", console},
                                      {"wide_retyping", retyping}};
    return run_cases(kCases);
}
