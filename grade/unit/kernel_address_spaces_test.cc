// SPDX-License-Identifier: MIT
//
// kernel/mem/address_spaces.h: spaces are added and removed. No identity is ever reused, and no two spaces have the
// same ASID at a time.
#include <map>
#include <memory>
#include <set>

#include "kernel_test.h"
#include "mem/address_spaces.h"

namespace glenda::test {
namespace {

TEST(AddressSpaces, IdentitiesAreNeverUsedTwice) {
    const auto spaces = std::make_unique<AddressSpaces>();
    std::vector<PageTable> roots(8);
    std::map<std::uint64_t, PageTable*> living;
    std::set<std::uint64_t> ever;
    std::mt19937 random{13};
    for (unsigned i = 0; i < 20'000; i++) {
        const unsigned target = i / 4000 % 2 == 0 ? kMaxSpaces - 1 : 3;  // fill up, run empty
        if (living.size() < target && random() % 8 != 0) {
            PageTable* const root = &roots[random() % roots.size()];
            const auto space = spaces->add(root);
            ASSERT_TRUE(space);
            ASSERT_NE(asid_of(*space), 0u);
            ASSERT_TRUE(ever.insert(*space).second);
            for (const auto& [other, unused] : living) ASSERT_NE(asid_of(other), asid_of(*space));
            living[*space] = root;
        } else if (!living.empty()) {
            const auto gone = std::next(living.begin(), random() % living.size());
            spaces->remove(gone->first);
            ASSERT_EQ(spaces->find(gone->first), nullptr);
            spaces->remove(gone->first);  // removing it again has no effect
            living.erase(gone);
        }
        ASSERT_EQ(spaces->room(), kMaxSpaces - 1 - living.size());
        const std::uint64_t any = *std::next(ever.begin(), random() % ever.size());
        ASSERT_EQ(spaces->find(any), living.contains(any) ? living[any] : nullptr);
    }
    while (spaces->room() != 0) ASSERT_TRUE(spaces->add(&roots[0]));
    EXPECT_EQ(spaces->add(&roots[0]).error(), Error::TooManySpaces);
    EXPECT_EQ(spaces->find(0), nullptr);
}

TEST(AddressSpaces, Satp) { EXPECT_EQ(satp_of({0x8020'1000}, 5), 0x8000'5000'0008'0201u); }

}  // namespace
}  // namespace glenda::test
