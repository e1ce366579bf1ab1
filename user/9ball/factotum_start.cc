// SPDX-License-Identifier: MIT
// See factotum_start.h.
#include "factotum_start.h"

#include "glenda/environment.h"
#include "glenda/slots.h"
#include "program_loader.h"
#include "protocol/factotum.h"
#include "protocol/factotum_boot.h"

namespace glenda::nineball {

namespace {

constexpr Rights kClient = Rights::Write | Rights::Grant;
constexpr std::uint64_t kLargePage = std::uint64_t{1} << kLargeFrameBits;
constexpr std::uint64_t kFactotumSlots = std::uint64_t{1} << kFactotumCNodeRadix;

/// Filled in here, then copied into Factotum's address space.
constinit FactotumInfo factotum_info{};

}  // namespace

std::uint64_t FactotumStart::memory_needed(const ElfFile& program) {
    constexpr std::uint64_t kTables = 64 * 1024;  // page tables, thread, endpoints, FactotumInfo
    constexpr std::uint64_t kOwn = 256 * 1024;    // 9Ball's own objects, and padding for alignment
    return ProgramLoader::memory_size(program) + kRootStackSize + (kFactotumSlots << kSlotBits) + kTables + kOwn;
}

Result<Endpoint> FactotumStart::run(const ElfFile& program) {
    const VSpace own = environment().vspace;
    TRY(node, bootstrap.cnode(kFactotumCNodeRadix));
    TRY(space, bootstrap.vspace());
    TRY(tcb, bootstrap.tcb());
    ProgramLoader loader(bootstrap, own, space);
    TRY_VOID(loader.load(program));
    TRY(stack, loader.make_stack(kRootStackTop, kRootStackSize, "bin/factotum", kAuxStart, kAuxStartFactotum));
    TRY(utcb_frame, loader.make_page(kRootUtcbAddress, MapFlags::ReadWrite, {}));

    TRY_VOID(bootstrap.make_at(CapType::Endpoint, 0, node, kFactotumEndpoint));
    TRY(client_slot, bootstrap.slot());
    TRY_VOID(bootstrap.node().mint(client_slot, node, kFactotumEndpoint, kClient, kNineballPid));
    TRY_VOID(fill_cnode(node, tcb, space, utcb_frame));

    std::uint64_t next = kSlotFirstFree;
    TRY_VOID(pass_initrd(node, space, next));
    TRY_VOID(pass_memory(node, next));
    factotum_info.magic = kFactotumInfoMagic;
    factotum_info.timebase = info.timebase;
    factotum_info.hart_count = info.hart_count;
    factotum_info.ram_size = info.ram_size;
    factotum_info.kernel_size = info.kernel_size;
    factotum_info.nineball_size = plan.kept_bytes();
    factotum_info.empty = {next, kFactotumSlots};
    factotum_info.initrd_address = info.initrd_address;
    factotum_info.initrd_size = info.initrd_size;
    factotum_info.image_end = ProgramLoader::image_end(program);
    TRY_VOID(loader.make_page(kFactotumInfo, MapFlags::Read, std::as_bytes(std::span(&factotum_info, 1))));

    TRY_VOID(tcb.configure({node, space, utcb_frame, kRootUtcbAddress, fault_handler}));
    TRY_VOID(tcb.set_priority(kFactotumPriority, kFactotumPriority));
    TRY_VOID(tcb.set_name("factotum"));
    TRY_VOID(tcb.write_registers({.pc = program.entry(), .sp = stack, .a0 = kRootUtcbAddress}));
    TRY_VOID(tcb.resume());
    return Endpoint(client_slot);
}

/// Fills the slots that Factotum expects, except its endpoint's.
Result<void> FactotumStart::fill_cnode(CNode node, Tcb tcb, VSpace space, Frame utcb) {
    // lab 4.4a {
    const CNode own = bootstrap.node();
    TRY_VOID(node.copy(kSlotCNode, own, node.cptr()));
    TRY_VOID(node.copy(kSlotVSpace, own, space.cptr()));
    TRY_VOID(node.copy(kSlotTcb, own, tcb.cptr()));
    TRY_VOID(node.copy(kSlotUtcbFrame, own, utcb.cptr()));
    TRY_VOID(node.copy(kFactotumNineball, own, nineball.cptr(), kClient));
    TRY_VOID(node.copy(kFactotumConsole, own, environment().console.cptr()));
    TRY_VOID(bootstrap.make_at(CapType::Reply, 0, node, kSlotReply));
    return bootstrap.make_at(CapType::Notification, 0, node, kSlotNotification);
    // lab 4.4a }
}

/// Passes copies of the initrd's frames, mapped read-only at the same addresses as in 9Ball. Moving a capability keeps
/// its mapping.
Result<void> FactotumStart::pass_initrd(CNode node, VSpace space, std::uint64_t& next) {
    // lab 4.4b {
    const CNode own = bootstrap.node();
    factotum_info.initrd_frames.first = next;
    std::uint64_t address = kRootInitrd;
    for (CPtr frame = info.initrd_frames.first; frame < info.initrd_frames.end; frame++, address += kLargePage) {
        TRY(copy, bootstrap.slot());
        TRY_VOID(own.copy(copy, own, frame, Rights::Read));
        TRY_VOID(bootstrap.map(Frame(copy), space, address, MapFlags::Read));
        TRY_VOID(node.move(next++, own, copy));
        bootstrap.give_back(copy);
    }
    factotum_info.initrd_frames.end = next;
    return {};
    // lab 4.4b }
}

Result<void> FactotumStart::pass_memory(CNode node, std::uint64_t& next) {
    // lab 4.4c {
    factotum_info.untyped.first = next;
    for (const FreeMemory& piece : plan.delegated()) {
        TRY_VOID(node.move(next++, bootstrap.node(), piece.slot));
        factotum_info.untypeds[factotum_info.untyped_count++] = piece.description;
    }
    factotum_info.untyped.end = next;
    return {};
    // lab 4.4c }
}

}  // namespace glenda::nineball
