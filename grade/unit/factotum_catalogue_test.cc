// SPDX-License-Identifier: MIT
//
// user/factotum/image/catalogue: names of an archive, and what is said of files that are no programs.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

#include "factotum/machine.h"
#include "factotum/program.h"
#include "format_builders.h"
#include "image/catalogue.h"

namespace glenda::factotum::test {
namespace {

TEST(Catalogue, FindsWhatIsThereAndSaysWhatIsWrong) {
    TestMemory books(2);
    const auto areas = std::make_unique<Areas>();
    ImageStore images(books.memory(), (*areas)[0], (*areas)[1]);
    const glenda::test::Buffer program = build_program();
    const std::string_view text(reinterpret_cast<const char*>(program.data()), program.size());
    glenda::test::CpioBuilder archive;
    archive.add("bin", "", 040755)
        .add("bin/good", "old")
        .add("bin/bad", "#!/bin/sh")
        .add("init.toml", "x")
        .add("bin/good", text);
    for (int i = 0; i < 200; i++) archive.add("bin/" + std::to_string(i), text.substr(0, std::size_t(i)));
    const glenda::test::Buffer bytes = archive.build();
    Catalogue catalogue(books.memory(), images, bytes, (*areas)[2]);

    const auto good = catalogue.find("good");
    ASSERT_TRUE(good) << "the later one of a name counts";
    EXPECT_EQ((*good)->elf.segment_count(), 1u);
    for (const std::string_view name : {"bin/good", "/bin/good", "./bin/good"}) EXPECT_EQ(catalogue.find(name), *good);
    const auto refusal = [&](std::string_view name) { return catalogue.find(name).error().error; };
    for (const std::string_view name : {"nosuch", "", "bin/", "../bin/good", "oo", "bin/goo", "in/good", "200"})
        EXPECT_EQ(refusal(name), ServerError::NotFound) << name;
    EXPECT_EQ(refusal("/bin"), ServerError::NotFound) << "a folder";
    for (const std::string_view name : {"bad", "/init.toml", "0", "199"})
        EXPECT_EQ(refusal(name), ServerError::BadExecutable) << name;

    const auto cut = glenda::Bytes(bytes).first(bytes.size() / 2);
    Catalogue damaged(books.memory(), images, cut, (*areas)[2] + Areas::kSize / 2);
    EXPECT_TRUE(damaged.find("nosuch").error().fault) << "the damage, and not just that there is no such file";
    EXPECT_FALSE(catalogue.find("nosuch").error().fault);
}

}  // namespace
}  // namespace glenda::factotum::test
