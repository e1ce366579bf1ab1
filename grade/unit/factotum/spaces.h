// SPDX-License-Identifier: MIT
// What tests of address spaces have in common: a small memory, a program, and a look at what its threads would see.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "audit/frame_audit.h"
#include "factotum/machine.h"
#include "factotum/program.h"
#include "vm/address_space.h"

namespace glenda::factotum::test {

class SpacesTest : public ::testing::Test {
protected:
    explicit SpacesTest(std::uint64_t chunks)
        : chunks_(chunks), books_(chunks), memory_(books_.memory()), images_(memory_, (*areas_)[0], (*areas_)[1]) {
        image_ = images_.add(*ElfFile::parse(file_), file_);
        own_pages_ = memory_.own_pages();
    }
    /// Makes `space`, which is new, with the program in it. False, and nothing is left of it, if there is no memory.
    bool begin(AddressSpace& space) {
        return space.create(memory_, stores_, Accounts::kRoot) && space.enter(memory_, *image_) ? true : end(space);
    }
    /// The same, as a copy of another.
    bool begin_as(AddressSpace& child, AddressSpace& parent) {
        return child.create(memory_, stores_, Accounts::kRoot) && copy(child, parent) ? true : end(child);
    }
    /// In slices of fork_steps_.
    bool copy(AddressSpace& child, AddressSpace& parent) {
        for (;;) {
            unsigned steps = fork_steps_;
            const auto copied = child.fork(memory_, parent, 0, steps);
            if (!copied || *copied) return copied.has_value();
            slices_++;
        }
    }
    bool end(AddressSpace& space) {
        space.destroy(memory_);
        return false;
    }
    /// What a thread finds at the start of a page, if it can access it so without a fault; else null.
    static std::byte* seen(const AddressSpace& space, std::uint64_t address, Access access) {
        const Mapping* mapping = machine().look(space.vspace(), address);
        if (mapping == nullptr || (std::uint64_t(mapping->flags) & std::uint64_t(access)) == 0) return nullptr;
        return machine().memory + mapping->physical;
    }
    /// The same after the fault; null if that is a crash.
    std::byte* touch(AddressSpace& space, std::uint64_t address, Access access) {
        for (int tries = 0; tries < 2; tries++) {
            if (std::byte* const there = seen(space, address, access)) return there;
            if (space.resolve(memory_, address, access) != CrashKind::None) return nullptr;
        }
        ADD_FAILURE() << "address " << address << " faults again";
        return nullptr;
    }
    /// All books, when these are all spaces. Null stands for none.
    Broken audit(const std::vector<const AddressSpace*>& spaces) {
        FrameAudit frames(memory_);
        frames.add(images_);
        frames.add(objects_);
        frames.add(kits_);
        for (const AddressSpace* const space : spaces) {
            if (space != nullptr) frames.add(*space);
        }
        const Broken broken = frames.finish();
        return broken != Broken::Nothing ? broken : audit_memory(memory_);
    }
    std::uint64_t free_pages() const {
        return memory_.free_pages() + images_.unused_pages() + kits_.unused_pages() + own_pages_;
    }
    /// What would go in slices goes now.
    void drop_all() {
        unsigned steps = ~0u;
        EXPECT_TRUE(objects_.drop_some(steps));
    }
    /// No space and no object is left.
    void expect_all_free() {
        drop_all();
        EXPECT_EQ(audit({}), Broken::Nothing);
        EXPECT_EQ(free_pages(), chunks_ * kChunkPages);
    }

    std::uint64_t chunks_;
    std::unique_ptr<Areas> areas_ = std::make_unique<Areas>();
    TestMemory books_;
    Memory& memory_;
    ObjectStore objects_{memory_, (*areas_)[2]};
    SpaceKits kits_{memory_};
    ImageStore images_;
    Stores stores_{kits_, images_, objects_};
    glenda::test::Buffer file_ = build_program();
    Image* image_ = nullptr;
    unsigned fork_steps_ = ~0u;
    unsigned slices_ = 0;          // after which a fork was not done
    std::uint64_t own_pages_ = 0;  // Factotum's own, when nothing had been made
};

}  // namespace glenda::factotum::test
