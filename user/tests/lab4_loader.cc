// SPDX-License-Identifier: MIT
// Lab 4, exercise 4.3: a program is loaded, here into this program's own address space, where it can be looked at.
#include <cstring>

#include "9ball/program_loader.h"
#include "common/ktest.h"
#include "common/toucher.h"
#include "format/elf_layout.h"

namespace glenda::ktest {

namespace {

using nineball::ProgramLoader;
using namespace elf_layout;

constexpr std::uint64_t kText = kArea, kData = kArea + 0x1'0000, kBss = kArea + 0x2'0000;

/// An executable with three segments: instructions, data that begins and ends within pages, and zeroes alone.
class Image {
public:
    static constexpr std::uint64_t kTextSize = 0x1804, kDataSize = 0x1f00, kDataMemory = 0x4100, kBssSize = 0x10;
    static constexpr std::uint64_t kDataStart = kData + 0xf38;

    Image() {
        for (std::size_t i = 0; i < sizeof(bytes_); i++) bytes_[i] = std::byte(i * 7 + i / 251);
        put(0, FileHeader{.ident = {0x7f, 'E', 'L', 'F', kClass64, kLittleEndian, kVersion},
                          .type = kTypeExecutable,
                          .machine = kMachineRiscv,
                          .version = kVersion,
                          .entry = kText,
                          .program_headers = sizeof(FileHeader),
                          .section_headers = 0,
                          .flags = 0,
                          .header_size = sizeof(FileHeader),
                          .program_header_size = sizeof(ProgramHeader),
                          .program_header_count = 3,
                          .section_header_size = 0,
                          .section_header_count = 0,
                          .section_names = 0});
        put(sizeof(FileHeader), segment(kFlagExecute, kTextAt, kText, kTextSize, kTextSize));
        put(sizeof(FileHeader) + sizeof(ProgramHeader),
            segment(kFlagWrite, kDataAt, kDataStart, kDataSize, kDataMemory));
        put(sizeof(FileHeader) + 2 * sizeof(ProgramHeader), segment(kFlagWrite, 0, kBss, 0, kBssSize));
    }
    ElfFile parsed() const {
        const auto file = ElfFile::parse(bytes_);
        EXPECT(file.has_value());
        return *file;
    }
    const std::byte* text() const { return bytes_ + kTextAt; }
    const std::byte* data() const { return bytes_ + kDataAt; }

private:
    static constexpr std::uint64_t kTextAt = 0x1000, kDataAt = 0x3f38;
    static constexpr std::uint32_t kFlagRead = 4;

    static ProgramHeader segment(std::uint32_t flags, std::uint64_t offset, std::uint64_t address, std::uint64_t size,
                                 std::uint64_t memory) {
        return {kSegmentLoad, flags | kFlagRead, offset, address, address, size, memory, kElfPageSize};
    }
    template <typename T>
    void put(std::size_t at, const T& record) {
        std::memcpy(bytes_ + at, &record, sizeof(record));
    }
    std::byte bytes_[0x6000];
};
const Image& image() {
    static const Image the_image;
    return the_image;
}

const std::byte* at(std::uint64_t address) { return reinterpret_cast<const std::byte*>(address); }

bool is_zero(std::uint64_t from, std::uint64_t to) {
    for (; from < to; from++) {
        if (*at(from) != std::byte{0}) return false;
    }
    return true;
}

bool is_mapped(std::uint64_t address) { return space().info(address).has_value(); }

ProgramLoader loader() { return {pool(), space(), space()}; }

/// Each byte is where it belongs, and everything else of the pages is zero.
void contents() {
    EXPECT_OK(loader().load(image().parsed()));
    EXPECT(std::memcmp(at(kText), image().text(), Image::kTextSize) == 0);
    EXPECT(is_zero(kText + Image::kTextSize, kText + 0x2000));
    EXPECT(is_zero(kData, Image::kDataStart));
    EXPECT(std::memcmp(at(Image::kDataStart), image().data(), Image::kDataSize) == 0);
    EXPECT(is_zero(Image::kDataStart + Image::kDataSize, kData + 0x6000));
    EXPECT(is_zero(kBss, kBss + 0x1000));
}

/// The pages that segments touch, and none else.
void pages() {
    EXPECT_OK(loader().load(image().parsed()));
    EXPECT(is_mapped(kText + 0x1000));
    EXPECT(!is_mapped(kText + 0x2000));
    EXPECT(is_mapped(kData + 0x5000));
    EXPECT(!is_mapped(kData + 0x6000));
    EXPECT(is_mapped(kBss));
    EXPECT(!is_mapped(kBss + 0x1000));
}

/// Instructions can be run and not written; data can be written and not run.
void rights() {
    EXPECT_OK(loader().load(image().parsed()));
    EXPECT_EQ(need(space().info(kText)).flags, MapFlags::ReadExecute);
    EXPECT_EQ(need(space().info(kData)).flags, MapFlags::ReadWrite);
    EXPECT_EQ(need(space().info(kBss)).flags, MapFlags::ReadWrite);
    const Toucher toucher;
    EXPECT(!toucher.can_write(kText, 1));
    EXPECT(toucher.can_write(kData + 8, 1));
    EXPECT_EQ(read_at(kData + 8), 1);
}

/// One page by hand: its frame is the answer, and it is mapped nowhere else.
void one_page() {
    const std::byte text[] = {std::byte('a'), std::byte('b'), std::byte('c')};
    const Frame frame = need(loader().make_page(kArea, MapFlags::Read, text, 0x123));
    EXPECT_EQ(need(frame.info()).mapped_at, kArea);
    EXPECT(std::memcmp(at(kArea + 0x123), text, sizeof(text)) == 0);
    EXPECT(is_zero(kArea, kArea + 0x123));
    EXPECT(is_zero(kArea + 0x126, kArea + 0x1000));
    EXPECT(!Toucher().can_write(kArea, 1));
    const Frame empty = need(loader().make_page(kArea + 0x1000, MapFlags::ReadWrite, {}));
    EXPECT_EQ(need(empty.info()).mapped_at, kArea + 0x1000);
    EXPECT(is_zero(kArea + 0x1000, kArea + 0x2000));
}

/// A program and its stack in another space: what runs there sees its own pages alone.
void another_space() {
    const VSpace other = need(pool().vspace());
    ProgramLoader there(pool(), space(), other);
    EXPECT_OK(there.load(image().parsed()));
    EXPECT(!is_mapped(kText));
    EXPECT_EQ(need(other.info(kText)).flags, MapFlags::ReadExecute);
    const std::uint64_t top = kArea + 0x10'0000;
    const std::uint64_t stack = need(there.make_stack(top, 0x3000, "bin/one", 0, 0));
    EXPECT(stack < top && stack % 16 == 0);
    EXPECT(other.info(top - 0x3000).has_value());
    EXPECT(!other.info(top - 0x4000).has_value());
}

constexpr Case kCases[] = {{"contents", contents},
                           {"pages", pages},
                           {"rights", rights},
                           {"one_page", one_page},
                           {"another_space", another_space}};

}  // namespace

}  // namespace glenda::ktest

int main() { return glenda::ktest::run_cases(glenda::ktest::kCases); }
