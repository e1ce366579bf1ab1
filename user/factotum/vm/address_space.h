// SPDX-License-Identifier: MIT
// A process's address space (layout.h): charged by region, filled page by page on first access.
//
// Invariant: pages in use <= pages charged, so an access inside a region always gets its page.
#pragma once

#include "abi/fault.h"
#include "image/image_store.h"
#include "protocol/errors.h"
#include "protocol/factotum.h"
#include "vm/layout.h"
#include "vm/page_tree.h"
#include "vm/region.h"
#include "vm/space_kits.h"
#include "vm/steps.h"

namespace glenda::factotum {

/// What all address spaces have in common.
struct Stores {
    SpaceKits& kits;
    ImageStore& images;
    ObjectStore& objects;
};

class AddressSpace {
public:
    /// Creates an empty address space, which charges `account`. Error: NotEnoughMemory.
    Result<void> create(Memory& memory, Stores& stores, AccountNumber account);
    /// Frees all pages, tables and charges. No thread runs in it.
    void destroy(Memory& memory);
    /// Frees pages, regions and tables before destroy() does. False if `steps`, of some 60 instructions, are used up,
    /// and there is more that takes many.
    bool drop_some(Memory& memory, unsigned& steps);
    /// How far `steps`, which become fewer, go from `start` on, at most to `end`, if something is to be done with each
    /// page that is there.
    std::uint64_t reach(const Memory& memory, std::uint64_t start, std::uint64_t end, unsigned& steps) const;

    // ranges.cc. A range is page-aligned and not empty. If one of these fails, nothing has changed. Errors:
    // OutOfMemory; TooMany regions.
    /// Adds the regions of a program, once. Also BadExecutable: segments overlap.
    Answer<void> enter(Memory& memory, Image& image);
    /// Adds a region, and charges its memory. What is in its range ends; or the region is refused, with OutOfMemory.
    enum class IfMapped : std::uint8_t { Replace, Refuse };
    Answer<void> map(Memory& memory, const Region& region, IfMapped if_mapped = IfMapped::Replace);
    /// Whether there is memory for a region in place of what is there.
    bool can_replace(Memory& memory, const Region& region);
    /// Ends what is mapped in a range. Page tables stay, and remain charged.
    Answer<void> unmap(Memory& memory, std::uint64_t start, std::uint64_t end);
    /// Changes the rights to a range. Also NotFound: it has a hole.
    Answer<void> protect(Memory& memory, std::uint64_t start, std::uint64_t end, MapFlags rights);
    /// The same in two steps: for the accesses to come, and for what is mapped already, which can be done in parts.
    Answer<void> change_rights(Memory& memory, std::uint64_t start, std::uint64_t end, MapFlags rights);
    void narrow(Memory& memory, std::uint64_t start, std::uint64_t end, MapFlags rights);

    /// Makes room for so many regions more. Errors: TooMany, OutOfMemory.
    Answer<void> make_room(Memory& memory, unsigned more);

    // fork.cc
    /// Makes this space, which is new, a copy of another, with its regions and bytes; of UTCBs, with the one at `utcb`.
    /// The two share pages until one writes to them. False if `steps` are used up: call it again, until it is true.
    /// Meanwhile nothing may change in the parent. Errors: OutOfMemory, TooMany; destroy() it then.
    Answer<bool> fork(Memory& memory, AddressSpace& parent, std::uint64_t utcb, unsigned& steps);

    /// Handles a page fault: makes the page if the access is allowed, and returns None. Otherwise returns the kind of
    /// crash. PagerEnded: the page's pager has not brought it; if it is there, it still may.
    CrashKind resolve(Memory& memory, std::uint64_t address, Access access);
    /// Makes the page at `address`, which is page-aligned and lies in `region`, ready for an access, and maps it.
    /// Error: WouldBlock, if its pager has not brought it.
    Result<PageNumber> populate(Memory& memory, const Region& region, std::uint64_t address, Access access);
    /// The page at `address`, which is page-aligned: what a thread would read there. It is made if it is not there.
    /// Errors: NotFound, if it cannot be read; NotReady, if its pager has not brought it; OutOfMemory.
    Answer<PageNumber> page_to_read(Memory& memory, std::uint64_t address);
    /// The same in two steps. First the region with `address`; null if it cannot be read. Then its page.
    const Region* region_to_read(std::uint64_t address) {
        const Region* const region = regions_.find(address);
        if (region == nullptr || region->kind == RegionKind::Device) return nullptr;
        return allows(region->rights, Access::Read) ? region : nullptr;
    }
    Answer<PageNumber> page_to_read(Memory& memory, const Region& region, std::uint64_t address) {
        const PageEntry* const entry = tree_.find(memory, address);
        if (entry != nullptr && *entry) [[likely]]
            return entry->page();
        return bring_to_read(memory, region, address);
    }
    /// Maps a frame that is not Factotum's, and makes the page tables it needs. Its region is there.
    Result<void> map_foreign(Memory& memory, CPtr frame, std::uint64_t address, std::uint64_t size, MapFlags rights);

    /// Charges pages that belong to no region: they are a process's other objects.
    Answer<void> charge(Memory& memory, Pages pages);
    void uncharge(Memory& memory, Pages pages);
    /// From now on `next`, of the same account, bears what belongs to no region.
    void hand_over(AddressSpace& next);

    /// Calls `visit(PageEntry)` for each page that is there.
    template <typename Visit>
    void for_each_page(const Memory& memory, Visit visit) const {
        for (unsigned i = 0; i < regions_.count(); i++)
            tree_.for_each(memory, regions_.at(i).start, regions_.at(i).end, visit);
    }
    /// Frames that say where the pages are.
    std::uint64_t book_frames() const { return tree_.frames() + regions_.page_count(); }

    RegionList& regions() { return regions_; }
    CPtr vspace() const { return tree_.vspace(); }
    std::uint64_t resident_pages() const { return resident_; }
    Pages charged_pages() const { return charged_ + listed_; }

private:
    Answer<PageNumber> bring_to_read(Memory& memory, const Region& region, std::uint64_t address);
    Result<PageNumber> provide(Memory& memory, const Region& region, std::uint64_t address, Access access);
    Result<void> name_page(Memory& memory, const Region& region, std::uint64_t address, PageEntry& entry);
    Result<PageNumber> make_page(Memory& memory, const Region& region, std::uint64_t address) const;
    Result<PageNumber> copy_from_image(Memory& memory, const Region& region, std::uint64_t address) const;
    Result<PageNumber> map_cluster(Memory& memory, const Region& region, std::uint64_t address);
    Result<PageNumber> map_page(Memory& memory, const Region& region, std::uint64_t address, PageEntry& entry);
    Answer<void> begin_fork(const AddressSpace& parent);
    Answer<void> inherit(Memory& memory, const Region& region);
    Result<bool> share_region(Memory& memory, AddressSpace& parent, const Region& region, unsigned& steps);
    Result<void> share_pages(Memory& memory, AddressSpace& parent, const Region& part);
    Result<void> copy_pages(Memory& memory, const Region& region);
    Result<void> break_sharing(Memory& memory, PageEntry& entry);
    void drop_pages(Memory& memory, const Region& region);
    void unmap_leaf(Memory& memory, std::uint64_t address);
    void unmap_pages(Memory& memory, std::uint64_t start, std::uint64_t end);
    template <typename Count>
    Pages sum_of_parts(Span span, std::uint64_t start, std::uint64_t end, Count count) const;
    Pages owed(Span span, std::uint64_t start, std::uint64_t end) const;
    unsigned cuts(Span span, std::uint64_t start, std::uint64_t end) const;
    Pages missing_tables(const Memory& memory, std::uint64_t start, std::uint64_t end) const;
    Pages spare_tables(const Memory& memory, Span old, std::uint64_t start, std::uint64_t end) const;
    Pages take_out(Memory& memory, Span& span, std::uint64_t start, std::uint64_t end);
    bool pay(Memory& memory, RegionKind kind, Pages pages);
    void pay_back(Memory& memory, RegionKind kind, Pages pages);

    PageTree tree_{};
    RegionList regions_{};
    Stores* stores_ = nullptr;
    Image* image_ = nullptr;  // its program, once it has one
    RunList runs_ = 0;
    std::uint64_t resident_ = 0;
    std::uint64_t forked_ = 0;  // of a copy that is being made: what lies below is there
    AccountNumber account_ = Accounts::kRoot;
    Pages charged_{};
    Pages others_{};  // of them those that belong to no region
    Pages listed_{};  // for Snapshot, which Factotum pays: a process can list the others when it is out of memory
};

}  // namespace glenda::factotum
