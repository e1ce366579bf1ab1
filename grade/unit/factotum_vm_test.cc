// SPDX-License-Identifier: MIT
//
// user/factotum/vm on a kernel of the host (factotum/machine.h): random regions and accesses of several address spaces
// compared with maps of bytes. A program reads what it wrote, zero where it did not, and never another one's memory.

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <random>
#include <vector>

#include "audit/audit.h"
#include "factotum/machine.h"
#include "vm/address_space.h"

namespace glenda::factotum::test {
namespace {

constexpr std::uint64_t kChunks = 8;
constexpr std::uint64_t kHeapStart = 0x40'0000 - 3 * kPageSize;  // it crosses a table's end soon
constexpr std::uint64_t kImageStart = 0x1'0000, kImagePages = 5;

/// An address space and what its memory should hold.
struct Process {
    AddressSpace space;
    std::map<std::uint64_t, std::uint64_t> words;  // written, by address
    std::uint64_t heap_end = kHeapStart;
};

class Vm : public ::testing::Test {
protected:
    Vm() : books_(kChunks), memory_(books_.memory()), file_(kImagePages * kPageSize - 100) {
        for (std::size_t i = 0; i < file_.size(); i++) file_[i] = std::byte(i * 7 >> 4);
    }

    bool create(Process& process) {
        AddressSpace& space = process.space;
        const bool done =
            space.create(memory_) &&
            space.add(memory_, {.start = kImageStart,
                                .end = kImageStart + kImagePages * kPageSize,
                                .rights = MapFlags::ReadWrite,
                                .file = file_,
                                .file_address = kImageStart + 36}) &&
            space.add(
                memory_,
                {.start = kHeapStart, .end = kHeapStart, .rights = MapFlags::ReadWrite, .kind = RegionKind::Heap});
        if (!done) space.destroy(memory_);
        return done;
    }
    /// The word as the program sees it after the fault, if it may; nothing if that crashes.
    std::uint64_t* access(Process& process, std::uint64_t address, Access kind, std::optional<CrashKind>& crash) {
        crash = std::nullopt;
        for (int tries = 0; tries < 2; tries++) {
            const Mapping* page = machine().look(process.space.vspace(), address);
            if (page != nullptr)
                return reinterpret_cast<std::uint64_t*>(memory_.window(PageNumber(page->physical >> kPageBits)) +
                                                        address % kPageSize);
            crash = process.space.resolve(memory_, address, kind);
            if (crash) return nullptr;
        }
        return nullptr;
    }
    std::uint64_t expected(const Process& process, std::uint64_t address) const {
        if (const auto word = process.words.find(address); word != process.words.end()) return word->second;
        std::uint64_t value = 0;
        for (unsigned i = 0; i < 8; i++) {
            const std::uint64_t at = address + i - (kImageStart + 36);
            if (at < file_.size()) value |= std::uint64_t(file_[at]) << (8 * i);
        }
        return value;
    }

    TestMemory books_;
    Memory& memory_;
    std::vector<std::byte> file_;
};

TEST_F(Vm, RandomAccessesAgreeWithMapsOfBytes) {
    std::mt19937_64 random(1);
    std::vector<std::unique_ptr<Process>> processes(4);
    std::optional<CrashKind> crash;
    for (int step = 0; step < 1'000'000; step++) {
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
            const bool done =
                bool(process->space.resize(memory_, *process->space.regions().find(RegionKind::Heap), end));
            machine().fails_after = -1;
            if (done) {
                process->heap_end = end;
                process->words.erase(process->words.lower_bound(std::max(end, kHeapStart)), process->words.end());
            }
            continue;
        }
        const bool in_image = random() % 4 == 0;
        const std::uint64_t start = in_image ? kImageStart : kHeapStart;
        const std::uint64_t address =
            start + random() % (in_image ? kImagePages + 1 : 301) * kPageSize + random() % 64 * 64;
        const bool allowed = in_image ? address < kImageStart + kImagePages * kPageSize : address < process->heap_end;
        if (fails) machine().fails_after = int(random() % 6);
        std::uint64_t* const word = access(*process, address, Access::Write, crash);
        const bool failed = fails && machine().fails_after < 0;
        machine().fails_after = -1;
        if (word == nullptr) {
            ASSERT_TRUE(!allowed || (failed && crash == CrashKind::OutOfMemory)) << step;
            continue;
        }
        ASSERT_TRUE(allowed) << step;
        ASSERT_EQ(*word, expected(*process, address)) << step;
        *word = process->words[address] = random();
        if (step % 256 == 0) {
            ASSERT_EQ(audit_memory(memory_), Broken::Nothing) << step;
        }
    }
    for (auto& process : processes) {
        if (process) process->space.destroy(memory_);
    }
    EXPECT_EQ(memory_.free_pages(), kChunks * kChunkPages);
    EXPECT_EQ(memory_.commit().charged(), Pages{});
    EXPECT_EQ(machine().spaces.size(), 1u) << "only Factotum's is left";
}

/// Every call to the kernel is refused once, while a space is made and its pages are touched: nothing is lost.
TEST_F(Vm, EveryRefusalOfTheKernelIsUndone) {
    for (int allowed = 0;; allowed++) {
        Process process;
        machine().fails_after = allowed;
        std::optional<CrashKind> crash;
        if (create(process)) {
            (void)process.space.resize(memory_, *process.space.regions().find(RegionKind::Heap), kHeapStart + 0x8000);
            for (int page = 0; page < 8; page++)
                (void)access(process, kHeapStart + std::uint64_t(page) * kPageSize, Access::Write, crash);
            process.space.destroy(memory_);
        }
        const bool all_done = machine().fails_after >= 0;
        machine().fails_after = -1;
        ASSERT_EQ(audit_memory(memory_), Broken::Nothing) << allowed;
        ASSERT_EQ(memory_.free_pages(), kChunks * kChunkPages) << allowed;
        ASSERT_EQ(memory_.commit().charged(), Pages{}) << allowed;
        if (all_done) break;
    }
}

TEST_F(Vm, WhatIsForbiddenIsNamed) {
    Process process;
    ASSERT_TRUE(create(process));
    AddressSpace& space = process.space;
    ASSERT_TRUE(space.add(memory_, {.start = 0x8000'0000, .end = 0x8000'1000, .rights = MapFlags::Read}));
    EXPECT_EQ(space.resolve(memory_, 0x8000'0000, Access::Write), CrashKind::WriteProtected);
    EXPECT_EQ(space.resolve(memory_, 0x8000'0000, Access::Execute), CrashKind::ExecuteProtected);
    EXPECT_EQ(space.resolve(memory_, 0x8000'0000, Access::Read), std::nullopt);
    EXPECT_EQ(space.resolve(memory_, 0x8000'1000, Access::Read), CrashKind::LoadPageFault);
    EXPECT_EQ(space.resolve(memory_, kStackTop - kStackSize - 8, Access::Write), CrashKind::StackOverflow);
    EXPECT_EQ(space.resident_pages(), 1u);
    space.destroy(memory_);
}

}  // namespace
}  // namespace glenda::factotum::test
