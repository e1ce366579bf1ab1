// SPDX-License-Identifier: MIT
// The log of several authors compared with unbounded strings, and the line tagger.
#include "9ball/log.h"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "9ball/line_tagger.h"

namespace glenda::nineball {
namespace {

/// A log with its memory.
struct Kept {
    std::array<char, Log::kSize> storage{};
    Log log{storage};
};

std::unique_ptr<Kept> make(std::size_t services = 2) {
    auto kept = std::make_unique<Kept>();
    kept->log.share(services);
    return kept;
}

std::string read_all(const Log& log, std::uint64_t offset, std::size_t step = 500) {
    std::string all;
    std::string buffer(step, '\0');
    for (;;) {
        const Log::Read piece = log.read(offset, buffer);
        if (piece.size == 0) return all;
        all.append(buffer, 0, piece.size);
        offset = piece.next;
    }
}

constexpr Log::Author kOne = Log::service(0);
constexpr Log::Author kTwo = Log::service(1);

TEST(Log, StartsEmpty) {
    const auto kept = make();
    EXPECT_EQ(kept->log.end(), 0u);
    EXPECT_EQ(read_all(kept->log, 0), "");
    EXPECT_EQ(read_all(kept->log, 1000), "");
}

TEST(Log, GivesBackWhatWasPutInInOrder) {
    const auto kept = make();
    Log& log = kept->log;
    log.append(kOne, Log::Line::Starts, "one\n");
    log.append(Log::kNineball, Log::Line::Starts, "two\n");
    log.append(kTwo, Log::Line::Starts, "three\n");
    log.append(kOne, Log::Line::Starts, "four\n");
    for (std::size_t step = 1; step < 20; step++) EXPECT_EQ(read_all(log, 0, step), "one\ntwo\nthree\nfour\n");
    EXPECT_EQ(read_all(log, 4), "two\nthree\nfour\n");
    EXPECT_EQ(read_all(log, 6), "o\nthree\nfour\n");
    EXPECT_EQ(read_all(log, log.end()), "");
    EXPECT_EQ(read_all(log, ~std::uint64_t{0}), "");
}

TEST(Log, BeforeItIsSharedServicesKeepNothing) {
    Kept kept;
    kept.log.append(kOne, Log::Line::Starts, "lost\n");
    kept.log.append(Log::kNineball, Log::Line::Starts, "kept\n");
    EXPECT_EQ(read_all(kept.log, 0), "kept\n");
}

TEST(Log, AFloodPushesOutOnlyItsOwnLines) {
    for (const Log::Author flood : {Log::kNineball, Log::kStrangers, kOne}) {
        const auto kept = make(Log::kMaxServices);
        Log& log = kept->log;
        std::string others;
        for (Log::Author author = 0; author < Log::service(Log::kMaxServices); author++) {
            if (author == flood) continue;
            for (unsigned i = 0; i < 50; i++) {  // 2 KiB, in lines of 41 bytes
                const std::string line = std::string(40, char('A' + author)) + "\n";
                log.append(author, Log::Line::Starts, line);
                others += line;
            }
        }
        for (unsigned i = 0; i < 20'000; i++) log.append(flood, Log::Line::Starts, "line " + std::to_string(i) + "\n");
        const std::string all = read_all(log, 0);
        EXPECT_TRUE(all.starts_with(others)) << flood;
        EXPECT_TRUE(all.ends_with("\nline 19999\n"));
        EXPECT_EQ(all.compare(others.size(), 5, "line "), 0) << "the rest does not start with a whole line";
    }
}

TEST(Log, KeepsTheEndOfALineThatIsLongerThanItself) {
    const auto kept = make();
    kept->log.append(kOne, Log::Line::Starts, std::string(Log::kSize, 'x'));
    EXPECT_GT(read_all(kept->log, 0).size(), 32'000u);
    for (unsigned i = 0; i < 10'000; i++) kept->log.append(kOne, Log::Line::Continues, "yyyyyyyyyy");
    const std::string all = read_all(kept->log, 0);
    EXPECT_GT(all.size(), 10'000u);
    EXPECT_EQ(all, std::string(all.size(), 'y'));
}

TEST(Log, TheTailIsWholeLines) {
    const auto kept = make();
    Log& log = kept->log;
    log.append(kOne, Log::Line::Starts, "one\n");
    log.append(kTwo, Log::Line::Starts, "two\n");
    log.append(kOne, Log::Line::Starts, "thr");
    log.append(kOne, Log::Line::Continues, "ee\n");
    EXPECT_EQ(log.tail(100), 0u);
    EXPECT_EQ(read_all(log, log.tail(10)), "two\nthree\n");
    EXPECT_EQ(read_all(log, log.tail(9)), "three\n");
    EXPECT_EQ(read_all(log, log.tail(5)), "");
    for (unsigned i = 0; i < 10'000; i++) log.append(kOne, Log::Line::Starts, "a line\n");
    EXPECT_EQ(read_all(log, log.tail(20)), "a line\na line\n");
}

/// Random pieces of random authors against one string of each: what is read from any offset is in order, is what was
/// written there, and has the last 2 KiB of everybody.
TEST(Log, FollowsAModel) {
    std::mt19937 random(9);
    const auto kept = make(Log::kMaxServices);
    Log& log = kept->log;
    std::string model;                   // the whole log
    std::vector<Log::Author> author_of;  // of each byte
    for (unsigned step = 0; step < 4000; step++) {
        const Log::Author author = random() % 2 == 0 ? Log::kStrangers : random() % Log::service(Log::kMaxServices);
        std::string text(random() % 200, '\0');
        for (char& c : text) c = char('a' + random() % 26);
        log.append(author, random() % 3 == 0 ? Log::Line::Continues : Log::Line::Starts, text);
        model += text;
        author_of.insert(author_of.end(), text.size(), author);
        const std::uint64_t offset = random() % (model.size() + 1);
        std::string buffer(1 + random() % 300, '\0');
        const Log::Read piece = log.read(offset, buffer);
        ASSERT_GE(piece.next, offset + piece.size);
        if (piece.next - offset != piece.size) continue;  // some of it was pushed out
        ASSERT_EQ(model.substr(offset, piece.size), buffer.substr(0, piece.size));
    }
    std::string recent[Log::service(Log::kMaxServices)];
    for (std::size_t i = 0; i < model.size(); i++) recent[author_of[i]] += model[i];
    const std::string all = read_all(log, 0);
    for (const std::string& text : recent) {
        const std::string end = text.substr(text.size() - std::min<std::size_t>(text.size(), 100));
        EXPECT_FALSE(end.empty());
        EXPECT_NE(all.find(end.substr(end.size() - 10)), std::string::npos);
    }
    EXPECT_TRUE(model.ends_with(all.substr(all.size() - 100)));
}

/// The output of a tagger for calls of the form (source, text).
class Tagged {
public:
    Tagged& feed(unsigned source, std::string_view text) {
        tagger_.feed(
            source, text, [&] { out_ += "<" + std::to_string(source) + ">"; },
            [&](std::string_view piece) { out_ += piece; });
        return *this;
    }
    const std::string& out() const { return out_; }

private:
    LineTagger tagger_;
    std::string out_;
};

TEST(LineTagger, TagsEachLineOnce) {
    EXPECT_EQ(Tagged().feed(1, "one\ntwo\n").out(), "<1>one\n<1>two\n");
    EXPECT_EQ(Tagged().feed(1, "on").feed(1, "e\n").feed(1, "\n").out(), "<1>one\n<1>\n");
    EXPECT_EQ(Tagged().feed(1, "").out(), "");
}

TEST(LineTagger, EndsALineThatAnotherInterrupts) {
    EXPECT_EQ(Tagged().feed(1, "half").feed(2, "two\n").feed(1, "rest\n").out(), "<1>half\n<2>two\n<1>rest\n");
    EXPECT_EQ(Tagged().feed(1, "half").feed(2, "").feed(1, "rest\n").out(), "<1>halfrest\n");
}

}  // namespace
}  // namespace glenda::nineball
