// SPDX-License-Identifier: MIT
// See words.h.
#include "words.h"

#include "abi/method.h"
#include "util/bits.h"
#include "victim.h"

namespace glenda::fuzz {

std::uint64_t boundary_value(Random& random) {
    static constexpr std::uint64_t kValues[] = {0,
                                                1,
                                                2,
                                                63,
                                                64,
                                                65,
                                                119,
                                                120,
                                                121,
                                                255,
                                                256,
                                                511,
                                                512,
                                                4095,
                                                4096,
                                                4097,
                                                kUserEnd - 1,
                                                kUserEnd,
                                                kUserEnd - 4096,
                                                bit(31),
                                                bit(32),
                                                bit(48),
                                                bit(63),
                                                ~std::uint64_t{0},
                                                ~std::uint64_t{4095},
                                                0xffff'ffc0'8020'0000,
                                                0xffff'ffff'8020'0000,
                                                0xffff'ffc0'8800'0000,
                                                0x8020'0000};
    return random.chance(80) ? random.pick(kValues) : random.next();
}

std::uint64_t address(Random& random) {
    const std::uint64_t page = random.below(24) * 4096;
    switch (random.below(5)) {
        case 0: return kVictimArea + page;
        case 1: return kVictimArea + 0x20'0000 * random.below(3) + page;
        case 2: return page;
        case 3: return random.below(256) << 30;
        default: return random.below(kUserEnd) & ~std::uint64_t{0xfff};
    }
}

std::uint64_t retype_word(Random& random) {
    static constexpr CapType kMade[] = {CapType::Untyped,      CapType::CNode, CapType::Tcb,   CapType::Endpoint,
                                        CapType::Notification, CapType::Reply, CapType::Frame, CapType::PageTable,
                                        CapType::VSpace,       CapType::Timer};
    const CapType type = random.pick(kMade);
    unsigned size = 0;
    if (type == CapType::Untyped) size = 5 + random.below(12);
    if (type == CapType::CNode) size = 1 + random.below(9);
    if (type == CapType::Frame) size = kFrameBits;
    return RetypeKind{type, std::uint8_t(size), random.chance(70) ? 1 : 1 + random.below(16)}.encode();
}

}  // namespace glenda::fuzz
