// SPDX-License-Identifier: MIT
//
// kernel/cap/slot.h: the derivation tree behaves like a tree of vectors, its links are consistent after every
// operation, and a capability's neighbours show whether it is the last one.
#include <algorithm>
#include <memory>
#include <set>

#include "cap/slot.h"
#include "kernel_test.h"
#include "steps.h"

namespace glenda::test {
namespace {

/// A forest of nodes with vectors of children. Siblings whose parent is deleted stay siblings, so the top level is a
/// list of lists.
class NaiveForest {
public:
    static constexpr int kNobody = -1;

    explicit NaiveForest(unsigned nodes) : nodes_(nodes) {}

    bool has(int node) const { return nodes_[node].is_used; }
    int parent(int node) const { return nodes_[node].parent; }
    const std::vector<int>& children(int node) const { return nodes_[node].children; }
    const std::vector<std::vector<int>>& tops() const { return tops_; }

    void add_root(int node) {
        nodes_[node] = {true, kNobody, {}};
        tops_.push_back({node});
    }
    void add_child(int node, int parent) {
        nodes_[node] = {true, parent, {}};
        nodes_[parent].children.insert(nodes_[parent].children.begin(), node);
    }
    void rename(int from, int to) {
        nodes_[to] = nodes_[from];
        nodes_[from] = {};
        std::vector<int>& siblings = siblings_of(to, from);
        std::replace(siblings.begin(), siblings.end(), from, to);
        for (int child : nodes_[to].children) nodes_[child].parent = to;
    }
    void remove(int node) {
        const Node gone = nodes_[node];
        std::vector<int>& siblings = siblings_of(node, node);
        const auto at = siblings.erase(std::find(siblings.begin(), siblings.end(), node));
        siblings.insert(at, gone.children.begin(), gone.children.end());
        for (int child : gone.children) nodes_[child].parent = gone.parent;
        nodes_[node] = {};
        std::erase_if(tops_, [](const auto& top) { return top.empty(); });
    }

private:
    struct Node {
        bool is_used = false;
        int parent = kNobody;
        std::vector<int> children;
    };
    /// The list that contains `entry`, whose node is `node`.
    std::vector<int>& siblings_of(int node, int entry) {
        if (nodes_[node].parent != kNobody) return nodes_[nodes_[node].parent].children;
        return *std::find_if(tops_.begin(), tops_.end(),
                             [&](const auto& top) { return std::find(top.begin(), top.end(), entry) != top.end(); });
    }
    std::vector<Node> nodes_;
    std::vector<std::vector<int>> tops_;
};

class SlotModel : public testing::Test {
protected:
    static constexpr unsigned kSlots = 80;
    std::unique_ptr<Slot[]> slots_{new Slot[kSlots]};
    NaiveForest forest_{kSlots};
    std::mt19937 random_{1};
    std::uint64_t next_object_ = 0x1000;
    std::set<std::uint64_t> irqs_{};

    int any(bool used) {
        for (unsigned tries = 0; tries < 4 * kSlots; tries++) {
            const int node = static_cast<int>(random_() % kSlots);
            if (forest_.has(node) == used) return node;
        }
        return NaiveForest::kNobody;
    }

    static Capability capability(CapType type, std::uint64_t object) {
        Capability cap;
        cap.type = type;
        cap.object = reinterpret_cast<void*>(object);
        return cap;
    }
    Capability new_object(CapType type) { return capability(type, next_object_ += 0x1000); }

    /// A derivation that the kernel allows: objects from Untyped, handlers of free interrupts from IrqControl, or
    /// copies.
    Capability derive(const Capability& from) {
        if (from.type == CapType::Untyped) {
            constexpr CapType kTypes[] = {CapType::Untyped, CapType::Endpoint, CapType::CNode};
            return new_object(kTypes[random_() % 3]);
        }
        if (from.type == CapType::IrqControl && random_() % 2 == 0) {
            const std::uint64_t irq = 1 + random_() % 6;
            const Capability handler = capability(CapType::IrqHandler, irq);
            if (count(handler) == 0) return handler;
        }
        return from;
    }
    unsigned count(const Capability& cap) const {
        unsigned holders = 0;
        for (unsigned i = 0; i < kSlots; i++) holders += !slots_[i].is_empty() && slots_[i].cap.same_object(cap);
        return holders;
    }

    void step() {
        const int used = any(true), empty = any(false);
        switch (random_() % 8) {
            case 0:
                if (empty < 0 || forest_.tops().size() > 6) return;
                forest_.add_root(empty);
                slots_[empty].fill_as_root(random_() % 3 == 0 && count(capability(CapType::IrqControl, 0)) == 0
                                               ? capability(CapType::IrqControl, 0)
                                               : new_object(CapType::Untyped));
                return;
            case 1:
            case 2:
            case 3: {
                if (empty < 0 || used < 0) return;
                const Capability cap = derive(slots_[used].cap);
                forest_.add_child(empty, used);
                slots_[empty].fill_as_child(cap, slots_[used]);
                return;
            }
            case 4:
            case 5:
                if (empty < 0 || used < 0) return;
                forest_.rename(used, empty);
                slots_[empty].take(slots_[used]);
                return;
            default:
                if (used < 0) return;
                forest_.remove(used);
                slots_[used].clear();
        }
    }

    void check_siblings(const std::vector<int>& siblings, int parent) {
        for (std::size_t i = 0; i < siblings.size(); i++) {
            const Slot& slot = slots_[siblings[i]];
            Slot* const above = parent < 0 ? nullptr : &slots_[parent];
            const bool first = i == 0, last = i + 1 == siblings.size();
            ASSERT_EQ(slot.previous.slot(), first ? above : &slots_[siblings[i - 1]]);
            ASSERT_EQ(slot.previous.is_sibling(), !first);
            ASSERT_EQ(slot.next.slot(), last ? above : &slots_[siblings[i + 1]]);
            ASSERT_EQ(slot.next.is_sibling(), !last);
        }
        if (parent < 0) return;
        ASSERT_EQ(slots_[parent].first_child, siblings.empty() ? nullptr : &slots_[siblings.front()]);
        ASSERT_EQ(slots_[parent].last_child, siblings.empty() ? nullptr : &slots_[siblings.back()]);
    }
    void check() {
        for (const auto& top : forest_.tops()) check_siblings(top, NaiveForest::kNobody);
        for (unsigned i = 0; i < kSlots; i++) {
            const Slot& slot = slots_[i];
            ASSERT_EQ(slot.is_empty(), !forest_.has(static_cast<int>(i)));
            check_siblings(forest_.children(static_cast<int>(i)), static_cast<int>(i));
            if (slot.is_empty()) {
                ASSERT_TRUE(slot.next.slot() == nullptr && slot.previous.slot() == nullptr && !slot.has_children());
            } else if (slot.cap.type != CapType::IrqControl) {  // which nothing is taken apart with
                ASSERT_EQ(slot.is_last(), count(slot.cap) == 1);
            }
        }
    }
};

TEST_F(SlotModel, RandomOperationsMatchATreeOfVectors) {
    for (unsigned i = 0; i < steps(100'000u); i++) {
        step();
        check();
        if (HasFatalFailure()) FAIL() << "after operation " << i;
    }
}

TEST(Slot, ChildrenTakeThePlaceOfTheirParent) {
    std::unique_ptr<Slot[]> s{new Slot[6]};
    Capability cap;
    cap.type = CapType::Endpoint;
    s[0].fill_as_root(cap);
    s[1].fill_as_child(cap, s[0]);
    s[2].fill_as_child(cap, s[0]);  // 0: 2, 1
    s[3].fill_as_child(cap, s[2]);
    s[4].fill_as_child(cap, s[2]);  // 2: 4, 3
    s[2].clear();
    EXPECT_TRUE(s[2].is_empty());
    EXPECT_EQ(tree_fault(s[0]), "");
    EXPECT_EQ(s[0].first_child, &s[4]);
    EXPECT_EQ(s[4].next.slot(), &s[3]);
    EXPECT_EQ(s[3].next.slot(), &s[1]);
    EXPECT_EQ(s[0].last_child, &s[1]);
}

TEST(Slot, MovingARootKeepsItsChildren) {
    std::unique_ptr<Slot[]> s{new Slot[3]};
    Capability cap;
    cap.type = CapType::Untyped;
    s[0].fill_as_root(cap);
    cap.type = CapType::Endpoint;
    s[1].fill_as_child(cap, s[0]);
    s[2].take(s[0]);
    EXPECT_TRUE(s[0].is_empty() && !s[0].has_children());
    EXPECT_EQ(tree_fault(s[2]), "");
    EXPECT_EQ(s[1].next.slot(), &s[2]);
    EXPECT_TRUE(s[1].is_last());
}

TEST(Slot, WhatIsOfTheObjectGoesIntoCopies) {
    EXPECT_EQ(inherited(CapFlags::Device | CapFlags::InTcb), CapFlags::Device);
    EXPECT_EQ(inherited(CapFlags::InTcb), CapFlags::None);
}

}  // namespace
}  // namespace glenda::test
