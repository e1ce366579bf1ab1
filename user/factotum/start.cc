// SPDX-License-Identifier: MIT
// The parts of a new process: regions, kernel objects, stack and initial registers.
#include "factotum.h"
#include "glenda/argument_block.h"
#include "glenda/slots.h"

namespace glenda::factotum {

/// Adds the regions. Most pages are only allocated on first access. Returns where the heap begins.
Answer<std::uint64_t> Factotum::lay_out(AddressSpace& space, Image& program) {
    TRY_VOID(space.enter(memory_, program));
    TRY_VOID(space.map(
        memory_,
        {.start = kStackTop - kStackSize, .end = kStackTop, .rights = MapFlags::ReadWrite, .kind = RegionKind::Stack}));
    // The first access is certain.
    const std::uint64_t entry = align_down(program.elf.entry(), kPageSize);
    TRY_VOID(space.populate(memory_, *space.regions().find(entry), entry, Access::Execute));
    const std::uint64_t end = align_up(program.elf.segments().back().end(), kPageSize);
    return end + kPageSize;  // a gap of one page catches accesses past the program's data
}

Answer<void> Factotum::make_cnode(Process& child) {
    const unsigned radix = child.cnode_radix;
    TRY_VOID(child.space.charge(memory_, Memory::cnode_cost(radix)));
    TRY(page, memory_.take_cnode(radix));
    child.cnode_page = page;
    child.cspace = CNode(memory_.slots().product(page));
    return {};
}

/// Makes the first thread, and the two objects that every process has. `utcb_address`: of a UTCB that is there.
Answer<void> Factotum::make_objects(Process& child, std::uint64_t utcb_address) {
    TRY_VOID(child.space.charge(memory_, Belongings::kFirst));
    TRY_VOID(child.belongings.create(memory_, child.place));
    TRY_VOID(threads_.create(child, utcb_address));
    const Untyped raw(child.belongings.untyped(memory_));
    TRY_VOID(raw.retype(CapType::Notification, 0, child.cspace, kSlotNotification));
    TRY_VOID(raw.retype(CapType::Reply, 0, child.cspace, kSlotReply));
    return {};
}

/// Makes the topmost page of the stack, with the arguments and the environment in it. Returns the initial stack
/// pointer.
Answer<std::uint64_t> Factotum::write_stack(AddressSpace& space, const SpawnRequest& request) {
    if (has(request.flags, SpawnFlags::Block)) return map_block(space, request);
    std::string_view texts[kMaxTexts];
    request.read_texts(texts);
    const std::span<const std::string_view> all(texts);
    const TextList arguments(all.first(request.argument_count));
    const TextList variables(all.subspan(request.argument_count, request.variable_count));
    const std::uint64_t address = kStackTop - kPageSize;
    TRY(page, space.populate(memory_, *space.regions().find(address), address, Access::Write));
    const auto sp = write_arguments({memory_.window(page), kPageSize}, kStackTop, arguments, variables);
    if (!sp) return Refusal(ServerError::BadRequest);
    return *sp;
}

/// Maps an argument block that the parent has written. Nobody but the child reads it: whatever is in there, and whoever
/// changes it meanwhile, deceives only a program of his own. What the child writes is its own.
Answer<std::uint64_t> Factotum::map_block(AddressSpace& space, const SpawnRequest& request) {
    TRY(number, object_of(*request.message, 0));
    const std::uint64_t bytes = request.block_bytes;
    CHECK(bytes != 0 && bytes % 16 == 0 && bytes <= kMaxBlockBytes, ServerError::BadRequest);
    const std::uint64_t size = align_up(bytes, kPageSize);
    CHECK(size <= objects_.find(number)->pages * kPageSize, ServerError::BadRequest);
    TRY_VOID(space.map(memory_, {.start = kStackTop - size,
                                 .end = kStackTop,
                                 .rights = MapFlags::ReadWrite,
                                 .kind = RegionKind::Object,
                                 .source = number}));
    return kStackTop - bytes;
}

/// The block belongs to the child now. EXEC leaves nobody who could destroy the object.
void Factotum::use_up_block(Process& parent, const SpawnRequest& request) {
    if (!has(request.flags, SpawnFlags::Block)) return;
    const auto number = object_of(*request.message, 0);
    if (number) (void)objects_.close(objects_.find(*number)->slot, parent.objects);
}

/// With Debug or NoMount it stays stopped, until somebody answers that.
Answer<void> Factotum::start(Process& child, std::uint64_t entry, std::uint64_t sp, SpawnFlags flags) {
    Thread& first = *threads_.first(child);
    Registers registers;
    registers.pc = entry;
    registers.sp = sp;
    registers.a0 = first.utcb_address;
    if (!has(flags, SpawnFlags::Debug) && !has(flags, SpawnFlags::NoMount)) return threads_.start(first, registers);
    TRY_VOID(first.tcb.write_registers(registers));
    const Stop stop{.event = has(flags, SpawnFlags::Debug) ? EventKind::Debug : EventKind::NoMount};
    if (!stop_for(first, stop)) first.stop = stop;  // its parent has to answer, unasked
    return {};
}

}  // namespace glenda::factotum
