// SPDX-License-Identifier: MIT
// user/unicorn/shares.h: random households open sessions, close them and end, and drivers let go of them some time
// later. However greedy others are, nobody is refused a first session.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <vector>

#include "protocol/unicorn.h"
#include "steps.h"
#include "unicorn/shares.h"

namespace glenda::unicorn {
namespace {

constexpr unsigned kDevices = 4, kPages = 400, kNobody = 0;

struct Session {
    unsigned device;
    unsigned household;  // kNobody: it is closing
    PageRun data;
};

/// Unicorn's books, as far as shares go.
struct Books {
    PagePool<kPages> pool;
    std::vector<Session> sessions;

    Answer<void> judge(unsigned household, unsigned device, unsigned pages) const {
        Share share(pool);
        unsigned used[kDevices] = {};
        for (const Session& session : sessions) {
            used[session.device] += session.household != kNobody;
            if (session.household == household) share.holds(session.device == device, session.data.count);
            if (session.household == kNobody) share.leaves(false, session.data);
        }
        for (unsigned i = used[device]; i < kMaxSessions; i++) share.leaves(true, {});
        return share.judge(pages);
    }
    /// Busy: it has to wait for what is closing.
    Answer<void> open(unsigned household, unsigned device, unsigned pages) {
        TRY_VOID(judge(household, device, pages));
        CHECK(count(device) < kMaxSessions, ServerError::Busy);
        const auto data = pool.take(pages);
        CHECK(data, ServerError::Busy);
        sessions.push_back({device, household, *data});
        return {};
    }
    unsigned count(unsigned device) const {
        return unsigned(std::ranges::count(sessions, device, [](const Session& each) { return each.device; }));
    }
    unsigned held(unsigned household, unsigned device) const {
        return unsigned(std::ranges::count_if(
            sessions, [&](const Session& each) { return each.device == device && each.household == household; }));
    }
    unsigned pages_of(unsigned household) const {
        unsigned pages = 0;
        for (const Session& each : sessions) pages += each.household == household ? each.data.count : 0;
        return pages;
    }
    /// The driver lets go.
    void drop(std::size_t which) {
        pool.give(sessions[which].data);
        sessions.erase(sessions.begin() + std::ptrdiff_t(which));
    }
    void drop_all() {
        for (std::size_t i = sessions.size(); i != 0; i--)
            if (sessions[i - 1].household == kNobody) drop(i - 1);
    }
};

TEST(Shares, OneAloneComesToHalf) {
    Books books;
    while (books.open(1, 0, 1)) continue;
    EXPECT_EQ(books.count(0), kMaxSessions / 2);
    while (books.open(1, 1, 14)) continue;
    while (books.open(1, 2, 80)) continue;
    EXPECT_LE(books.pages_of(1), kPages / 2);
    EXPECT_GE(books.pages_of(1), kPages / 2 - 80);
    EXPECT_EQ(books.open(1, 0, 0), Refusal(ServerError::TooMany));
    EXPECT_EQ(books.open(1, 3, 100), Refusal(ServerError::OutOfMemory));
}

TEST(Shares, TheNextComesToHalfOfTheRest) {
    Books books;
    for (unsigned household = 1; household != 5; household++)
        while (books.open(household, 0, 0)) continue;
    for (const auto& [household, sessions] : std::map<unsigned, unsigned>{{1, 4}, {2, 2}, {3, 1}, {4, 1}})
        EXPECT_EQ(books.held(household, 0), sessions) << household;
}

TEST(Shares, AsMuchIsLeft) {
    Books books;
    for (unsigned i = 0; i < 3; i++) ASSERT_TRUE(books.open(1, 0, 0));
    while (books.open(2, 0, 0)) continue;
    EXPECT_EQ(books.held(2, 0), 2u) << "of the five that were left";
}

TEST(Shares, AFirstSessionIsNotHalfOfTheRest) {
    Books books;
    EXPECT_EQ(books.open(1, 0, kPages / 2 + 1), Refusal(ServerError::OutOfMemory));
    ASSERT_TRUE(books.open(1, 0, kPages / 2));
    EXPECT_EQ(books.open(2, 0, kPages / 4 + 1), Refusal(ServerError::OutOfMemory));
    ASSERT_TRUE(books.open(2, 0, kPages / 4));
    ASSERT_TRUE(books.open(3, 0, 40));
    EXPECT_EQ(books.open(4, 0, 33), Refusal(ServerError::OutOfMemory));
    ASSERT_TRUE(books.open(4, 0, 32));
}

/// Households 1 and 2 take all that they get, and are clever about it: they leave small pieces between what they keep.
/// Household 3 wants one session with each device, now and then, and always gets its first.
TEST(Shares, NobodyGreedyKeepsAnotherFromAFirstSession) {
    std::mt19937 random(1);
    Books books;
    unsigned firsts = 0, most = 0, refused = 0;
    for (unsigned step = 0; step < steps(1'000'000u); step++) {
        const unsigned choice = random() % 100, device = random() % kDevices;
        if (choice < 60) {
            const unsigned household = 1 + random() % 2;
            const unsigned pages = random() % 4 == 0 ? random() % kPages : random() % (random() % 40 + 1);
            refused += !books.judge(household, device, pages);
            (void)books.open(household, device, pages);
            ASSERT_LE(books.held(household, device), kMaxSessions / 2);
        } else if (choice < 80 && !books.sessions.empty()) {
            books.sessions[random() % books.sessions.size()].household = kNobody;  // closed
        } else if (choice < 81) {
            const unsigned dead = 1 + random() % 3;
            for (Session& each : books.sessions) each.household = each.household == dead ? kNobody : each.household;
        } else if (choice < 98 && !books.sessions.empty()) {
            const std::size_t which = random() % books.sessions.size();
            if (books.sessions[which].household == kNobody) books.drop(which);
        } else if (books.held(3, device) == 0) {
            const unsigned pages = random() % 33;
            if (books.pages_of(3) != 0) continue;
            most = std::max(most, books.pages_of(1) + books.pages_of(2));
            ASSERT_TRUE(books.judge(3, device, pages)) << "step " << step;
            if (!books.open(3, device, pages)) {
                books.drop_all();
                ASSERT_TRUE(books.open(3, device, pages)) << "step " << step;
            }
            firsts++;
        }
    }
    EXPECT_GT(firsts, steps(1000u));
    EXPECT_GT(most, kPages / 2);
    EXPECT_GT(refused, 1000u);
}

}  // namespace
}  // namespace glenda::unicorn
