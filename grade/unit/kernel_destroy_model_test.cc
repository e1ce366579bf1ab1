// SPDX-License-Identifier: MIT
//
// kernel/call/destroy.h and invoke_cnode.cc: random operations make, copy, move, delete and revoke capabilities in
// CNodes that contain each other and themselves. After each operation, however often it is preempted, the derivation
// tree equals that of a naive model in which deletion simply recurses, and no new object overlaps an existing one.
#include <map>

#include "kernel_test.h"
#include "mem/address_spaces.h"
#include "model/naive_tree.h"
#include "sched/clock.h"
#include "steps.h"

namespace glenda::test {
namespace {

class DestroyModel : public KernelTest {
protected:
    static constexpr CPtr kEnd = 120;      // the test uses root's slots from kFree up to here
    static constexpr CPtr kScratch = 900;  // always empty
    NaiveTree tree_;
    std::mt19937 random_{41};
    std::map<CapType, unsigned> made_;
    unsigned revoked_ = 0, nested_ = 0;

    void SetUp() override {
        slot(kUntyped).cap.size_bits = 17;  // small, so that memory is reused often
        tree_.add(&slot(kUntyped), real_cap(slot(kUntyped)), nullptr);
        tree_.add(&slot(kCNode), real_cap(slot(kCNode)), nullptr);
        tree_.add(&root().cspace, real_cap(root().cspace), &slot(kCNode));
    }
    static NaiveCap real_cap(const Slot& slot) {
        return {slot.cap.type, slot.cap.rights, static_cast<std::byte*>(slot.cap.object), slot.cap.size_bits};
    }

    /// A slot in a CNode to which root has a capability.
    struct Place {
        CPtr cnode = 0;
        std::uint64_t index = 0;
        Slot* slot = nullptr;  // null: none was found
    };
    /// A capability of root to an object of this type, or 0.
    CPtr handle(CapType type) {
        for (unsigned tries = 0; tries < 60; tries++) {
            const CPtr at = kFree + random_() % (kEnd - kFree);
            if (slot(at).cap.type == type) return at;
        }
        return 0;
    }
    Place any_place() {
        const CPtr cnode = random_() % 3 == 0 ? 0 : handle(CapType::CNode);
        if (cnode == 0) {
            const std::uint64_t index = kFree + random_() % (kEnd - kFree);
            return {kCNode, index, &slot(index)};
        }
        const std::uint64_t index = 1 + random_() % (bit(slot(cnode).cap.size_bits) - 1);
        return {cnode, index, slots_of(slot(cnode).cap) + index};
    }
    Place any_place(bool is_used) {
        for (unsigned tries = 0; tries < 100; tries++) {
            const Place place = any_place();
            if (tree_.has(place.slot) == is_used) return place;
        }
        return {};
    }

    void retype_step() {
        constexpr CapType kTypes[] = {CapType::CNode, CapType::CNode,    CapType::CNode,        CapType::Untyped,
                                      CapType::Tcb,   CapType::Endpoint, CapType::Notification, CapType::Timer,
                                      CapType::Reply, CapType::VSpace};
        const CapType type = kTypes[random_() % 10];
        unsigned size_bits = 0;
        if (type == CapType::CNode) size_bits = 2 + random_() % 3;
        if (type == CapType::Untyped) size_bits = 10 + random_() % 3;
        const CPtr sub = random_() % 2 == 0 ? handle(CapType::Untyped) : 0;
        const CPtr untyped = sub != 0 ? sub : CPtr{kUntyped};
        const Place to = any_place(false);
        if (to.slot == nullptr) return;
        const Error error = call(untyped, UntypedMethod::Retype, {kind(type, size_bits), to.cnode, to.index});
        if (error == Error::NotEnoughMemory) return;
        ASSERT_EQ(error, Error::Ok);
        const NaiveCap cap = real_cap(*to.slot);
        check_overlap(cap, &slot(untyped));
        tree_.add(to.slot, cap, &slot(untyped));
        made_[type]++;
    }
    static std::uint64_t size_of(const NaiveCap& cap) {
        switch (cap.type) {
            case CapType::Untyped: return bit(cap.size_bits);
            case CapType::CNode: return bit(cap.size_bits + kSlotBits);
            case CapType::Tcb: return bit(kTcbBits);
            case CapType::VSpace: return bit(kPageTableBits);
            case CapType::Timer: return bit(kTimerBits);
            default: return 32;
        }
    }
    /// The new object is within its Untyped and overlaps no other existing object.
    void check_overlap(const NaiveCap& made, NaiveTree::Place untyped) {
        const NaiveCap& from = tree_.cap(untyped);
        ASSERT_GE(made.object, from.object);
        ASSERT_LE(made.object + size_of(made), from.object + size_of(from));
        for (const auto& [at, node] : tree_.all()) {
            const bool is_around = node.cap.type == CapType::Untyped && node.cap.object <= made.object &&
                                   node.cap.object + size_of(node.cap) >= from.object + size_of(from);
            if (is_around) continue;
            ASSERT_TRUE(made.object + size_of(made) <= node.cap.object ||
                        node.cap.object + size_of(node.cap) <= made.object)
                << name_of(made.type) << " in " << name_of(node.cap.type);
        }
    }
    void copy_step() {
        const Place from = any_place(true), to = any_place(false);
        if (from.slot == nullptr || to.slot == nullptr) return;
        const Rights rights = random_() % 4 == 0 ? Rights::Read | Rights::Write : Rights::All;
        const Error error = call(to.cnode, CNodeMethod::Copy, {to.index, from.cnode, from.index, word_of(rights)});
        NaiveCap cap = tree_.cap(from.slot);
        if (cap.type == CapType::Untyped) {
            ASSERT_EQ(error, Error::NotCopyable);
            return;
        }
        ASSERT_EQ(error, Error::Ok);
        cap.rights = cap.rights & rights;
        tree_.add(to.slot, cap, from.slot);
    }
    void move_step() {
        const Place from = any_place(true), to = any_place(false);
        if (from.slot == nullptr || to.slot == nullptr) return;
        ASSERT_EQ(call(to.cnode, CNodeMethod::Move, {to.index, from.cnode, from.index}), Error::Ok);
        tree_.move(from.slot, to.slot);
    }
    void remove_step() {
        const Place at = any_place(random_() % 8 != 0);
        if (at.slot == nullptr) return;
        const std::size_t before = tree_.size();
        ASSERT_EQ(call(at.cnode, CNodeMethod::Delete, {at.index}), Error::Ok);
        tree_.remove(at.slot);
        nested_ += before > tree_.size() + 1;
    }
    void revoke_step() {
        const Place at = any_place(true);
        if (at.slot == nullptr) return;
        NaiveTree after = tree_;
        if (!after.revoke(at.slot) || !after.has(&slot(at.cnode))) return;  // a preempted Revoke must find its slot
        ASSERT_EQ(call(at.cnode, CNodeMethod::Revoke, {at.index}), Error::Ok);
        revoked_ += tree_.size() - after.size();
        tree_ = after;
    }
    /// Gives a thread or a timer a capability of its own.
    void hold_step() {
        const CPtr thread = handle(CapType::Tcb), cnode = handle(CapType::CNode), timer = handle(CapType::Timer);
        const CPtr notification = handle(CapType::Notification), endpoint = handle(CapType::Endpoint);
        if (thread != 0 && cnode != 0) {
            ASSERT_EQ(call(thread, TcbMethod::Configure, {cnode, 0, 0, 0, endpoint}), Error::Ok);
            hold(tcb(thread).cspace, cnode);
            if (endpoint != 0) hold(tcb(thread).fault_handler, endpoint);
            ASSERT_EQ(revoke(kScratch), Error::Ok);  // Configure leaves a CNode that it replaced in the zombies
        }
        if (timer != 0 && notification != 0) {
            ASSERT_EQ(call(timer, TimerMethod::Bind, {notification}), Error::Ok);
            hold(object<Timer>(timer).notification, notification);
            ASSERT_EQ(call(timer, TimerMethod::Arm, {random_() % 1000}), Error::Ok);
        }
        if (thread != 0 && notification != 0) {
            const bool is_free =
                tcb(thread).bound_notification.is_empty() && object<Notification>(notification).bound == nullptr;
            ASSERT_EQ(call(thread, TcbMethod::BindNotification, {notification}), is_free ? Error::Ok : Error::Busy);
            if (is_free) hold(tcb(thread).bound_notification, notification);
        }
    }
    void hold(Slot& held, CPtr source) {
        tree_.remove(&held);
        tree_.add(&held, tree_.cap(&slot(source)), &slot(source));
    }

    void check_below(const Slot& real) {
        const Slot* child = real.first_child;
        for (NaiveTree::Place expected : tree_.children(&real)) {
            ASSERT_EQ(child, expected);
            const NaiveCap& cap = tree_.cap(expected);
            ASSERT_TRUE(child->cap.type == cap.type && child->cap.rights == cap.rights &&
                        child->cap.object == cap.object);
            check_below(*child);
            if (HasFatalFailure()) return;
            child = child->next.is_sibling() ? child->next.slot() : nullptr;
        }
        ASSERT_EQ(child, nullptr);
    }
    void check() {
        ASSERT_EQ(tree_fault(slot(kUntyped)), "");
        check_below(slot(kUntyped));
        check_below(slot(kCNode));
        for (CPtr at = kFree; at < kEnd; at++) ASSERT_EQ(slot(at).is_empty(), !tree_.has(&slot(at)));
    }
    void step() {
        machine.checks_before_interrupt = random_() % 3 == 0 ? host::kNever : random_() % 5;
        switch (random_() % 12) {
            case 0:
            case 1:
            case 2: retype_step(); break;
            case 3:
            case 4:
            case 5: copy_step(); break;
            case 6:
            case 7: move_step(); break;
            case 8:
            case 9: remove_step(); break;
            case 10: hold_step(); break;
            default:
                if (random_() % 4 == 0) revoke_step();
        }
        if (random_() % 1000 == 0) {
            ASSERT_EQ(revoke(kUntyped), Error::Ok);
            ASSERT_TRUE(tree_.revoke(&slot(kUntyped)));
        }
        machine.checks_before_interrupt = host::kNever;
    }
};

TEST_F(DestroyModel, RandomOperationsMatch) {
    for (unsigned i = 0; i < steps(50'000u); i++) {
        step();
        if (HasFatalFailure()) FAIL() << "in step " << i;
        check();
        if (HasFatalFailure()) FAIL() << "after step " << i;
    }
    EXPECT_GT(preemptions(), steps(1'500u));
    EXPECT_GT(revoked_, steps(750u));
    EXPECT_GT(nested_, steps(200u));
    EXPECT_EQ(made_.size(), 8u);
    // In the end all memory is free.
    ASSERT_EQ(revoke(kUntyped), Error::Ok);
    EXPECT_FALSE(slot(kUntyped).has_children());
    EXPECT_EQ(address_spaces.room(), kMaxSpaces - 2);
    EXPECT_EQ(timer_queue.first(), nullptr);
    for (CPtr at = kFree; at < kEnd; at++) EXPECT_TRUE(slot(at).is_empty());
}

}  // namespace
}  // namespace glenda::test
