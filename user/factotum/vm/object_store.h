// SPDX-License-Identifier: MIT
// Memory objects: pages that several address spaces may map at once. They come into being on first access, whoever's
// that is. The object is the first that names its pages (page_entry.h); entries of spaces that map it are the others.
//
//   directory   a frame with the numbers of up to 1,024 frames
//   leaf        a frame of 512 page entries
//
// The pages of an object with a pager come from its creator. Until he has supplied one, there is none to map.
//
// An object lives as long as a region maps it or its creator holds it open, and is charged whole, from the beginning,
// to the creator's account.
#pragma once

#include "memory.h"
#include "own_area.h"
#include "protocol/factotum.h"
#include "vm/page_entry.h"

namespace glenda::factotum {

using ObjectNumber = std::uint32_t;

struct MemoryObject {
    std::uint64_t pages = 0;     // its size; 0: there is no object of this number
    std::uint64_t mapped = 0;    // pages of all regions that map it
    std::uint64_t resident = 0;  // pages that are there
    AccountNumber account = Account::kNone;
    ObjectKind kind = ObjectKind::Anonymous;
    std::uint32_t waiting = 0;  // threads that wait for its pages
    std::uint32_t creator = 0;  // the process that holds it open; 0: nobody
    CPtr slot = 0;              // the capability that stands for it; 0: none
    PageNumber directory = kNoPage;
    std::uint32_t leaves_dropped = 0;  // of one that has ended
    bool has_ended = false;
    ObjectNumber next = 0;     // of the creator's; of a free number: the next one
    std::uint64_t serial = 0;  // numbers are used again, serials are not
};

class ObjectStore {
public:
    static constexpr std::uint64_t kLeaves = kPageSize / sizeof(PageNumber);
    static constexpr std::uint64_t kMostPages = kLeaves * PageLeaf::kEntries;

    /// `area`: unused addresses.
    ObjectStore(Memory& memory, std::uint64_t area);

    /// An object that nobody maps yet. It must be opened or mapped next. Errors: OutOfMemory, BadRequest: the size.
    Answer<ObjectNumber> create(std::uint64_t pages, AccountNumber account, ObjectKind kind = ObjectKind::Anonymous);
    /// The object; null if there is none of this number.
    MemoryObject* find(std::uint64_t number);
    /// What tells the object, which is there, from all that ever had its number.
    std::uint64_t serial(ObjectNumber number) const { return at(number).serial; }
    /// The one that `creator` holds open, and for which that slot stands; 0 if there is none.
    ObjectNumber opened(CPtr slot, std::uint32_t creator);
    /// Adds it to a process's list. `slot`, one of the heap: see MemoryObject.
    void open(ObjectNumber number, std::uint32_t creator, CPtr slot, ObjectNumber& list);
    /// Takes it out of the list. All copies of its capability vanish. False if it is not in the list.
    bool close(CPtr slot, ObjectNumber& list);
    /// Closes the first one in a list, which is not empty.
    void close_first(ObjectNumber& list) { (void)close(at(list).slot, list); }

    /// Regions with so many pages map the object, or do not any more.
    void add_mapped(ObjectNumber number, std::uint64_t pages) { at(number).mapped += pages; }
    void drop_mapped(ObjectNumber number, std::uint64_t pages);

    /// A page of the object: makes it if it is not there. Errors: WouldBlock, if its pager has not supplied it;
    /// NotEnoughMemory, which only the kernel can cause.
    Result<PageNumber> page(ObjectNumber number, std::uint64_t index);
    /// How many pages from `index` on are not there, at most `most`, and up to the end of the object.
    std::uint64_t missing(ObjectNumber number, std::uint64_t index, std::uint64_t most) const;
    /// Makes a page that is not there, a copy of `source`. Error: NotEnoughMemory.
    Result<void> supply(ObjectNumber number, std::uint64_t index, PageNumber source);

    /// Frees what is left of objects that have ended, as far as `steps` of some 60 instructions allow, and makes them
    /// fewer. False if there is more. Until then it stays charged; but who is short of memory gets it.
    bool drop_some(unsigned& steps);
    bool has_more() const { return ended_ != 0; }

    /// Calls `visit(PageNumber)` for each page of all objects.
    template <typename Visit>
    void for_each_page(Visit visit) const {
        for (ObjectNumber number = 1; number <= made_; number++) {
            if (at(number).pages != 0) visit_pages(at(number), visit);
        }
    }
    /// Frames that say where the pages are.
    std::uint64_t book_frames() const { return book_frames_; }

private:
    MemoryObject& at(ObjectNumber number) const { return area_.first<MemoryObject>()[number - 1]; }
    PageNumber* directory_of(const MemoryObject& object) const {
        return reinterpret_cast<PageNumber*>(memory_.window(object.directory));
    }
    PageEntry* leaf_at(PageNumber frame) const { return reinterpret_cast<PageLeaf*>(memory_.window(frame))->entries; }
    static Pages price(std::uint64_t pages);
    Result<PageEntry*> ensure(const MemoryObject& object, std::uint64_t index);
    bool has_page(const MemoryObject& object, std::uint64_t index) const {
        const PageNumber leaf = directory_of(object)[index / PageLeaf::kEntries];
        return leaf != 0 && leaf_at(leaf - 1)[index % PageLeaf::kEntries];
    }
    void end_unless_used(ObjectNumber number);
    void drop_leaf(MemoryObject& object, PageNumber leaf);
    void finish(ObjectNumber number);

    /// A directory's entry is the frame's number plus one; 0: there is none.
    template <typename Visit>
    void visit_pages(const MemoryObject& object, Visit visit) const {
        for (std::uint64_t i = 0; i * PageLeaf::kEntries < object.pages; i++) {
            const PageNumber leaf = directory_of(object)[i];
            for (unsigned entry = 0; leaf != 0 && entry < PageLeaf::kEntries; entry++) {
                if (leaf_at(leaf - 1)[entry]) visit(leaf_at(leaf - 1)[entry].page());
            }
        }
    }

    Memory& memory_;
    OwnArea area_;
    ObjectNumber made_ = 0;   // numbers that were ever in use
    ObjectNumber free_ = 0;   // list; 0: its end
    ObjectNumber ended_ = 0;  // those of which something is left, a list
    std::uint64_t last_serial_ = 0;
    std::uint64_t book_frames_ = 0;
};

}  // namespace glenda::factotum
