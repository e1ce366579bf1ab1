// SPDX-License-Identifier: MIT
// See memory.h. Taking and giving, with the books that go with it.
#include "memory.h"

#include <new>

namespace glenda::factotum {

Books::Books(const SlotMap& map) {
    pages = map.chunk_count() * sizeof(Chunk);
    slots = pages + map.usable_pages() * sizeof(PageRecord);
    free_bits = slots + map.heap_words() * 64 * sizeof(SlotRecord);
    accounts = free_bits + map.heap_words() * sizeof(std::uint64_t);
    account_count = 2 * std::uint64_t{map.process_count()} + 2;  // one for each, and as many vacant ones
    end = align_up(accounts + account_count * sizeof(Account), kPageSize);
}

Memory::Memory(Kernel& kernel, const SlotMap& slots, std::byte* table, std::byte* window, std::uint64_t system_pages)
    : kernel_(kernel),
      slots_(slots),
      records_(reinterpret_cast<PageRecord*>(table + Books(slots).pages), slots.usable_pages()),
      slot_records_(reinterpret_cast<SlotRecord*>(table + Books(slots).slots), slots.heap_words() * 64),
      heap_(slots.heap(), {reinterpret_cast<std::uint64_t*>(table + Books(slots).free_bits), slots.heap_words()}),
      store_(kernel, slots_, {new (table) Chunk[slots.chunk_count()], slots.chunk_count()}, window),
      accounts_({reinterpret_cast<Account*>(table + Books(slots).accounts), Books(slots).account_count},
                slots.usable_pages(), system_pages) {}

bool Memory::charge(Pages pages, AccountNumber account) {
    if (pages.frames > total_pages() || pages.objects > total_pages()) return false;
    do {
        if (try_charge(pages, account)) return true;
    } while (reclaim());
    return false;
}

bool Memory::reclaim() {
    for (unsigned i = 0; i < reclaimer_count_; i++) {
        if (reclaimers_[i].run(reclaimers_[i].self)) return true;
    }
    return false;
}

/// What is reserved is promised already.
bool Memory::try_charge(Pages pages, AccountNumber account) {
    const Accounts::Verdict verdict = accounts_.judge(account, pages.sum());
    if (verdict == Accounts::Verdict::Refused) return false;
    const std::uint64_t reserved = accounts_.unused() - accounts_[account].unused();
    if (verdict == Accounts::Verdict::Fits && !commit_.has_room(supply(), pages, reserved)) return false;
    commit_.charge(pages);
    accounts_.charge(account, pages.sum());
    return true;
}

void Memory::uncharge(Pages pages, AccountNumber account) {
    commit_.uncharge(pages);
    accounts_.uncharge(account, pages.sum());
}

Answer<AccountNumber> Memory::open_account(AccountNumber parent, std::uint64_t reserved, std::uint64_t limit,
                                           std::uint32_t creator, AccountNumber& vacant) {
    if (const AccountNumber old = accounts_.reuse(vacant, reserved, limit); old != Account::kNone) return old;
    const Accounts::Verdict verdict =
        reserved <= total_pages() ? accounts_.judge(parent, reserved) : Accounts::Verdict::Refused;
    CHECK(verdict != Accounts::Verdict::Refused, ServerError::OutOfMemory);
    const bool is_new = verdict == Accounts::Verdict::Fits;
    while (is_new && !commit_.has_room(supply(), {}, accounts_.unused() + reserved))
        CHECK(reclaim(), ServerError::OutOfMemory);
    const AccountNumber account = accounts_.open(parent, reserved, limit, creator);
    CHECK(account != Account::kNone, ServerError::TooMany);
    return account;
}

Answer<void> Memory::resize_account(AccountNumber number, std::uint64_t reserved, std::uint64_t limit) {
    const Account before = accounts_[number];
    const std::uint64_t unused = accounts_.unused();
    CHECK(reserved <= total_pages() && accounts_.resize(number, reserved, limit), ServerError::OutOfMemory);
    while (accounts_.unused() > unused && !commit_.has_room(supply(), {}, accounts_.unused())) {
        if (reclaim()) continue;
        (void)accounts_.resize(number, before.reserved, before.limit);  // as it was, so it fits
        return Refusal(ServerError::OutOfMemory);
    }
    accounts_.disown(number);
    return {};
}

Result<PageNumber> Memory::take_frame() {
    TRY(page, store_.take(ChunkUse::Frames));
    commit_.use({.frames = 1});
    return page;
}

Result<PageNumber> Memory::take_zeroed() {
    TRY(page, store_.take_zeroed());
    commit_.use({.frames = 1});
    return page;
}

/// A quarter of the heap is left to those who cannot do without a slot.
CPtr Memory::take_mapping(PageNumber page) {
    if (heap_.free_slots() <= slot_records_.size() / 4) return 0;
    const auto slot = heap_.take();
    if (!slot) return 0;
    if (!kernel_.copy(*slot, slots_.page(page))) {
        heap_.give(*slot);
        return 0;
    }
    record_of_slot(*slot) = {.owner = SlotRecord::kMapping, .page_plus_1 = page + 1};
    return *slot;
}

void Memory::give_mapping(CPtr slot) {
    (void)kernel_.remove(slot);
    record_of_slot(slot) = {};
    heap_.give(slot);
}

Result<PageNumber> Memory::take_untyped() {
    TRY(page, store_.take(ChunkUse::Objects));
    commit_.use({.objects = 1});
    return page;
}

Result<PageNumber> Memory::take_object(CapType type, unsigned size_bits) {
    TRY(page, take_untyped());
    if (const auto made = kernel_.retype(slots_.page(page), type, size_bits, slots_.product(page)); !made) {
        give_object(page);
        return Failure(made.error());
    }
    return page;
}

void Memory::give_object(PageNumber page) {
    store_.give(page);
    records_[page] = {};
    commit_.unuse({.objects = 1});
}

Result<PageNumber> Memory::take_cnode(unsigned radix) {
    static_assert(kProcessCNodeRadix + kSlotBits == kPageBits && kMaxProcessCNodeRadix + kSlotBits == kChunkBits);
    if (cnode_cost(radix).objects == 1) return take_object(CapType::CNode, radix);
    // A page can be any free one, but this takes a whole chunk: the others must still serve all that is promised.
    Supply rest = supply();
    CHECK(rest.chunks != 0, Error::NotEnoughMemory);
    rest.chunks--;
    commit_.use(cnode_cost(radix));
    const bool has_room = commit_.has_room(rest, {}, accounts_.unused());
    const auto chunk = has_room ? store_.take_whole() : Failure(Error::NotEnoughMemory);
    if (!chunk) {
        commit_.unuse(cnode_cost(radix));
        return Failure(chunk.error());
    }
    const PageNumber page = first_page(*chunk);
    if (const auto made = kernel_.retype(slots_.chunk(*chunk), CapType::CNode, radix, slots_.product(page)); !made) {
        give_cnode(page, radix);
        return Failure(made.error());
    }
    return page;
}

void Memory::give_cnode(PageNumber page, unsigned radix) {
    if (cnode_cost(radix).objects == 1) return give_object(page);
    store_.give_whole(chunk_of(page));
    commit_.unuse(cnode_cost(radix));
}

Result<PageNumber> Memory::take_own_untyped() {
    CHECK(charge({.objects = 1}), Error::NotEnoughMemory);
    const auto page = take_untyped();
    if (page)
        own_ += {.objects = 1};
    else
        uncharge({.objects = 1});
    return page;
}

Result<void> Memory::map_own_page(std::uint64_t address) {
    CHECK(charge({.frames = 1}), Error::NotEnoughMemory);
    const auto page = take_zeroed();
    const auto mapped = page ? kernel_.map_own(slots_.product(*page), address) : Result<void>(Failure(page.error()));
    if (mapped) {
        own_ += {.frames = 1};
    } else {
        if (page) give_frame(*page);
        uncharge({.frames = 1});
    }
    return mapped;
}

}  // namespace glenda::factotum
