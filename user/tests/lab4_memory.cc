// SPDX-License-Identifier: MIT
// Lab 4, exercise 4.2: the memory of a machine that this program makes up is divided.
#include <algorithm>

#include "9ball/memory_plan.h"
#include "common/ktest.h"

namespace glenda::ktest {

namespace {

using nineball::FreeMemory;
using nineball::MemoryPlan;

constexpr std::uint64_t kSlots = 64;

/// A machine with a few pieces of memory and one device, and a 9Ball that has slots and no memory yet.
struct MadeUp {
    BootInfo info{};
    Bootstrap nineball;
    MemoryPlan plan;

    MadeUp(std::initializer_list<unsigned> sizes) : nineball(node(), take(kSlots)) {
        const CPtr first = need(pool().slots(sizes.size() + 1));
        info.untyped = {first, first + sizes.size() + 1};
        info.untypeds[info.untyped_count++] = {0x1000'0000, 12, 1, {}};
        for (const unsigned bits : sizes) {
            const CPtr slot = first + info.untyped_count;
            need(arena().retype(CapType::Untyped, bits, node(), slot));
            info.untypeds[info.untyped_count++] = {need(Untyped(slot).info()).address, std::uint8_t(bits), 0, {}};
        }
    }
    Result<void> divide(std::uint64_t bytes, unsigned pool_bits) { return plan.make(info, nineball, bytes, pool_bits); }
    CPtr slot_of(unsigned number) const { return info.untyped.first + number; }

private:
    static SlotRange take(std::uint64_t count) {
        const CPtr first = need(pool().slots(count));
        return {first, first + count};
    }
};

/// What is left for Factotum: the sizes of the pieces, largest first.
void expect_left(const MadeUp& machine, std::initializer_list<unsigned> sizes) {
    const auto pieces = machine.plan.delegated();
    EXPECT_EQ(pieces.size(), sizes.size());
    for (std::size_t i = 0; i < std::min(pieces.size(), sizes.size()); i++)
        EXPECT_EQ(pieces[i].description.size_bits, sizes.begin()[i]);
}

/// The piece that 9Ball keeps comes from the smallest that is large enough, and so does the one for devices.
void smallest_that_fits() {
    MadeUp machine{18, 20, 16};
    EXPECT_OK(machine.divide(0x8001, 14));
    expect_left(machine, {20, 17, 16, 15, 14});
    EXPECT_EQ(need(machine.plan.device_pool().info()).size_bits, 14);
    EXPECT_EQ(machine.plan.kept_bytes(), bit(16) + bit(14));
}

/// A piece of the right size is kept as it is.
void as_it_is() {
    MadeUp machine{15, 19, 13};
    EXPECT_OK(machine.divide(0x8000, 13));
    expect_left(machine, {19});
    EXPECT_EQ(machine.plan.device_pool().cptr(), machine.slot_of(3));
    EXPECT_EQ(machine.plan.kept_bytes(), bit(15) + bit(13));
}

bool are_apart(const UntypedDescription& a, const UntypedDescription& b) {
    return a.address + bit(a.size_bits) <= b.address || b.address + bit(b.size_bits) <= a.address;
}

/// Each piece is where its description says, is free, and shares no byte with another; together they are all there is.
void nothing_is_lost() {
    MadeUp machine{20, 17};
    EXPECT_OK(machine.divide(0x2001, 15));
    expect_left(machine, {20, 16, 14});
    const auto pieces = machine.plan.delegated();
    std::uint64_t bytes = machine.plan.kept_bytes();
    for (const FreeMemory& piece : pieces) {
        const Untyped::Info info = need(Untyped(piece.slot).info());
        EXPECT_EQ(info.address, piece.description.address);
        EXPECT_EQ(info.size_bits, piece.description.size_bits);
        EXPECT_EQ(info.used, 0);
        bytes += bit(info.size_bits);
        for (const FreeMemory& other : pieces)
            EXPECT(&piece == &other || are_apart(piece.description, other.description));
    }
    EXPECT_EQ(bytes, bit(20) + bit(17));
    EXPECT_EQ(machine.plan.delegated_bytes(), bytes - machine.plan.kept_bytes());
}

/// What is kept is free memory: of each piece as many frames can be made as it has room for.
void kept_is_free() {
    MadeUp machine{18};
    EXPECT_OK(machine.divide(0x4000, 14));
    const CPtr slot = need(pool().slots(4));
    EXPECT_OK(machine.plan.device_pool().retype(CapType::Frame, kFrameBits, node(), slot, 4));
    unsigned made = 0;
    while (machine.nineball.frame()) made++;
    EXPECT_EQ(made, 4);
}

/// No piece is large enough: nothing is kept, and nothing is lost.
void too_much() {
    MadeUp machine{16, 15};
    EXPECT_ERROR(NotEnoughMemory, machine.divide(bit(16) + 1, 12));
    expect_left(machine, {16, 15});
    EXPECT_EQ(machine.plan.kept_bytes(), 0);
}

constexpr Case kCases[] = {{"smallest_that_fits", smallest_that_fits},
                           {"as_it_is", as_it_is},
                           {"nothing_is_lost", nothing_is_lost},
                           {"kept_is_free", kept_is_free},
                           {"too_much", too_much}};

}  // namespace

}  // namespace glenda::ktest

int main() { return glenda::ktest::run_cases(glenda::ktest::kCases); }
