// SPDX-License-Identifier: MIT
//
// user/factotum/tasks/accounts.h: random charges in a changing tree of accounts, whose audit holds after each. What is
// reserved is never refused, however much others have. Shows F3.

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "audit/audit.h"
#include "factotum/machine.h"
#include "steps.h"

namespace glenda::factotum::test {
namespace {

constexpr std::uint64_t kPages = 1000, kSystem = 50;

/// A process with an account of its own, and what it has charged.
struct Owner {
    AccountNumber account;
    AccountNumber parent;
    std::uint64_t charged = 0;
};

TEST(Accounts, RandomTreesAgreeWithTheAudit) {
    std::mt19937 random(1);
    std::vector<Account> places(40);
    Accounts accounts(places, kPages, kSystem);
    std::vector<Owner> owners;
    AccountNumber vacant = Account::kNone;
    std::uint64_t charged = 0;
    const auto charge = [&](Owner& owner, std::uint64_t pages) {
        const Account before = accounts[owner.account];
        const auto verdict = accounts.judge(owner.account, pages);
        ASSERT_EQ(verdict == Accounts::Verdict::Reserved, pages <= before.unused());
        if (verdict == Accounts::Verdict::Refused) return;
        accounts.charge(owner.account, pages);
        owner.charged += pages;
        charged += pages;
    };
    for (int step = 0; step < steps(300'000); step++) {
        const unsigned choice = random() % 10;
        if (choice == 0 || owners.empty()) {
            const AccountNumber parent =
                owners.empty() || random() % 2 ? Accounts::kRoot : owners[random() % owners.size()].account;
            const std::uint64_t reserved = random() % 3 * 40, limit = random() % 2 ? kPages : 100 + random() % 200;
            AccountNumber account = accounts.reuse(vacant, reserved, limit);
            if (account == Account::kNone) {
                if (accounts.judge(parent, reserved) == Accounts::Verdict::Refused) continue;
                account = accounts.open(parent, reserved, limit, 1);
                if (account == Account::kNone) continue;
            }
            ASSERT_EQ(accounts[account].reserved, reserved);
            accounts.enter(account);
            owners.push_back({account, parent});
        } else if (choice == 1) {
            std::swap(owners[random() % owners.size()], owners.back());
            const Owner owner = owners.back();
            owners.pop_back();
            accounts.uncharge(owner.account, owner.charged);
            charged -= owner.charged;
            accounts.leave(owner.account, vacant, random() % 2 == 0);
        } else if (choice == 2 && random() % 20 == 0) {
            accounts.close_all(vacant);
        } else if (choice < 7) {
            charge(owners[random() % owners.size()], random() % 60);
        } else {
            Owner& owner = owners[random() % owners.size()];
            const std::uint64_t pages = owner.charged == 0 ? 0 : random() % (owner.charged + 1);
            accounts.uncharge(owner.account, pages);
            owner.charged -= pages;
            charged -= pages;
        }
        if (step % 16 == 0) {
            ASSERT_EQ(audit_accounts(accounts, charged), Broken::Nothing) << step;
        }
    }
    for (const Owner& owner : owners) {
        accounts.uncharge(owner.account, owner.charged);
        accounts.leave(owner.account, vacant, false);
    }
    accounts.close_all(vacant);
    EXPECT_EQ(accounts[Accounts::kRoot].children, 1u) << "all places are free again, but for Factotum's own";
    EXPECT_EQ(accounts[Accounts::kRoot].promised(), kSystem);
}

/// What a service has started stays one household, whatever accounts it opens and whoever of it ends.
TEST(Accounts, AHouseholdStaysOne) {
    std::vector<Account> places(20);
    Accounts accounts(places, kPages, kSystem);
    AccountNumber vacant = Account::kNone;
    const AccountNumber service = accounts.open(Accounts::kRoot, 0, kPages, 1);
    const AccountNumber program = accounts.open(service, 0, kPages, 3);
    const AccountNumber other = accounts.open(service, 0, kPages, 3);
    AccountNumber helper = program;
    accounts.enter(program);
    for (unsigned depth = 3; depth <= Accounts::kMaxDepth; depth++) {
        helper = accounts.open(helper, 0, kPages, 4);
        EXPECT_EQ(accounts.household(helper), program) << depth;
    }
    accounts.enter(helper);
    accounts.leave(program, vacant, false);
    EXPECT_EQ(accounts.household(helper), program) << "its founder has ended";
    EXPECT_EQ(accounts.household(other), other);
    EXPECT_EQ(accounts.household(service), service);
    EXPECT_EQ(accounts.household(Accounts::kRoot), Accounts::kRoot);
}

/// A child's greed ends where its limit, its parent's or the machine's is, and takes nothing that is reserved.
TEST(Accounts, AHogFindsNoReservedPage) {
    std::vector<Account> places(10);
    Accounts accounts(places, kPages, kSystem);
    AccountNumber vacant = Account::kNone;
    const AccountNumber service = accounts.open(Accounts::kRoot, 100, kPages, 1);
    const AccountNumber hog = accounts.open(Accounts::kRoot, 0, kPages, 1);
    EXPECT_EQ(accounts.judge(hog, kPages - kSystem - 100 + 1), Accounts::Verdict::Refused);
    EXPECT_EQ(accounts.judge(hog, kPages - kSystem - 100), Accounts::Verdict::Fits);
    accounts.charge(hog, kPages - kSystem - 100);
    EXPECT_EQ(accounts.judge(hog, 1), Accounts::Verdict::Refused);
    EXPECT_EQ(accounts.judge(service, 100), Accounts::Verdict::Reserved);
    EXPECT_EQ(accounts.judge(service, 101), Accounts::Verdict::Refused);
    accounts.enter(service);
    accounts.leave(service, vacant, true);
    EXPECT_EQ(accounts.judge(hog, 1), Accounts::Verdict::Refused) << "it waits for the service's return";
    EXPECT_EQ(accounts.reuse(vacant, 99, kPages), Account::kNone);
    EXPECT_EQ(accounts.reuse(vacant, 100, kPages), service);
}

/// Who starts a child with an account of its own and ends, again and again, fills no table.
TEST(Accounts, AChainOfTheDeadEnds) {
    std::vector<Account> places(100);
    Accounts accounts(places, kPages, kSystem);
    AccountNumber vacant = Account::kNone, last = Accounts::kRoot;
    unsigned depth = 0;
    for (;; depth++) {
        const AccountNumber account = accounts.open(last, 0, kPages, 1);
        if (account == Account::kNone) break;
        accounts.enter(account);
        if (last != Accounts::kRoot) accounts.leave(last, vacant, false);
        last = account;
    }
    EXPECT_EQ(depth, Accounts::kMaxDepth);
    accounts.leave(last, vacant, false);
    EXPECT_EQ(accounts[Accounts::kRoot].children, 1u);
}

/// Pages whose kind is not known yet: each mixture of frames and objects can be taken.
TEST(Accounts, AReservationServesEachMixture) {
    std::mt19937 random(2);
    for (int round = 0; round < 200; round++) {
        TestMemory books(8);
        Memory& memory = books.memory();
        AccountNumber vacant = Account::kNone;
        const std::uint64_t reserved = 1 + random() % 200;
        const auto service = memory.open_account(Accounts::kRoot, reserved, 8 * kChunkPages, 1, vacant);
        ASSERT_TRUE(service);
        while (memory.charge({.frames = 1 + random() % 4, .objects = random() % 3}, Accounts::kRoot)) {
        }
        while (memory.commit().used().frames < memory.commit().charged().frames) ASSERT_TRUE(memory.take_frame());
        while (memory.commit().used().objects < memory.commit().charged().objects) ASSERT_TRUE(memory.take_untyped());
        for (std::uint64_t i = 0; i < reserved; i++) {
            const bool is_frame = random() % 2;
            ASSERT_TRUE(memory.charge(is_frame ? Pages{.frames = 1} : Pages{.objects = 1}, *service));
            ASSERT_TRUE(is_frame ? memory.take_frame() : memory.take_untyped())
                << round << ": " << i << " of " << reserved;
        }
        ASSERT_EQ(audit_memory(memory), Broken::Nothing);
    }
}

/// Limits change while pages are charged: what is in use stays, what is reserved can be charged, the books agree.
TEST(Accounts, LimitsChangeAtRandom) {
    std::mt19937 random(3);
    TestMemory books(8);
    Memory& memory = books.memory();
    AccountNumber vacant = Account::kNone;
    std::vector<Owner> owners;
    for (const AccountNumber parent : {Accounts::kRoot, Accounts::kRoot, AccountNumber{2}, AccountNumber{3}}) {
        const auto account = memory.open_account(parent, random() % 20, 8 * kChunkPages, 1, vacant);
        ASSERT_TRUE(account);
        memory.accounts().enter(*account);
        owners.push_back({*account, parent});
    }
    unsigned changed = 0, refused = 0;
    for (int step = 0; step < steps(200'000); step++) {
        Owner& owner = owners[random() % owners.size()];
        const Account before = memory.accounts()[owner.account];
        if (random() % 3 == 0) {
            const std::uint64_t reserved = random() % 100, limit = random() % 2 ? 8 * kChunkPages : random() % 300;
            const bool done = memory.resize_account(owner.account, reserved, limit).has_value();
            const Account& now = memory.accounts()[owner.account];
            ASSERT_EQ(now.reserved, done ? reserved : before.reserved);
            ASSERT_EQ(now.limit, done ? limit : before.limit);
            ASSERT_EQ(now.direct, before.direct);
            (done ? changed : refused)++;
        } else if (random() % 2 == 0) {
            const std::uint64_t pages = random() % 40;
            const bool done = memory.charge({.frames = pages}, owner.account);
            ASSERT_TRUE(done || pages > before.unused()) << "what is reserved is refused, at step " << step;
            if (done) owner.charged += pages;
        } else {
            const std::uint64_t pages = random() % (owner.charged + 1);
            memory.uncharge({.frames = pages}, owner.account);
            owner.charged -= pages;
        }
        if (step % 16 == 0) {
            ASSERT_EQ(audit_memory(memory), Broken::Nothing) << step;
        }
    }
    EXPECT_GT(changed, 5'000u);
    EXPECT_GT(refused, steps(5'000u));
}

}  // namespace
}  // namespace glenda::factotum::test
