// SPDX-License-Identifier: MIT
// CNodes: copy, mint, move, delete and revoke capabilities. The invoked CNode is the destination.
//
// A place is a CNode and an index, never a pointer into somebody's CSpace. Copy and Mint only ever take rights away;
// the derivation tree (cap/slot.h) remembers from what. Delete and Revoke can be preempted; call/destroy.h does their
// work.
// Handout: reference/kernel-design.md, "Capabilities" and "Deleting".
#include "call/destroy.h"
#include "call/request.h"

namespace glenda {

namespace {

struct Ends {
    Slot* target;  // empty
    Slot* source;  // not empty
};

/// Words 0 - 2: index, source CNode, source index.
/// Errors: those of Request::find, OutOfRange, SlotOccupied, SlotEmpty.
Result<Ends> find_ends(const Request& request) {
    TRY(target, slot_at(request.cap(), request.word(0)));
    CHECK(target->is_empty(), Error::SlotOccupied);
    TRY(cnode, request.find(1, CapType::CNode, Rights::Write));
    TRY(source, slot_at(cnode->cap, request.word(2)));
    CHECK(!source->is_empty(), Error::SlotEmpty);
    return Ends{target, source};
}

// Copy and mint are not in line, so that the others save fewer registers.

[[gnu::noinline]] Outcome copy(const Request& request) {
    TRY_VOID(request.needs(4));
    TRY(ends, find_ends(request));
    CHECK(is_copyable(ends.source->cap), Error::NotCopyable);
    CHECK(request.word(3) <= static_cast<std::uint64_t>(Rights::All), Error::BadArgument);
    ends.target->fill_as_child(copy_of(ends.source->cap, static_cast<Rights>(request.word(3))), *ends.source);
    return 0;
}

/// Give the copy its identity. Errors: WrongType, NoRights if it has one, MessageTooShort, BadArgument.
Result<void> set_badge_or_guard(Capability& cap, const Request& request) {
    if (cap.type == CapType::Endpoint || cap.type == CapType::Notification) {
        CHECK(cap.badge == 0, Error::NoRights);
        cap.badge = request.word(4);
        return {};
    }
    CHECK(cap.type == CapType::CNode, Error::WrongType);
    TRY_VOID(request.needs(6));
    const std::uint64_t guard = request.word(4), guard_bits = request.word(5);
    CHECK(guard_bits <= 64u - cap.size_bits && guard <= mask(guard_bits & 63), Error::BadArgument);
    cap.guard = guard;
    cap.guard_bits = guard_bits;
    return {};
}

[[gnu::noinline]] Outcome mint(const Request& request) {
    TRY_VOID(request.needs(5));
    TRY(ends, find_ends(request));
    CHECK(is_copyable(ends.source->cap), Error::NotCopyable);
    CHECK(request.word(3) <= static_cast<std::uint64_t>(Rights::All), Error::BadArgument);
    Capability cap = copy_of(ends.source->cap, static_cast<Rights>(request.word(3)));
    TRY_VOID(set_badge_or_guard(cap, request));
    ends.target->fill_as_child(cap, *ends.source);
    return 0;
}

Outcome move(const Request& request) {
    TRY_VOID(request.needs(3));
    TRY(ends, find_ends(request));
    ends.target->take(*ends.source);
    return 0;
}

/// Take apart what has been buried. A caller that has deleted the way by which it came here could not make its call
/// again: then the call is done, and others empty the zombies (call/destroy.h). Error: kPreempted.
Result<void> finish(const Request& request) {
    if (zombies == nullptr || reap_zombies() || !request.can_be_made_again()) return {};
    return Failure(kPreempted);
}

/// In word 0 of a Delete that goes on: its slot is empty, and what is in there now is no business of this call.
constexpr std::uint64_t kIsEmptied = bit(63);

/// The slot is empty; now the zombies. Error: kPreempted. Never in line, so that the usual Delete saves no registers.
[[gnu::noinline]] Outcome finish_delete(const Request& request) {
    const std::uint64_t index = request.word(0) & ~kIsEmptied;
    const Result<void> done = finish(request);
    request.set_reply(0, done ? index : index | kIsEmptied);
    TRY_VOID(done);
    return 0;
}

/// The index is that of no slot, unless the mark is in it.
[[gnu::noinline]] Outcome go_on_to_delete(const Request& request) {
    CHECK((request.word(0) & kIsEmptied) != 0, Error::OutOfRange);
    TRY_VOID(slot_at(request.cap(), request.word(0) & ~kIsEmptied));
    return finish_delete(request);
}

Outcome remove(const Request& request) {
    TRY_VOID(request.needs(1));
    const Result<Slot*> slot = slot_at(request.cap(), request.word(0));
    if (!slot) return go_on_to_delete(request);
    TRY_VOID(delete_slot(**slot));
    if (zombies != nullptr) return finish_delete(request);
    return 0;
}

Outcome revoke(const Request& request) {
    TRY_VOID(request.needs(1));
    TRY(slot, slot_at(request.cap(), request.word(0)));
    TRY_VOID(revoke_slot(*slot));
    TRY_VOID(finish(request));
    return 0;
}

Outcome info(const Request& request) {
    TRY_VOID(request.needs(1));
    TRY(slot, slot_at(request.cap(), request.word(0)));
    request.set_reply(0, static_cast<std::uint64_t>(slot->cap.type));
    request.set_reply(1, static_cast<std::uint64_t>(slot->cap.rights));
    request.set_reply(2, slot->cap.size_bits);
    const bool has_word = slot->cap.type == CapType::Endpoint || slot->cap.type == CapType::Notification ||
                          slot->cap.type == CapType::Frame;
    request.set_reply(3, has_word ? slot->cap.badge : 0);
    return 4;
}

}  // namespace

Outcome invoke_cnode(const Request& request) {
    TRY_VOID(request.needs_right(Rights::Write));
    switch (static_cast<CNodeMethod>(request.tag.label())) {
        case CNodeMethod::Copy: return copy(request);
        case CNodeMethod::Mint: return mint(request);
        case CNodeMethod::Move: return move(request);
        case CNodeMethod::Delete: return remove(request);
        case CNodeMethod::Revoke: return revoke(request);
        case CNodeMethod::Info: return info(request);
    }
    return Failure(Error::BadMethod);
}

}  // namespace glenda
