// SPDX-License-Identifier: MIT
// SPAWN: finds the program, and builds the process. If a step fails, everything is undone.
#include "factotum.h"
#include "glenda/print.h"
#include "glenda/slots.h"

namespace glenda::factotum {

/// The caller gets the reason in the reply: "bin/x: not an ELF file (at byte 0x0)"; none if there just is no such file.
/// Nothing is printed: whoever asked for a damaged file shall say so.
Reaction Factotum::refusal(std::string_view name, const LoadFailure& failure) {
    if (!failure.fault) return failure.error;
    const std::string_view folder = name.find('/') == name.npos ? Catalogue::kFolder : std::string_view();
    FixedText<24> where;
    if (failure.error == ServerError::BadExecutable) where.add(" (at byte {:#x})", std::uint64_t{failure.fault.where});
    char text[176];
    std::size_t size = 0;
    for (const std::string_view part :
         {folder, name, std::string_view(": "), std::string_view(failure.fault.what), where.view()})
        size += part.copy(text + size, sizeof(text) - size);
    return MessageWriter(failure.error).text({text, size});
}

Reaction Factotum::spawn(Process& parent, Request& request) {
    SpawnRequest wanted;
    if (const auto decoded = wanted.decode(request); !decoded) return decoded.error();
    const bool waits = has(wanted.flags, SpawnFlags::Wait);
    const Thread* const caller = waits ? threads_.find(parent, wanted.tid) : nullptr;
    if (waits && (caller == nullptr || caller->has_ended)) return ServerError::BadRequest;
    if (!has(parent.grants, wanted.grants & Grants::Special) || wanted.priority > parent.schedule.priority)
        return ServerError::PermissionDenied;
    if (has(wanted.flags, SpawnFlags::NoMount) && events_.taker_of(&parent, EventKind::NoMount) == nullptr)
        return ServerError::NotSupported;  // nobody could give it a namespace of its own
    const auto program = catalogue_.find(wanted.file);
    if (!program) return refusal(wanted.file, program.error());
    const auto created = create_process(parent);
    if (!created) return created.error();
    Process* const child = *created;
    if (const auto built = build(*child, parent, **program, wanted); !built) {
        discard(child->pid);
        return built.error();
    }
    child->is_unborn = false;
    use_up_block(parent, wanted);
    return waits ? wait_for(parent, wanted.tid, child->pid, request) : Reaction::ok(child->pid);
}

/// A record for a child. The last places are for whoever keeps the system alive.
Answer<Process*> Factotum::create_process(Process& parent) {
    const std::uint32_t kept = has(parent.grants, Grants::Power) ? 0 : kKeptPlaces;
    CHECK(processes_.count() + kept < memory_.slots().process_count(), ServerError::OutOfMemory);
    Process* const child = processes_.create(&parent);
    CHECK(child != nullptr, ServerError::OutOfMemory);
    child->is_unborn = true;
    return child;
}

/// The parent's account, or one of the child's own.
Answer<AccountNumber> Factotum::account_for(Process& parent, const SpawnRequest& request) {
    if (!has(request.flags, SpawnFlags::Limits)) return parent.account;
    const std::uint64_t limit = request.limit != 0 ? request.limit : memory_.total_pages();
    return memory_.open_account(parent.account, request.reserved, limit, parent.pid, parent.vacant);
}

Answer<void> Factotum::build(Process& child, Process& parent, Image& program, const SpawnRequest& request) {
    TRY(account, account_for(parent, request));
    child.account = account;
    memory_.accounts().enter(account);
    child.grants = request.grants & parent.grants;
    child.cnode_radix = request.radix;
    child.image = &program;
    child.schedule.priority = request.priority != 0 ? unsigned(request.priority) : parent.schedule.priority;
    child.set_name(request.name());

    if (!child.space.create(memory_, stores_, child.account)) return Refusal(ServerError::OutOfMemory);
    TRY(heap_start, lay_out(child.space, program));
    child.heap_start = child.break_ = heap_start;
    TRY_VOID(make_cnode(child));
    TRY_VOID(make_objects(child));
    TRY_VOID(give_capabilities(child, parent, request));
    TRY(sp, write_stack(child.space, request));
    return start(child, program.elf.entry(), sp, request.flags);
}

Answer<void> Factotum::give_capabilities(Process& child, const Process& parent, const SpawnRequest& request) {
    const Request& message = *request.message;
    for (unsigned i = request.first_cap(); i < message.caps(); i++)
        TRY_VOID(child.cspace.move(request.target_slot(i), message.caps_node(), message.cap_index(i)));
    return give_usual_capabilities(child, parent);
}

/// What every process has.
Answer<void> Factotum::give_usual_capabilities(Process& child, const Process& parent) {
    const CNode slots = child.cspace, own = own_node();
    const Rights speak = Rights::Write | Rights::Grant;
    TRY_VOID(slots.copy(kSlotCNode, own, slots.cptr()));
    // Without Grant: how much of the processor a process gets is not its own to say.
    TRY_VOID(slots.copy(kSlotTcb, own, threads_.first(child)->tcb.cptr(), Rights::Write));
    TRY_VOID(slots.mint(kSlotFactotum, own, kFactotumEndpoint, speak, child.badge()));
    // Do not replace what the parent passed for these two slots.
    const auto nineball = slots.mint(kSlotNineball, own, kFactotumNineball, speak, child.pid);
    if (!nineball && nineball.error() != Error::SlotOccupied) return Refusal(nineball.error());
    if (!parent.is_founder()) {
        const auto stdio = slots.copy(kSlotStdio, parent.cspace, kSlotStdio);
        const bool fine = stdio || stdio.error() == Error::SlotOccupied || stdio.error() == Error::SlotEmpty;
        if (!fine) return Refusal(stdio.error());
    }
    return {};
}

}  // namespace glenda::factotum
