// SPDX-License-Identifier: MIT
// Lab 6, exercise 6.8: a disk's driver that ends at any of its accesses to memory, one after the other. Whenever it
// ends, each request is answered once, and the disk is as it would be had it never ended.
#include <array>
#include <cstring>
#include <memory>
#include <optional>

#include "disk_model.h"
#include "drivers/blk/block_driver.h"
#include "lab6_session.h"

namespace glenda {

namespace {

using namespace driver;
using model::Disk;
using model::Memory;

struct Ended {};

constexpr unsigned kBlocks = 16, kDriverPages = 8;

/// A client, its driver, and the disk. The driver ends at access number `end_at`, and another begins.
struct World {
    explicit World(std::uint64_t end_at) : end_at_(end_at) {
        start_session(page);
        shared::before_access = [this] {
            if (is_driving_ && ++accesses == end_at_) throw Ended{};
        };
    }
    ~World() { shared::before_access = nullptr; }

    std::byte* data(unsigned number) { return memory.find(run.physical + number * kPageSize, kPageSize); }
    void submit(SessionOp op, unsigned block, unsigned data_page) {
        const std::uint32_t pages = op == SessionOp::Flush ? 0 : 1;
        EXPECT(client.submit({.op = op, .block = block, .data_page = data_page, .pages = pages, .cookie = data_page}));
    }
    /// The driver's turn: a new one, if there is none.
    void drive() {
        is_driving_ = true;
        try {
            if (!driver) {
                DmaPool pool(memory.part(0, kDriverPages * kPageSize));
                device.emplace(Mmio(disk.address()));
                EXPECT(device->start(pool));
                driver.emplace(*device);
                driver->open(0, Session(page, {&run, 1}));
            }
            device->take_interrupt();
            do {
                driver->complete();
                driver->submit();
                (void)driver->owed_signals();
            } while (!driver->may_wait());
        } catch (const Ended&) {
            driver.reset();
            device.reset();
            ends++;
        }
        is_driving_ = false;
    }
    /// Serves until all is answered. The disk does a request at a time, the last one first, and `silent` does not come
    /// to say so for some.
    void finish(host::Caller = std::source_location::current()) {
        for (unsigned turn = 0; client.outstanding() != 0; turn++) {
            EXPECT(turn < 200);
            drive();
            if (const std::size_t waiting = disk.fetch(); waiting != 0) disk.work(unsigned(waiting - 1));
            while (const auto answer = client.take()) {
                EXPECT(answer->status == SessionStatus::Ok);
                EXPECT(answer->cookie < answered.size());
                answered[answer->cookie]++;
            }
        }
        for (const std::string& each : disk.complaints) host::fail(each.c_str(), ", says the disk", host::last_check);
    }

    Memory memory{48 * kPageSize};
    Disk disk{memory, kBlocks * 8, Disk::kFlush | Disk::kVersion1, 64};
    DataRun run{memory.part(kDriverPages * kPageSize, kPageSize).physical, 32};
    SessionPage page{};
    SessionClient client{page};
    std::optional<BlockDevice> device;
    std::optional<BlockDriver> driver;
    std::array<unsigned, 32> answered{};
    std::uint64_t accesses = 0;
    unsigned ends = 0;

private:
    std::uint64_t end_at_;
    bool is_driving_ = false;
};

/// Writes, a flush and reads are in flight together. Returns whether the driver ended at all.
bool survives(std::uint64_t end_at) {
    World world(end_at);
    for (unsigned i = 0; i < 6; i++) {
        std::memset(world.data(i), int(0x10 + i), kPageSize);
        world.submit(SessionOp::Write, i, i);
    }
    world.drive();
    if (world.disk.fetch() != 0) world.disk.work(2, true);  // done, but the driver ends before it hears of it
    world.submit(SessionOp::Flush, 0, 6);
    for (unsigned i = 7; i < 10; i++) world.submit(SessionOp::Read, i, i);
    world.finish();
    for (unsigned i = 0; i < 6; i++) {
        EXPECT(world.disk.stable[i * kPageSize + 7] == std::byte(0x10 + i));
        std::memset(world.data(i), 0, kPageSize);
    }
    for (unsigned i = 0; i < 6; i++) world.submit(SessionOp::Read, i, i + 10);
    world.finish();
    for (unsigned i = 0; i < 6; i++) {
        EXPECT(world.data(i + 10)[kPageSize - 1] == std::byte(0x10 + i));
        EXPECT_EQ(world.answered[i], 1u);
        EXPECT_EQ(world.answered[i + 10], 1u);
    }
    for (unsigned i = 6; i < 10; i++) EXPECT_EQ(world.answered[i], 1u);
    return world.ends != 0;
}

void at_any_access() {
    std::uint64_t end_at = 1;
    while (survives(end_at)) end_at++;
    EXPECT(end_at > 200);  // so many accesses one driver alone needs at least
}

}  // namespace

}  // namespace glenda

int main(int argc, char** argv) {
    using namespace glenda;
    return host::run_cases(argc, argv, {{"at_any_access", at_any_access}});
}
