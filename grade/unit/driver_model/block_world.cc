// SPDX-License-Identifier: MIT
// See block_world.h.
#include "block_world.h"

#include <gtest/gtest.h>

#include <cstring>

#include "driver/shared.h"

namespace glenda::driver::model {

namespace {

/// A session's data: short runs with a page between them, and a long one, so that requests cross from run to run.
std::vector<DataRun> scattered(Memory& memory, unsigned client) {
    std::vector<DataRun> runs;
    std::uint64_t at = kDriverPages + client * kScatteredPages, left = kSessionPages;
    for (unsigned i = 0; left != 0; i++) {
        const std::uint64_t count = std::min<std::uint64_t>(left, i < 19 ? 1 + i % 3 : left);
        runs.push_back({memory.part(at * kPageSize, kPageSize).physical, std::uint32_t(count)});
        at += count + 1;
        left -= count;
    }
    return runs;
}

}  // namespace

WorldClient::WorldClient(BlockWorld& world, unsigned number, unsigned first_block, unsigned blocks)
    : runs(scattered(world.memory, number)),
      world_(world),
      number_(number),
      first_block_(first_block),
      blocks_(blocks) {
    start_session(page);
}

std::byte* WorldClient::data(unsigned request, unsigned page) const {
    std::uint64_t left = request * kPagesEach + page;
    for (const DataRun& run : runs) {
        if (left < run.pages) return world_.memory.find(run.physical + left * kPageSize, kPageSize);
        left -= run.pages;
    }
    return nullptr;
}

void WorldClient::submit_one(std::mt19937& random) {
    const unsigned pages = 1 + random() % kPagesEach, block = first_block_ + random() % (blocks_ - pages + 1);
    const unsigned choice = random() % 16;
    const SessionOp op = choice < 7    ? SessionOp::Read
                         : choice < 14 ? SessionOp::Write
                         : choice < 15 ? SessionOp::Flush
                                       : SessionOp::Discard;
    if (op != SessionOp::Flush) {
        for (unsigned i = 0; i < pages; i++)
            if (is_busy_[block + i]) return;
    }
    submit(op, block, op == SessionOp::Flush ? 0 : pages, random() % 4 != 0);
}

/// With `may_signal` false, the signal comes with a later request, or from signal_driver().
void WorldClient::submit(SessionOp op, unsigned block, unsigned pages, bool may_signal) {
    unsigned request = 0;
    while (request < kSessionSlots && pending_[request].is_used) request++;
    if (request == kSessionSlots) return;
    Pending& pending = pending_[request] = {op, block, pages, true, content_};
    const std::uint64_t first = world_.next_number;
    if (op == SessionOp::Write || op == SessionOp::Discard) world_.next_number += pages;
    for (unsigned i = 0; i < pages; i++) {
        is_busy_[block + i] = true;
        const std::uint64_t number = op == SessionOp::Discard ? 0 : first + i;
        if (op != SessionOp::Read) content_[block + i] = number;
        std::memset(data(request, i), 0xee, 8);
        if (op == SessionOp::Write) {
            std::memcpy(data(request, i), &number, 8);
            std::memcpy(data(request, i) + kPageSize - 8, &number, 8);
        }
    }
    pending.due = content_;
    ASSERT_TRUE(client.submit({op, block, request * kPagesEach, pages, request}));
    if (may_signal) signal_driver();
}

void WorldClient::signal_driver() {
    if (client.owes_signal()) world_.driver_signalled = true;
}

void WorldClient::run() {
    do {
        while (const auto answer = client.take()) {
            ASSERT_LT(answer->cookie, kSessionSlots);
            check(unsigned(answer->cookie), answer->status);
            answers++;
        }
    } while (!client.may_wait());
}

void WorldClient::check(unsigned number, SessionStatus status) {
    Pending& pending = pending_[number];
    ASSERT_TRUE(pending.is_used) << "an answer to nothing";
    pending.is_used = false;
    ASSERT_EQ(status, SessionStatus::Ok);
    for (unsigned i = 0; i < pending.pages; i++) {
        const unsigned block = pending.block + i;
        is_busy_[block] = false;
        std::uint64_t on_disk, read[2];
        std::memcpy(&on_disk, world_.disk.blocks.data() + block * kPageSize, 8);
        ASSERT_EQ(on_disk, content_[block]);
        if (pending.op != SessionOp::Read) continue;
        std::memcpy(&read[0], data(number, i), 8);
        std::memcpy(&read[1], data(number, i) + kPageSize - 8, 8);
        ASSERT_EQ(read[0], content_[block]);
        ASSERT_EQ(read[1], content_[block]);
    }
    if (pending.op != SessionOp::Flush) return;
    for (unsigned block = first_block_; block < first_block_ + blocks_; block++) {
        std::uint64_t stable;
        std::memcpy(&stable, world_.disk.stable.data() + block * kPageSize, 8);
        ASSERT_TRUE(stable >= pending.due[block] || stable == 0) << "written before the flush, and not on the disk";
    }
}

// --- driver ---------------------------------------------------------------------------------------------------------

BlockWorld::BlockWorld(unsigned client_count, std::uint64_t features, unsigned queue_size)
    : memory((kDriverPages + client_count * kScatteredPages) * kPageSize),
      disk(memory, kBlocks * 8, features, queue_size) {
    const unsigned each = kBlocks / client_count;
    for (unsigned i = 0; i < client_count; i++)
        clients.push_back(std::make_unique<WorldClient>(*this, i, i * each, each));
    shared::before_access = [this] {
        if (in_between_) return;
        if (in_driver && ++accesses == end_at) throw DriverEnded{};
        if (!between) return;
        in_between_ = true;
        between();
        in_between_ = false;
    };
}

BlockWorld::~BlockWorld() { shared::before_access = nullptr; }

void BlockWorld::signal(std::uint64_t which) {
    for (unsigned i = 0; i < clients.size(); i++)
        if ((which >> i & 1) != 0) clients[i]->signalled = true;
}

void BlockWorld::restart() {
    driver.reset();
    device.reset();
    driver_signalled = true;  // it looks at its sessions without being asked
}

void BlockWorld::run_driver() {
    if (!driver_signalled && !disk.interrupts()) return;
    driver_signalled = false;
    in_driver = true;
    try {
        drive();
    } catch (const DriverEnded&) {
        ends++;
        restart();
    }
    in_driver = false;
}

/// As a driver's main function: start if that has not been done, then serve.
void BlockWorld::drive() {
    if (!driver) {
        DmaPool pool(memory.part(0, kDriverPages * kPageSize));
        device = std::make_unique<BlockDevice>(Mmio(disk.address()));
        ASSERT_TRUE(device->start(pool));
        driver = std::make_unique<BlockDriver>(*device);
        for (unsigned i = 0; i < clients.size(); i++) driver->open(i, Session(clients[i]->page, clients[i]->runs));
    }
    device->take_interrupt();
    do {
        driver->complete();
        driver->submit();
        signal(driver->owed_signals());
    } while (!driver->may_wait());
    ASSERT_EQ(device->fault(), QueueFault::None);
}

void BlockWorld::settle() {
    unsigned quiet = 0;
    for (unsigned i = 0; quiet < 3; i++) {
        ASSERT_LT(i, 5'000u);
        quiet++;
        if (driver_signalled || disk.interrupts()) quiet = 0;
        run_driver();
        if (disk.fetch() != 0) {
            quiet = 0;
            disk.work(i);
        }
        for (auto& client : clients) {
            if (!client->signalled) continue;
            quiet = 0;
            client->signalled = false;
            client->run();
        }
    }
    for (auto& client : clients) EXPECT_EQ(client->outstanding(), 0u) << "all sleep, and there are requests";
    EXPECT_EQ(disk.complaints, std::vector<std::string>{});
}

}  // namespace glenda::driver::model
