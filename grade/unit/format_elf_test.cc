// SPDX-License-Identifier: MIT
//
// lib/format/elf.h: a valid program gives its segments and symbols. Each kind of damage gives its own error, at the
// offset of the damaged header. No random damage makes the parser read outside the file, or accept a segment that
// violates the guarantees of elf.h. Shows L3.

#include "format/elf.h"
#include "format_builders.h"
#include "fuzz/parser.h"
#include "steps.h"

namespace glenda::test {
namespace {

using elf_layout::FileHeader;
using elf_layout::ProgramHeader;

/// The error of `parse` for the program damaged by `change`, or "".
std::string refusal(const std::function<void(ElfBuilder&)>& change, std::size_t* where = nullptr) {
    ElfBuilder builder;
    change(builder);
    const ExactCopy image{builder.build()};
    const auto file = ElfFile::parse(image.bytes());
    if (file) return "";
    if (where != nullptr) *where = file.error().where;
    return file.error().what;
}

constexpr std::size_t header_at(std::size_t index) { return 64 + index * sizeof(ProgramHeader); }

TEST(Elf, SegmentsOfASoundProgram) {
    const ExactCopy image{ElfBuilder{}.build()};
    const auto file = ElfFile::parse(image.bytes());
    ASSERT_TRUE(file) << file.error().what;
    EXPECT_EQ(file->entry(), ElfBuilder::kText + 0x180);
    ASSERT_EQ(file->segment_count(), 2u);

    const ElfSegment& text = file->segments()[0];
    EXPECT_EQ(text.vaddr, ElfBuilder::kText);
    EXPECT_EQ(text.memory_size, 0x200u);
    EXPECT_EQ(text.access, ElfAccess::ReadExecute);
    EXPECT_EQ(text.data.data(), image.bytes().data());

    const ElfSegment& data = file->segments()[1];
    EXPECT_EQ(data.data.size(), 0x100u);
    EXPECT_EQ(data.end(), ElfBuilder::kData + 0x1400);
    EXPECT_EQ(data.access, ElfAccess::ReadWrite);
    EXPECT_EQ(data.data[5], std::byte(0x05));

    EXPECT_EQ(file->segment_at(ElfBuilder::kData + 0x13ff), &data);
    EXPECT_EQ(file->segment_at(ElfBuilder::kData + 0x1400), nullptr);
    EXPECT_EQ(file->segment_at(0), nullptr);
}

TEST(Elf, HeaderTableIsFoundInMemory) {
    const ExactCopy image{ElfBuilder{}.build()};
    const auto table = ElfFile::parse(image.bytes())->header_table();
    ASSERT_TRUE(table);
    EXPECT_EQ(table->vaddr, ElfBuilder::kText + 64);
    EXPECT_EQ(table->count, 2);
}

TEST(Elf, HeaderTableThatNoSegmentLoads) {
    ElfBuilder builder;
    builder.programs[0] = {1, 5, 0x180, 0x10180, 0x10180, 0x80, 0x80, 0x1000};
    const ExactCopy image{builder.build()};
    EXPECT_FALSE(ElfFile::parse(image.bytes())->header_table());

    ElfBuilder half;
    half.programs[0].file_size = 64 + 56;  // the first header of two
    half.header.entry = ElfBuilder::kText;
    const ExactCopy other{half.build()};
    EXPECT_FALSE(ElfFile::parse(other.bytes())->header_table());
}

TEST(Elf, Symbols) {
    const ExactCopy image{ElfBuilder{}.build()};
    const auto file = ElfFile::parse(image.bytes());
    const auto name_at = [&](uint64_t address) { return file->symbol_at(address).value_or(ElfSymbol{"-", 0}).name; };
    EXPECT_EQ(name_at(ElfBuilder::kText + 0x17f), "-");
    EXPECT_EQ(name_at(ElfBuilder::kText + 0x184), "_start");
    EXPECT_EQ(name_at(ElfBuilder::kText + 0x190), "main");
    EXPECT_EQ(file->symbol_at(ElfBuilder::kText + 0x19c)->offset, 0xcu);
    EXPECT_EQ(name_at(ElfBuilder::kText + 0x1b0), "_start") << "past main's size: the one that has none";
    EXPECT_EQ(name_at(ElfBuilder::kData), "-") << "data is not a function";
    EXPECT_EQ(name_at(0), "-");

    EXPECT_EQ(file->address_of("main"), ElfBuilder::kText + 0x190);
    EXPECT_EQ(file->address_of("counter"), ElfBuilder::kData);
    EXPECT_EQ(file->address_of("mai"), std::nullopt);
    EXPECT_EQ(file->address_of(""), std::nullopt);
}

TEST(Elf, OnlyFunctionsThatTheFileDefines) {
    ElfBuilder builder;
    builder.symbols[1].section = 0;                        // _start: a function in another section
    builder.symbols[3].value = ElfBuilder::kText + 0x198;  // counter: in this section, but not a function
    const ExactCopy image{builder.build()};
    const auto file = ElfFile::parse(image.bytes());
    EXPECT_EQ(file->symbol_at(ElfBuilder::kText + 0x19a)->name, "main");
    EXPECT_FALSE(file->symbol_at(ElfBuilder::kText + 0x184));
    EXPECT_FALSE(file->address_of("_start"));
}

TEST(Elf, BadSymbolTablesAreAsGoodAsNone) {
    const std::vector<std::function<void(ElfBuilder&)>> damages{
        [](ElfBuilder& b) { b.header.section_header_count = 0; },
        [](ElfBuilder& b) { b.header.section_headers = ~0ull; },
        [](ElfBuilder& b) { b.header.section_header_size = 63; },
        [](ElfBuilder& b) { b.sections[1].offset = ~0ull - 8; },
        [](ElfBuilder& b) { b.sections[1].size = 1 << 20; },
        [](ElfBuilder& b) { b.sections[1].entry_size = 8; },
        [](ElfBuilder& b) { b.sections[1].link = 3; },
        [](ElfBuilder& b) { b.sections[1].link = 1; },
        [](ElfBuilder& b) { b.sections[2].size = ~0ull; },
        [](ElfBuilder& b) { b.symbols[2].name = 1 << 20; },
        [](ElfBuilder& b) { b.sections[2].size = 12; },  // main's NUL is cut off
    };
    for (std::size_t i = 0; i < damages.size(); ++i) {
        ElfBuilder builder;
        damages[i](builder);
        const ExactCopy image{builder.build()};
        const auto file = ElfFile::parse(image.bytes());
        ASSERT_TRUE(file) << i;
        EXPECT_FALSE(file->symbol_at(ElfBuilder::kText + 0x194)) << i;
        EXPECT_FALSE(file->address_of("main")) << i;
    }
}

TEST(Elf, EmptySegmentsAreLeftOut) {
    EXPECT_EQ(refusal([](ElfBuilder& b) {
                  b.programs.insert(b.programs.begin(), {1, 7, ~0ull, ~0ull, 0, 9, 0, 3});
              }),
              "");
}

TEST(Elf, BssMayPointPastTheFile) {
    EXPECT_EQ(refusal([](ElfBuilder& b) { b.programs[1].file_size = 0, b.programs[1].offset = 1 << 20; }), "");
}

TEST(Elf, RefusesOtherFiles) {
    EXPECT_STREQ(ElfFile::parse({}).error().what, "too short for an ELF header");
    const ExactCopy cut{Bytes{ElfBuilder{}.build()}.first(63)};
    EXPECT_STREQ(ElfFile::parse(cut.bytes()).error().what, "too short for an ELF header");
    const ExactCopy header_only{Bytes{ElfBuilder{}.build()}.first(64)};
    EXPECT_STREQ(ElfFile::parse(header_only.bytes()).error().what, "the program headers lie outside the file");
    EXPECT_EQ(refusal([](ElfBuilder& b) { b.header.ident[3] = 'G'; }), "not an ELF file");
    EXPECT_EQ(refusal([](ElfBuilder& b) { b.header.ident[4] = 1; }), "not a 64-bit program");
    EXPECT_EQ(refusal([](ElfBuilder& b) { b.header.ident[5] = 2; }), "not little-endian");
    EXPECT_EQ(refusal([](ElfBuilder& b) { b.header.ident[6] = 0; }), "an unknown version of ELF");
    EXPECT_EQ(refusal([](ElfBuilder& b) { b.header.version = 2; }), "an unknown version of ELF");
    EXPECT_EQ(refusal([](ElfBuilder& b) { b.header.machine = 62; }), "not for RISC-V");
    EXPECT_EQ(refusal([](ElfBuilder& b) { b.header.type = 1; }), "not an executable");
    EXPECT_EQ(refusal([](ElfBuilder& b) { b.header.type = 3; }),
              "a shared or position-independent file: link with -static -no-pie");
    EXPECT_EQ(refusal([](ElfBuilder& b) { b.header.header_size = 52; }), "headers of an unknown size");
    EXPECT_EQ(refusal([](ElfBuilder& b) { b.header.program_header_size = 32; }), "headers of an unknown size");
    EXPECT_EQ(refusal([](ElfBuilder& b) { b.programs[1].type = 3; }), "needs a dynamic linker: link with -static");
}

TEST(Elf, RefusesHeadersOutsideTheFile) {
    constexpr auto kText = "the program headers lie outside the file";
    EXPECT_EQ(refusal([](ElfBuilder& b) { b.header.program_header_count = 0xffff; }), kText);
    EXPECT_EQ(refusal([](ElfBuilder& b) { b.header.program_headers = ~0ull - 10; }), kText);
    EXPECT_EQ(refusal([](ElfBuilder& b) { b.header.program_headers = 1 << 20; }), kText);
}

TEST(Elf, RefusesAnEntryWithoutCode) {
    constexpr auto kOutside = "the entry point is not in an executable segment";
    constexpr auto kUnfilled = "the entry point is in memory that the file does not fill";
    const auto entry_at = [](uint64_t address) {
        return refusal([address](ElfBuilder& b) {
            b.header.entry = address;
            b.programs[0].memory_size = 0x400;  // 0x200 of it are in the file
        });
    };
    EXPECT_EQ(entry_at(ElfBuilder::kText + 0x1fe), "");
    EXPECT_EQ(entry_at(ElfBuilder::kText + 0x200), kUnfilled);
    EXPECT_EQ(entry_at(ElfBuilder::kText + 0x3fe), kUnfilled);
    EXPECT_EQ(entry_at(ElfBuilder::kText + 0x400), kOutside);
    EXPECT_EQ(entry_at(ElfBuilder::kText - 2), kOutside);
    EXPECT_EQ(entry_at(~uint64_t{0}), kOutside);
    EXPECT_EQ(refusal([](ElfBuilder& b) { b.programs[0].file_size = b.programs[0].offset = 0; }), kUnfilled);
}

TEST(Elf, RefusesBadSegments) {
    std::size_t where = 0;
    EXPECT_EQ(refusal([](ElfBuilder& b) { b.programs[1].memory_size = 0xff; }, &where),
              "a segment holds more in the file than in memory");
    EXPECT_EQ(where, header_at(1));
    EXPECT_EQ(refusal([](ElfBuilder& b) { b.programs[1].offset = 0x1200; }),
              "a segment reaches past the end of the file");
    EXPECT_EQ(refusal([](ElfBuilder& b) { b.programs[1].offset = ~0xffull; }),
              "a segment reaches past the end of the file");
    EXPECT_EQ(refusal([](ElfBuilder& b) { b.programs[1].align = 0x1800; }),
              "a segment's alignment is not a power of two");
    EXPECT_EQ(refusal([](ElfBuilder& b) { b.programs[1].vaddr += 8; }),
              "a segment's address and file offset differ within a page");
    EXPECT_EQ(refusal([](ElfBuilder& b) { b.programs[1].align = 0x200000; }),
              "a segment's address and file offset differ within a page");
    EXPECT_EQ(refusal([](ElfBuilder& b) { b.programs[1].flags = 7; }), "a segment is both writable and executable");
}

TEST(Elf, RefusesAddressesThatUsersDoNotHave) {
    constexpr auto kText = "a segment reaches past the end of user memory";
    EXPECT_EQ(refusal([](ElfBuilder& b) { b.programs[1].vaddr = kElfAddressLimit - 0xe00; }), kText);
    EXPECT_EQ(refusal([](ElfBuilder& b) { b.programs[1].vaddr = 0xffffffff80000200; }), kText);
    EXPECT_EQ(refusal([](ElfBuilder& b) { b.programs[1].memory_size = ~0ull; }), kText);
    EXPECT_EQ(refusal([](ElfBuilder& b) { b.programs[1].vaddr = kElfAddressLimit - 0x1e00; }), "");
}

TEST(Elf, RefusesSegmentsThatShareAPage) {
    constexpr auto kText = "segments overlap, share a page or do not ascend";
    EXPECT_EQ(refusal([](ElfBuilder& b) { b.programs[1].vaddr = 0x10200; }), kText);
    EXPECT_EQ(refusal([](ElfBuilder& b) { b.programs[0].memory_size = 0x1001; }), kText);
    EXPECT_EQ(refusal([](ElfBuilder& b) { std::swap(b.programs[0], b.programs[1]); }), kText);
    EXPECT_EQ(refusal([](ElfBuilder& b) { b.programs[0].memory_size = 0x1000; }), "");
}

TEST(Elf, RefusesTooFewAndTooManySegments) {
    EXPECT_EQ(refusal([](ElfBuilder& b) { b.programs[0].type = b.programs[1].type = 2; }), "nothing to load");
    ElfBuilder builder;
    builder.header.program_headers = 0x400;
    builder.sections.assign(9, {});  // space for nine sections, used by nine program headers
    builder.header.section_header_count = 0;
    Buffer image = builder.build();
    const uint16_t count = 9;
    std::memcpy(&image[offsetof(FileHeader, program_header_count)], &count, sizeof(count));
    for (uint64_t i = 0; i < count; ++i) {
        const ProgramHeader header{1, 5, 0, 0x10000 + i * 0x1000, 0, 0x200, 0x200, 0x1000};
        std::memcpy(&image[0x400 + i * sizeof(header)], &header, sizeof(header));
    }
    EXPECT_STREQ(ElfFile::parse(ExactCopy{image}.bytes()).error().what, "more than 8 loadable segments");
}

TEST(Elf, RefusesAnEntryThatCannotRun) {
    constexpr auto kText = "the entry point is not in an executable segment";
    EXPECT_EQ(refusal([](ElfBuilder& b) { b.header.entry = ElfBuilder::kData; }), kText);
    EXPECT_EQ(refusal([](ElfBuilder& b) { b.header.entry = ElfBuilder::kText + 0x200; }), kText);
    EXPECT_EQ(refusal([](ElfBuilder& b) { b.header.entry = 0; }), kText);
}

TEST(Elf, DamagedAtRandom) {
    const unsigned accepted = damage(ElfBuilder{}.build(), fuzz::elf);
    EXPECT_GT(accepted, steps(1'000u)) << "the damage should often miss what matters";
    EXPECT_LT(accepted, steps(19'000u));
}

/// Damage only in the headers, where nearly every byte matters.
TEST(Elf, HeadersDamagedAtRandom) {
    const Buffer sound = ElfBuilder{}.build();
    const Buffer headers{sound.begin(), sound.begin() + 64 + 2 * 56};
    damage(headers, [&](Bytes damaged) {
        Buffer image{damaged.begin(), damaged.end()};
        image.insert(image.end(), sound.begin() + static_cast<std::ptrdiff_t>(headers.size()), sound.end());
        return fuzz::elf(ExactCopy{image}.bytes());
    });
}

}  // namespace
}  // namespace glenda::test
