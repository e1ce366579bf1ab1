// SPDX-License-Identifier: MIT
// Lab 4, exercise 4.1: the ring of one author, and the log of all. What is kept is compared with a list of all pieces
// that there ever were.
#include <array>
#include <deque>
#include <memory>
#include <string>

#include "9ball/log.h"
#include "check.h"
#include "dice.h"

namespace glenda {

namespace {

using nineball::Log;
using nineball::LogRing;

constexpr std::size_t kHead = sizeof(LogRing::Piece);

/// A ring, and what it should hold.
template <std::size_t kSize>
struct Pair {
    struct Kept {
        LogRing::Piece piece;
        std::string text;
    };

    std::array<char, kSize> storage{};
    LogRing ring{storage};
    std::deque<Kept> kept;
    std::uint64_t offset = 0;  // in the log
    std::uint64_t lost = 0;
    unsigned appended = 0;

    void append(std::string text, bool starts_line, std::uint64_t others = 0) {
        offset += others;
        const std::uint64_t begin = offset;
        ring.append({.offset = begin, .starts_line = starts_line}, text);
        offset += text.size();
        appended++;
        if (text.empty()) return;
        const std::size_t cut = text.size() > kSize - kHead ? text.size() - (kSize - kHead) : 0;
        kept.push_back({{begin + cut, std::uint32_t(text.size() - cut), starts_line}, text.substr(cut)});
        while (size() > kSize) {
            lost = kept.front().piece.end();
            kept.pop_front();
        }
    }
    std::size_t size() const {
        std::size_t sum = 0;
        for (const Kept& each : kept) sum += kHead + each.text.size();
        return sum;
    }
    /// Where reading from `from` begins, by the contract.
    std::size_t first(std::uint64_t from) const {
        std::size_t at = 0;
        if (from < lost) {
            while (at < kept.size() && !kept[at].piece.starts_line) at++;
            return at < kept.size() ? at : 0;
        }
        while (at < kept.size() && kept[at].piece.end() <= from) at++;
        return at;
    }
    void compare(std::uint64_t from, host::Caller = std::source_location::current()) const {
        auto cursor = ring.from(from);
        for (std::size_t at = first(from); at < kept.size(); at++) {
            const LogRing::Piece& wanted = kept[at].piece;
            same(ring.has(cursor), true, "there is a piece", from, at);
            same(cursor.piece.offset, wanted.offset, "offset", from, at);
            same(cursor.piece.size, wanted.size, "size", from, at);
            same(cursor.piece.starts_line, wanted.starts_line, "starts_line", from, at);
            char text[512];
            const std::size_t size = ring.copy(cursor, 0, text);
            same(std::string(text, size), kept[at].text, "text", from, at);
            ring.advance(cursor);
        }
        same(ring.has(cursor), false, "there is a piece", from, kept.size());
    }
    /// One value of the piece that should be number `at` in the ring.
    template <typename T>
    void same(const T& got, const T& wanted, const char* what, std::uint64_t from, std::size_t at) const {
        if (got == wanted) return;
        const std::string where = "ring of " + std::to_string(kSize) + " bytes, " + std::to_string(appended) +
                                  " appended, from(" + std::to_string(from) + "), piece " + std::to_string(at) +
                                  " of " + std::to_string(kept.size()) + ": " + what;
        host::expect_equal(got, wanted, where.c_str(), {__FILE__, __LINE__});
    }
};

void kept_in_order() {
    Pair<512> pair;
    pair.compare(0);
    pair.append("one ", true);
    pair.append("line\n", false);
    pair.append("", true);
    pair.append("another\n", true, 10);
    pair.compare(0);
    pair.compare(5);
    pair.compare(9);
    pair.compare(pair.offset);
}

/// The oldest go first, and as few as possible.
void oldest_go() {
    Pair<4 * kHead + 40> pair;
    for (unsigned i = 0; i < 4; i++) pair.append("ten bytes\n", true);
    EXPECT_EQ(pair.kept.size(), 4);
    pair.compare(0);
    pair.append("x", true);
    EXPECT_EQ(pair.kept.size(), 3 + 1);
    pair.compare(0);
    pair.append("0123456789012345678901234567890\n", true);
    pair.compare(0);
}

/// Of a line that has lost its start the rest is not shown, unless there is nothing else.
void whole_lines() {
    Pair<3 * kHead + 30> pair;
    pair.append("begins ", true);
    pair.append("goes on ", false);
    pair.append("ends\n", false);
    pair.append("next\n", true);
    pair.compare(0);
    EXPECT(pair.ring.from(0).piece.starts_line);
    pair.append("the only one now, and it goes on ", true);
    pair.append("for longer than there is room\n", false);
    pair.compare(0);
}

/// Only the end is kept of a text that is longer than the ring.
void too_long() {
    Pair<kHead + 16> pair;
    pair.append("before\n", true);
    pair.append("abcdefghijklmnopqrstuvwxyz", true);
    EXPECT_EQ(pair.kept.front().text, std::string("klmnopqrstuvwxyz"));
    pair.compare(0);
    pair.append("0123456789abcdef", true);
    pair.compare(0);
    std::array<char, kHead> none{};
    LogRing tiny{none};
    tiny.append({.offset = 0, .starts_line = true}, "text");
    EXPECT(!tiny.has(tiny.from(0)));
}

template <std::size_t kSize>
void try_at_random(unsigned steps) {
    test::Dice dice(kSize);
    Pair<kSize> pair;
    for (unsigned i = 0; i < steps; i++) {
        std::string text(dice.below(dice.percent(5) ? kSize + 40 : 24), ' ');
        for (char& c : text) c = char('a' + dice.below(26));
        pair.append(text, dice.percent(60), dice.below(3) * dice.below(50));
        pair.compare(dice.percent(30) ? 0 : pair.lost + dice.below(pair.offset - pair.lost + 2));
    }
}
void at_random() {
    try_at_random<64>(300);
    try_at_random<200>(600);
    try_at_random<401>(600);
}

/// The rings of several authors make one log, in the order in which it was written.
void one_log() {
    static std::array<char, Log::kSize> storage;
    const auto log = std::make_unique<Log>(storage);
    log->share(2);
    std::string all;
    for (unsigned i = 0; i < 40; i++) {
        const std::string line = "line " + std::to_string(i) + "\n";
        log->append(i % 3 == 0 ? Log::kNineball : Log::service(i % 2), Log::Line::Starts, line);
        all += line;
    }
    std::string read;
    char buffer[50];
    Log::Read piece = log->read(0, buffer);
    for (; piece.size != 0; piece = log->read(piece.next, buffer)) read.append(buffer, piece.size);
    EXPECT_EQ(read, all);
    EXPECT_EQ(log->end(), all.size());
}

/// A flood of one author pushes out its own lines and nobody else's.
void a_flood() {
    static std::array<char, Log::kSize> storage;
    const auto log = std::make_unique<Log>(storage);
    log->share(2);
    log->append(Log::service(0), Log::Line::Starts, "important\n");
    for (unsigned i = 0; i < 20'000; i++) log->append(Log::service(1), Log::Line::Starts, "flood\n");
    char buffer[64];
    const Log::Read piece = log->read(0, buffer);
    EXPECT(std::string(buffer, piece.size).starts_with("important\nflood\n"));
}

}  // namespace

}  // namespace glenda

int main(int argc, char** argv) {
    using namespace glenda;
    return host::run_cases(argc, argv,
                           {{"kept_in_order", kept_in_order},
                            {"oldest_go", oldest_go},
                            {"whole_lines", whole_lines},
                            {"too_long", too_long},
                            {"at_random", at_random},
                            {"one_log", one_log},
                            {"a_flood", a_flood}});
}
