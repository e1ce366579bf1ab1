// SPDX-License-Identifier: MIT
//
// lib/format/cpio.h: a sound archive gives its entries in order; each damage gives its own message and gives it
// again on the next call; a file before the damage can still be found; and random damage does no harm.

#include "format/cpio.h"
#include "format_builders.h"

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

/// Read `archive` to its end or its first error, and say which error.
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

/// The sound archive with `text` written at `at`.
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

TEST(Cpio, WhatFollowsTheTrailerDoesNotMatter) {
    Buffer archive = sound_archive().build();
    archive.resize(512);
    append_text(archive, "070701 and then something else");
    EXPECT_EQ(fault(archive), "");
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

TEST(Cpio, DamagedAtRandom) {
    const unsigned accepted = fuzz(sound_archive().build(), [](const ExactCopy& copy) {
        CpioReader reader = Cpio{copy.bytes()}.entries();
        std::size_t entries = 0;
        std::size_t sum = 0;
        while (true) {
            const auto entry = reader.next();
            (void)Cpio{copy.bytes()}.find("bin/uart");
            if (!entry || !*entry) return entry.has_value();
            for (const std::byte byte : (*entry)->data) sum += static_cast<std::size_t>(byte);
            sum += (*entry)->name.size() + (*entry)->is_file();
            EXPECT_LT(++entries, copy.bytes().size());
            EXPECT_LT(sum, copy.bytes().size() * 256 * 4);
        }
    });
    EXPECT_GT(accepted, 1'000u);
    EXPECT_LT(accepted, 19'000u);
}

}  // namespace
}  // namespace glenda::test
