// SPDX-License-Identifier: MIT
// find_slot() in random trees of CNodes. The model does not shift: it spells pointers as strings of bits.
#include <algorithm>
#include <bitset>
#include <memory>
#include <vector>

#include "cap/cnode.h"
#include "check.h"

namespace glenda::host {

namespace {

using Bits = std::string;

CPtr to_pointer_value(const Bits& bits) { return std::bitset<64>(bits).to_ullong(); }
Bits spell(std::uint64_t value, unsigned count) { return std::bitset<64>(value).to_string().substr(64 - count); }

/// CNodes that live as long as this. AddressSanitizer watches their ends.
class Nodes {
public:
    Capability make(unsigned radix, std::uint64_t guard, unsigned guard_bits) {
        memory_.push_back(std::make_unique<Slot[]>(bit(radix)));
        Capability cap;
        cap.type = CapType::CNode;
        cap.rights = Rights::All;
        cap.size_bits = static_cast<std::uint8_t>(radix);
        cap.object = memory_.back().get();
        cap.guard = guard;
        cap.guard_bits = guard_bits;
        return cap;
    }

private:
    std::vector<std::unique_ptr<Slot[]>> memory_;
};

/// One CNode whose guard covers the rest, as most CSpaces are.
void one_level() {
    Nodes nodes;
    for (unsigned radix = 1; radix <= 10; radix++) {
        for (const std::uint64_t guard : {std::uint64_t{0}, std::uint64_t{1}, mask(64 - radix)}) {
            const Capability root = nodes.make(radix, guard, 64 - radix);
            for (std::uint64_t index = 0; index < bit(radix); index++) {
                Slot* const expected = index != 0 ? slots_of(root) + index : nullptr;
                EXPECT(find_slot(root, guard << radix | index) == expected);
            }
            EXPECT(find_slot(root, (guard ^ 1) << radix | 1) == nullptr);
            EXPECT(find_slot(root, (guard << radix | 1) ^ bit(63)) == nullptr);
        }
    }
}

/// Random levels that consume 64 bits together: the pointer leads to its slot, and no pointer that differs in a bit
/// leads there.
void levels() {
    for (std::uint64_t seed = 1; seed <= 300; seed++) {
        Nodes nodes;
        Random random(seed);
        Capability root;
        Slot* above = nullptr;
        Bits spelled;
        while (spelled.size() < 64) {
            const unsigned left = 64 - static_cast<unsigned>(spelled.size());
            unsigned radix = 1 + static_cast<unsigned>(random.below(std::min(left, 6u)));
            unsigned guard_bits = static_cast<unsigned>(random.below(std::min(left - radix, 20u) + 1));
            if (random.below(8) == 0) guard_bits = left - radix;
            const std::uint64_t guard = guard_bits != 0 ? random.next() & mask(guard_bits) : 0;
            const std::uint64_t index = 1 + random.below(bit(radix) - 1);
            Capability made = nodes.make(radix, guard, guard_bits);
            made.rights = Rights(spelled.size() % 8);  // the way is no matter of rights
            if (above == nullptr)
                root = made;
            else
                above->cap = made;
            above = slots_of(made) + index;
            spelled += spell(guard, guard_bits) + spell(index, radix);
        }
        const CPtr pointer = to_pointer_value(spelled);
        EXPECT(find_slot(root, pointer) == above);
        above->cap.type = seed % 2 == 0 ? CapType::CNode : CapType::Endpoint;  // what is in it does not matter
        EXPECT(find_slot(root, pointer) == above);
        for (unsigned i = 0; i < 64; i++) EXPECT(find_slot(root, pointer ^ bit(i)) != above);
    }
}

/// The last guard covers exactly what is left, also where that is a whole word less the index.
void long_guards() {
    Nodes nodes;
    const Capability wide = nodes.make(1, mask(63), 63);
    EXPECT(find_slot(wide, ~CPtr{0}) == slots_of(wide) + 1);
    EXPECT(find_slot(wide, ~CPtr{0} ^ 1) == nullptr);
    EXPECT(find_slot(wide, ~CPtr{0} ^ bit(63)) == nullptr);
    const Capability outer = nodes.make(4, 0, 0);
    slots_of(outer)[9].cap = nodes.make(2, 0x2aa, 58);
    EXPECT(find_slot(outer, 0x9ull << 60 | 0x2aaull << 2 | 3) == slots_of(slots_of(outer)[9].cap) + 3);
    EXPECT(find_slot(outer, 0x9ull << 60 | 0x2abull << 2 | 3) == nullptr);
}

/// Levels that consume more or fewer than 64 bits: no pointer leads anywhere, and nothing beyond a CNode is read.
void wrong_length() {
    Nodes nodes;
    Random random(1);
    const auto expect_nothing = [&](const Capability& root, std::uint64_t start,
                                    Caller = std::source_location::current()) {
        for (unsigned i = 0; i < 200; i++) EXPECT(find_slot(root, start << 40 | random.next() >> 24) == nullptr);
        for (unsigned i = 0; i < 64; i++) EXPECT(find_slot(root, start << 40 | bit(i)) == nullptr);
    };
    expect_nothing(nodes.make(4, 0, 0), 0x10'0000);  // its slots are empty
    expect_nothing(nodes.make(12, 0, 51), 0);        // one bit is left
    const Capability outer = nodes.make(4, 0, 20);
    for (const unsigned guard_bits : {34u, 35u, 37u, 60u}) {  // 36 would be right
        for (unsigned i = 1; i < 16; i++) slots_of(outer)[i].cap = nodes.make(4, 0, guard_bits);
        expect_nothing(outer, 0x3);
        expect_nothing(outer, 0);
    }
    // 66 bits: two more than there are.
    Capability deep = nodes.make(2, 0, 0), root = deep;
    for (unsigned level = 0; level < 20; level++) {
        const Capability next = nodes.make(3, 0, 0);
        for (unsigned i = 1; i < bit(deep.size_bits); i++) slots_of(deep)[i].cap = next;
        deep = next;
    }
    const Capability last = nodes.make(4, 0, 0);
    for (unsigned i = 1; i < 8; i++) slots_of(deep)[i].cap = last;
    for (unsigned i = 0; i < 200; i++) EXPECT(find_slot(root, random.next() | 0x9249'2492'4924'9249) == nullptr);
}

/// A CNode that contains itself ends the walk like any other, when the pointer is used up.
void cycles() {
    Nodes nodes;
    const Capability loop = nodes.make(1, 0, 0);
    slots_of(loop)[1].cap = loop;
    EXPECT(find_slot(loop, ~CPtr{0}) == slots_of(loop) + 1);
    EXPECT(find_slot(loop, ~CPtr{0} - 1) == nullptr);
    const Capability odd = nodes.make(3, 0, 0);
    slots_of(odd)[7].cap = odd;
    EXPECT(find_slot(odd, ~CPtr{0}) == nullptr);  // 64 is no multiple of 3
}

/// Slot 0 leads nowhere, also on the way, whatever is in it.
void slot_0() {
    Nodes nodes;
    const Capability inner = nodes.make(4, 0, 56), outer = nodes.make(4, 0, 0);
    slots_of(outer)[0].cap = slots_of(outer)[1].cap = inner;
    EXPECT(find_slot(outer, bit(60) | 3) == slots_of(inner) + 3);
    EXPECT(find_slot(outer, 3) == nullptr);
    EXPECT(find_slot(outer, bit(60)) == nullptr);
}

/// Not a CNode, or nothing: there is no slot.
void no_cnode() {
    Nodes nodes;
    EXPECT(find_slot(Capability{}, 1) == nullptr);
    Capability root = nodes.make(4, 0, 60);
    EXPECT(find_slot(root, 0) == nullptr);
    root.type = CapType::Endpoint;
    EXPECT(find_slot(root, 3) == nullptr);
    const Capability outer = nodes.make(32 - 28, 0, 28), inner = nodes.make(4, 0, 28);
    slots_of(outer)[2].cap = inner;
    EXPECT(find_slot(outer, bit(33) | 5) == slots_of(inner) + 5);
    slots_of(outer)[2].cap.type = CapType::Untyped;
    EXPECT(find_slot(outer, bit(33) | 5) == nullptr);
    EXPECT(find_slot(outer, 3 * bit(32) | 5) == nullptr);
}

}  // namespace
}  // namespace glenda::host

int main(int argc, char** argv) {
    using namespace glenda::host;
    return run_cases(argc, argv,
                     {{"one_level", one_level},
                      {"levels", levels},
                      {"long_guards", long_guards},
                      {"wrong_length", wrong_length},
                      {"cycles", cycles},
                      {"slot_0", slot_0},
                      {"no_cnode", no_cnode}});
}
