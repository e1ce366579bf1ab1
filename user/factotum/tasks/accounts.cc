// SPDX-License-Identifier: MIT
// See accounts.h.
#include "tasks/accounts.h"

namespace glenda::factotum {

Accounts::Accounts(std::span<Account> places, std::uint64_t pages, std::uint64_t system) : places_(places) {
    for (std::size_t i = places.size(); i != 2; i--) {
        places_[i - 1] = {.next = free_};
        free_ = AccountNumber(i - 1);
    }
    places_[kRoot] = {.processes = 1, .limit = pages};
    places_[kSystem] = {.parent = kRoot, .processes = 1, .limit = pages};
    places_[kRoot].children = 1;
    charge(kRoot, system);
    change(kSystem, 0, system);
}

Accounts::Verdict Accounts::judge(AccountNumber number, std::uint64_t pages) const {
    const Account& first = places_[number];
    const std::uint64_t kept = first.unused();
    if (pages <= kept) return Verdict::Reserved;
    const std::uint64_t more = pages - kept;
    for (AccountNumber at = number; at != Account::kNone; at = places_[at].parent) {
        const Account& account = places_[at];
        if (account.promised() > account.limit || more > account.limit - account.promised()) return Verdict::Refused;
    }
    return Verdict::Fits;
}

void Accounts::charge(AccountNumber account, std::uint64_t pages) {
    change(account, places_[account].direct + pages, places_[account].reserved);
}

void Accounts::uncharge(AccountNumber account, std::uint64_t pages) {
    change(account, places_[account].direct - pages, places_[account].reserved);
}

/// Changes an account's numbers, and what its ancestors have to bear of them.
void Accounts::change(AccountNumber number, std::uint64_t direct, std::uint64_t reserved) {
    Account& account = places_[number];
    const std::uint64_t before = account.beyond();
    unused_ -= account.unused();
    account.direct = direct;
    account.reserved = reserved;
    unused_ += account.unused();
    const std::uint64_t more = account.beyond() - before;  // wraps around if it is less
    for (AccountNumber at = account.parent; at != Account::kNone; at = places_[at].parent) places_[at].overflow += more;
}

AccountNumber Accounts::open(AccountNumber parent, std::uint64_t reserved, std::uint64_t limit, std::uint32_t creator) {
    const AccountNumber number = free_;
    const std::uint32_t depth = places_[parent].depth + 1;
    if (number == Account::kNone || depth > kMaxDepth) return Account::kNone;
    free_ = places_[number].next;
    places_[number] = {.parent = parent, .creator = creator, .depth = depth, .limit = limit};
    places_[parent].children++;
    charge(parent, reserved);
    change(number, 0, reserved);
    return number;
}

AccountNumber Accounts::household(AccountNumber account) const {
    while (places_[account].depth > kHouseholdDepth) account = places_[account].parent;
    return account;
}

bool Accounts::resize(AccountNumber number, std::uint64_t reserved, std::uint64_t limit) {
    const Account before = places_[number];
    set(number, reserved, limit);
    for (AccountNumber at = number; at != Account::kNone; at = places_[at].parent) {
        if (places_[at].promised() <= places_[at].limit) continue;
        set(number, before.reserved, before.limit);
        return false;
    }
    return true;
}

void Accounts::set(AccountNumber number, std::uint64_t reserved, std::uint64_t limit) {
    Account& account = places_[number];
    const std::uint64_t before = account.reserved;
    change(number, account.direct, reserved);
    change(account.parent, places_[account.parent].direct - before + reserved, places_[account.parent].reserved);
    account.limit = limit;
}

void Accounts::leave(AccountNumber number, AccountNumber& vacant, bool is_kept) {
    Account& account = places_[number];
    if (--account.processes != 0) return;
    if (is_kept) {
        account.next = vacant;
        vacant = number;
    } else {
        account.creator = 0;
        close(number);
    }
}

/// Closes an account that nobody can charge any more, and its ancestors of which that is true then.
void Accounts::close(AccountNumber number) {
    while (!places_[number].is_in_use()) {
        const AccountNumber parent = places_[number].parent;
        const std::uint64_t reserved = places_[number].reserved;
        change(number, 0, 0);
        places_[number] = {.next = free_};
        free_ = number;
        places_[parent].children--;
        uncharge(parent, reserved);
        number = parent;
    }
}

AccountNumber Accounts::reuse(AccountNumber& vacant, std::uint64_t reserved, std::uint64_t limit) {
    for (AccountNumber* link = &vacant; *link != Account::kNone; link = &places_[*link].next) {
        const AccountNumber number = *link;
        if (places_[number].reserved != reserved || places_[number].limit != limit) continue;
        *link = places_[number].next;
        return number;
    }
    return Account::kNone;
}

void Accounts::close_all(AccountNumber& vacant) {
    while (vacant != Account::kNone) {
        const AccountNumber number = vacant;
        vacant = places_[number].next;
        places_[number].creator = 0;
        close(number);
    }
}

}  // namespace glenda::factotum
