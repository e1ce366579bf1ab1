// SPDX-License-Identifier: MIT
// Revoke and Delete in random worlds of capabilities, preempted at every step.
//
// Before: a naive model computes which slots must become empty. On the way: at each preemption point all links must be
// in order, no memory may be free too early, and no step may have done too much. After: just those slots are empty.
#include <algorithm>
#include <memory>
#include <set>

#include "lab2_rest.h"
#include "lab2_world.h"

namespace glenda {

namespace host {

namespace {

constexpr unsigned kMostPerStep = 1;     // slots that one step may empty
constexpr unsigned kMostSteps = 20'000;  // of one Revoke: there are fewer than 100 capabilities

World* world = nullptr;
unsigned polls = 0, next_pause = 0, filled = 0;

}  // namespace

/// A preemption point: all must be in order, and little may have happened since the last.
bool is_time_to_pause() {
    EXPECT(polls < kMostSteps);
    polls++;
    if (world == nullptr) return false;
    world->expect_order();
    const unsigned now = world->filled();
    EXPECT(filled - now <= kMostPerStep);
    filled = now;
    return polls > next_pause;
}
bool wake_one(const TcbQueue& waiters) { return world->wake(waiters); }

namespace {

/// The interrupt comes at poll number `pause`, and after that each time; kNobody: never.
constexpr unsigned kNobody = ~0u;
void finish(unsigned pause, const auto& step) {
    polls = 0;
    next_pause = pause;
    filled = world->filled();
    while (step() == Progress::Preempted) EXPECT(pause != kNobody);
    world->expect_order();
    EXPECT(filled - world->filled() <= kMostPerStep);
}

/// Revokes, or deletes, in the world of `seed`.
void destroy(std::uint64_t seed, unsigned pause, bool whole, Caller = std::source_location::current()) {
    auto fresh = std::make_unique<World>(seed);
    world = fresh.get();
    world->expect_order();
    Slot& target = world->choose_target();
    const bool deletes = whole && target.cap.type != CapType::Untyped;
    const std::set<const Slot*> doomed = world->doomed_by(target, deletes);
    std::set<const Slot*> before;
    for (const Slot* slot : world->all()) {
        if (!slot->is_empty()) before.insert(slot);
    }
    finish(pause, [&] { return deletes ? delete_slot(target) : revoke_slot(target); });
    finish(pause, [] { return reap_zombies(); });
    EXPECT(zombies == nullptr);
    for (const Slot* slot : world->all())
        EXPECT(slot->is_empty() == (before.count(slot) == 0 || doomed.count(slot) != 0));
    world = nullptr;
}

constexpr unsigned kWorlds = 60;

void without_interrupts() {
    for (std::uint64_t seed = 1; seed <= kWorlds; seed++) destroy(seed, kNobody, false);
}
void after_each_step() {
    for (std::uint64_t seed = 1; seed <= kWorlds; seed++) destroy(seed, 0, false);
}
/// The first interrupt comes after 1, 2, 3 ... steps.
void anywhere() {
    for (std::uint64_t seed = 1; seed <= 12; seed++) {
        for (unsigned pause = 1; pause < 40; pause++) destroy(seed, pause, false);
    }
}
void deleting() {
    for (std::uint64_t seed = 1; seed <= kWorlds; seed++) {
        for (const unsigned pause : {0u, 1u, 5u, kNobody}) destroy(seed, pause, true);
    }
}

/// Most slots of a large CNode are empty: looking for those that are not has to go on where it stopped.
void a_large_node() {
    constexpr unsigned kLargeRadix = 11;
    const auto slots = std::make_unique<Slot[]>(bit(kLargeRadix));
    Slot root, node;
    root.fill_as_root(capability(CapType::Untyped));
    Capability cap = capability(CapType::CNode, Rights::All, slots.get());
    cap.size_bits = kLargeRadix;
    node.fill_as_child(cap, root);
    for (const unsigned i : {1u, 2u, 255u, 256u, 257u, 1000u, 2047u})
        slots[i].fill_as_child(capability(CapType::Untyped, Rights::All, slots.get() + i), root);
    polls = 0;
    zombies = nullptr;
    EXPECT(delete_slot(node) == Progress::Done);
    expect_empty(node);
    EXPECT(zombies == slots.get());
    EXPECT(reap_zombies() == Progress::Done);
    EXPECT(!root.has_children() && zombies == nullptr);
    for (unsigned i = 0; i < bit(kLargeRadix); i++) expect_empty(slots[i]);
}

/// What a zombie is: the CNode's node of the tree, in slot 0, on top of the others. It was a thread's CSpace here.
void what_a_zombie_is() {
    static Tcb tcb;
    Slot slots[1 << kRadix], root, other;
    std::destroy_at(&tcb);
    std::construct_at(&tcb);
    root.fill_as_root(capability(CapType::Untyped));
    Capability cap = capability(CapType::CNode, Rights::All, slots);
    cap.size_bits = kRadix;
    cap.flags = CapFlags::InTcb;
    tcb.cspace.fill_as_child(cap, root);
    zombies = &other;
    EXPECT(delete_slot(tcb.cspace) == Progress::Done);
    expect_empty(tcb.cspace);
    const Capability& zombie = slots[0].cap;
    EXPECT(zombies == &slots[0] && zombie.below == &other);
    EXPECT_EQ(zombie.type, CapType::Zombie);
    EXPECT_EQ(zombie.flags, CapFlags::None);
    EXPECT_EQ(zombie.next, std::uint64_t{1});
    EXPECT(zombie.object == slots && zombie.size_bits == kRadix);
    EXPECT(root.first_child == &slots[0] && root.last_child == &slots[0]);
    zombies = nullptr;
    slots[0].clear();
}

/// A zombie whose slots hold the last capabilities to other CNodes, which hold those to others again.
void nested_nodes() {
    Slot root, outer;
    Slot nodes[4][1 << kRadix];
    root.fill_as_root(capability(CapType::Untyped));
    for (unsigned i = 0; i < 4; i++) {
        Capability cap = capability(CapType::CNode, Rights::All, nodes[i]);
        cap.size_bits = kRadix;
        (i == 0 ? outer : nodes[i - 1][3]).fill_as_child(cap, root);
        nodes[i][6].fill_as_child(capability(CapType::Untyped, Rights::All, &nodes[i][6]), root);
    }
    polls = 0;
    zombies = nullptr;
    EXPECT(delete_slot(outer) == Progress::Done);
    EXPECT(reap_zombies() == Progress::Done);
    EXPECT(!root.has_children() && zombies == nullptr);
    for (const auto& node : nodes) {
        for (const Slot& slot : node) expect_empty(slot);
    }
}

/// There is a preemption point after each zombie, also where nothing was left in it.
void empty_nodes() {
    constexpr unsigned kNodes = 50;
    Slot root, held[kNodes];
    static Slot slots[kNodes][2];
    root.fill_as_root(capability(CapType::Untyped));
    for (unsigned i = 0; i < kNodes; i++) {
        Capability cap = capability(CapType::CNode, Rights::All, slots[i]);
        cap.size_bits = 1;
        held[i].fill_as_child(cap, root);
    }
    zombies = nullptr;
    for (Slot& slot : held) EXPECT(delete_slot(slot) == Progress::Done);
    polls = 0;
    EXPECT(reap_zombies() == Progress::Done);
    EXPECT(!root.has_children() && zombies == nullptr);
    EXPECT(polls >= kNodes);
}

/// CNodes with no capability outside themselves keep themselves alive. Their Untyped can still be revoked.
void nodes_in_circles() {
    polls = 0;
    Slot root;
    Slot nodes[3][1 << kRadix];
    zombies = nullptr;
    root.fill_as_root(capability(CapType::Untyped));
    for (unsigned i = 0; i < 3; i++) {
        Capability cap = capability(CapType::CNode, Rights::All, nodes[i]);
        cap.size_bits = kRadix;
        Slot& held = nodes[(i + 1) % 3][4];
        held.fill_as_child(cap, root);
        nodes[i][5].fill_as_child(copy_of(cap, Rights::All), held);
    }
    EXPECT(revoke_slot(root) == Progress::Done);
    EXPECT(reap_zombies() == Progress::Done);
    EXPECT(!root.has_children() && zombies == nullptr);
    for (const auto& node : nodes) {
        for (const Slot& slot : node) expect_empty(slot);
    }
}

}  // namespace
}  // namespace host
}  // namespace glenda

int main(int argc, char** argv) {
    using namespace glenda::host;
    return run_cases(argc, argv,
                     {{"what_a_zombie_is", what_a_zombie_is},
                      {"without_interrupts", without_interrupts},
                      {"after_each_step", after_each_step},
                      {"anywhere", anywhere},
                      {"deleting", deleting},
                      {"a_large_node", a_large_node},
                      {"nested_nodes", nested_nodes},
                      {"empty_nodes", empty_nodes},
                      {"nodes_in_circles", nodes_in_circles}});
}
