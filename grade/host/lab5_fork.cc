// SPDX-License-Identifier: MIT
// Lab 5, exercise 5.8: a space and its copies, before and after each writes. The log of this test has pictures: of each
// page who names it, and what may be done with it. Page `A` is the first that was seen, `B` the second, and so on.
#include <string>
#include <vector>

#include "lab5_spaces.h"

namespace glenda::factotum {

namespace {

using namespace lab5;

constexpr unsigned kPages = 4;

std::uint64_t at(unsigned page) { return kMaps + page * kPageSize; }

/// Draws the first pages of some spaces.
class Picture {
public:
    explicit Picture(World& world) : world_(world) {}

    void draw(const char* title, std::initializer_list<std::pair<const char*, const AddressSpace*>> spaces) {
        std::printf("  %s\n    page", title);
        for (const auto& [name, space] : spaces) std::printf("    %-8s", name);
        std::printf("\n");
        for (unsigned i = 0; i < kPages; i++) {
            std::printf("    %4u", i);
            for (const auto& [name, space] : spaces) std::printf("    %-8s", field(*space, at(i)).c_str());
            std::printf("\n");
        }
    }

private:
    /// "RW A", "R- A x2": by how many entries a page is named; "-": nothing is mapped.
    std::string field(const AddressSpace& space, std::uint64_t address) {
        const Mapping* const mapping = World::look(space, address);
        if (mapping == nullptr) return "-";
        const PageNumber page = World::page_of(*mapping);
        std::size_t i = 0;
        while (i < seen_.size() && seen_[i] != page) i++;
        if (i == seen_.size()) seen_.push_back(page);
        const std::string names = world_.refs(page) == 0 ? "" : " x" + std::to_string(world_.refs(page) + 1);
        const bool can_write = world_.can(space, address, Access::Write);
        return std::string(can_write ? "RW " : "R- ") + char('A' + i % 26) + names;
    }

    World& world_;
    std::vector<PageNumber> seen_;
};

/// A space with some pages written.
struct Family : World {
    Family() {
        map(parent, anonymous(kPages + 2));
        for (unsigned i = 0; i < kPages; i++) write(parent, at(i), i + 1);
    }
    std::uint32_t names(const AddressSpace& space, unsigned page) { return refs(page_at(space, at(page))) + 1; }

    AddressSpace parent = begin();
};

/// From the fork to the last write: who names which page, and who may write to it.
void picture() {
    Family family;
    Picture picture(family);
    AddressSpace& parent = family.parent;
    picture.draw("before the fork", {{"parent", &parent}});
    AddressSpace child = family.fork(parent);
    picture.draw("after it: the child maps nothing, the parent writes no more",
                 {{"parent", &parent}, {"child", &child}});
    for (unsigned i = 0; i < kPages; i++) {
        EXPECT_EQ(family.names(parent, i), 2u);
        EXPECT(!family.can(parent, at(i), Access::Write));
        EXPECT(World::look(child, at(i)) == nullptr);
    }
    EXPECT_EQ(child.resident_pages(), parent.resident_pages());
    EXPECT(World::look(parent, at(kPages)) == nullptr);

    for (unsigned i = 0; i < 2; i++) EXPECT(family.read(child, at(i)) == std::byte(i + 1));
    picture.draw("the child has read pages 0 and 1", {{"parent", &parent}, {"child", &child}});
    EXPECT_EQ(World::page_at(child, at(0)), World::page_at(parent, at(0)));
    EXPECT(!family.can(child, at(0), Access::Write));

    family.write(child, at(1), 51);
    family.write(child, at(2), 52);
    picture.draw("the child has written to pages 1 and 2", {{"parent", &parent}, {"child", &child}});
    for (const unsigned i : {1u, 2u}) {
        EXPECT(World::page_at(child, at(i)) != World::page_at(parent, at(i)));
        EXPECT_EQ(family.names(parent, i), 1u);
        EXPECT_EQ(family.names(child, i), 1u);
        EXPECT(family.read(parent, at(i)) == std::byte(i + 1));
        EXPECT(family.read(child, at(i)) == std::byte(50 + i));
    }
    family.check({&parent, &child});

    const PageNumber own = World::page_at(parent, at(1));
    const std::uint64_t free = family.memory.free_pages();
    family.write(parent, at(1), 61);  // nobody else has it any more: no copy
    EXPECT_EQ(World::page_at(parent, at(1)), own);
    EXPECT_EQ(family.memory.free_pages(), free);
    family.write(parent, at(0), 60);  // the child has it, too: a copy
    EXPECT_EQ(family.memory.free_pages(), free - 1);
    EXPECT(family.read(child, at(0)) == std::byte{1});
    picture.draw("the parent has written to pages 0 and 1", {{"parent", &parent}, {"child", &child}});
    family.check({&parent, &child});
    family.end(child);
    picture.draw("the child has ended", {{"parent", &parent}});
    EXPECT_EQ(family.names(parent, 3), 1u);
    family.check({&parent});
}

/// Three spaces name a page. The first two that write copy it; the last one has it alone.
void three() {
    Family family;
    AddressSpace child = family.fork(family.parent), grandchild = family.fork(child);
    const PageNumber page = World::page_at(family.parent, at(0));
    EXPECT_EQ(family.refs(page), 2u);
    EXPECT(family.read(grandchild, at(0)) == std::byte{1});
    EXPECT(family.read(child, at(0)) == std::byte{1});
    family.write(child, at(0), 2);
    EXPECT_EQ(family.refs(page), 1u);
    EXPECT(!family.can(family.parent, at(0), Access::Write) && !family.can(grandchild, at(0), Access::Write));
    family.check({&family.parent, &child, &grandchild});
    family.write(family.parent, at(0), 3);
    EXPECT(World::page_at(family.parent, at(0)) != page);
    family.write(grandchild, at(0), 4);
    EXPECT_EQ(World::page_at(grandchild, at(0)), page);
    EXPECT(family.read(family.parent, at(0)) == std::byte{3});
    EXPECT(family.read(child, at(0)) == std::byte{2});
    EXPECT(family.read(grandchild, at(0)) == std::byte{4});
    family.check({&family.parent, &child, &grandchild});
    family.end(family.parent);
    EXPECT(family.read(grandchild, at(3)) == std::byte{4});
    family.check({&child, &grandchild});
}

/// A capability maps a page in one place. So a copy of an entry does not have its slot.
void own_capabilities() {
    Family family;
    AddressSpace child = family.fork(family.parent);
    (void)family.read(child, at(0));  // it has a slot of the heap for that
    AddressSpace grandchild = family.fork(child);
    family.check({&family.parent, &child, &grandchild});
    (void)family.read(grandchild, at(0));
    EXPECT(family.can(family.parent, at(0), Access::Read) && family.can(child, at(0), Access::Read));
    family.check({&family.parent, &child, &grandchild});
    family.end(child);
    EXPECT(family.can(grandchild, at(0), Access::Read));
    family.check({&family.parent, &grandchild});
}

/// Where the parent has touched nothing, the child gets no page table: one is promised, and that is enough.
void untouched() {
    std::uint64_t taken[2];
    for (const bool has_more : {false, true}) {
        Family family;
        if (has_more) family.map(family.parent, anonymous(1, MapFlags::ReadWrite, kMaps + 0x4000'0000));
        const std::uint64_t free = family.memory.free_pages();
        AddressSpace child = family.fork(family.parent);
        taken[has_more] = free - family.memory.free_pages();
        family.check({&family.parent, &child});
    }
    EXPECT_EQ(taken[1], taken[0]);
}

/// The parent has more regions than one page of the list holds.
void many_regions() {
    Family family;
    AddressSpace& parent = family.parent;
    std::uint64_t start = kMaps + 0x10'0000;
    for (unsigned i = 0; i < RegionList::kPerPage; i++, start += 2 * kPageSize)
        family.map(parent, anonymous(1, MapFlags::ReadWrite, start));
    family.write(parent, start - 2 * kPageSize, 7);
    AddressSpace child = family.fork(parent);
    EXPECT_EQ(child.regions().count(), parent.regions().count());
    EXPECT(family.read(child, start - 2 * kPageSize) == std::byte{7});
    EXPECT_EQ(child.charged_pages(), parent.charged_pages());
    family.check({&parent, &child});
}

/// What is written after the fork where nothing was before is nobody else's.
void new_pages() {
    Family family;
    family.write(family.parent, at(kPages + 1), 42);  // behind a page that is not there
    AddressSpace child = family.fork(family.parent);
    family.write(family.parent, at(kPages), 1);
    EXPECT(family.read(child, at(kPages)) == std::byte{0});
    EXPECT(family.read(child, at(kPages + 1)) == std::byte{42});
    family.write(child, at(kPages), 2);
    EXPECT(family.read(family.parent, at(kPages)) == std::byte{1});
    family.check({&family.parent, &child});
}

/// Shared regions stay shared, and what the parent may only read it may still read.
void other_regions() {
    Family family;
    AddressSpace& parent = family.parent;
    const auto object = family.objects.create(1, Accounts::kRoot);
    EXPECT(object.has_value());
    Region region = anonymous(1, MapFlags::ReadWrite, kMaps + 0x10'0000);
    region.kind = RegionKind::Object;
    region.is_shared = true;
    region.source = *object;
    family.map(parent, region);
    family.write(parent, region.start, 1);
    (void)family.touch(parent, kText, Access::Execute);
    const std::uint64_t code = kMaps + 0x20'0000;  // private, and only to run
    family.map(parent, anonymous(1, MapFlags::ReadExecute, code));
    (void)family.touch(parent, code, Access::Execute);
    const std::uint64_t utcb = kUtcbArea;
    family.map(parent,
               {.start = utcb, .end = utcb + kPageSize, .rights = MapFlags::ReadWrite, .kind = RegionKind::Utcb});
    family.write(parent, utcb, 9);

    AddressSpace child = family.fork(parent, utcb);
    EXPECT(family.can(parent, region.start, Access::Write));
    EXPECT(family.can(parent, kText, Access::Execute));
    EXPECT(family.can(parent, code, Access::Execute));  // of what may not be written nothing is taken
    family.write(child, region.start, 77);
    EXPECT(family.read(parent, region.start) == std::byte{77});
    EXPECT_EQ(family.objects.find(*object)->mapped, std::uint64_t{2});
    EXPECT(family.touch(child, kText + 3, Access::Execute) == family.program.at(kText + 3));
    EXPECT(family.can(parent, utcb, Access::Write));  // the kernel writes to it, whatever is mapped
    EXPECT(family.read(child, utcb) == std::byte{9});
    EXPECT(World::page_at(child, utcb) != World::page_at(parent, utcb));
    family.check({&parent, &child});
    family.end(parent);
    EXPECT(family.read(child, region.start) == std::byte{77});
    family.check({&child});
}

/// A child could write to everything, so all of it is promised: what it is charged is what the parent is.
void promised() {
    Family family;
    AddressSpace child = family.fork(family.parent);
    EXPECT_EQ(child.charged_pages(), family.parent.charged_pages());
    for (unsigned i = 0; i < kPages; i++) family.write(child, at(i), 9);
    EXPECT_EQ(child.charged_pages(), family.parent.charged_pages());
    family.check({&family.parent, &child});
}

/// A child that could not write to all of it is refused, and the parent has lost nothing.
void refused() {
    Family family;
    AddressSpace& parent = family.parent;
    const std::uint64_t start = kMaps + 0x100'0000, pages = family.memory.free_pages() * 6 / 10;
    family.map(parent, anonymous(pages, MapFlags::ReadWrite, start));
    for (unsigned i = 0; i < 3; i++) family.write(parent, start + i * kPageSize, i);
    AddressSpace child = family.empty();
    EXPECT(family.copy(child, parent).error() == AnyError(ServerError::OutOfMemory));
    family.end(child);
    family.check({&parent});
    const std::uint64_t free = family.memory.free_pages();
    for (unsigned i = 0; i < kPages; i++) {
        EXPECT_EQ(family.names(parent, i), 1u);
        EXPECT(family.read(parent, at(i)) == std::byte(i + 1));
        family.write(parent, at(i), i + 1);
    }
    EXPECT_EQ(family.memory.free_pages(), free);
    EXPECT(parent.unmap(family.memory, start, start + pages / 2 * kPageSize).has_value());
    AddressSpace second = family.fork(parent);
    family.check({&parent, &second});
}

/// Parent and child end in either order, with pages shared and parted; nothing is lost.
void ends() {
    for (const bool parent_first : {true, false}) {
        Family family;
        AddressSpace child = family.fork(family.parent);
        (void)family.read(child, at(0));
        family.write(child, at(1), 5);
        family.write(family.parent, at(2), 5);
        AddressSpace &first = parent_first ? family.parent : child, &last = parent_first ? child : family.parent;
        family.end(first);
        family.check({&last});
        for (unsigned i = 0; i < kPages; i++) family.write(last, at(i), 9);
        family.check({&last});
        family.end(last);
        family.check({});
        EXPECT_EQ(family.image->users, 0u);
    }
}

}  // namespace

}  // namespace glenda::factotum

int main(int argc, char** argv) {
    using namespace glenda::factotum;
    return glenda::host::run_cases(argc, argv,
                                   {{"picture", picture},
                                    {"three", three},
                                    {"own_capabilities", own_capabilities},
                                    {"untouched", untouched},
                                    {"many_regions", many_regions},
                                    {"new_pages", new_pages},
                                    {"other_regions", other_regions},
                                    {"promised", promised},
                                    {"refused", refused},
                                    {"ends", ends}});
}
