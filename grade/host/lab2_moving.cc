// SPDX-License-Identifier: MIT
// Slot::take() in every place of a tree, against a naive model; and that lookups honour the guard that Mint has set.
#include <algorithm>
#include <memory>

#include "call/destroy.h"
#include "call/request.h"
#include "tree.h"

namespace glenda {

// Deleting is no matter here.
Progress delete_slot(Slot&) { return Progress::Done; }
Progress revoke_slot(Slot&) { return Progress::Done; }
Progress reap_zombies() { return Progress::Done; }

namespace host {

namespace {

/// `from` moves to `to`, in the model and in the tree. `parent` may be null.
void move(Node* parent, Node& from, Node& to, Caller = std::source_location::current()) {
    const Capability cap = from.slot.cap;
    to.slot.take(from.slot);
    to.children.swap(from.children);
    if (parent != nullptr) std::replace(parent->children.begin(), parent->children.end(), &from, &to);
    EXPECT(to.slot.cap.type == cap.type && to.slot.cap.same_object(cap) && to.slot.cap.badge == cap.badge);
    expect_empty(from.slot);
    expect_links(to);
    if (parent != nullptr) expect_links(*parent);
}

/// The first, the last, one in the middle, the only one; each with no child, one or three.
void every_place() {
    int object = 0;
    for (unsigned siblings = 1; siblings <= 4; siblings++) {
        for (unsigned at = 0; at < siblings; at++) {
            for (const unsigned grandchildren : {0u, 1u, 3u}) {
                Node parent, nodes[4], below[3], target;
                parent.slot.fill_as_root(capability(CapType::Untyped));
                for (unsigned i = 0; i < siblings; i++) {
                    add_child(parent, nodes[i], capability(CapType::Endpoint, Rights::Read, &object));
                    nodes[i].slot.cap.badge = 70 + i;
                }
                Node& source = *parent.children[at];
                for (unsigned i = 0; i < grandchildren; i++) add_child(source, below[i], capability(CapType::Endpoint));
                move(&parent, source, target);
            }
        }
    }
}

/// One that was derived from nothing takes its children along.
void without_a_parent() {
    Node root, target, children[2];
    root.slot.fill_as_root(capability(CapType::Untyped));
    move(nullptr, root, target);
    EXPECT(target.slot.next.slot() == nullptr && target.slot.previous.slot() == nullptr);
    for (Node& child : children) add_child(target, child, capability(CapType::Frame));
    move(nullptr, target, root);
}

void many() {
    for (std::uint64_t seed = 1; seed <= 20; seed++) {
        Random random(seed);
        std::vector<std::unique_ptr<Node>> nodes;
        std::vector<Node*> parents{nullptr};
        nodes.push_back(std::make_unique<Node>());
        nodes[0]->slot.fill_as_root(capability(CapType::Untyped));
        for (unsigned i = 1; i < 300; i++) {
            const std::size_t which = random.below(nodes.size());
            auto fresh = std::make_unique<Node>();
            if (random.below(2) == 0) {
                add_child(*nodes[which], *fresh, capability(CapType::Endpoint));
                parents.push_back(nodes[which].get());
                nodes.push_back(std::move(fresh));
            } else {
                move(parents[which], *nodes[which], *fresh);
                std::replace(parents.begin(), parents.end(), nodes[which].get(), fresh.get());
                nodes[which] = std::move(fresh);
            }
        }
        for (const auto& node : nodes) expect_links(*node);
    }
}

// --- Mint, through the door by which system calls come ------------------------------------------------------

constexpr unsigned kRadix = 4;
alignas(64) Slot slots[1 << kRadix], inner[1 << kRadix];
Tcb caller;
Utcb page;

/// A caller whose CSpace is one CNode, with a capability to itself in slot 1 and one to `inner` in slot 2.
void begin() {
    for (Slot* const each : {slots, inner}) {
        for (unsigned i = 0; i < bit(kRadix); i++) {
            std::destroy_at(each + i);
            std::construct_at(each + i);
        }
    }
    Capability cnode = capability(CapType::CNode, Rights::All, slots);
    cnode.size_bits = kRadix;
    cnode.guard_bits = default_guard_bits(kRadix);
    caller.cspace.cap = cnode;
    caller.utcb = &page;
    slots[1].fill_as_root(cnode);
    cnode.object = inner;
    slots[2].fill_as_root(cnode);
}

Outcome invoke(CNodeMethod method, std::initializer_list<std::uint64_t> words) {
    unsigned n = 0;
    for (const std::uint64_t word : words) caller.set_word(n++, word);
    caller.state = ThreadState::Ready;
    return invoke_cnode(Request{caller, slots[1], Tag(std::uint64_t(method), n)});
}
constexpr std::uint64_t kAll = std::uint64_t(Rights::All);

/// With the guard that it was minted with, the CNode is found by just the pointers that spell it.
void guards_count() {
    Random random(1);
    for (unsigned guard_bits = 0; guard_bits <= 60; guard_bits++) {
        begin();
        const std::uint64_t guard = guard_bits != 0 ? random.next() & mask(guard_bits) : 0;
        EXPECT(invoke(CNodeMethod::Mint, {5, 1, 2, kAll, guard, guard_bits}).kind() == Outcome::Kind::Done);
        EXPECT(slots[5].cap.same_object(slots[2].cap));
        EXPECT_EQ(slots[5].cap.guard_bits, std::uint32_t(guard_bits));
        EXPECT(slots[2].cap.guard_bits == default_guard_bits(kRadix) && slots[2].cap.guard == 0);
        EXPECT(slots[2].first_child == &slots[5]);
        if (guard_bits < 60) {
            EXPECT(find_slot(slots[5].cap, 3) == nullptr);
            continue;
        }
        EXPECT(find_slot(slots[5].cap, guard << kRadix | 3) == inner + 3);
        EXPECT(find_slot(slots[5].cap, (guard ^ 1) << kRadix | 3) == nullptr);
        EXPECT(invoke(CNodeMethod::Copy, {6, 1, 5, kAll}).kind() == Outcome::Kind::Done);
        EXPECT(find_slot(slots[6].cap, guard << kRadix | 3) == inner + 3);  // a copy keeps the guard
    }
}

/// A guard that is too long, or too large for its length, is refused, and the slot stays empty.
void wrong_guards() {
    begin();
    const auto expect_refused = [](std::uint64_t guard, std::uint64_t guard_bits,
                                   Caller = std::source_location::current()) {
        const Outcome outcome = invoke(CNodeMethod::Mint, {5, 1, 2, kAll, guard, guard_bits});
        EXPECT(outcome.kind() == Outcome::Kind::Refused && outcome.error() == Error::BadArgument);
        expect_empty(slots[5]);
    };
    for (const std::uint64_t guard_bits : {61ull, 63ull, 64ull, 65ull, 1ull << 32, ~0ull})
        expect_refused(0, guard_bits);
    expect_refused(1, 0);
    expect_refused(4, 2);
    expect_refused(bit(59), 59);
    expect_refused(~0ull, 60);
}

}  // namespace
}  // namespace host
}  // namespace glenda

int main(int argc, char** argv) {
    using namespace glenda::host;
    return run_cases(argc, argv,
                     {{"every_place", every_place},
                      {"without_a_parent", without_a_parent},
                      {"many", many},
                      {"guards_count", guards_count},
                      {"wrong_guards", wrong_guards}});
}
