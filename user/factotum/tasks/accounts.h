// SPDX-License-Identifier: MIT
// Who may have how much memory: a tree of accounts, in pages.
//
// What an account has reserved is promised to it alone, whoever else is greedy, and stays so while its processes come
// and go. What it is charged beyond that climbs to its ancestors, past what they have reserved for themselves, and the
// first without room refuses. A process without an account of its own charges its parent's.
//
//   direct     own charges, and what children have reserved
//   overflow   of all children: what they have beyond their reservations
//   promised   max(reserved, direct) + overflow, at most the limit
//
// Invariants: a parent's direct holds the reservations of its children; its overflow is the sum of theirs.
#pragma once

#include <cstdint>
#include <span>

namespace glenda::factotum {

using AccountNumber = std::uint32_t;

struct Account {
    static constexpr AccountNumber kNone = ~AccountNumber{0};

    AccountNumber parent = kNone;
    AccountNumber next = kNone;   // of a free one: the next; else the next of the same creator that is vacant
    std::uint32_t creator = 0;    // the process that opened it; 0: none
    std::uint32_t processes = 0;  // that charge it
    std::uint32_t children = 0;   // accounts
    std::uint32_t depth = 0;      // below the root
    std::uint32_t objects = 0;    // memory objects that it pays for
    std::uint64_t reserved = 0;
    std::uint64_t limit = 0;
    std::uint64_t direct = 0;
    std::uint64_t overflow = 0;

    /// Whether somebody charges it, now or again.
    bool is_in_use() const { return processes != 0 || children != 0 || objects != 0 || creator != 0; }
    std::uint64_t own() const { return direct > reserved ? direct : reserved; }
    std::uint64_t beyond() const { return own() - reserved + overflow; }
    std::uint64_t promised() const { return own() + overflow; }
    std::uint64_t unused() const { return own() - direct; }
};

class Accounts {
public:
    static constexpr AccountNumber kRoot = 0;    // 9Ball's, and whatever climbs up
    static constexpr AccountNumber kSystem = 1;  // Factotum's own memory

    Accounts() = default;
    /// `places` are free. `pages`: all that there are; `system`: of them reserved for Factotum.
    Accounts(std::span<Account> places, std::uint64_t pages, std::uint64_t system);

    /// What a charge would need beyond the reservation: nothing, or whether there is room.
    enum class Verdict : std::uint8_t { Reserved, Fits, Refused };
    Verdict judge(AccountNumber account, std::uint64_t pages) const;
    /// Precondition: not refused.
    void charge(AccountNumber account, std::uint64_t pages);
    void uncharge(AccountNumber account, std::uint64_t pages);

    /// Ancestors that an account can have: those of processes that are gone stay as long as a descendant is there.
    static constexpr std::uint32_t kMaxDepth = 8;

    /// Opens an account below `parent`, without processes. Its reservation has been judged. kNone if there is no place,
    /// or it would be too deep.
    AccountNumber open(AccountNumber parent, std::uint64_t reserved, std::uint64_t limit, std::uint32_t creator);
    /// Changes what an account below the root may have. False, and no change, if it or an ancestor then had more than
    /// its limit. A smaller reservation can be refused, too: what is charged beyond it climbs past what ancestors have
    /// reserved.
    [[nodiscard]] bool resize(AccountNumber account, std::uint64_t reserved, std::uint64_t limit);
    /// Who of those that share devices a process is: a service, or a program that a service has started; and with it
    /// all that it starts, whatever accounts these have.
    AccountNumber household(AccountNumber account) const;
    static constexpr std::uint32_t kHouseholdDepth = 2;
    /// Nobody will get it back by reuse(): its numbers are no longer those that its creator asked for.
    void disown(AccountNumber account) { places_[account].creator = 0; }
    void enter(AccountNumber account) { places_[account].processes++; }
    /// A memory object is charged to it, as long as that lives.
    void hold(AccountNumber account) { places_[account].objects++; }
    void let_go(AccountNumber account) {
        places_[account].objects--;
        close(account);
    }
    /// A process has ended, or never began. `is_kept`: its creator lives, and gets it back by reuse().
    void leave(AccountNumber account, AccountNumber& vacant, bool is_kept);
    /// A vacant account in the list with these limits, which leaves the list; or kNone.
    AccountNumber reuse(AccountNumber& vacant, std::uint64_t reserved, std::uint64_t limit);
    /// The creator has ended: its vacant accounts, too.
    void close_all(AccountNumber& vacant);

    const Account& operator[](AccountNumber account) const { return places_[account]; }
    std::span<const Account> all() const { return places_; }
    /// Pages that are reserved and not charged, in all accounts.
    std::uint64_t unused() const { return unused_; }

private:
    void change(AccountNumber account, std::uint64_t direct, std::uint64_t reserved);
    void set(AccountNumber account, std::uint64_t reserved, std::uint64_t limit);
    void close(AccountNumber account);

    std::span<Account> places_{};
    AccountNumber free_ = Account::kNone;
    std::uint64_t unused_ = 0;
};

}  // namespace glenda::factotum
