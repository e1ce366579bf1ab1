// SPDX-License-Identifier: MIT
// See object_store.h.
#include "vm/object_store.h"

#include "frames/page_bytes.h"

namespace glenda::factotum {

namespace {

constexpr unsigned kStepsOfLeaf = 120;  // of 60 instructions: to free 512 pages

}  // namespace

ObjectStore::ObjectStore(Memory& memory, std::uint64_t area) : memory_(memory), area_(memory, area) {
    const auto reclaim = [](void* self) {
        auto& objects = *static_cast<ObjectStore*>(self);
        unsigned steps = kStepsOfLeaf;
        const bool has_more = objects.has_more();
        (void)objects.drop_some(steps);
        return has_more;
    };
    memory_.add_reclaimer({reclaim, this});
}

Pages ObjectStore::price(std::uint64_t pages) {
    return {.frames = pages + (pages + PageLeaf::kEntries - 1) / PageLeaf::kEntries + 1};
}

Answer<ObjectNumber> ObjectStore::create(std::uint64_t pages, AccountNumber account, ObjectKind kind) {
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
    at(number) = {.pages = pages, .account = account, .kind = kind, .directory = *directory, .serial = ++last_serial_};
    book_frames_++;
    memory_.accounts().hold(account);
    return number;
}

MemoryObject* ObjectStore::find(std::uint64_t number) {
    if (number == 0 || number > made_) return nullptr;
    MemoryObject& object = at(ObjectNumber(number));
    return object.pages == 0 || object.has_ended ? nullptr : &object;
}

ObjectNumber ObjectStore::opened(CPtr slot, std::uint32_t creator) {
    if (!memory_.is_heap_slot(slot)) return 0;
    const ObjectNumber number = memory_.record_of_slot(slot).page_plus_1;
    const MemoryObject* const object = find(number);
    return object != nullptr && object->slot == slot && object->creator == creator ? number : 0;
}

void ObjectStore::open(ObjectNumber number, std::uint32_t creator, CPtr slot, ObjectNumber& list) {
    MemoryObject& object = at(number);
    object.creator = creator;
    object.slot = slot;
    object.next = list;
    list = number;
    memory_.record_of_slot(slot) = {.owner = SlotRecord::kFactotum, .page_plus_1 = number};
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

/// Ends an object that is neither open nor mapped. No entry of a space names its pages. Large ones are freed in slices.
void ObjectStore::end_unless_used(ObjectNumber number) {
    MemoryObject& object = at(number);
    if (object.creator != 0 || object.mapped != 0 || object.has_ended) return;
    object.has_ended = true;
    object.next = ended_;
    ended_ = number;
    unsigned steps = kStepsOfLeaf;
    (void)drop_some(steps);
}

bool ObjectStore::drop_some(unsigned& steps) {
    while (ended_ != 0) {
        const ObjectNumber number = ended_;
        MemoryObject& object = at(number);
        for (; object.leaves_dropped * PageLeaf::kEntries < object.pages; object.leaves_dropped++) {
            PageNumber& leaf = directory_of(object)[object.leaves_dropped];
            const unsigned cost = leaf != 0 ? kStepsOfLeaf : 1;
            if (steps < cost) return false;
            steps -= cost;
            if (leaf != 0) drop_leaf(object, leaf - 1);
            leaf = 0;
        }
        ended_ = object.next;
        finish(number);
    }
    return true;
}

void ObjectStore::drop_leaf(MemoryObject& object, PageNumber leaf) {
    for (const PageEntry& entry : std::span(leaf_at(leaf), PageLeaf::kEntries)) {
        if (!entry) continue;
        memory_.give_frame(entry.page());
        object.resident--;
    }
    memory_.give_frame(leaf);
    book_frames_--;
}

/// All pages have been freed.
void ObjectStore::finish(ObjectNumber number) {
    MemoryObject& object = at(number);
    memory_.give_frame(object.directory);
    book_frames_--;
    memory_.uncharge(price(object.pages), object.account);
    memory_.accounts().let_go(object.account);
    object = {.next = free_};
    free_ = number;
}

/// The entry of a page, and the leaf that has it.
Result<PageEntry*> ObjectStore::ensure(const MemoryObject& object, std::uint64_t index) {
    PageNumber& leaf = directory_of(object)[index / PageLeaf::kEntries];
    if (leaf == 0) {
        TRY(frame, memory_.take_zeroed());
        leaf = frame + 1;
        book_frames_++;
    }
    return &leaf_at(leaf - 1)[index % PageLeaf::kEntries];
}

Result<PageNumber> ObjectStore::page(ObjectNumber number, std::uint64_t index) {
    MemoryObject& object = at(number);
    CHECK(object.kind == ObjectKind::Anonymous || has_page(object, index), Error::WouldBlock);
    TRY(entry, ensure(object, index));
    if (!*entry) {
        TRY(page, memory_.take_zeroed());
        *entry = PageEntry(page);
        object.resident++;
    }
    return entry->page();
}

std::uint64_t ObjectStore::missing(ObjectNumber number, std::uint64_t index, std::uint64_t most) const {
    const MemoryObject& object = at(number);
    std::uint64_t count = 0;
    while (count != most && index + count < object.pages && !has_page(object, index + count)) count++;
    return count;
}

Result<void> ObjectStore::supply(ObjectNumber number, std::uint64_t index, PageNumber source) {
    MemoryObject& object = at(number);
    TRY(entry, ensure(object, index));
    TRY(page, memory_.take_frame());
    copy_page(memory_.window(page), memory_.window(source));
    *entry = PageEntry(page);
    object.resident++;
    return {};
}

}  // namespace glenda::factotum
