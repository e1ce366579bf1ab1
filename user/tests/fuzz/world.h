// SPDX-License-Identifier: MIT
// A world: some victims, and the objects and capabilities that they fight over. All of it is made from one Untyped, so
// that one Revoke ends it; none of it is a capability to anything of the driver's.
#pragma once

#include "glenda/bootstrap.h"
#include "victim.h"

namespace glenda::fuzz {

constexpr unsigned kMaxVictims = 6;
/// Of the driver, and the highest of victims.
constexpr unsigned kDriverPriority = 200, kVictimPriority = 100;

/// What the driver has, once for all worlds.
struct Supplies {
    CNode node;
    CPtr slots;       // kWorldSlots that each world leaves empty
    Untyped memory;   // that each world leaves unused
    Frame code;       // a copy of the program
    Endpoint faults;  // where victims' faults arrive, with the victim's number as the badge
    CPtr handlers;    // of faults: one for each victim
    CPtr interrupts;  // an IrqControl, then some IrqHandlers
    unsigned interrupt_count;
    Board* boards;  // where the driver sees the victims' boards, a page each
    VSpace space;
    unsigned harts;
};
constexpr unsigned kWorldSlots = 220;
constexpr unsigned kWorldBits = 21;

class World {
public:
    World(const Supplies& supplies, Random& random) : supplies_(supplies), random_(random) {}

    /// Make it and let the victims run.
    void begin();
    /// From time to time: victims that are stuck begin again, capabilities go.
    void disturb();
    /// Let a victim begin again as it began. Does nothing if it is no more.
    void restart(unsigned victim);
    /// Give a victim capabilities again where its own have gone, and restart it.
    void help(unsigned victim);
    /// Take everything back.
    void end();

    unsigned victims() const { return victim_count_; }
    /// What a victim says, null if it makes no sense.
    const Board* board(unsigned victim) const { return victims_[victim].is_damaged ? nullptr : &boards_at(victim); }
    /// How many calls the victims have made, as far as can be believed.
    std::uint64_t calls();

private:
    struct Item {
        CPtr slot;
        CapType type;
        unsigned size_bits;
    };
    struct Victim {
        CPtr tcb, board, utcb, cspace, vspace;
        Item cnode;             // where most of its capabilities are
        CPtr prefix;            // of pointers to them
        std::uint64_t counted;  // calls that have been counted
        bool is_damaged;
    };

    Board& boards_at(unsigned victim) const {
        return *reinterpret_cast<Board*>(reinterpret_cast<std::uint64_t>(supplies_.boards) + victim * 4096);
    }
    CPtr next_slot();
    Item make(CapType type, unsigned size_bits = 0, Untyped from = {});
    Item& pick(CapType type);
    void make_objects();
    void make_spaces();
    void make_victim(unsigned number);
    Result<void> give(CNode target, std::uint64_t index, const Item& item, Rights rights);
    void make_cspace(Victim& victim);
    void fill(unsigned victim);
    bool is_gone(CPtr slot) const;
    void configure(unsigned victim);

    const Supplies& supplies_;
    Random& random_;
    static constexpr std::uint64_t kPlausibleCalls = 20'000;  // from one count to the next

    CPtr used_ = 0;
    std::uint64_t calls_ = 0;
    unsigned item_count_ = 0, victim_count_ = 0;
    Untyped nested_;
    Item items_[kWorldSlots] = {};
    Victim victims_[kMaxVictims] = {};
};

/// A step that must work, or the run has failed.
void need(const Result<void>& result, const char* what);

}  // namespace glenda::fuzz
