// SPDX-License-Identifier: MIT
// See audit.h.
#include "audit/audit.h"

namespace glenda::factotum {

namespace {

unsigned count_bits(std::uint64_t word) {
    unsigned count = 0;
    for (; word != 0; word &= word - 1) count++;
    return count;
}

/// How many chunks of a list satisfy `fits`; too many if one does not, or the list has no end.
template <typename Fits>
std::uint64_t count_list(const ChunkStore& store, ChunkNumber first, Fits fits) {
    const auto chunks = store.chunks();
    constexpr std::uint64_t kDamaged = ~std::uint64_t{0};
    std::uint64_t count = 0;
    ChunkNumber before = kNoChunk;
    for (ChunkNumber at = first; at != kNoChunk; at = chunks[at].next) {
        if (at >= store.first_untouched() || ++count > chunks.size()) return kDamaged;
        if (chunks[at].previous != before || !fits(chunks[at])) return kDamaged;
        before = at;
    }
    return count;
}

}  // namespace

Broken audit_chunks(const ChunkStore& store) {
    std::uint64_t partly[3] = {}, empty[3] = {}, loose[3] = {};
    for (const Chunk& chunk : store.chunks().first(store.first_untouched())) {
        const auto use = std::size_t(chunk.use);
        if ((chunk.clean & ~chunk.free) != 0) return Broken::Chunks;
        if (chunk.use == ChunkUse::Untyped || chunk.is_empty()) {
            if (chunk.use == ChunkUse::Untyped && chunk.free != 0) return Broken::Chunks;
            empty[use]++;
        } else if (!chunk.is_full()) {
            partly[use]++;
            loose[use] += count_bits(chunk.free);
        }
    }
    std::uint64_t all_free = 0;
    for (const ChunkUse use : {ChunkUse::Untyped, ChunkUse::Frames, ChunkUse::Objects}) {
        const auto i = std::size_t(use);
        const auto is_partly = [&](const Chunk& chunk) {
            return chunk.use == use && !chunk.is_full() && !chunk.is_empty();
        };
        const auto is_free = [&](const Chunk& chunk) {
            return chunk.use == use && (use == ChunkUse::Untyped || chunk.is_empty());
        };
        if (count_list(store, store.first_partly_free(use), is_partly) != partly[i]) return Broken::Chunks;
        if (count_list(store, store.first_all_free(use), is_free) != empty[i]) return Broken::Chunks;
        if (store.loose_pages(use) != loose[i]) return Broken::Chunks;
        all_free += empty[i];
    }
    return all_free == store.all_free_chunks() ? Broken::Nothing : Broken::Chunks;
}

Broken audit_accounts(const Accounts& accounts, std::uint64_t charged) {
    std::uint64_t direct = 0, unused = 0;
    for (AccountNumber i = 0; i < accounts.all().size(); i++) {
        const Account& account = accounts[i];
        if (!account.is_in_use()) continue;  // free
        std::uint64_t overflow = 0, reserved = 0, children = 0;
        for (const Account& child : accounts.all()) {
            if (child.parent != i) continue;
            overflow += child.beyond();
            reserved += child.reserved;
            children++;
        }
        if (account.overflow != overflow || account.direct < reserved || account.children != children)
            return Broken::Accounts;
        if (account.promised() > account.limit) return Broken::Accounts;
        direct += account.direct - reserved;
        unused += account.unused();
    }
    return direct == charged && unused == accounts.unused() ? Broken::Nothing : Broken::Accounts;
}

Broken audit_memory(Memory& memory) {
    if (const Broken broken = audit_chunks(memory.store()); broken != Broken::Nothing) return broken;

    const Pages used = memory.commit().used(), charged = memory.commit().charged();
    const std::uint64_t in_use = memory.slots().usable_pages() - memory.store().free_pages();
    if (used.sum() != in_use || used.frames > charged.frames || used.objects > charged.objects) return Broken::Promise;
    if (!memory.supply().serves(charged - used)) return Broken::Promise;
    if (const Broken broken = audit_accounts(memory.accounts(), charged.sum()); broken != Broken::Nothing)
        return broken;

    std::uint64_t taken = 0;
    for (CPtr slot = memory.slots().heap(); memory.is_heap_slot(slot); slot++) {
        const SlotRecord& record = memory.record_of_slot(slot);
        if (record.owner == SlotRecord::kNone) continue;
        taken++;
        if (record.owner == SlotRecord::kFactotum || record.owner == SlotRecord::kMapping) continue;  // other links
        if (record.next != SlotRecord::kNone && memory.record_of_slot(record.next).previous != slot)
            return Broken::Slots;
        if (record.page_plus_1 != 0 && memory.record(record.page_plus_1 - 1).refs == 0) return Broken::Slots;
    }
    const std::uint64_t all = memory.slots().heap_words() * 64;
    return taken == all - memory.heap().free_slots() ? Broken::Nothing : Broken::Slots;
}

}  // namespace glenda::factotum
