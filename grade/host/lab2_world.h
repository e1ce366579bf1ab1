// SPDX-License-Identifier: MIT
// A random world of capabilities for the tests of Delete and Revoke: a tree of Untypeds, CNodes, threads and endpoints,
// whose slots lie in each other. It knows naively what must be empty when something has gone.
#pragma once

#include <algorithm>
#include <memory>
#include <set>

#include "call/destroy.h"
#include "object/ipc_objects.h"
#include "sched/hart.h"
#include "tree.h"

namespace glenda::host {

constexpr unsigned kRadix = 3, kPlaces = 30, kNodes = 5, kTcbs = 3, kOthers = 12;
constexpr unsigned kWaiters = 3;  // at each endpoint

class World {
public:
    explicit World(std::uint64_t seed) : random_(seed) {
        hart_ = std::make_unique<Hart>();
        hart_->current = &hart_->idle;
        executing_hart = hart_.get();
        zombies = nullptr;
        root_.fill_as_root(capability(CapType::Untyped, Rights::All, this));
        for (unsigned i = 0; i < 120; i++) act();
    }

    /// Some capability from which others have been made, and that survives when they go.
    Slot& choose_target() {
        for (unsigned i = 0; i < 8; i++) {
            Slot* const slot = some(true);
            if (slot != nullptr && slot->has_children() && doomed_by(*slot, false).count(slot) == 0) return *slot;
        }
        return root_;
    }

    /// The slots that must be empty after `target` was revoked; if `with_itself`, deleted.
    std::set<const Slot*> doomed_by(const Slot& target, bool with_itself) {
        std::set<const Slot*> doomed;
        if (with_itself)
            doomed.insert(&target);
        else
            add_descendants(target, doomed);
        for (std::size_t size = 0; size != doomed.size();) {  // what dies takes along what it holds
            size = doomed.size();
            for (const auto& [object, begin, count] : containers()) {
                if (!has_died(object, doomed)) continue;
                for (unsigned i = 0; i < count; i++) {
                    if (!begin[i].is_empty()) doomed.insert(begin + i);
                }
            }
        }
        return doomed;
    }

    std::vector<Slot*> all() {
        std::vector<Slot*> slots{&root_};
        for (Slot& place : places_) slots.push_back(&place);
        for (const auto& [object, begin, count] : containers()) {
            for (unsigned i = 0; i < count; i++) slots.push_back(begin + i);
        }
        for (unsigned i = 0; i < nodes_used_; i++) slots.push_back(&nodes_[i][0]);  // a zombie may be there
        return slots;
    }
    /// How many slots hold something, those of threads not counted: they go with their thread in one step.
    unsigned filled() {
        unsigned count = 0;
        for (const Slot* slot : all()) count += slot->is_empty() || has(slot->cap.flags, CapFlags::InTcb) ? 0 : 1;
        return count;
    }

    /// All links are mutual, empty slots are in no list, and a CNode that holds something is still in the tree.
    void expect_order() {
        for (Slot* const slot : all()) {
            if (slot->is_empty()) {
                expect_empty(*slot);
                continue;
            }
            expect_mutual(slot->next, *slot, true);
            expect_mutual(slot->previous, *slot, false);
            EXPECT((slot->first_child == nullptr) == (slot->last_child == nullptr));
            if (slot->first_child != nullptr) {
                EXPECT(slot->first_child->previous.is_parent() && slot->first_child->previous.slot() == slot);
                EXPECT(slot->last_child->next.is_parent() && slot->last_child->next.slot() == slot);
            }
        }
        for (const auto& [object, begin, count] : containers()) {
            if (std::all_of(begin, begin + count, [](const Slot& slot) { return slot.is_empty(); })) continue;
            EXPECT(!has_died(object, {}));  // else its memory could be used again by now
        }
        for (const Slot* slot : all()) {
            if (slot->cap.type != CapType::Endpoint || waiting_at(slot->cap.object) == kWaiters) continue;
            EXPECT_EQ(slot->cap.rights, Rights::None);  // else those who are sent away could come back
        }
    }

    unsigned waiting_at(const void* endpoint) const {
        for (unsigned i = 0; i < kOthers; i++) {
            if (endpoint == &endpoints_[i]) return waiting_[i];
        }
        return kWaiters;
    }
    bool wake(const TcbQueue& waiters) {
        for (unsigned i = 0; i < kOthers; i++) {
            if (&waiters == &endpoints_[i].queue && waiting_[i] != 0) return waiting_[i]--, true;
        }
        return false;
    }

private:
    struct Container {
        const void* object;
        Slot* begin;
        unsigned count;
    };
    std::vector<Container> containers() {
        std::vector<Container> found;
        for (unsigned i = 0; i < nodes_used_; i++) found.push_back({&nodes_[i][0], &nodes_[i][1], bit(kRadix) - 1});
        for (unsigned i = 0; i < tcbs_used_; i++) found.push_back({&tcbs_[i], &tcbs_[i].cspace, 5});
        return found;
    }

    /// A random slot that holds something, or holds nothing: not one of a Tcb. Null if there is none at hand.
    Slot* some(bool is_filled) {
        for (unsigned i = 0; i < 50; i++) {
            const std::uint64_t which = random_.below(kPlaces + nodes_used_ * (bit(kRadix) - 1));
            const std::uint64_t inner = which - kPlaces;
            Slot* const slot = which < kPlaces ? &places_[which] : &nodes_[inner / 7][1 + inner % 7];
            if (slot->is_empty() != is_filled) return slot;
        }
        return nullptr;
    }

    /// One more random step towards a world.
    void act() {
        Slot* const target = some(false);
        Slot* const source = some(true);
        if (target == nullptr) return;
        switch (random_.below(6)) {
            case 0: return make(*target, CapType::CNode);
            case 1: return make(*target, CapType::Tcb);
            case 2: return make(*target, random_.below(2) == 0 ? CapType::Endpoint : CapType::Untyped);
            case 3:
                if (source != nullptr && random_.below(3) == 0) target->take(*source);
                return;
            case 4:
                if (source != nullptr && tcbs_used_ != 0) hold(*source, tcbs_[random_.below(tcbs_used_)]);
                return;
            default:
                if (source != nullptr && is_copyable(source->cap))
                    target->fill_as_child(copy_of(source->cap, Rights::All), *source);
        }
    }
    void make(Slot& target, CapType type) {
        Capability cap = capability(type);
        if (type == CapType::CNode) {
            if (nodes_used_ == kNodes) return;
            cap.object = nodes_[nodes_used_++];
            cap.size_bits = kRadix;
        } else if (type == CapType::Tcb) {
            if (tcbs_used_ == kTcbs) return;
            cap.object = &tcbs_[tcbs_used_++];
        } else {
            if (others_used_ == kOthers) return;
            cap.object = &endpoints_[others_used_++];
        }
        Slot* parent = some(true);
        if (parent == nullptr || parent->cap.type != CapType::Untyped) parent = &root_;
        target.fill_as_child(cap, *parent);
    }
    static void hold(Slot& source, Tcb& tcb) {
        if (source.cap.type == CapType::CNode && tcb.cspace.is_empty()) {
            hold_in_tcb(tcb.cspace, source);
            tcb.slot_count = 8;
        }
        if (source.cap.type == CapType::Endpoint && tcb.fault_handler.is_empty())
            hold_in_tcb(tcb.fault_handler, source);
    }

    static void add_descendants(const Slot& slot, std::set<const Slot*>& found) {
        for (const Slot* child = slot.first_child; child != nullptr;
             child = child->next.is_sibling() ? child->next.slot() : nullptr) {
            found.insert(child);
            add_descendants(*child, found);
        }
    }
    /// No capability to the object is left, if those in `doomed` do not count. A zombie counts.
    bool has_died(const void* object, const std::set<const Slot*>& doomed) {
        for (const Slot* slot : all()) {
            if (slot->cap.object == object && doomed.count(slot) == 0) return false;
        }
        return true;
    }
    static void expect_mutual(Link link, const Slot& slot, bool is_next) {
        const Slot* const other = link.slot();
        if (other == nullptr) return;
        EXPECT(!other->is_empty());
        if (link.is_parent())
            EXPECT((is_next ? other->last_child : other->first_child) == &slot);
        else
            EXPECT((is_next ? other->previous : other->next).is_sibling() &&
                   (is_next ? other->previous : other->next).slot() == &slot);
    }

    Random random_;
    std::unique_ptr<Hart> hart_;
    Slot root_, places_[kPlaces], nodes_[kNodes][1 << kRadix];
    Tcb tcbs_[kTcbs];
    Endpoint endpoints_[kOthers];
    unsigned waiting_[kOthers] = {kWaiters, kWaiters, kWaiters, kWaiters, kWaiters, kWaiters,
                                  kWaiters, kWaiters, kWaiters, kWaiters, kWaiters, kWaiters};
    unsigned nodes_used_ = 0, tcbs_used_ = 0, others_used_ = 0;
};

}  // namespace glenda::host
