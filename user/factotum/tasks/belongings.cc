// SPDX-License-Identifier: MIT
// See belongings.h.
#include "tasks/belongings.h"

namespace glenda::factotum {

namespace {

constexpr unsigned kStepsOfPage = 300;  // it may have many objects
constexpr unsigned kStepsOfSlot = 10;

}  // namespace

Result<void> Belongings::create(Memory& memory, std::uint32_t place) {
    TRY(page, memory.take_untyped());
    owner_ = place + 1;
    first_ = latest_ = page;
    memory.record(page) = {.refs = 1, .next = page};  // itself: it never becomes empty
    return {};
}

/// The first page, with the first thread, is the last of the pages.
bool Belongings::destroy(Memory& memory, unsigned& steps) {
    if (owner_ == SlotRecord::kNone) return true;
    for (; latest_ != first_; steps -= kStepsOfPage) {
        if (steps < kStepsOfPage) return false;
        const PageNumber next = memory.record(latest_).next;
        memory.give_object(latest_);
        latest_ = next;
    }
    if (first_ != kNoPage) memory.give_object(first_);
    first_ = latest_ = kNoPage;
    for (; slots_ != SlotRecord::kNone; steps -= kStepsOfSlot) {
        if (steps < kStepsOfSlot) return false;
        if (memory.record_of_slot(slots_).page_plus_1 == 0) (void)memory.kernel().remove(slots_);
        drop_slot(memory, slots_);
    }
    owner_ = SlotRecord::kNone;
    return true;
}

Answer<CPtr> Belongings::take_slot(Memory& memory) {
    const auto slot = memory.heap().take();
    CHECK(slot.has_value(), ServerError::TooMany);
    if (slots_ != SlotRecord::kNone) memory.record_of_slot(slots_).previous = std::uint32_t(*slot);
    memory.record_of_slot(*slot) = {.owner = owner_, .next = slots_};
    slots_ = std::uint32_t(*slot);
    return *slot;
}

Answer<Pages> Belongings::remove(Memory& memory, CPtr slot) {
    CHECK(memory.is_heap_slot(slot), ServerError::NotFound);
    const SlotRecord record = memory.record_of_slot(slot);
    CHECK(owner_ != SlotRecord::kNone && record.owner == owner_ && record.page_plus_1 != 0, ServerError::NotFound);
    TRY_VOID(memory.kernel().revoke(slot));
    TRY(freed, remove_at(memory, slot, record.page_plus_1 - 1));
    drop_slot(memory, slot);
    return freed;
}

Answer<Pages> Belongings::remove_at(Memory& memory, CPtr slot, PageNumber page) {
    TRY_VOID(memory.kernel().remove(slot));
    if (--memory.record(page).refs != 0 || page == latest_) return Pages{};
    drop_page(memory, page);
    return Pages{.objects = 1};
}

Result<void> Belongings::make_of_latest(Memory& memory, CapType type, CPtr slot) {
    TRY_VOID(memory.kernel().retype(memory.slots().page(latest_), type, 0, slot));
    memory.record(latest_).refs++;
    return {};
}

Result<void> Belongings::make_of_new_page(Memory& memory, CapType type, CPtr slot) {
    TRY(page, memory.take_untyped());
    has_paid_ = false;
    memory.record(page) = {.refs = 0, .next = latest_};
    latest_ = page;
    return make_of_latest(memory, type, slot);
}

/// Frees a slot, which is empty.
void Belongings::drop_slot(Memory& memory, CPtr slot) {
    const SlotRecord record = memory.record_of_slot(slot);
    if (record.next != SlotRecord::kNone) memory.record_of_slot(record.next).previous = record.previous;
    if (record.previous != SlotRecord::kNone)
        memory.record_of_slot(record.previous).next = record.next;
    else
        slots_ = record.next;
    memory.record_of_slot(slot) = {};
    memory.heap().give(slot);
}

/// Frees a page without objects, which is in the list, but not its head.
void Belongings::drop_page(Memory& memory, PageNumber page) {
    PageNumber before = latest_;
    while (memory.record(before).next != page) before = memory.record(before).next;
    memory.record(before).next = memory.record(page).next;
    memory.give_object(page);
}

}  // namespace glenda::factotum
