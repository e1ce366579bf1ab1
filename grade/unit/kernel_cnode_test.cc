// SPDX-License-Identifier: MIT
//
// kernel/cap/cnode.h: in random trees of guarded CNodes, find_slot agrees with a resolver that works on strings of
// bits, both for valid pointers and for almost valid ones.
#include <bitset>
#include <optional>

#include "cap/cnode.h"
#include "kernel_test.h"

namespace glenda::test {
namespace {

std::string bits_of(std::uint64_t value, unsigned count) {
    return std::bitset<64>(value).to_string().substr(64 - count);
}

class Tree {
public:
    explicit Tree(unsigned seed) : random_(seed) { root_ = make_cnode(64, 0); }

    const Capability& root() const { return root_; }

    /// A pointer that follows the tree, possibly with one bit flipped.
    CPtr make_pointer() {
        std::string bits;
        const Capability* cnode = &root_;
        while (bits.size() < 64 && cnode->type == CapType::CNode) {
            bits += bits_of(cnode->guard_bits != 0 ? cnode->guard : 0, cnode->guard_bits);
            const std::uint64_t index = random_() % bit(cnode->size_bits);
            bits += bits_of(index, cnode->size_bits);
            cnode = &slots_of(*cnode)[index].cap;
        }
        while (bits.size() < 64) bits += random_() % 2 == 0 ? '0' : '1';
        bits.resize(64);
        if (random_() % 3 == 0) bits[random_() % 64] ^= 1;
        return std::bitset<64>(bits).to_ullong();
    }

    /// The expected result of find_slot, computed on a string of bits.
    static Slot* resolve(const Capability& cnode, std::string bits) {
        const std::string guard = bits_of(cnode.guard_bits != 0 ? cnode.guard : 0, cnode.guard_bits);
        if (cnode.type != CapType::CNode || !bits.starts_with(guard)) return nullptr;
        bits.erase(0, guard.size());
        if (bits.size() < cnode.size_bits) return nullptr;
        const std::uint64_t index = std::bitset<64>(bits.substr(0, cnode.size_bits)).to_ullong();
        bits.erase(0, cnode.size_bits);
        if (index == 0) return nullptr;
        Slot& slot = slots_of(cnode)[index];
        return bits.empty() ? &slot : resolve(slot.cap, bits);
    }

private:
    /// Makes a CNode and those below it for the last `bits` bits of a pointer. Mostly some pointer ends in a slot.
    Capability make_cnode(unsigned bits, unsigned depth) {
        Capability cap;
        cap.type = CapType::CNode;
        cap.size_bits = 1 + random_() % 4;
        unsigned guard_bits = random_() % (bits / 2 + 1);
        if (depth == 5 || random_() % 4 == 0) guard_bits = bits > cap.size_bits ? bits - cap.size_bits : 0;
        if (guard_bits > 63) guard_bits = 63;
        cap.guard_bits = guard_bits;
        cap.guard = random_() & mask(guard_bits);
        memory_.emplace_back(new Slot[bit(cap.size_bits)]);
        cap.object = memory_.back().get();
        if (guard_bits + cap.size_bits >= bits || depth == 5) return cap;
        for (std::uint64_t i = 1; i < bit(cap.size_bits); i++) {
            if (memory_.size() > 300 || random_() % 3 == 0) continue;
            slots_of(cap)[i].cap = make_cnode(bits - guard_bits - cap.size_bits, depth + 1);
        }
        return cap;
    }

    std::mt19937_64 random_;
    std::vector<std::unique_ptr<Slot[]>> memory_;
    Capability root_;
};

TEST(CNode, RandomPointersInRandomTrees) {
    unsigned found = 0;
    for (unsigned seed = 0; seed < 300; seed++) {
        Tree tree{seed};
        for (unsigned i = 0; i < 100; i++) {
            const CPtr pointer = tree.make_pointer();
            Slot* const expected = Tree::resolve(tree.root(), bits_of(pointer, 64));
            ASSERT_EQ(find_slot(tree.root(), pointer), expected) << "seed " << seed << ", pointer " << pointer;
            found += expected != nullptr;
        }
    }
    EXPECT_GT(found, 3000u);  // many of the pointers are valid
}

TEST(CNode, ANewCNodeIsASpaceOfSlotNumbers) {
    std::unique_ptr<Slot[]> slots{new Slot[16]};
    Capability cap;
    EXPECT_EQ(find_slot(cap, 1), nullptr);  // no CSpace at all
    cap.type = CapType::CNode;
    cap.size_bits = 4;
    cap.guard_bits = default_guard_bits(4);
    cap.object = slots.get();
    for (CPtr pointer = 1; pointer < 16; pointer++) EXPECT_EQ(find_slot(cap, pointer), &slots[pointer]);
    EXPECT_EQ(find_slot(cap, 0), nullptr);
    EXPECT_EQ(find_slot(cap, 16), nullptr);
    EXPECT_EQ(find_slot(cap, bit(63) + 1), nullptr);
}

TEST(CNode, ACNodeInItselfEnds) {
    std::unique_ptr<Slot[]> slots{new Slot[2]};
    Capability cap;
    cap.type = CapType::CNode;
    cap.size_bits = 1;
    cap.object = slots.get();
    slots[1].cap = cap;
    EXPECT_EQ(find_slot(cap, ~std::uint64_t{0}), &slots[1]);  // 64 times through slot 1
    EXPECT_EQ(find_slot(cap, ~std::uint64_t{0} - 1), nullptr);
}

TEST(CNode, SlotNumbersHaveBounds) {
    for (unsigned radix = kMinCNodeRadix; radix <= 8; radix++) {
        std::unique_ptr<Slot[]> slots{new Slot[bit(radix)]};
        Capability cap;
        cap.type = CapType::CNode;
        cap.size_bits = static_cast<std::uint8_t>(radix);
        cap.object = slots.get();
        for (std::uint64_t index = 1; index < bit(radix); index++) ASSERT_EQ(slot_at(cap, index), &slots[index]);
        for (const std::uint64_t index : {std::uint64_t{0}, bit(radix), bit(radix) + 1, bit(63), ~std::uint64_t{0}})
            ASSERT_EQ(slot_at(cap, index).error(), Error::OutOfRange);
    }
}

}  // namespace
}  // namespace glenda::test
