// SPDX-License-Identifier: MIT
// The parts of a new process: regions, kernel objects, stack and initial registers.
#include "factotum.h"
#include "glenda/slots.h"
#include "image/argument_block.h"

namespace glenda::factotum {

/// Adds the regions. Most pages are only allocated on first access.
Answer<void> Factotum::lay_out(Process& child, Image& program) {
    TRY_VOID(child.space.enter(memory_, program));
    const std::uint64_t end = align_up(program.elf.segments().back().end(), kPageSize);
    child.heap_start = end + kPageSize;  // a gap of one page catches accesses past the program's data
    child.break_ = child.heap_start;
    TRY_VOID(child.space.map(
        memory_,
        {.start = kStackTop - kStackSize, .end = kStackTop, .rights = MapFlags::ReadWrite, .kind = RegionKind::Stack}));
    TRY_VOID(child.space.map(memory_, {.start = kUtcbAddress,
                                       .end = kUtcbAddress + kPageSize,
                                       .rights = MapFlags::ReadWrite,
                                       .kind = RegionKind::Utcb}));
    // The first access is certain.
    const std::uint64_t entry = align_down(program.elf.entry(), kPageSize);
    TRY_VOID(child.space.populate(memory_, *child.space.regions().find(entry), entry, Access::Execute));
    return {};
}

/// Makes the CNode, the thread, and the two objects that every process has.
Answer<void> Factotum::make_objects(Process& child) {
    TRY_VOID(child.space.charge(memory_, Belongings::kFirst + Memory::cnode_cost(child.cnode_radix)));
    TRY(page, memory_.take_cnode(child.cnode_radix));
    child.cnode_page = page;
    child.cspace = CNode(memory_.slots().product(page));
    TRY_VOID(child.belongings.create(memory_, child.place));

    const CPtr tcb = memory_.slots().run(child.place, kRunTcb);
    const Untyped raw(child.belongings.untyped(memory_));
    TRY_VOID(memory_.kernel().retype(raw.cptr(), CapType::Tcb, 0, tcb));
    child.tcb = Tcb(tcb);
    TRY_VOID(raw.retype(CapType::Notification, 0, child.cspace, kSlotNotification));
    TRY_VOID(raw.retype(CapType::Reply, 0, child.cspace, kSlotReply));
    return {};
}

/// Makes the topmost page of the stack, with the arguments and the environment in it. Returns the initial stack
/// pointer.
Answer<std::uint64_t> Factotum::write_stack(Process& child, std::span<const std::string_view> arguments,
                                            std::span<const std::string_view> variables) {
    const std::uint64_t address = kStackTop - kPageSize;
    TRY(page, child.space.populate(memory_, *child.space.regions().find(address), address, Access::Write));
    const std::span<std::byte, kPageSize> bytes(memory_.window(page), kPageSize);
    const auto sp = write_arguments(bytes, kStackTop, arguments, variables);
    if (!sp) return Refusal(ServerError::BadRequest);
    return *sp;
}

/// Gives the thread all it needs but its registers.
Answer<void> Factotum::prepare_thread(Process& child) {
    const CPtr handler = memory_.slots().run(child.place, kRunFaultHandler);
    TRY_VOID(own_node().mint(handler, own_node(), kFactotumEndpoint, Rights::Write | Rights::Grant,
                             child.badge() | kFaultBadge));
    TRY(utcb, child.space.populate(memory_, *child.space.regions().find(kUtcbAddress), kUtcbAddress, Access::Write));
    TRY_VOID(child.tcb.configure({.cspace = child.cspace,
                                  .vspace = VSpace(child.space.vspace()),
                                  .utcb_frame = Frame(memory_.slots().product(utcb)),
                                  .utcb_address = kUtcbAddress,
                                  .fault_handler = Endpoint(handler)}));
    TRY_VOID(child.tcb.set_priority(child.priority, child.priority));
    TRY_VOID(child.tcb.set_name(child.name_view()));
    return {};
}

Answer<void> Factotum::start(Process& child, std::uint64_t entry, std::uint64_t sp) {
    TRY_VOID(prepare_thread(child));
    Registers registers;
    registers.pc = entry;
    registers.sp = sp;
    registers.a0 = kUtcbAddress;
    TRY_VOID(child.tcb.write_registers(registers));
    TRY_VOID(child.tcb.resume());
    return {};
}

}  // namespace glenda::factotum
