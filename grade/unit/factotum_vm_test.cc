// SPDX-License-Identifier: MIT
//
// user/factotum/vm and image on a kernel of the host (factotum/machine.h): random regions and accesses of several
// address spaces compared with maps of bytes. A program reads what it wrote, and otherwise its file's bytes or zero,
// and never another one's memory.

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <random>
#include <vector>

#include "audit/audit.h"
#include "factotum/machine.h"
#include "format_builders.h"
#include "steps.h"
#include "vm/address_space.h"

namespace glenda::factotum::test {
namespace {

constexpr std::uint64_t kChunks = 8;
constexpr std::uint64_t kHeapStart = 0x40'0000 - 3 * kPageSize;  // it crosses a table's end soon
constexpr std::uint64_t kText = glenda::test::ElfBuilder::kText, kTextSize = 34 * kPageSize - 40;  // three clusters
constexpr std::uint64_t kData = kText + 34 * kPageSize + 0x200, kDataSize = 0x3100, kDataMemory = 0x8000;

/// Places for Factotum's own tables.
struct Areas {
    static constexpr std::uint64_t kSize = 64 * kPageSize;
    alignas(kPageSize) std::byte bytes[3][kSize] = {};
    std::uint64_t operator[](unsigned i) const { return reinterpret_cast<std::uint64_t>(bytes[i]); }
};

/// A program with a long text and some data.
glenda::test::Buffer build_program() {
    glenda::test::ElfBuilder builder;
    constexpr std::uint64_t kDataOffset = 34 * kPageSize + 0x200;
    builder.programs = {{1, 5, 0, kText, kText, kTextSize, kTextSize, 0x1000},
                        {1, 6, kDataOffset, kData, kData, kDataSize, kDataMemory, 0x1000}};
    glenda::test::Buffer file = builder.build();
    const std::size_t built = file.size();
    file.resize(kDataOffset + kDataSize);
    for (std::size_t i = built; i < file.size(); i++) file[i] = std::byte(i * 7 >> 4);
    return file;
}

/// An address space and what its memory should hold.
struct Process {
    AddressSpace space;
    std::map<std::uint64_t, std::uint64_t> words;  // written, by address
    std::uint64_t heap_end = kHeapStart;
};

class Vm : public ::testing::Test {
protected:
    Vm()
        : books_(kChunks),
          memory_(books_.memory()),
          images_(memory_, (*areas_)[0], (*areas_)[1]),
          file_(build_program()) {
        const auto elf = ElfFile::parse(file_);
        EXPECT_TRUE(elf);
        image_ = images_.add(*elf, file_);
        EXPECT_NE(image_, nullptr);
        own_pages_ = memory_.own_pages();
    }

    bool create(Process& process) {
        AddressSpace& space = process.space;
        const bool done = space.create(memory_, stores_, Accounts::kRoot) && space.enter(memory_, *image_);
        if (!done) space.destroy(memory_);
        return done;
    }
    /// Moves the end of the heap.
    bool set_end(Process& process, std::uint64_t end) {
        const std::uint64_t old = process.heap_end;
        Answer<void> done{};
        if (end > old)
            done = process.space.map(memory_, heap_from(old, end));
        else if (end < old)
            done = process.space.unmap(memory_, end, old);
        if (done) process.heap_end = end;
        return bool(done);
    }
    static Region heap_from(std::uint64_t start, std::uint64_t end) {
        return {.start = start, .end = end, .rights = MapFlags::ReadWrite, .kind = RegionKind::Anonymous};
    }
    /// Everything is as it was before the first process.
    void expect_all_free() {
        EXPECT_EQ(audit_memory(memory_), Broken::Nothing);
        EXPECT_EQ(memory_.free_pages() + images_.unused_pages() + kits_.unused_pages() + own_pages_,
                  kChunks * kChunkPages);
        const std::uint64_t kits = kits_.unused_pages() / PageTree::kUsual.sum();
        EXPECT_EQ(memory_.commit().charged(),
                  kits * PageTree::kUsual + Pages{.frames = images_.unused_pages() + own_pages_});
    }
    /// The word as the program sees it after the fault, if it may; nothing if that crashes.
    std::uint64_t* access(Process& process, std::uint64_t address, Access kind, CrashKind& crash) {
        crash = CrashKind::None;
        for (int tries = 0; tries < 2; tries++) {
            const Mapping* page = machine().look(process.space.vspace(), address);
            if (page != nullptr)
                return reinterpret_cast<std::uint64_t*>(memory_.window(PageNumber(page->physical >> kPageBits)) +
                                                        address % kPageSize);
            crash = process.space.resolve(memory_, address, kind);
            if (crash != CrashKind::None) return nullptr;
        }
        return nullptr;
    }
    std::uint64_t expected(const Process& process, std::uint64_t address) const {
        if (const auto word = process.words.find(address); word != process.words.end()) return word->second;
        std::uint64_t value = 0;
        for (unsigned i = 0; i < 8; i++) {
            const std::uint64_t at = address + i;
            const bool in_file = at - kText < kTextSize || at - kData < kDataSize;
            if (in_file) value |= std::uint64_t(file_[at - kText]) << (8 * i);
        }
        return value;
    }

    TestMemory books_;
    Memory& memory_;
    std::unique_ptr<Areas> areas_ = std::make_unique<Areas>();
    SpaceKits kits_{memory_};
    ImageStore images_;
    ObjectStore objects_{memory_, (*areas_)[2]};
    Stores stores_{kits_, images_, objects_};
    glenda::test::Buffer file_;
    Image* image_ = nullptr;
    std::uint64_t own_pages_ = 0;
};

TEST_F(Vm, RandomAccessesAgreeWithMapsOfBytes) {
    std::mt19937_64 random(1);
    std::vector<std::unique_ptr<Process>> processes(4);
    CrashKind crash{};
    for (int step = 0; step < steps(1'000'000); step++) {
        auto& process = processes[random() % processes.size()];
        const bool fails = random() % 1000 == 0;
        if (!process || random() % 5000 == 0) {
            if (process) process->space.destroy(memory_);
            process = std::make_unique<Process>();
            if (!create(*process)) process.reset();
            continue;
        }
        if (random() % 50 == 0) {
            if (fails) machine().fails_after = int(random() % 6);
            const std::uint64_t end = kHeapStart + random() % 300 * kPageSize;
            const bool done = set_end(*process, end);
            machine().fails_after = -1;
            if (done) {
                process->words.erase(process->words.lower_bound(std::max(end, kHeapStart)), process->words.end());
            }
            continue;
        }
        struct Place {
            std::uint64_t start, pages, end;
            Access access;
        };
        const Place places[] = {
            {kText, 36, align_up(kText + kTextSize, kPageSize), Access::Read},
            {align_down(kData, kPageSize), 10, align_up(kData + kDataMemory, kPageSize), Access::Write},
            {kHeapStart, 301, process->heap_end, Access::Write},
            {kHeapStart, 301, process->heap_end, Access::Write}};
        const Place& place = places[random() % 4];
        const std::uint64_t address = place.start + random() % place.pages * kPageSize + random() % 64 * 64;
        const bool allowed = address < place.end;
        const bool is_other = address >= align_down(kData, kPageSize) && place.access == Access::Read;
        if (is_other) continue;
        if (fails) machine().fails_after = int(random() % 6);
        std::uint64_t* const word = access(*process, address, place.access, crash);
        const bool failed = fails && machine().fails_after < 0;
        machine().fails_after = -1;
        if (word == nullptr) {
            ASSERT_TRUE(!allowed || (failed && crash == CrashKind::OutOfMemory)) << step;
            continue;
        }
        ASSERT_TRUE(allowed) << step;
        ASSERT_EQ(*word, expected(*process, address)) << step << std::hex << " at " << address;
        const Mapping& mapping = *machine().look(process->space.vspace(), address);
        ASSERT_EQ(mapping.flags, place.access == Access::Read ? MapFlags::ReadExecute : MapFlags::ReadWrite);
        if (place.access == Access::Write) *word = process->words[address] = random();
        if (step % 256 == 0) {
            ASSERT_EQ(audit_memory(memory_), Broken::Nothing) << step;
        }
    }
    for (auto& process : processes) {
        if (process) process->space.destroy(memory_);
    }
    expect_all_free();
    EXPECT_EQ(machine().spaces.size(), 1u) << "only Factotum's is left";
}

/// Every call to the kernel is refused once, while a space is made and its pages are touched: nothing is lost.
TEST_F(Vm, EveryRefusalOfTheKernelIsUndone) {
    for (int allowed = 0;; allowed++) {
        Process process;
        machine().fails_after = allowed;
        CrashKind crash{};
        if (create(process)) {
            (void)set_end(process, kHeapStart + 0x8000);
            for (int page = 0; page < 8; page++)
                (void)access(process, kHeapStart + std::uint64_t(page) * kPageSize, Access::Write, crash);
            (void)access(process, kText + 20 * kPageSize, Access::Read, crash);
            (void)access(process, kData, Access::Write, crash);
            process.space.destroy(memory_);
        }
        const bool all_done = machine().fails_after >= 0;
        machine().fails_after = -1;
        expect_all_free();
        ASSERT_FALSE(HasFailure()) << allowed;
        if (all_done) break;
    }
}

TEST_F(Vm, WhatIsForbiddenIsNamed) {
    Process process;
    ASSERT_TRUE(create(process));
    AddressSpace& space = process.space;
    ASSERT_TRUE(space.map(memory_, {.start = 0x8000'0000, .end = 0x8000'1000, .rights = MapFlags::Read}));
    EXPECT_EQ(space.resolve(memory_, 0x8000'0000, Access::Write), CrashKind::WriteProtected);
    EXPECT_EQ(space.resolve(memory_, 0x8000'0000, Access::Execute), CrashKind::ExecuteProtected);
    EXPECT_EQ(space.resolve(memory_, 0x8000'0000, Access::Read), CrashKind::None);
    EXPECT_EQ(space.resolve(memory_, 0x8000'1000, Access::Read), CrashKind::LoadPageFault);
    EXPECT_EQ(space.resolve(memory_, kStackTop - kStackSize - 8, Access::Write), CrashKind::StackOverflow);
    EXPECT_EQ(space.resident_pages(), 1u);
    space.destroy(memory_);
}

/// Processes share text and not data; the pages stay when the last one ends, until their memory is wanted.
TEST_F(Vm, ImagesAreSharedAndGivenUp) {
    Process one, two;
    CrashKind crash{};
    ASSERT_TRUE(create(one) && create(two));
    EXPECT_EQ(access(one, kText, Access::Read, crash), access(two, kText, Access::Read, crash));
    EXPECT_NE(access(one, kData, Access::Write, crash), access(two, kData, Access::Write, crash));
    EXPECT_EQ(one.space.resident_pages(), 16u + 1u) << "a whole cluster, and a page of data";
    EXPECT_EQ(one.space.resolve(memory_, kText, Access::Write), CrashKind::WriteProtected);
    const Pages charged = memory_.commit().charged();
    one.space.destroy(memory_);
    EXPECT_EQ(images_.unused_pages(), 0u);
    two.space.destroy(memory_);
    EXPECT_EQ(images_.unused_pages(), image_->pages);
    expect_all_free();

    const std::uint64_t all = kChunks * kChunkPages - own_pages_;
    EXPECT_FALSE(memory_.charge({.frames = all + 1}));
    EXPECT_TRUE(memory_.charge({.frames = all}));
    EXPECT_EQ(images_.unused_pages(), 0u);
    EXPECT_FALSE(create(one)) << "there is no memory for it";
    memory_.uncharge({.frames = all});
    ASSERT_TRUE(create(one));
    EXPECT_EQ(*access(one, kText + 30 * kPageSize, Access::Read, crash), expected(one, kText + 30 * kPageSize));
    EXPECT_LE(memory_.commit().charged().sum(), charged.sum());
    one.space.destroy(memory_);
    expect_all_free();
}

/// A process with the usual tables leaves them to the next one, which finds nothing of it there.
TEST_F(Vm, TablesAreHandedOn) {
    CrashKind crash{};
    const std::uint64_t stack = kStackTop - 64;
    const Region stack_region{
        .start = kStackTop - kStackSize, .end = kStackTop, .rights = MapFlags::ReadWrite, .kind = RegionKind::Stack};
    for (int round = 0; round < 4; round++) {
        Process one, two;
        for (Process* process : {&one, &two}) {
            ASSERT_TRUE(create(*process) && process->space.map(memory_, stack_region));
            for (const std::uint64_t address : {stack, kData + 0x2f00, kText + 20 * kPageSize}) {
                const Access kind = address < kData ? Access::Read : Access::Write;
                EXPECT_EQ(machine().look(process->space.vspace(), address), nullptr) << round;
                std::uint64_t* const word = access(*process, address, kind, crash);
                ASSERT_NE(word, nullptr);
                EXPECT_EQ(*word, address == stack ? 0 : expected(*process, address));
                if (kind == Access::Write) *word = 77;
            }
        }
        EXPECT_EQ(audit_memory(memory_), Broken::Nothing);
        one.space.destroy(memory_);
        two.space.destroy(memory_);
        EXPECT_EQ(kits_.unused_pages(), 2 * PageTree::kUsual.sum());
        expect_all_free();
    }
    const std::uint64_t all = kChunks * kChunkPages - own_pages_;
    EXPECT_TRUE(memory_.charge({.frames = all}));
    EXPECT_EQ(kits_.unused_pages(), 0u);
    memory_.uncharge({.frames = all});
    expect_all_free();
}

}  // namespace
}  // namespace glenda::factotum::test
