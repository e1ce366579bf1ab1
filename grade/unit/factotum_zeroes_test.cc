// SPDX-License-Identifier: MIT
//
// A program's segment without bytes of the file, which does not begin at a page: it has no pages of the image.

#include "factotum/spaces.h"

namespace glenda::factotum::test {
namespace {

constexpr std::uint64_t kZeroes = 0x5'0010;

class Zeroes : public SpacesTest {
protected:
    Zeroes() : SpacesTest(4) {
        glenda::test::ElfBuilder builder;
        builder.programs = {{1, 5, 0, kText, kText, kPageSize, kPageSize, kPageSize},
                            {1, 6, 0, kZeroes, kZeroes, 0, 2 * kPageSize, kPageSize}};
        other_ = builder.build();
        other_.resize(kPageSize);
        const auto elf = ElfFile::parse(other_);
        EXPECT_TRUE(elf.has_value());
        image_ = images_.add(*elf, other_);
    }
    glenda::test::Buffer other_;
};

TEST_F(Zeroes, AreNotLookedForInTheFile) {
    AddressSpace space;
    ASSERT_TRUE(begin(space));
    for (const std::uint64_t address : {kZeroes, kZeroes + kPageSize, kZeroes + 2 * kPageSize - 1}) {
        const Region* const region = space.regions().find(address);
        ASSERT_NE(region, nullptr);
        EXPECT_EQ(region->file_pages, 0u);
        const std::byte* const there = touch(space, align_down(address, kPageSize), Access::Write);
        ASSERT_NE(there, nullptr);
        for (std::uint64_t i = 0; i < kPageSize; i++) ASSERT_EQ(there[i], std::byte{0});
    }
    EXPECT_EQ(audit({&space}), Broken::Nothing);
    end(space);
}

}  // namespace
}  // namespace glenda::factotum::test
