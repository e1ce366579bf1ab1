// SPDX-License-Identifier: MIT
// See object_store.h.
#include "vm/object_store.h"

namespace glenda::factotum {

Pages ObjectStore::price(std::uint64_t pages) {
    return {.frames = pages + (pages + PageLeaf::kEntries - 1) / PageLeaf::kEntries + 1};
}

Answer<ObjectNumber> ObjectStore::create(std::uint64_t pages, AccountNumber account) {
    CHECK(pages != 0, ServerError::BadRequest);
    CHECK(pages <= kMostPages && memory_.charge(price(pages), account), ServerError::OutOfMemory);
    const auto directory = memory_.take_zeroed();
    const bool has_place = directory && (free_ != 0 || area_.append<MemoryObject>() != nullptr);
    if (!has_place) {
        if (directory) memory_.give_frame(*directory);
        memory_.uncharge(price(pages), account);
        return Refusal(ServerError::OutOfMemory);
    }
    const ObjectNumber number = free_ != 0 ? free_ : ++made_;
    if (free_ != 0) free_ = at(number).next;
    at(number) = {.pages = pages, .account = account, .directory = *directory, .serial = ++last_serial_};
    book_frames_++;
    memory_.accounts().hold(account);
    return number;
}

MemoryObject* ObjectStore::find(std::uint64_t number) {
    return number == 0 || number > made_ || at(ObjectNumber(number)).pages == 0 ? nullptr : &at(ObjectNumber(number));
}

void ObjectStore::open(ObjectNumber number, std::uint32_t creator, CPtr slot, ObjectNumber& list) {
    MemoryObject& object = at(number);
    object.creator = creator;
    object.slot = slot;
    object.next = list;
    list = number;
}

bool ObjectStore::close(CPtr slot, ObjectNumber& list) {
    for (ObjectNumber* link = &list; *link != 0; link = &at(*link).next) {
        const ObjectNumber number = *link;
        MemoryObject& object = at(number);
        if (object.slot != slot) continue;
        *link = object.next;
        (void)memory_.kernel().revoke(slot);
        (void)memory_.kernel().remove(slot);
        memory_.record_of_slot(slot) = {};
        memory_.heap().give(slot);
        object.creator = 0;
        object.slot = 0;
        end_unless_used(number);
        return true;
    }
    return false;
}

void ObjectStore::drop_mapped(ObjectNumber number, std::uint64_t pages) {
    at(number).mapped -= pages;
    end_unless_used(number);
}

/// Frees an object that is neither open nor mapped. No entry of a space names its pages.
void ObjectStore::end_unless_used(ObjectNumber number) {
    MemoryObject& object = at(number);
    if (object.creator != 0 || object.mapped != 0) return;
    visit_pages(object, [&](PageNumber page) { memory_.give_frame(page); });
    for (std::uint64_t i = 0; i * PageLeaf::kEntries < object.pages; i++) {
        const PageNumber leaf = directory_of(object)[i];
        if (leaf == 0) continue;
        memory_.give_frame(leaf - 1);
        book_frames_--;
    }
    memory_.give_frame(object.directory);
    book_frames_--;
    memory_.uncharge(price(object.pages), object.account);
    memory_.accounts().let_go(object.account);
    object = {.next = free_};
    free_ = number;
}

Result<PageNumber> ObjectStore::page(ObjectNumber number, std::uint64_t index) {
    MemoryObject& object = at(number);
    PageNumber& leaf = directory_of(object)[index / PageLeaf::kEntries];
    if (leaf == 0) {
        TRY(frame, memory_.take_zeroed());
        leaf = frame + 1;
        book_frames_++;
    }
    PageEntry& entry = leaf_at(leaf - 1)[index % PageLeaf::kEntries];
    if (!entry) {
        TRY(page, memory_.take_zeroed());
        entry = PageEntry(page);
        object.resident++;
    }
    return entry.page();
}

}  // namespace glenda::factotum
