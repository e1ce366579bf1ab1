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
    Slot* targets;  // `count` in a row, all empty
    Slot* sources;  // as many, none of them empty
};

/// Words 0 - 2: index, source CNode, source index.
/// Errors: those of Request::find, OutOfRange, SlotOccupied, SlotEmpty.
Result<Ends> find_ends(const Request& request, std::uint64_t count = 1) {
    TRY(targets, empty_slots_at(request.cap(), request.word(0), count));
    TRY(cnode, request.find(1, CapType::CNode, Rights::Write));
    TRY(sources, slots_at(cnode->cap, request.word(2), count));
    for (unsigned i = 0; i < count; i++) CHECK(!sources[i].is_empty(), Error::SlotEmpty);
    return Ends{targets, sources};
}

/// The same for what makes copies: word 3 is the rights that they may have.
/// Errors: also NotCopyable, BadArgument.
Result<Ends> find_copies(const Request& request, std::uint64_t count = 1) {
    TRY(ends, find_ends(request, count));
    for (unsigned i = 0; i < count; i++) CHECK(is_copyable(ends.sources[i].cap), Error::NotCopyable);
    CHECK(request.word(3) <= static_cast<std::uint64_t>(Rights::All), Error::BadArgument);
    return ends;
}

/// The value of a copy of `source`, with the rights of word 3.
Capability copy_for(const Request& request, const Slot& source) {
    return copy_of(source.cap, static_cast<Rights>(request.word(3)));
}

Outcome copy(const Request& request) {
    // lab 2.4a {
    TRY_VOID(request.needs(4));
    const std::uint64_t count = request.word_or(4, 1);
    CHECK(count >= 1 && count <= kMaxRunLength, Error::BadArgument);
    TRY(ends, find_copies(request, count));
    for (unsigned i = 0; i < count; i++)
        ends.targets[i].fill_as_child(copy_for(request, ends.sources[i]), ends.sources[i]);
    return done();
    // lab 2.4a }
}

/// Gives a copy its identity: words 4 and 5. Errors: WrongType, NoRights if it has one, MessageTooShort, BadArgument.
Result<void> set_badge_or_guard(Capability& cap, const Request& request) {
    // lab 2.4b {
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
    // lab 2.4b }
}

Outcome mint(const Request& request) {
    // lab 2.4c {
    TRY_VOID(request.needs(5));
    TRY(ends, find_copies(request));
    Capability cap = copy_for(request, *ends.sources);
    TRY_VOID(set_badge_or_guard(cap, request));
    ends.targets->fill_as_child(cap, *ends.sources);
    return done();
    // lab 2.4c }
}

Outcome move(const Request& request) {
    TRY_VOID(request.needs(3));
    TRY(ends, find_ends(request));
    ends.targets->take(*ends.sources);
    return done();
}

/// Reaps the zombies that this call has made. A caller that has deleted the way by which it came here could not make
/// its call again if that is preempted: then the call counts as done, and others reap (call/destroy.h).
Progress finish(const Request& request) {
    if (reap_zombies() == Progress::Done || !request.can_be_made_again()) return Progress::Done;
    return Progress::Preempted;
}

/// Set in word 0 of a Delete that was preempted after it had emptied its slot. What is in the slot when the call is
/// made again is a later capability, and must not be touched.
constexpr std::uint64_t kIsEmptied = bit(63);

Outcome remove(const Request& request) {
    TRY_VOID(request.needs(1));
    const bool is_emptied = (request.word(0) & kIsEmptied) != 0;
    const std::uint64_t index = request.word(0) & ~kIsEmptied;
    TRY(slot, slot_at(request.cap(), index));
    if (!is_emptied) FINISH(delete_slot(*slot));
    const Progress progress = finish(request);
    request.set_reply(0, progress == Progress::Done ? index : index | kIsEmptied);
    return progress;
}

Outcome revoke(const Request& request) {
    TRY_VOID(request.needs(1));
    TRY(slot, slot_at(request.cap(), request.word(0)));
    FINISH(revoke_slot(*slot));
    return finish(request);
}

/// The last word of Info: what tells capabilities of one type apart.
std::uint64_t identity_of(const Capability& cap) {
    if (cap.type == CapType::Endpoint || cap.type == CapType::Notification) return cap.badge;
    if (cap.type == CapType::Frame) return cap.mapped_at;
    return 0;
}

Outcome info(const Request& request) {
    TRY_VOID(request.needs(1));
    TRY(slot, slot_at(request.cap(), request.word(0)));
    request.set_reply(0, static_cast<std::uint64_t>(slot->cap.type));
    request.set_reply(1, static_cast<std::uint64_t>(slot->cap.rights));
    request.set_reply(2, slot->cap.size_bits);
    request.set_reply(3, identity_of(slot->cap));
    return done(4);
}

/// Rights, badge and guard do not matter: a server tells by this which of its objects a client has shown to it.
Outcome same(const Request& request) {
    TRY_VOID(request.needs(3));
    TRY(slot, slot_at(request.cap(), request.word(0)));
    TRY(cnode, request.find(1, CapType::CNode, Rights::Write));
    TRY(other, slot_at(cnode->cap, request.word(2)));
    CHECK(!slot->is_empty() && !other->is_empty(), Error::SlotEmpty);
    request.set_reply(0, slot->cap.same_object(other->cap) ? 1 : 0);
    return done(1);
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
        case CNodeMethod::Same: return same(request);
    }
    return Failure(Error::BadMethod);
}

}  // namespace glenda
