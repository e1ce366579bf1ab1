// SPDX-License-Identifier: MIT
// CSpaces of many shapes: a pointer finds its slot if all its bits are right, and nothing if any bit is wrong.
#include <algorithm>
#include <array>

#include "common/ktest.h"

namespace glenda::ktest {

namespace {

/// The body of a thread in a CSpace that the test has built. It tries pointers, then suspends itself through that
/// CSpace.
struct Explorer {
    static constexpr unsigned kTries = 8;
    CPtr tries[kTries];
    CPtr self;
    Error got[kTries] = {};
    void operator()() {
        for (unsigned i = 0; i < kTries; i++) got[i] = error_of(sys::nb_send(tries[i], {}));
        (void)Tcb(self).suspend();
    }
};

void guarded_levels() {
    const CNode top = need(pool().cnode(4)), low = need(pool().cnode(6));
    const CPtr space_root = need(pool().slot());
    const Notification bell = badged(need(pool().notification()), 1);
    // 64 bits: guard 40, index 4, guard 14, index 6
    EXPECT_OK(node().mint_cnode(space_root, node(), top.cptr(), Rights::All, 5, 40));
    EXPECT_OK(top.mint_cnode(3, node(), low.cptr(), Rights::All, 0x2aa, 14));
    EXPECT_OK(low.copy(9, node(), bell.cptr()));
    constexpr auto pointer = [](CPtr high, CPtr first, CPtr middle, CPtr second) {
        return high << 24 | first << 20 | middle << 6 | second;
    };
    Explorer explorer{
        {pointer(5, 3, 0x2aa, 9), pointer(4, 3, 0x2aa, 9), pointer(5, 2, 0x2aa, 9), pointer(5, 3, 0x2ab, 9),
         pointer(5, 3, 0x2aa, 8), 9, pointer(5, 0, 0x2aa, 9), pointer(5, 3, 0x2aa, 10)},
        pointer(5, 3, 0x2aa, 10)};
    Thread thread(explorer);
    EXPECT_OK(low.copy(10, node(), thread.tcb.cptr()));
    need(thread.tcb.configure({.cspace = CNode(space_root)}));
    thread.start();
    thread.join();
    EXPECT_OK(explorer.got[0]);
    EXPECT_EQ(need(Notification(bell).poll()), 1);
    for (unsigned i = 1; i < 7; i++) EXPECT_ERROR(InvalidCapability, explorer.got[i]);
    EXPECT_ERROR(BadMethod, explorer.got[7]);
}

/// A CNode that holds itself, and two that hold each other: both lookup and Delete terminate.
void cycles() {
    const CNode ring = need(pool().cnode(4));
    const CPtr entry = need(pool().slot());
    const Notification bell = badged(need(pool().notification()), 1);
    EXPECT_OK(node().mint_cnode(entry, node(), ring.cptr(), Rights::All, 0, 0));
    EXPECT_OK(ring.copy(3, node(), entry));
    EXPECT_OK(ring.copy(5, node(), bell.cptr()));
    constexpr CPtr kRound = 0x3333'3333'3333'3333,
                   kRing = kRound - 3;  // kRing + n: slot n, after 15 times through the same CNode
    Explorer explorer{{kRing + 5, kRound, 0x3333'3533'3333'3335, 0, ~CPtr{0}, 5, 0x5000'0000'0000'0000, kRing + 4},
                      kRing + 6};
    Thread thread(explorer);
    EXPECT_OK(ring.copy(6, node(), thread.tcb.cptr()));
    need(thread.tcb.configure({.cspace = CNode(entry)}));
    thread.start();
    thread.join();
    EXPECT_OK(explorer.got[0]);
    EXPECT_ERROR(BadMethod, explorer.got[1]);
    for (unsigned i = 2; i < 8; i++) EXPECT_ERROR(InvalidCapability, explorer.got[i]);

    const CNode left = need(pool().cnode(2)), right = need(pool().cnode(2));
    EXPECT_OK(left.copy(1, node(), right.cptr()));
    EXPECT_OK(right.copy(1, node(), left.cptr()));
    EXPECT_OK(right.move(2, node(), left.cptr()));
    EXPECT_OK(node().remove(right.cptr()));
}

/// A thread that looks up pointers in other CSpaces. It faults when it is done, because a fault needs no CSpace.
class Finder {
public:
    static constexpr unsigned kTries = 66;

    Finder() { thread_.start(); }
    /// Tries the first `count` pointers in the CSpace `root`; got() then returns the kernel's replies.
    void find(CNode root, unsigned count) {
        body_.count = count;
        need(thread_.tcb.suspend());
        need(thread_.tcb.configure({.cspace = root}));
        need(thread_.tcb.write_registers(thread_.registers));
        need(thread_.tcb.resume());
        EXPECT_EQ(endpoint_.nb_recv(reply_.cptr()).tag.label(), FaultKind::Vm);
    }
    CPtr& pointer(unsigned i) { return body_.pointers[i]; }
    Error got(unsigned i) const { return body_.got[i]; }

private:
    struct Body {
        unsigned count = 0;
        std::array<CPtr, kTries> pointers{};
        std::array<Error, kTries> got{};
        void operator()() {
            for (unsigned i = 0; i < count; i++) got[i] = error_of(sys::nb_send(pointers[i], {}));
            (void)read_at(0);
        }
    };
    Endpoint endpoint_ = need(pool().endpoint());
    Reply reply_ = need(pool().reply());
    Body body_;
    Thread thread_{body_, {.fault_handler = endpoint_, .name = "finder"}};
};

/// How many bits of a pointer one CNode on the path consumes.
struct Level {
    unsigned radix;
    unsigned guard_bits;
};
struct Shape {
    unsigned depth;
    Level levels[4];  // deeper levels repeat the last one
    Level level(unsigned i) const { return levels[std::min(i, 3u)]; }
};

/// A pseudo-random number of `bits` bits.
std::uint64_t some_bits(unsigned bits, std::uint64_t seed) {
    const std::uint64_t mixed = (seed + 1) * 0x9e37'79b9'7f4a'7c15;
    return bits == 0 ? 0 : (mixed ^ mixed >> 31) & mask(bits);
}

struct Path {
    CNode root, last;
    CPtr pointer;
};

/// Builds nested CNodes of this shape, with `object` in a slot of the last one.
Path build(const Shape& shape, CPtr object, std::uint64_t seed) {
    CNode node_above = node();
    const CPtr entry = need(pool().slot());
    CPtr index_above = entry, pointer = 0;
    for (unsigned i = 0; i < shape.depth; i++) {
        const auto [radix, guard_bits] = shape.level(i);
        const CNode made = need(pool().cnode(radix));
        const std::uint64_t guard = some_bits(guard_bits, seed + 2 * i);
        EXPECT_OK(node_above.mint_cnode(index_above, node(), made.cptr(), Rights::All, guard, guard_bits));
        const CPtr index = std::max<CPtr>(some_bits(radix, seed + 2 * i + 1), 1);
        pointer = (pointer << guard_bits | guard) << radix | index;
        node_above = made;
        index_above = index;
    }
    EXPECT_OK(node_above.copy(index_above, node(), object));
    return {CNode(entry), node_above, pointer};
}

/// The right pointer finds the slot; with any one of its 64 bits flipped it finds nothing.
void every_bit() {
    constexpr Shape kShapes[] = {{1, {{12, 52}}},
                                 {1, {{1, 63}}},
                                 {2, {{4, 40}, {6, 14}}},
                                 {2, {{10, 0}, {7, 47}}},
                                 {3, {{1, 20}, {3, 17}, {5, 18}}},
                                 {3, {{2, 31}, {10, 0}, {8, 13}}},
                                 {4, {{6, 10}, {1, 15}, {11, 5}, {3, 13}}},
                                 {8, {{4, 4}, {4, 4}, {4, 4}, {4, 4}}},
                                 {32, {{1, 1}, {1, 1}, {1, 1}, {1, 1}}},
                                 {64, {{1, 0}, {1, 0}, {1, 0}, {1, 0}}}};
    Finder finder;
    const Notification bell = badged(need(pool().notification()), 1);
    for (const Shape& shape : kShapes) {
        for (std::uint64_t seed = 1; seed <= 3; seed++) {
            const Path path = build(shape, bell.cptr(), 1000 * seed);
            for (unsigned i = 0; i < 64; i++) finder.pointer(i) = path.pointer ^ bit(i);
            finder.find(path.root, 64);
            for (unsigned i = 0; i < 64; i++) EXPECT_ERROR(InvalidCapability, finder.got(i));
            EXPECT_ERROR(WouldBlock, bell.poll());
            finder.pointer(0) = path.pointer;
            finder.find(path.root, 1);
            EXPECT_OK(finder.got(0));
            EXPECT_EQ(need(bell.poll()), 1);
        }
    }
}

/// If the levels together consume more or fewer than 64 bits, no pointer finds anything.
void wrong_length() {
    constexpr Shape kShapes[] = {{1, {{12, 51}}},
                                 {2, {{4, 40}, {6, 13}}},
                                 {2, {{4, 40}, {6, 15}}},
                                 {1, {{4, 0}}},
                                 {3, {{1, 20}, {3, 17}, {5, 19}}},
                                 {63, {{1, 0}, {1, 0}, {1, 0}, {1, 0}}},
                                 {22, {{2, 1}, {2, 1}, {2, 1}, {2, 1}}}};
    Finder finder;
    const Notification bell = badged(need(pool().notification()), 1);
    for (const Shape& shape : kShapes) {
        const Path path = build(shape, bell.cptr(), 7);
        for (CPtr index = 1; index < bit(shape.level(shape.depth - 1).radix); index++)
            (void)path.last.copy(index, node(), bell.cptr());  // any slot that is found would take the signal
        // Shift the pointer towards either end of the word, by as many bits as can be missing or too many.
        for (unsigned i = 0; i < 32; i++) {
            finder.pointer(2 * i) = path.pointer << i;
            finder.pointer(2 * i + 1) = path.pointer >> i;
        }
        finder.pointer(64) = path.pointer << 60;
        finder.pointer(65) = ~CPtr{0};
        finder.find(path.root, 66);
        for (unsigned i = 0; i < 66; i++) EXPECT_ERROR(InvalidCapability, finder.got(i));
        EXPECT_ERROR(WouldBlock, bell.poll());
    }
}

/// A guard belongs to the capability, not to the CNode. Three capabilities to one CNode each accept only their own
/// pointer.
void guards_of_capabilities() {
    constexpr unsigned kGuardBits = 56, kSlot = 200;
    constexpr std::uint64_t kGuards[] = {0, 0x12'3456'789a'bcde, mask(kGuardBits)};
    const CNode box = need(pool().cnode(8));
    const Notification bell = badged(need(pool().notification()), 1);
    EXPECT_OK(box.copy(kSlot, node(), bell.cptr()));
    Finder finder;
    for (unsigned i = 0; i < 3; i++) finder.pointer(i) = kGuards[i] << 8 | kSlot;
    for (unsigned which = 0; which < 3; which++) {
        const CPtr guarded = need(pool().slots(2));
        EXPECT_OK(node().mint_cnode(guarded, node(), box.cptr(), Rights::All, kGuards[which], kGuardBits));
        EXPECT_OK(node().copy(guarded + 1, node(), guarded));  // a copy keeps the guard
        for (const CPtr root : {guarded, guarded + 1}) {
            finder.find(CNode(root), 3);
            for (unsigned i = 0; i < 3; i++)
                EXPECT_EQ(finder.got(i), i == which ? Error::Ok : Error::InvalidCapability);
        }
    }
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {{"cspaces_guarded_levels", guarded_levels},
                                      {"cspaces_cycles", cycles},
                                      {"cspaces_every_bit", every_bit},
                                      {"cspaces_wrong_length", wrong_length},
                                      {"cspaces_guards_of_capabilities", guards_of_capabilities}};
    return run_cases(kCases);
}
