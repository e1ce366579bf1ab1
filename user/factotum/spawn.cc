// SPDX-License-Identifier: MIT
// SPAWN: decodes the request, finds the program, builds the process. If a step fails, everything is undone.
#include "factotum.h"
#include "glenda/print.h"
#include "glenda/slots.h"
#include "image/argument_block.h"

namespace glenda::factotum {

namespace {

constexpr unsigned kPassedSlots = kSlotPassedEnd - kSlotPassed;

/// The child's slot for capability i of a request; 0 if a parent may not fill it.
CPtr target_slot(std::uint64_t map, unsigned i) {
    const CPtr slot = (map >> (8 * i)) & 0xff;
    if (slot == 0) return kSlotPassed + i;
    const bool allowed = slot == kSlotNineball || slot == kSlotStdio || slot == kSlotConsole ||
                         (kSlotPassed <= slot && slot < kSlotPassedEnd);
    return allowed ? slot : 0;
}

/// The caller gets the reason in the reply: "bin/x: not an ELF file (at byte 0x0)". Nothing is printed: whoever asked
/// for a damaged file shall say so.
MessageWriter refusal(std::string_view name, const LoadFailure& failure) {
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

}  // namespace

Reaction Factotum::spawn(Process& parent, Request& request) {
    MessageReader reader = request.reader();
    const auto flags = SpawnFlags(reader.word());
    const std::uint64_t priority = reader.word();
    const std::uint64_t map = reader.word();
    const std::uint64_t count = reader.word();
    std::string_view strings[kMaxArguments];
    if (count == 0 || count > kMaxArguments) return ServerError::BadRequest;
    for (std::uint64_t i = 0; i < count; i++) strings[i] = reader.text();
    Limits limits{};
    if (has(flags, SpawnFlags::Limits)) limits = {reader.word(), reader.word(), Grants(reader.word())};
    if (!reader.ok()) return ServerError::BadRequest;
    if (has(flags, SpawnFlags::Unsupported)) return ServerError::NotSupported;
    const unsigned radix = cnode_radix_of(flags) != 0 ? cnode_radix_of(flags) : kProcessCNodeRadix;
    if (radix < kProcessCNodeRadix || radix > kMaxProcessCNodeRadix) return ServerError::BadRequest;
    if (!has(parent.grants, limits.grants)) return ServerError::PermissionDenied;
    if (priority > parent.schedule.priority) return ServerError::PermissionDenied;
    for (unsigned i = 0; i < request.caps(); i++) {
        if (target_slot(map, i) == 0) return ServerError::PermissionDenied;
    }

    const auto program = catalogue_.find(strings[0]);
    if (!program) return refusal(strings[0], program.error());
    const auto created = create_process(parent);
    if (!created) return created.error();
    Process* const child = *created;
    child->grants = limits.grants;
    child->cnode_radix = radix;
    const auto account = account_for(parent, flags, limits);
    if (!account) {
        processes_.release(*child);
        return account.error();
    }
    child->account = *account;
    memory_.accounts().enter(*account);
    const SpawnRequest wanted{
        {strings, count}, priority != 0 ? unsigned(priority) : parent.schedule.priority, map, request};
    if (const auto built = build(*child, parent, **program, wanted); !built) {
        tear_down(*child);
        processes_.release(*child);
        return built.error();
    }
    return Reaction::ok(child->pid);
}

/// A record for a child. The last places are for whoever keeps the system alive.
Answer<Process*> Factotum::create_process(Process& parent) {
    const std::uint32_t kept = has(parent.grants, Grants::Power) ? 0 : kKeptPlaces;
    CHECK(processes_.count() + kept < memory_.slots().process_count(), ServerError::OutOfMemory);
    Process* const child = processes_.create(&parent);
    CHECK(child != nullptr, ServerError::OutOfMemory);
    return child;
}

/// The parent's account, or one of the child's own.
Answer<AccountNumber> Factotum::account_for(Process& parent, SpawnFlags flags, const Limits& limits) {
    if (!has(flags, SpawnFlags::Limits)) return parent.account;
    const std::uint64_t limit = limits.limit != 0 ? limits.limit : memory_.total_pages();
    return memory_.open_account(parent.account, limits.reserved, limit, parent.pid, parent.vacant);
}

Answer<void> Factotum::build(Process& child, const Process& parent, Image& program, const SpawnRequest& request) {
    child.image = &program;
    child.schedule.priority = request.priority;
    std::string_view name = request.arguments[0];
    if (const auto slash = name.rfind('/'); slash != name.npos) name.remove_prefix(slash + 1);
    child.set_name(name);

    if (!child.space.create(memory_, kits_, child.account)) return Refusal(ServerError::OutOfMemory);
    TRY_VOID(lay_out(child, program));
    TRY_VOID(make_objects(child));
    TRY_VOID(give_capabilities(child, parent, request));
    TRY(sp, write_stack(child, request.arguments));
    return start(child, program.elf.entry(), sp);
}

Answer<void> Factotum::give_capabilities(Process& child, const Process& parent, const SpawnRequest& request) {
    for (unsigned i = 0; i < request.message.caps(); i++)
        TRY_VOID(
            child.cspace.move(target_slot(request.map, i), request.message.caps_node(), request.message.cap_index(i)));
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
