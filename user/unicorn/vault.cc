// SPDX-License-Identifier: MIT
// See vault.h.
#include "vault.h"

#include <algorithm>

#include "protocol/unicorn_boot.h"
#include "util/bits.h"

namespace glenda::unicorn {

namespace {

constexpr CNode kOwn(kSlotCNode);

CPtr emptied_scratch(unsigned i) {
    (void)kOwn.remove(kScratch + i);
    return kScratch + i;
}

}  // namespace

Answer<CPtr> Vault::lend(VaultSlot slot, unsigned i, Rights rights) const {
    const CPtr scratch = emptied_scratch(i);
    TRY_VOID(kOwn.copy(scratch, node(), slot, rights));
    return scratch;
}

Answer<CPtr> Vault::lend_badged(VaultSlot slot, unsigned i, Rights rights, Badge badge) const {
    const CPtr scratch = emptied_scratch(i);
    TRY_VOID(kOwn.mint(scratch, node(), slot, rights, badge));
    return scratch;
}

/// Consecutive empty slots.
Answer<VaultSlot> Vault::slots(unsigned count) {
    CHECK(count <= empty_.end - empty_.first, ServerError::TooMany);
    empty_.first += count;
    return empty_.first - count;
}

/// An Untyped cannot be copied. The caller moves it back.
Answer<CPtr> Vault::move_out(VaultSlot slot) const {
    const CPtr scratch = emptied_scratch(0);
    TRY_VOID(kOwn.move(scratch, node(), slot));
    return scratch;
}

Answer<VaultSlot> Vault::cut_registers(std::uint64_t page, SlotRange device_untypeds) {
    for (VaultSlot at = device_untypeds.first; at < device_untypeds.end; at++) {
        TRY(scratch, move_out(at));
        const Untyped untyped(scratch);
        const auto info = untyped.info();
        const bool is_inside = info && page - info->address < bit(info->size_bits);
        Answer<VaultSlot> frame = is_inside ? slots(1) : Answer<VaultSlot>(0);
        if (is_inside && frame) {
            const auto made = untyped.retype(CapType::Frame, kFrameBits, node(), *frame, 1, page - info->address);
            if (!made) frame = Refusal(made.error());
        }
        TRY_VOID(node().move(at, kOwn, scratch));
        if (is_inside) return frame;
    }
    return Refusal(ServerError::NotFound);
}

Answer<VaultSlot> Vault::claim(unsigned interrupt) {
    TRY(control, lend(kDeviceIrqControl, 0));
    TRY(handler, slots(1));
    TRY_VOID(IrqControl(control).claim(interrupt, node(), handler));
    return handler;
}

Answer<VaultSlot> Vault::copies_of(VaultSlot first, unsigned count) {
    TRY(copies, slots(count));
    for (unsigned done = 0; done < count; done += kMaxRunLength)
        TRY_VOID(node().copy_run(copies + done, node(), first + done, std::min(count - done, kMaxRunLength)));
    return copies;
}

Answer<VaultSlot> Vault::badged_copy_of(VaultSlot original, Badge badge) {
    TRY(copy, slots(1));
    TRY_VOID(node().mint(copy, node(), original, Rights::Write, badge));
    return copy;
}

Answer<VaultSlot> Vault::make(CapType type) {
    TRY(made, slots(1));
    TRY_VOID(Untyped(kObjects).retype(type, 0, node(), made));
    return made;
}

Answer<VaultSlot> Vault::cut_pool(unsigned pages) {
    TRY(scratch, move_out(kDevicePool));
    const Untyped pool(scratch);
    TRY_VOID(pool.retype(CapType::Untyped, kPageBits + highest_bit(kObjectPages), kOwn, kObjects));
    TRY(first, slots(pages));
    for (unsigned done = 0; done < pages; done += kMaxRetypeCount)
        TRY_VOID(
            pool.retype(CapType::Frame, kFrameBits, node(), first + done, std::min(pages - done, kMaxRetypeCount)));
    TRY_VOID(node().move(kDevicePool, kOwn, scratch));
    return first;
}

}  // namespace glenda::unicorn
