// SPDX-License-Identifier: MIT
// A world: some victims, and the objects and capabilities that they contend for. All of it is made from one Untyped, so
// one Revoke destroys it. No victim has a capability to any of the driver's own objects.
#pragma once

#include "glenda/bootstrap.h"
#include "victim.h"

namespace glenda::fuzz {

constexpr unsigned kMaxVictims = 6;
/// The priority of the driver, and the highest priority of a victim.
constexpr unsigned kDriverPriority = 200, kVictimPriority = 100;

/// Objects of the driver that all worlds share.
struct Supplies {
    CNode node;
    CPtr slots;       // kWorldSlots slots, which each world leaves empty
    Untyped memory;   // which each world leaves unused
    Frame code;       // a copy of the program
    Endpoint faults;  // receives the victims' faults; the badge is the victim's number plus 1
    CPtr handlers;    // the victims' fault handlers: a badged capability to `faults` for each victim
    CPtr interrupts;  // an IrqControl, then some IrqHandlers
    unsigned interrupt_count;
    Board* boards;  // the driver's mappings of the victims' boards, one page each
    VSpace space;
    unsigned harts;
};
constexpr unsigned kWorldSlots = 220;
constexpr unsigned kWorldBits = 21;

class World {
public:
    World(const Supplies& supplies, Random& random) : supplies_(supplies), random_(random) {}

    /// Creates the world and starts the victims.
    void begin();
    /// Called now and then: restarts victims that are stuck, and deletes capabilities.
    void disturb();
    /// Restarts a victim from its entry point. Does nothing if its Tcb is gone.
    void restart(unsigned victim);
    /// Replaces the capabilities that a victim has lost, and restarts it.
    void help(unsigned victim);
    /// Destroys the world.
    void end();

    unsigned victims() const { return victim_count_; }
    /// A victim's board, or null if it is damaged.
    const Board* board(unsigned victim) const { return victims_[victim].is_damaged ? nullptr : &boards_at(victim); }
    /// How many calls the victims have made, without those of damaged boards.
    std::uint64_t calls();

private:
    struct Item {
        CPtr slot;
        CapType type;
        unsigned size_bits;
    };
    struct Victim {
        CPtr tcb, board, utcb, cspace, vspace;
        Item cnode;             // holds most of its capabilities
        CPtr prefix;            // of the pointers to them
        std::uint64_t counted;  // calls counted so far
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
    static constexpr std::uint64_t kPlausibleCalls = 20'000;  // between two counts

    CPtr used_ = 0;
    std::uint64_t calls_ = 0;
    unsigned item_count_ = 0, victim_count_ = 0;
    Untyped nested_;
    Item items_[kWorldSlots] = {};
    Victim victims_[kMaxVictims] = {};
};

/// Ends the run as failed unless this step succeeded.
void need(const Result<void>& result, const char* what);

}  // namespace glenda::fuzz
