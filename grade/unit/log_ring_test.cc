// SPDX-License-Identifier: MIT
// The log ring compared with an unbounded string, and the line tagger.
#include "9ball/log_ring.h"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>

namespace glenda::nineball {
namespace {

std::string read_all(const LogRing& ring, std::uint64_t offset, std::size_t step = 500) {
    std::string all;
    std::string buffer(step, '\0');
    for (;;) {
        const LogRing::Piece piece = ring.read(offset, buffer);
        if (piece.size == 0) return all;
        all.append(buffer, 0, piece.size);
        offset = piece.next;
    }
}

TEST(LogRing, StartsEmpty) {
    const auto ring = std::make_unique<LogRing>();
    EXPECT_EQ(ring->end(), 0u);
    EXPECT_EQ(read_all(*ring, 0), "");
    EXPECT_EQ(read_all(*ring, 1000), "");
}

TEST(LogRing, GivesBackWhatWasPutIn) {
    const auto ring = std::make_unique<LogRing>();
    ring->append("one\n");
    ring->append("two\n");
    EXPECT_EQ(read_all(*ring, 0), "one\ntwo\n");
    EXPECT_EQ(read_all(*ring, 4), "two\n");
    EXPECT_EQ(read_all(*ring, ring->end()), "");
    EXPECT_EQ(read_all(*ring, ~std::uint64_t{0}), "");
}

TEST(LogRing, ForgetsTheOldestAndStartsAtAWholeLine) {
    const auto ring = std::make_unique<LogRing>();
    std::string model;
    for (unsigned i = 0; i < 10'000; i++) {
        const std::string line = "line " + std::to_string(i) + "\n";
        ring->append(line);
        model += line;
    }
    const std::string kept = read_all(*ring, 0);
    EXPECT_LE(kept.size(), LogRing::kSize);
    EXPECT_GT(kept.size(), LogRing::kSize - 20);
    EXPECT_TRUE(kept.starts_with("line "));
    EXPECT_TRUE(model.ends_with(kept));
    EXPECT_EQ(ring->end(), model.size());
}

TEST(LogRing, KeepsTheEndOfALineThatIsLongerThanItself) {
    const auto ring = std::make_unique<LogRing>();
    ring->append(std::string(LogRing::kSize + 100, 'x'));
    EXPECT_EQ(read_all(*ring, 0).size(), LogRing::kSize);
}

TEST(LogRing, TheTailIsWholeLines) {
    const auto ring = std::make_unique<LogRing>();
    ring->append("one\ntwo\nthree\n");
    EXPECT_EQ(ring->tail(100), 0u);
    EXPECT_EQ(read_all(*ring, ring->tail(11)), "two\nthree\n");
    EXPECT_EQ(read_all(*ring, ring->tail(10)), "two\nthree\n");
    EXPECT_EQ(read_all(*ring, ring->tail(9)), "three\n");
    for (unsigned i = 0; i < 10'000; i++) ring->append("a line\n");
    EXPECT_EQ(read_all(*ring, ring->tail(20)), "a line\na line\n");
}

TEST(LogRing, FollowsAModel) {
    std::mt19937 random(9);
    const auto ring = std::make_unique<LogRing>();
    std::string model;
    for (unsigned step = 0; step < 3000; step++) {
        std::string text(random() % 200, '\0');
        for (char& c : text) c = random() % 20 == 0 ? '\n' : static_cast<char>('a' + random() % 26);
        ring->append(text);
        model += text;
        const std::uint64_t offset = random() % (model.size() + 1);
        std::string buffer(1 + random() % 300, '\0');
        const LogRing::Piece piece = ring->read(offset, buffer);
        ASSERT_EQ(model.substr(piece.next - piece.size, piece.size), buffer.substr(0, piece.size));
        if (offset >= ring->oldest())
            ASSERT_EQ(piece.next - piece.size, offset);
        else
            ASSERT_EQ(model[piece.next - piece.size - 1], '\n');
    }
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
