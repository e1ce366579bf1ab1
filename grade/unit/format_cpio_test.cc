// SPDX-License-Identifier: MIT
//
// lib/format/cpio.h: a valid archive gives its entries in order. Each kind of damage gives its own error, also on the
// next call, and files before the damage can still be found. Links and concatenated archives are read as Linux reads
// them, and random damage does no harm. Shows L3.

#include "format/cpio.h"
#include "format_builders.h"
#include "fuzz/parser.h"
#include "steps.h"

namespace glenda::test {
namespace {

/// Three entries: a directory, a file, and a program whose size is no multiple of 4.
CpioBuilder sound_archive() {
    CpioBuilder builder;
    builder.add(".", "", 0040755)
        .add("./init.toml", "[[service]]\n")
        .add("bin/uart",
             "\x7f"
             "ELF!",
             0100755);
    return builder;
}

/// Reads `archive` to its end or its first error. Returns the error.
std::string fault(const Buffer& archive, std::size_t* where = nullptr) {
    const ExactCopy copy{archive};
    CpioReader reader = Cpio{copy.bytes()}.entries();
    while (true) {
        const auto entry = reader.next();
        if (!entry) {
            EXPECT_STREQ(reader.next().error().what, entry.error().what) << "an error stays";
            if (where != nullptr) *where = entry.error().where;
            return entry.error().what;
        }
        if (!*entry) return "";
    }
}

/// The valid archive with `text` written at `at`.
Buffer patched(std::size_t at, std::string_view text) {
    Buffer archive = sound_archive().build();
    std::memcpy(&archive[at], text.data(), text.size());
    return archive;
}

TEST(Cpio, EntriesInOrder) {
    const ExactCopy copy{sound_archive().build()};
    CpioReader reader = Cpio{copy.bytes()}.entries();
    const auto directory = reader.next();
    EXPECT_EQ((*directory)->name, ".");
    EXPECT_TRUE((*directory)->is_directory());
    EXPECT_TRUE((*directory)->data.empty());

    const auto config = reader.next();
    EXPECT_EQ((*config)->name, "init.toml") << "without the ./ that find writes";
    EXPECT_EQ(as_text((*config)->data), "[[service]]\n");
    EXPECT_TRUE((*config)->is_file());
    EXPECT_EQ((*config)->mode, 0100644u);

    const auto program = reader.next();
    EXPECT_EQ((*program)->name, "bin/uart");
    EXPECT_EQ(as_text((*program)->data),
              "\x7f"
              "ELF!");
    EXPECT_EQ(((*program)->data.data() - copy.bytes().data()) % 4, 0);

    for (int i = 0; i < 2; ++i) {
        const auto end = reader.next();
        ASSERT_TRUE(end);
        EXPECT_FALSE(*end);
    }
}

TEST(Cpio, Find) {
    const ExactCopy copy{sound_archive().build()};
    const Cpio archive{copy.bytes()};
    for (const char* name : {"bin/uart", "./bin/uart", "/bin/uart"}) EXPECT_EQ(archive.find(name)->data.size(), 5u);
    EXPECT_STREQ(archive.find("bin/uar").error().what, "the archive holds no file of that name");
    EXPECT_STREQ(archive.find("TRAILER!!!").error().what, "the archive holds no file of that name");
}

TEST(Cpio, FindsAFileBeforeTheDamage) {
    Buffer archive = sound_archive().without_trailer();
    append_text(archive, "garbage");
    const ExactCopy copy{archive};
    EXPECT_TRUE(Cpio{copy.bytes()}.find("bin/uart"));
    EXPECT_STREQ(Cpio{copy.bytes()}.find("bin/sh").error().what, "the archive ends inside a header");
}

/// The result of `find` for `name`: the data or the error.
std::string contents(const Buffer& archive, std::string_view name) {
    const ExactCopy copy{archive};
    const auto entry = Cpio{copy.bytes()}.find(name);
    return entry ? std::string(as_text(entry->data)) : entry.error().what;
}

/// All entries, as "name=data".
std::string listing(const Buffer& archive) {
    const ExactCopy copy{archive};
    CpioReader reader = Cpio{copy.bytes()}.entries();
    std::string all;
    while (true) {
        const auto entry = reader.next();
        if (!entry) return all + entry.error().what;
        if (!*entry) return all;
        all += std::string((*entry)->name) + "=" + std::string(as_text((*entry)->data)) + " ";
    }
}

Buffer operator+(Buffer first, const Buffer& second) {
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

constexpr std::string_view kNoSuchFile = "the archive holds no file of that name";

TEST(Cpio, ArchivesInARow) {
    const Buffer archive = read_case("cpio-concatenated.cpio");
    EXPECT_EQ(listing(archive), "first=1 second=2 ");
    EXPECT_EQ(contents(archive, "first"), "1");
    EXPECT_EQ(contents(archive, "second"), "2");
    EXPECT_EQ(contents(archive, "third"), kNoSuchFile);
    const ExactCopy copy{archive};
    CpioReader reader = Cpio{copy.bytes()}.entries();
    for (int i = 0; i < 2; ++i) reader.next();
    for (int i = 0; i < 3; ++i) EXPECT_FALSE(reader.next().value()) << "the end stays";
}

TEST(Cpio, ZeroesBetweenAndBehindArchives) {
    Buffer padded = sound_archive().build();
    for (const std::size_t size : {512u, 513u, 514u, 515u}) {
        padded.resize(size);
        EXPECT_EQ(fault(padded), "") << size;
    }
    padded.resize(1024);
    EXPECT_EQ(contents(padded + CpioBuilder{}.add("late", "x").build(), "late"), "x");
    EXPECT_EQ(listing(sound_archive().build() + padded).size(), 2 * listing(padded).size());
}

TEST(Cpio, TheLastFileOfANameCounts) {
    const Buffer first = CpioBuilder{}.add("init.toml", "old").add("a", "1").build();
    const Buffer second = CpioBuilder{}.add("./init.toml", "new").build();
    EXPECT_EQ(contents(first + second, "init.toml"), "new");
    EXPECT_EQ(contents(second + first, "init.toml"), "old");
    EXPECT_EQ(contents(first + second, "a"), "1");
}

TEST(Cpio, WhatFollowsATrailerIsAnArchive) {
    std::size_t where = 0;
    Buffer archive = sound_archive().build();
    archive.resize(512);
    append_text(archive, "070701 and then something else");
    EXPECT_EQ(fault(archive, &where), "the archive ends inside a header");
    EXPECT_EQ(where, 512u);
    EXPECT_EQ(contents(archive, "bin/uart").size(), 5u) << "a file before the damage";
    archive.resize(512);
    archive.resize(1024, std::byte{'x'});
    EXPECT_EQ(fault(archive, &where), "no cpio header of the newc kind (070701)");
    EXPECT_EQ(where, 512u);
    archive.resize(511);  // a header cannot start here
    EXPECT_EQ(fault(archive + CpioBuilder{}.build(), &where), "no cpio header of the newc kind (070701)");
    EXPECT_EQ(where, 508u);
}

TEST(Cpio, AFileCalledTrailer) {
    const Buffer archive = read_case("cpio-file-named-trailer.cpio");
    EXPECT_EQ(listing(archive), "TRAILER!!!=x after=y ");
    EXPECT_EQ(contents(archive, "after"), "y");
    EXPECT_EQ(contents(archive, "./TRAILER!!!"), "x");
    EXPECT_EQ(listing(CpioBuilder{}.add("TRAILER!!!", "x").add("TRAILER!!!", "").add("b", "y").build()),
              "TRAILER!!!=x TRAILER!!!= b=y ");
    EXPECT_EQ(listing(CpioBuilder{}.add("bin/TRAILER!!!", "x").add("/TRAILER!!!", "", 0).add("b", "y").build()),
              "bin/TRAILER!!!=x TRAILER!!!= b=y ");
}

TEST(Cpio, HardLinks) {
    const Buffer archive = read_case("cpio-hardlink.cpio");
    EXPECT_EQ(contents(archive, "a"), "data");
    EXPECT_EQ(contents(archive, "b"), "data");
    EXPECT_EQ(listing(archive), "a=data b=data ");
}

TEST(Cpio, HardLinksOfOtherWriters) {
    EXPECT_EQ(listing(CpioBuilder{}.link("a", "x", 7).link("b", "", 7).build()), "a=x b=x ") << "data come first";
    EXPECT_EQ(listing(CpioBuilder{}.link("a", "x", 7).link("b", "x", 7).build()), "a=x b=x ") << "data come twice";
    EXPECT_EQ(listing(CpioBuilder{}.link("a", "", 7).link("b", "", 7).build()), "a= b= ") << "an empty file";
    EXPECT_EQ(listing(CpioBuilder{}.link("a", "", 7).add("b", "x", 0100644, 7).build()), "a=x b=x ");
    EXPECT_EQ(listing(CpioBuilder{}.add("a", "").add("b", "x").build()), "a= b=x ") << "one name each";
}

TEST(Cpio, FilesThatAreNotTheSame) {
    EXPECT_EQ(listing(CpioBuilder{}.link("a", "", 7).link("b", "x", 8).build()), "a= b=x ") << "another inode";
    EXPECT_EQ(listing(CpioBuilder{}.link("a", "", 7, 1).link("b", "x", 7, 2).build()), "a= b=x ") << "another device";
    EXPECT_EQ(listing(CpioBuilder{}.link("a", "", 7).add("b", "x", 0120777, 7, 2).build()), "a= b=x ") << "a symlink";
    EXPECT_EQ(listing(CpioBuilder{}.add("a", "", 0040755, 7, 2).link("b", "x", 7).build()), "a= b=x ") << "a directory";
    const Buffer first = CpioBuilder{}.link("a", "", 7).build();
    const Buffer second = CpioBuilder{}.link("b", "x", 7).build();
    EXPECT_EQ(listing(first + second), "a= b=x ") << "inodes are numbered in each archive anew";
    EXPECT_EQ(listing(second + first), "b=x a= ");
    EXPECT_EQ(listing(first + second + CpioBuilder{}.link("a", "", 7).link("c", "y", 7).build()), "a= b=x a=y c=y ");
}

TEST(Cpio, DamageBeforeTheDataOfALink) {
    Buffer archive = CpioBuilder{}.link("a", "", 7).without_trailer();
    append_text(archive, "garbage");
    EXPECT_EQ(listing(archive), "the archive ends inside a header");
    EXPECT_EQ(contents(archive, "a"), "the archive ends inside a header");
    const Buffer whole = CpioBuilder{}.link("a", "", 7).build();
    EXPECT_EQ(contents(whole + to_buffer("garbage"), "a"), "") << "another archive does not matter";
}

TEST(Cpio, CompressedArchives) {
    using namespace std::string_literals;
    const std::pair<std::string, std::string> kinds[] = {
        {"\x1f\x8b\x08"s, "gzip"},    {"\xfd\x37zXZ\0"s, "xz"},      {"\x28\xb5\x2f\xfd"s, "zstd"},
        {"\x04\x22\x4d\x18"s, "lz4"}, {"\x02\x21\x4c\x18"s, "lz4"},  {"BZh91AY"s, "bzip2"},
        {"\x5d\0\0\x80\0"s, "lzma"},  {"\x89LZO\0\x0d\x0a"s, "lzo"},
    };
    for (const auto& [magic, name] : kinds) {
        const std::string message = "the archive is compressed with " + name + ": decompress it first";
        std::size_t where = 1;
        EXPECT_EQ(fault(to_buffer(magic), &where), message) << "however short it is";
        EXPECT_EQ(where, 0u);
        EXPECT_EQ(contents(to_buffer(magic + std::string(200, 'x')), "init.toml"), message);
        const Buffer first = sound_archive().build();
        EXPECT_EQ(fault(first + to_buffer(magic), &where), message);
        EXPECT_EQ(where, first.size());
        EXPECT_EQ(fault(sound_archive().without_trailer() + to_buffer(magic)), "the archive ends inside a header")
            << "in an archive it is damage";
    }
    EXPECT_EQ(fault(to_buffer("\x1f")), "the archive ends inside a header");
}

TEST(Cpio, TrailerWithoutPadding) {
    Buffer archive = sound_archive().build();
    archive.resize(sound_archive().without_trailer().size() + 110 + 11);
    EXPECT_EQ(fault(archive), "");
}

TEST(Cpio, UppercaseDigits) {
    CpioBuilder builder;
    builder.add("a", std::string(0xaf, 'x'));
    Buffer archive = builder.build();
    std::memcpy(&archive[54], "000000AF", 8);
    EXPECT_EQ(Cpio{archive}.find("a")->data.size(), 0xafu);
}

TEST(Cpio, Faults) {
    std::size_t where = 0;
    for (const std::size_t field : {6u, 14u, 38u, 54u, 62u, 70u, 94u})
        EXPECT_EQ(fault(patched(field, "0000000g")), "a number in a cpio header is not hexadecimal") << field;
    EXPECT_EQ(fault({}), "the archive ends without its TRAILER!!!");
    EXPECT_EQ(fault(sound_archive().without_trailer(), &where), "the archive ends without its TRAILER!!!");
    EXPECT_EQ(where, sound_archive().without_trailer().size());
    EXPECT_EQ(fault(to_buffer("070701")), "the archive ends inside a header");
    EXPECT_EQ(fault(patched(0, "070707")), "no cpio header of the newc kind (070701)");
    EXPECT_EQ(fault(patched(112, "070702"), &where), "no cpio header of the newc kind (070701)");
    EXPECT_EQ(where, 112u);
    for (const std::size_t field : {14u, 54u, 94u})
        EXPECT_EQ(fault(patched(field, "0000 0x1")), "a number in a cpio header is not hexadecimal") << field;
    EXPECT_EQ(fault(patched(94, "ffffffff")), "a file name reaches past the end of the archive");
    EXPECT_EQ(fault(patched(94, "00000001")), "a file name does not end where its header says");
    EXPECT_EQ(fault(patched(94, "00000000")), "a file name does not end where its header says");
    EXPECT_EQ(fault(patched(94, "00000009")), "a file name does not end where its header says");
    EXPECT_EQ(fault(patched(112 + 54, "ffffffff")), "a file reaches past the end of the archive");
    EXPECT_EQ(fault(patched(112 + 54, "00000400")), "a file reaches past the end of the archive");
}

/// Reads damaged copies of `sound` to their end.
void read_damaged(const Buffer& sound) {
    const unsigned accepted = damage(sound, fuzz::cpio);
    EXPECT_GT(accepted, steps(1'000u));
    EXPECT_LT(accepted, steps(19'000u));
}

TEST(Cpio, DamagedAtRandom) { read_damaged(sound_archive().build()); }

TEST(Cpio, LinksAndArchivesDamagedAtRandom) {
    const Buffer links = CpioBuilder{}.link("a", "", 7).link("b", "", 8).link("c", "data", 7).link("d", "x", 8).build();
    read_damaged(links + Buffer(12) + links);
}

}  // namespace
}  // namespace glenda::test
