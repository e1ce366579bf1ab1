// SPDX-License-Identifier: MIT
//
// Every file of grade/fuzz/corpus is read again: what once broke a parser never does so again, whether or not there is
// a clang to fuzz with. A corpus in which all files were refused, or none, would show little: both must occur.
// Shows L3, Z13.

#include <algorithm>
#include <filesystem>

#include "format_builders.h"
#include "fuzz/parser.h"

namespace glenda::test {
namespace {

struct Parser {
    const char* name;
    bool (*read)(Bytes);
};

constexpr Parser kParsers[] = {
#define PARSER(name) {#name, fuzz::name},
    FUZZ_PARSERS
#undef PARSER
};

std::vector<std::filesystem::path> files_of(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> files;
    for (const auto& file : std::filesystem::directory_iterator(folder)) files.push_back(file.path());
    std::sort(files.begin(), files.end());
    return files;
}

class Corpus : public testing::TestWithParam<Parser> {};

TEST_P(Corpus, IsReadWithoutHarm) {
    const auto [name, read] = GetParam();
    std::size_t accepted = 0;
    const auto files = files_of(std::filesystem::path("grade/fuzz/corpus") / name);
    for (const auto& path : files) {
        std::ifstream file(path, std::ios::binary);
        SCOPED_TRACE(path.string());
        ASSERT_TRUE(file);
        accepted += read(ExactCopy{to_buffer(std::string(std::istreambuf_iterator<char>(file), {}))}.bytes());
    }
    EXPECT_GT(accepted, 0u);
    EXPECT_LT(accepted, files.size());
}

INSTANTIATE_TEST_SUITE_P(Fuzz, Corpus, testing::ValuesIn(kParsers),
                         [](const auto& parser) { return std::string(parser.param.name); });

/// Each folder of the corpus has a parser that reads it.
TEST(CorpusFolders, HaveParsers) {
    for (const auto& folder : files_of("grade/fuzz/corpus"))
        EXPECT_TRUE(std::ranges::any_of(kParsers, [&](const Parser& each) { return folder.filename() == each.name; }))
            << folder;
}

}  // namespace
}  // namespace glenda::test
