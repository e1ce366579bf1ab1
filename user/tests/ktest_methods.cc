// SPDX-License-Identifier: MIT
// Wrong arguments to every method of every object. Each is refused with the error that the ABI specifies.
#include "common/methods.h"

namespace glenda::ktest {

namespace {

void untyped() {
    const Untyped memory = need(pool().make<Untyped>(CapType::Untyped, 16));
    const CPtr slot = need(pool().slots(2));
    const CNode read_only = with_rights(node(), Rights::Read);
    expect_call_only(memory, 2);
    expect_needs(memory, UntypedMethod::Retype, 3);
    const auto retype = [&](std::uint64_t kind, CPtr to, std::uint64_t index, std::uint64_t offset = 0) {
        return invoke(memory.cptr(), UntypedMethod::Retype, kind, to, index, offset);
    };
    const auto kind = [](CapType type, unsigned bits = 0, unsigned count = 1) {
        return RetypeKind{type, std::uint8_t(bits), count}.encode();
    };
    for (const CapType type : {CapType::Null, CapType::IrqControl, CapType::IrqHandler, CapType::Console,
                               CapType::Machine, CapType::Zombie, CapType::Count})
        EXPECT_ERROR(BadArgument, retype(kind(type), node().cptr(), slot));
    for (unsigned type = 16; type < 256; type += 15)
        EXPECT_ERROR(BadArgument, retype(kind(CapType(type), 12), node().cptr(), slot));
    for (const unsigned bits : {0u, 4u, 39u, 64u, 255u})
        EXPECT_ERROR(BadArgument, retype(kind(CapType::Untyped, bits), node().cptr(), slot));
    for (const unsigned bits : {0u, kMaxCNodeRadix + 1, 63u, 255u})
        EXPECT_ERROR(BadArgument, retype(kind(CapType::CNode, bits), node().cptr(), slot));
    for (const unsigned bits : {0u, 11u, 13u, 20u, 22u, 31u, 255u})
        EXPECT_ERROR(BadArgument, retype(kind(CapType::Frame, bits), node().cptr(), slot));
    for (const unsigned count : {0u, kMaxRetypeCount + 1, 0xffffu})
        EXPECT_ERROR(BadArgument, retype(kind(CapType::Endpoint, 0, count), node().cptr(), slot));
    EXPECT_ERROR(BadArgument, retype(kind(CapType::Endpoint) | bit(32), node().cptr(), slot));
    EXPECT_ERROR(BadArgument, retype(kind(CapType::Endpoint), node().cptr(), slot, 4096));
    EXPECT_ERROR(InvalidCapability, retype(kind(CapType::Endpoint), kEmpty, slot));
    EXPECT_ERROR(InvalidCapability, retype(kind(CapType::Endpoint), kOutside, slot));
    EXPECT_ERROR(WrongType, retype(kind(CapType::Endpoint), kWrong, slot));
    EXPECT_ERROR(NoRights, retype(kind(CapType::Endpoint), read_only.cptr(), slot));
    EXPECT_ERROR(SlotOccupied, retype(kind(CapType::Endpoint), node().cptr(), kRootTcb));
    for (const std::uint64_t index : {std::uint64_t{0}, std::uint64_t{4096}, ~std::uint64_t{0}})
        EXPECT_ERROR(OutOfRange, retype(kind(CapType::Endpoint), node().cptr(), index));
    EXPECT_ERROR(OutOfRange, retype(kind(CapType::Endpoint, 0, 2), node().cptr(), 4095));
    EXPECT_ERROR(NotEnoughMemory, retype(kind(CapType::Frame, kLargeFrameBits), node().cptr(), slot));
    EXPECT_ERROR(NotEnoughMemory, retype(kind(CapType::Frame, kHugeFrameBits), node().cptr(), slot));
    EXPECT_ERROR(NotEnoughMemory, retype(kind(CapType::Untyped, 38), node().cptr(), slot));
    EXPECT_EQ(need(memory.info()).used, 0);
}

void cnode() {
    const CNode box = need(pool().cnode(4));
    const CNode read_only = with_rights(box, Rights::Read);
    const CPtr source = need(pool().endpoint()).cptr();
    const CPtr badged_source = badged(Endpoint(source), 7).cptr();
    const CPtr memory = need(pool().make(CapType::Untyped, 12));
    expect_call_only(box, 7);
    expect_needs(box, CNodeMethod::Copy, 4);
    expect_needs(box, CNodeMethod::Mint, 5);
    expect_needs(box, CNodeMethod::Move, 3);
    expect_needs(box, CNodeMethod::Same, 3);
    for (const auto method : {CNodeMethod::Delete, CNodeMethod::Revoke, CNodeMethod::Info}) {
        expect_needs(box, method, 1);
        for (const std::uint64_t index : {std::uint64_t{0}, std::uint64_t{16}, ~std::uint64_t{0}})
            EXPECT_ERROR(OutOfRange, invoke(box.cptr(), method, index));
        EXPECT_ERROR(NoRights, invoke(read_only.cptr(), method, 1));
    }
    EXPECT_OK(box.copy(1, node(), source));
    for (const auto method : {CNodeMethod::Copy, CNodeMethod::Mint, CNodeMethod::Move}) {
        const auto call = [&](std::uint64_t index, CPtr from, std::uint64_t from_index, std::uint64_t rights = 7) {
            return invoke(box.cptr(), method, index, from, from_index, rights, 1);
        };
        EXPECT_ERROR(OutOfRange, call(0, node().cptr(), source));
        EXPECT_ERROR(OutOfRange, call(16, node().cptr(), source));
        EXPECT_ERROR(OutOfRange, call(2, node().cptr(), 0));
        EXPECT_ERROR(OutOfRange, call(2, node().cptr(), 4096));
        EXPECT_ERROR(SlotOccupied, call(1, node().cptr(), source));
        EXPECT_ERROR(SlotEmpty, call(2, node().cptr(), kEmpty));
        EXPECT_ERROR(InvalidCapability, call(2, kEmpty, source));
        EXPECT_ERROR(WrongType, call(2, kWrong, source));
        EXPECT_ERROR(NoRights, call(2, read_only.cptr(), 1));
        EXPECT_ERROR(NoRights, invoke(read_only.cptr(), method, 2, node().cptr(), source, 7, 1));
        if (method == CNodeMethod::Move) continue;
        EXPECT_ERROR(BadArgument, call(2, node().cptr(), source, 8));
        EXPECT_ERROR(BadArgument, call(2, node().cptr(), source, ~std::uint64_t{0}));
        EXPECT_ERROR(NotCopyable, call(2, node().cptr(), memory));
    }
    for (const unsigned count : {0u, kMaxRunLength + 1, 0x1000'0001u})
        EXPECT_ERROR(BadArgument, box.copy_run(2, node(), source, count));
    EXPECT_ERROR(OutOfRange, box.copy_run(14, node(), source, 3));
    EXPECT_ERROR(SlotEmpty, box.same(2, node(), source));
    EXPECT_ERROR(SlotEmpty, box.same(1, node(), kEmpty));
    EXPECT_ERROR(OutOfRange, box.same(16, node(), source));
    EXPECT_ERROR(OutOfRange, box.same(1, node(), 4096));
    EXPECT_ERROR(NoRights, box.same(1, read_only, 1));
    EXPECT_ERROR(WrongType, box.same(1, CNode(kWrong), 1));
    EXPECT_EQ(need(box.same(1, node(), source)), true);
    EXPECT_EQ(need(box.same(1, node(), badged_source)), true);
    EXPECT_EQ(need(box.same(1, node(), memory)), false);
    EXPECT_ERROR(NoRights, box.mint(2, node(), badged_source, Rights::All, 8));
    EXPECT_ERROR(WrongType, box.mint(2, node(), kRootTcb, Rights::All, 8));
    EXPECT_ERROR(MessageTooShort, box.mint(2, node(), box.cptr(), Rights::All, 0));
    EXPECT_ERROR(BadArgument, box.mint_cnode(2, node(), box.cptr(), Rights::All, 0, 61));
    EXPECT_ERROR(BadArgument, box.mint_cnode(2, node(), box.cptr(), Rights::All, 4, 2));
    EXPECT_EQ(unsigned(need(box.info(2)).type), unsigned(CapType::Null));
}

void tcb() {
    const Tcb thread = need(pool().tcb());
    const CPtr read_only = with_rights(thread, Rights::Read).cptr();
    const Frame frame = need(pool().frame());
    const Frame large = need(pool().frame(kLargeFrameBits));
    const Endpoint endpoint = need(pool().endpoint());
    expect_call_only(thread, 13);
    EXPECT_ERROR(NoRights, Tcb(read_only).resume());
    expect_needs(thread, TcbMethod::Configure, 5);
    for (const auto method : {TcbMethod::SetPriority, TcbMethod::WriteRegisters, TcbMethod::SetName})
        expect_needs(thread, method, 2);
    for (const auto method :
         {TcbMethod::BindNotification, TcbMethod::SetAffinity, TcbMethod::SetTimeSlice, TcbMethod::CopyRegisters})
        expect_needs(thread, method, 1);

    EXPECT_ERROR(NotConfigured, thread.resume());
    EXPECT_ERROR(WrongType, thread.configure({.cspace = CNode(kWrong)}));
    EXPECT_ERROR(WrongType, thread.configure({.vspace = VSpace(kWrong)}));
    EXPECT_ERROR(WrongType, thread.configure({.utcb_frame = Frame(kWrong)}));
    EXPECT_ERROR(WrongType, thread.configure({.fault_handler = Endpoint(kWrong)}));
    EXPECT_ERROR(InvalidCapability, thread.configure({.cspace = CNode(kEmpty)}));
    EXPECT_ERROR(NoRights, thread.configure({.utcb_frame = with_rights(frame, Rights::Read), .utcb_address = kArea}));
    EXPECT_ERROR(NoRights, thread.configure({.fault_handler = with_rights(endpoint, Rights::Read)}));
    EXPECT_ERROR(BadArgument, thread.configure({.utcb_frame = large, .utcb_address = kArea}));
    EXPECT_ERROR(BadArgument, thread.configure({.utcb_frame = frame, .utcb_address = kArea + 8}));
    EXPECT_ERROR(BadArgument, thread.configure({.utcb_frame = frame, .utcb_address = kUserEnd}));
    EXPECT_OK(thread.configure({.cspace = node()}));
    EXPECT_ERROR(NotConfigured, thread.resume());

    EXPECT_ERROR(BadArgument, thread.set_priority(256, 255));
    EXPECT_ERROR(BadArgument, thread.set_priority(1, 256));
    EXPECT_ERROR(BadArgument, invoke(thread.cptr(), TcbMethod::WriteRegisters, 32, 0));
    EXPECT_ERROR(BadArgument, invoke(thread.cptr(), TcbMethod::WriteRegisters, 31, 0, 0));
    EXPECT_ERROR(BadArgument, invoke(thread.cptr(), TcbMethod::WriteRegisters, ~std::uint64_t{0}, 0));
    EXPECT_ERROR(BadArgument, sys::call(thread.cptr(), {.tag = Tag(std::uint64_t(TcbMethod::WriteRegisters), 34)}));
    Registers own;
    EXPECT_ERROR(Busy, environment().tcb.write_registers(own));
    EXPECT_ERROR(Busy, environment().tcb.read_registers(own));
    EXPECT_ERROR(Busy, environment().tcb.copy_registers(thread));
    EXPECT_ERROR(Busy, thread.copy_registers(environment().tcb));
    EXPECT_ERROR(NoRights, thread.copy_registers(Tcb(read_only)));
    EXPECT_ERROR(WrongType, thread.copy_registers(Tcb(kWrong)));
    const Tcb write_only = with_rights(thread, Rights::Write);
    EXPECT_ERROR(NoRights, write_only.set_priority(1, 1));
    EXPECT_ERROR(NoRights, write_only.set_affinity(0));
    EXPECT_ERROR(NoRights, write_only.set_time_slice(1000));
    EXPECT_ERROR(BadArgument, thread.set_time_slice(999));
    EXPECT_ERROR(BadArgument, thread.set_time_slice(1'000'001));
    EXPECT_ERROR(OutOfRange, thread.set_affinity(boot_info().hart_count));

    const Notification first = need(pool().notification()), second = need(pool().notification());
    EXPECT_ERROR(NotBound, thread.unbind());
    EXPECT_ERROR(WrongType, thread.bind(Notification(kWrong)));
    EXPECT_ERROR(NoRights, thread.bind(with_rights(first, Rights::Write)));
    EXPECT_OK(thread.bind(first));
    EXPECT_ERROR(Busy, thread.bind(second));
    EXPECT_ERROR(Busy, environment().tcb.bind(first));
    EXPECT_OK(thread.unbind());
    EXPECT_OK(thread.bind(second));
}

void memory() {
    const Frame frame = need(pool().frame());
    const Frame read_only = with_rights(frame, Rights::Read), unreadable = with_rights(frame, Rights::None);
    const PageTable table = need(pool().make<PageTable>(CapType::PageTable));
    expect_call_only(frame, 4);
    expect_call_only(table, 2);
    expect_call_only(space(), 3);
    expect_needs(frame, FrameMethod::Map, 3);
    expect_needs(table, PageTableMethod::Map, 2);
    expect_needs(space(), VSpaceMethod::Info, 1);
    expect_needs(space(), VSpaceMethod::Unmap, 2);
    expect_needs(space(), VSpaceMethod::Protect, 3);
    EXPECT_ERROR(NotMapped, frame.unmap());
    EXPECT_ERROR(NotMapped, frame.protect(MapFlags::Read));
    EXPECT_ERROR(NotMapped, table.unmap());
    EXPECT_ERROR(WrongType, frame.map(VSpace(kWrong), kArea, MapFlags::Read));
    EXPECT_ERROR(NoRights, frame.map(with_rights(space(), Rights::Read), kArea, MapFlags::Read));
    EXPECT_ERROR(NoRights, table.map(with_rights(space(), Rights::Read), kArea));
    EXPECT_ERROR(NoRights, with_rights(space(), Rights::Write).info(kArea));
    for (const unsigned flags : {0u, 2u, 4u, 6u, 7u, 8u, 10u, 15u, 17u, 256u})
        EXPECT_ERROR(BadArgument, frame.map(space(), kArea, MapFlags(flags)));
    for (const unsigned count : {0u, kMaxRunLength + 1, 0x1000'0001u})
        EXPECT_ERROR(BadArgument, frame.map_run(space(), kArea, MapFlags::Read, count));
    EXPECT_ERROR(WrongType, frame.map_run(space(), kArea, MapFlags::Read, kMaxRunLength));
    EXPECT_ERROR(NotAligned, space().unmap(kArea + 8, 1));
    EXPECT_ERROR(NotAligned, space().protect(kArea + 8, 1, MapFlags::Read));
    for (const unsigned flags : {0u, 2u, 4u, 6u, 7u, 8u, 9u, 17u, 256u})
        EXPECT_ERROR(BadArgument, space().protect(kArea, 1, MapFlags(flags)));
    EXPECT_ERROR(BadArgument, space().unmap(kArea, 0));
    EXPECT_ERROR(BadArgument, space().unmap(kUserEnd - kPageSize, 2));
    EXPECT_ERROR(BadArgument, space().unmap(kArea, bit(32) + 1));
    EXPECT_ERROR(NoRights, with_rights(space(), Rights::Read).unmap(kArea, 1));
    EXPECT_ERROR(NoRights, with_rights(space(), Rights::Read).protect(kArea, 1, MapFlags::Read));
    EXPECT_ERROR(NoRights, read_only.map(space(), kArea, MapFlags::ReadWrite));
    EXPECT_ERROR(NoRights, unreadable.map(space(), kArea, MapFlags::Read));
    for (const std::uint64_t address : {kUserEnd, ~kPageSize + 1, std::uint64_t{0xffff'ffc0'0000'0000}}) {
        EXPECT_ERROR(BadArgument, frame.map(space(), address, MapFlags::Read));
        EXPECT_ERROR(BadArgument, table.map(space(), address));
        EXPECT_ERROR(BadArgument, space().info(address));
    }
    EXPECT_ERROR(NotAligned, frame.map(space(), kArea + 8, MapFlags::Read));
    EXPECT_ERROR(NotMapped, space().info(kArea));
    EXPECT_ERROR(AlreadyMapped, frame.map(space(), kRootUtcbAddress, MapFlags::Read));
    EXPECT_ERROR(AlreadyMapped, table.map(space(), kRootUtcbAddress));
    EXPECT_OK(pool().map(frame, space(), kArea, MapFlags::Read));
    EXPECT_ERROR(AlreadyMapped, frame.map(space(), kArea + kPageSize, MapFlags::Read));
    EXPECT_ERROR(BadArgument, frame.protect(MapFlags(6)));
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {
        {"methods_untyped", untyped}, {"methods_cnode", cnode}, {"methods_tcb", tcb}, {"methods_memory", memory}};
    return run_cases(kCases);
}
