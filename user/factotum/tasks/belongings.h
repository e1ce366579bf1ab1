// SPDX-License-Identifier: MIT
// What a process has in Factotum's slots: the kernel objects made for it, and the capabilities that it passed to be
// kept.
//
// Small objects are made of pages, one after the other. A page is free again when all objects made of it have gone; the
// first one, with the thread, lives as long as the process. Invariant: refs of a page is the number of its objects.
#pragma once

#include "memory.h"
#include "protocol/errors.h"

namespace glenda::factotum {

class Belongings {
public:
    /// Pages that create() takes. They must have been charged.
    static constexpr Pages kFirst{.objects = 1};

    /// For the process at `place`. Error: NotEnoughMemory.
    Result<void> create(Memory& memory, std::uint32_t place);
    /// Destroys everything. False if `steps`, of some 60 instructions, are used up, and there is more.
    bool destroy(Memory& memory, unsigned& steps);

    /// The Untyped of the first page, for objects in the process's own slots: they end with the process.
    CPtr untyped(const Memory& memory) const { return memory.slots().page(first_); }

    /// Makes an object in a new slot. If the page in use is full, `charge(Pages)` is asked for another.
    template <typename Charge>
    Answer<CPtr> make(Memory& memory, CapType type, Charge charge) {
        TRY(slot, take_slot(memory));
        const Answer<PageNumber> page = make_at(memory, type, slot, charge);
        if (!page) {
            drop_slot(memory, slot);
            return Refusal(page.error());
        }
        memory.record_of_slot(slot).page_plus_1 = *page + 1;
        return slot;
    }
    /// The same in a slot that is not the heap's. Returns the page that the object is made of.
    template <typename Charge>
    Answer<PageNumber> make_at(Memory& memory, CapType type, CPtr slot, Charge charge) {
        auto made = make_of_latest(memory, type, slot);
        if (!made && made.error() == Error::NotEnoughMemory) {
            if (!has_paid_) CHECK(charge(Pages{.objects = 1}), ServerError::OutOfMemory);
            has_paid_ = true;
            made = make_of_new_page(memory, type, slot);
            if (!made && made.error() == Error::NotEnoughMemory) return Refusal(ServerError::OutOfMemory);
        }
        if (!made) return Refusal(made.error());
        return latest_;
    }
    /// Destroys an object that make_at() made of that page, and of which there are no copies. Returns how many pages
    /// are to be uncharged.
    Answer<Pages> remove_at(Memory& memory, CPtr slot, PageNumber page);
    /// Takes a slot for a capability of the process. Error: TooMany.
    Answer<CPtr> take_slot(Memory& memory);
    /// Deletes what is in a slot, and frees it. Returns how many pages are to be uncharged. Error: NotFound, if the
    /// slot is not this process's, or was passed.
    Answer<Pages> remove(Memory& memory, CPtr slot);

private:
    Result<void> make_of_latest(Memory& memory, CapType type, CPtr slot);
    Result<void> make_of_new_page(Memory& memory, CapType type, CPtr slot);
    void drop_slot(Memory& memory, CPtr slot);
    void drop_page(Memory& memory, PageNumber page);

    std::uint32_t owner_ = SlotRecord::kNone;
    PageNumber first_ = 0;
    PageNumber latest_ = 0;  // head of a list that ends with the first
    std::uint32_t slots_ = SlotRecord::kNone;
    bool has_paid_ = false;  // for a page that could not be taken: it is for the next object
};

}  // namespace glenda::factotum
