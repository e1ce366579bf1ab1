// SPDX-License-Identifier: MIT
// Exercise 1.1: what is mapped, copied, shared and given back.
#include "mem/address_spaces.h"
#include "sched/hart.h"
#include "selftest/cases.h"
#include "thread/vspace.h"

namespace glenda::selftest {

namespace {

constexpr VirtAddr kArea{0x10'0000'0000};
constexpr VirtAddr page(std::uint64_t n) { return kArea + n * kPageSize; }

/// A new space, or null after a failed check.
VSpace* make_space() {
    const Result<VSpace*> space = VSpace::create();
    EXPECT(space.has_value());
    return space ? *space : nullptr;
}

bool is_mapped(VSpace& space, VirtAddr at, MapFlags flags = MapFlags::Read) {
    return find_user_page(space.root(), at, flags) != nullptr;
}

/// The word at `at`, or all ones if nothing is mapped there.
std::uint64_t word(VSpace& space, VirtAddr at) {
    std::uint64_t value = 0;
    return copy_in(space.root(), &value, at, sizeof value) ? value : ~std::uint64_t{0};
}

void set_word(VSpace& space, VirtAddr at, std::uint64_t value) {
    EXPECT(copy_out(space.root(), at, &value, sizeof value));
}

/// Takes pages away, so that only `count` are left. They come back when this goes.
class FewPages {
public:
    explicit FewPages(std::uint64_t count) {
        while (free_page_count() > count) {
            const PhysAddr taken = allocate_page();
            *to_pointer<PhysAddr>(taken) = first_;
            first_ = taken;
        }
    }
    ~FewPages() {
        while (first_.value != 0) {
            const PhysAddr taken = first_;
            first_ = *to_pointer<PhysAddr>(taken);
            release_page(taken);
        }
    }

private:
    PhysAddr first_;
};

/// Unmaps a page that the hart has used in this space, and puts a new one in its place without a flush. Returns what
/// the hart then finds there: not 0 if it still uses the old page.
std::uint64_t replace_used_page(VSpace& space, VirtAddr at) {
    constexpr std::uint64_t kSum = 1u << 18;  // the kernel may use user addresses (privileged specification, 4.1.1.2)
    volatile auto& word = *reinterpret_cast<volatile std::uint64_t*>(at.value);
    arch::set_address_space(space.satp());
    asm volatile("csrs sstatus, %0" : : "r"(kSum) : "memory");
    word = 1;
    space.unmap(at, at + kPageSize);
    const PhysAddr old_page = allocate_page(), new_page = allocate_page();  // first the one that was freed last
    *to_pointer<std::uint64_t>(old_page) = 9;
    const bool is_mapped_again = map_page(space.root(), at, new_page, MapFlags::ReadWrite).has_value();
    const std::uint64_t found = is_mapped_again ? word : 1;
    asm volatile("csrc sstatus, %0" : : "r"(kSum) : "memory");
    arch::set_address_space(kernel_satp);
    release_page(old_page);
    return found;
}

}  // namespace

void vspace_map() {
    VSpace* space = make_space();
    if (space == nullptr) return;
    EXPECT(!is_mapped(*space, page(0)));
    EXPECT(space->map(page(0), page(3), MapFlags::ReadWrite));
    EXPECT(is_mapped(*space, page(0), MapFlags::ReadWrite) && is_mapped(*space, page(2) + kPageSize - 1));
    EXPECT(!is_mapped(*space, page(3)) && !is_mapped(*space, kArea - 1));
    EXPECT_EQ(word(*space, page(1)), 0);
    set_word(*space, page(1), 7);
    EXPECT_EQ(word(*space, page(1)), 7);
    EXPECT_EQ(word(*space, page(2)), 0);

    EXPECT_EQ(space->map(page(2), page(6), MapFlags::ReadWrite).error(), Error::AlreadyMapped);
    EXPECT(!is_mapped(*space, page(3)));
    EXPECT_EQ(space->map(page(4), page(8), MapFlags::ReadExecute).error(), Error::Ok);
    EXPECT_EQ(space->map(page(3), page(5), MapFlags::Read).error(), Error::AlreadyMapped);
    EXPECT(!is_mapped(*space, page(3)) && is_mapped(*space, page(4), MapFlags::ReadExecute));
    EXPECT(!is_mapped(*space, page(4), MapFlags::Write));

    space->unmap(page(1), page(5));  // page 3 is a hole
    EXPECT(is_mapped(*space, page(0)) && !is_mapped(*space, page(1)) && !is_mapped(*space, page(4)));
    EXPECT(is_mapped(*space, page(5)));
    EXPECT(space->map(page(1), page(2), MapFlags::ReadWrite));
    EXPECT_EQ(word(*space, page(1)), 0);  // a new page
    if (!has_failed()) EXPECT_EQ(replace_used_page(*space, page(1)), 0);
    EXPECT_EQ(space->map({kUserEnd}, {kUserEnd + kPageSize}, MapFlags::Read).error(), Error::BadArgument);
    space->release();
}

void vspace_copy() {
    VSpace* space = make_space();
    if (space == nullptr) return;
    EXPECT(space->map(page(0), page(2), MapFlags::ReadWrite));
    EXPECT(space->map(page(1000), page(1001), MapFlags::Read));
    set_word(*space, page(0), 1);
    set_word(*space, page(1) + 8, 2);
    const Result<VSpace*> copied = space->copy();
    EXPECT(copied.has_value());
    if (!copied) return;
    VSpace& copy = **copied;
    EXPECT(&copy != space && copy.satp() != space->satp());
    EXPECT(word(copy, page(0)) == 1 && word(copy, page(1) + 8) == 2);
    EXPECT(is_mapped(copy, page(0), MapFlags::ReadWrite) && is_mapped(copy, page(1000)));
    EXPECT(!is_mapped(copy, page(1000), MapFlags::Write) && !is_mapped(copy, page(2)));
    set_word(copy, page(0), 3);
    set_word(*space, page(1) + 8, 4);
    EXPECT(word(*space, page(0)) == 1 && word(copy, page(0)) == 3);
    EXPECT(word(copy, page(1) + 8) == 2);
    space->release();
    EXPECT(word(copy, page(0)) == 3 && word(copy, page(1) + 8) == 2);
    copy.release();
}

void vspace_shared() {
    VSpace *space = make_space(), *other = make_space();
    if (space == nullptr || other == nullptr) return;
    EXPECT_EQ(space->satp() >> 60, 8);  // Sv39
    EXPECT_EQ(space->satp() & mask(44), to_physical(&space->root()).value >> kPageBits);
    EXPECT((space->satp() >> 44 & mask(16)) != 0);  // the kernel's
    EXPECT((space->satp() >> 44 & mask(16)) != (other->satp() >> 44 & mask(16)));
    EXPECT(space->map(page(0), page(4), MapFlags::ReadWrite));
    set_word(*space, page(0), 5);

    const std::uint64_t free = free_page_count();
    space->share();
    space->share();
    space->release();
    space->release();
    EXPECT_EQ(free_page_count(), free);
    EXPECT_EQ(word(*space, page(0)), 5);

    // The space goes while the hart uses it.
    Hart& hart = *harts[0];
    hart.satp = space->satp();
    arch::set_address_space(hart.satp);
    space->release();
    EXPECT_EQ(hart.satp, kernel_satp);
    arch::set_address_space(hart.satp = kernel_satp);
    EXPECT(free_page_count() > free);

    // Another space goes than the one that the hart uses.
    VSpace* third = make_space();
    if (third == nullptr) return;
    const std::uint64_t other_satp = hart.satp = other->satp();
    third->release();
    EXPECT_EQ(hart.satp, other_satp);
    hart.satp = kernel_satp;
    other->release();
}

namespace {

/// Makes a space with pages far apart, copies it, unmaps some, and gives both back.
void use_spaces() {
    VSpace* space = make_space();
    if (space == nullptr) return;
    EXPECT(space->map(page(0), page(20), MapFlags::ReadWrite));
    EXPECT(space->map({0x1'0000}, {0x1'3000}, MapFlags::ReadExecute));
    EXPECT(space->map({kUserEnd - kPageSize}, {kUserEnd}, MapFlags::ReadWrite));
    EXPECT_EQ(space->map(page(19), page(30), MapFlags::ReadWrite).error(), Error::AlreadyMapped);
    space->unmap(page(3), page(10));
    const Result<VSpace*> copy = space->copy();
    EXPECT(copy.has_value());
    space->release();
    if (copy) (*copy)->release();
}

/// The same when there is not enough memory, with `count` pages left.
void use_few_pages(std::uint64_t count) {
    const FewPages few(count);
    const Result<VSpace*> space = VSpace::create();
    if (!space) {
        EXPECT(count == 0 && space.error() == Error::NotEnoughMemory);
        return;
    }
    const Result<void> mapped = (*space)->map(page(0), page(8), MapFlags::ReadWrite);
    EXPECT(mapped.has_value() == (count >= 11));  // root, two tables, eight pages
    EXPECT(mapped || (mapped.error() == Error::NotEnoughMemory && !is_mapped(**space, page(0))));
    const Result<VSpace*> copy = (*space)->copy();
    EXPECT(!mapped || copy.has_value() == (count >= 22));
    if (copy) (*copy)->release();
    (*space)->release();
    EXPECT_EQ(free_page_count(), count);
}

void use_all_spaces() {
    static constinit VSpace* spaces[kMaxVSpaces + 1] = {};
    unsigned count = 0;
    for (; count <= kMaxVSpaces; count++) {
        const Result<VSpace*> space = VSpace::create();
        if (!space) {
            EXPECT_EQ(space.error(), Error::TooManySpaces);
            break;
        }
        spaces[count] = *space;
    }
    EXPECT_EQ(count, kMaxVSpaces);
    for (unsigned i = 0; i < count; i++) spaces[i]->release();
}

}  // namespace

void vspace_frames_return() {
    const std::uint64_t free = free_page_count(), room = address_spaces.room();
    for (unsigned i = 0; i < 3 && !has_failed(); i++) use_spaces();
    EXPECT_EQ(free_page_count(), free);
    {
        const FewPages few(24);  // once, because there are many to take
        for (std::uint64_t count = 0; count < 24 && !has_failed(); count++) use_few_pages(count);
    }
    EXPECT_EQ(free_page_count(), free);
    if (!has_failed()) use_all_spaces();
    EXPECT_EQ(free_page_count(), free);
    EXPECT_EQ(address_spaces.room(), room);
}

}  // namespace glenda::selftest
