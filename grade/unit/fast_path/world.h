// SPDX-License-Identifier: MIT
// A kernel in a random state, with a thread about to enter it: the start of the fast path's tests.
//
// The objects are always the same: threads, address spaces, CNodes, endpoints and so on, made once. Everything else is
// random: each thread's hart, state, queue and CSpace, and the system call it is about to make. Common cases are
// likely, so that the fast path is often taken. Each uncommon case is likely enough to occur alone.
//   world.cc         the objects, and all that belongs to the kernel's state
//   world_state.cc   a random state
//   world_caps.cc    capabilities and pointers to them
//   world_entry.cc   a random entry to the kernel
#pragma once

#include <array>

#include "../../host/dice.h"
#include "kernel_test.h"
#include "places.h"
#include "snapshot.h"

namespace glenda::test {

/// A thread enters the kernel.
struct Entry {
    bool is_syscall = true;
    Syscall number{};         // also one that does not exist
    std::uint64_t cause = 0;  // of a trap: `scause`
    std::uint64_t value = 0;  // of a trap: `stval`
};

class World : public KernelTest {
protected:
    static constexpr unsigned kMaxWorldHarts = 3;
    static constexpr unsigned kThreads = 9, kSpaces = 3, kEndpoints = 3, kNotifications = 3, kReplies = 6, kTops = 3,
                              kLeaves = 3, kTimers = 2;
    /// Root's slots with the objects' original capabilities. No thread has a capability to root's CNode.
    enum : CPtr {
        kTop = 20,   // CNodes of 16 slots, above
        kLeaf = 25,  // CNodes of 32, 64, and 128 slots, where the threads' capabilities are
        kThread = 30,
        kUtcbOf = 40,
        kSpace = 50,
        kEndpoint = 60,
        kNotification = 65,
        kReply = 70,
        kTimer = 80,
        kMemory = 85,  // 8 KiB
        kFrame,
        kTable,
        kIrq,
    };

    /// Makes the objects, all unused, and saves this as the state to which begin() returns.
    void make_world();
    /// Makes the random state of `seed`. A thread, caller(), is about to enter the kernel on hart here().
    void begin(std::uint64_t seed);
    /// Prepares a random entry to the kernel by the current thread of here().
    Entry prepare_entry(Dice& dice);
    /// Copies the state.
    void take(Snapshot& snapshot) const { snapshot.take(regions_); }
    /// What is at this address.
    std::string name_of(const void* address) const { return places_.name_of(address); }

    Hart& here() const { return *here_; }
    Tcb& thread(unsigned t) const { return tcb(kThread + t); }
    Endpoint& endpoint(unsigned e) const { return object<Endpoint>(kEndpoint + e); }
    Notification& notification(unsigned n) const { return object<Notification>(kNotification + n); }
    Reply& reply(unsigned r) const { return object<Reply>(kReply + r); }

    /// The entry that `caller` is about to make, and the threads' states, in words.
    std::string describe(const Tcb& caller, const Entry& entry) const;

private:
    // --- world.cc
    void make_objects();
    void note_regions();
    void note_places();

    // --- world_state.cc
    void set_harts(Dice& dice);
    void set_thread(Tcb& tcb, Dice& dice);
    void set_current(Dice& dice);
    void set_roles(Dice& dice);
    void set_waits(Dice& dice);
    void set_ticks(Dice& dice);
    void set_wait(Tcb& tcb, Dice& dice);
    void wait_in_line(Tcb& tcb, Dice& dice);
    void wait_in_reply(Tcb& tcb, Dice& dice);
    void set_signals(Dice& dice);
    void set_fpu(Dice& dice);
    void set_timers(Dice& dice);
    Reply* free_reply(Dice& dice) const;

    // --- world_caps.cc
    void fill_leaves(Dice& dice);
    void set_cspace(unsigned t, Dice& dice);
    /// Puts a copy of root's capability `original` into `target`.
    void fill(Slot& target, CPtr original, Rights rights, Dice& dice);
    /// One of root's capabilities that `caller` may have, of any type.
    CPtr any_original(const Tcb& caller, Dice& dice);
    /// A pointer, for `tcb`, to a capability made from root's `original`; sometimes a bad one.
    CPtr pointer_to(const Tcb& tcb, CPtr original, Dice& dice);
    CPtr bad_pointer(const Tcb& tcb, Dice& dice);
    unsigned number_of(const Tcb& tcb) const;

    // --- world_entry.cc
    void prepare_call(Tcb& tcb, Dice& dice);
    void prepare_invocation(Tcb& tcb, Dice& dice);
    void prepare_send(Tcb& tcb, Dice& dice);
    void prepare_receive(Tcb& tcb, Dice& dice);
    void prepare_answer(Tcb& tcb, Dice& dice);
    CPtr likely_endpoint(Endpoint::Waiting waiting, Dice& dice);
    CPtr likely_reply(bool with_caller, Dice& dice);
    void prepare_message(Tcb& tcb, Dice& dice);

    /// How pointers of a thread begin, and the CNode in which they end.
    struct Shape {
        std::uint64_t prefix = 0;
        CPtr leaf = kLeaf;
    };

    std::array<std::unique_ptr<Hart>, kMaxWorldHarts - 1> other_harts_;
    Snapshot base_;
    std::vector<Region> regions_;
    Places places_;
    Hart* here_ = nullptr;
    std::array<Shape, kThreads> shapes_;
    std::array<Endpoint::Waiting, kEndpoints> roles_{};  // which threads may wait at each
};

}  // namespace glenda::test
