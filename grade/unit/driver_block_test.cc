// SPDX-License-Identifier: MIT
// A block driver between its clients and its disk: what it answers, and that its end at any moment loses nothing.
#include <gtest/gtest.h>

#include <cstring>

#include "block_world.h"
#include "driver/shared.h"
#include "steps.h"

namespace glenda::driver {
namespace {

using model::BlockWorld;
using model::Disk;
using model::kBlocks;
using model::WorldClient;

TEST(BlockDriver, ReadsWhatWasWritten) {
    BlockWorld world;
    world.restart();
    world.settle();
    WorldClient& client = *world.clients[0];
    EXPECT_EQ(client.page.epoch, 1u);
    EXPECT_EQ(client.page.capacity, kBlocks);
    EXPECT_EQ(client.page.flags, SessionPage::kFlush | SessionPage::kDiscard);
    client.submit(SessionOp::Write, 3, 2);
    world.settle();
    client.submit(SessionOp::Read, 3, 2);
    client.submit(SessionOp::Read, 7, 1);
    client.submit(SessionOp::Flush, 0, 0);
    world.settle();
    client.submit(SessionOp::Discard, 3, 1);
    world.settle();
    client.submit(SessionOp::Read, 3, 1);
    world.settle();
    EXPECT_EQ(client.answers, 6u);
}

/// Sixty-four requests are with the disk together; then the disk does them in reverse.
TEST(BlockDriver, ManyRequestsAreInFlight) {
    BlockWorld world(1);
    world.restart();
    world.settle();
    for (unsigned i = 0; i < kBlocks; i++) world.clients[0]->submit(SessionOp::Write, i, 1, false);
    world.clients[0]->signal_driver();
    world.run_driver();
    EXPECT_EQ(world.disk.fetch(), kBlocks);
    EXPECT_EQ(world.disk.kicks, 1u) << "one kick for all";
    while (world.disk.fetch() != 0) world.disk.work(unsigned(world.disk.waiting() - 1));
    world.settle();
    EXPECT_EQ(world.clients[0]->answers, kBlocks);
}

/// A queue with room for ten requests at a time, and three clients that want thirty.
TEST(BlockDriver, WaitsForRoomAndServesAllClients) {
    BlockWorld world(3, Disk::kFlush | Disk::kVersion1, 32);
    world.restart();
    world.settle();
    for (auto& client : world.clients)
        for (unsigned i = 0; i < 10; i++)
            client->submit(SessionOp::Write, unsigned(&client - &world.clients[0]) * 10 + i, 1);
    world.run_driver();
    EXPECT_EQ(world.disk.fetch(), 10u);
    for (unsigned i = 0; i < 9; i++) world.disk.work(0);
    world.run_driver();
    for (auto& client : world.clients) {
        client->run();
        EXPECT_EQ(client->answers, 3u) << "each in turn";
    }
    world.settle();
    for (auto& client : world.clients) EXPECT_EQ(client->answers, 10u);
}

TEST(BlockDriver, RefusesAQueueThatIsTooShort) {
    model::Memory memory(16 * kPageSize);
    Disk disk(memory, 8, Disk::kVersion1, 16);
    DmaPool pool(memory.whole());
    EXPECT_EQ(BlockDevice(Mmio(disk.address())).start(pool).error(), VirtioError::NoQueue);
}

// --- what is refused ------------------------------------------------------------------------------------------------

SessionStatus answer_to(BlockWorld& world, const SessionRequest& request) {
    if (!world.driver) {
        world.restart();
        world.settle();
    }
    SessionClient& client = world.clients[0]->client;
    EXPECT_TRUE(client.submit(request));
    world.driver_signalled = true;
    world.run_driver();
    world.disk.work_all();
    world.run_driver();
    const auto answer = client.take();
    EXPECT_TRUE(answer);
    return answer ? answer->status : SessionStatus::Broken;
}

TEST(BlockDriver, RefusesWhatDoesNotExist) {
    BlockWorld world;
    const auto pages = std::uint32_t(model::kSessionPages);
    const SessionRequest bad[] = {
        {SessionOp(0), 0, 0, 1, 0},
        {SessionOp(5), 0, 0, 1, 0},
        {SessionOp(0xffffffff), 0, 0, 1, 0},
        {SessionOp::Read, kBlocks, 0, 1, 0},
        {SessionOp::Read, kBlocks - 1, 0, 2, 0},
        {SessionOp::Write, ~std::uint64_t{0}, 0, 2, 0},
        {SessionOp::Write, ~std::uint64_t{0} / 8, 0, 1, 0},
        {SessionOp::Read, 0, pages, 1, 0},
        {SessionOp::Read, 0, pages - 1, 2, 0},
        {SessionOp::Read, 0, 0xffffffff, 2, 0},
        {SessionOp::Read, 0, 0, 0, 0},
        {SessionOp::Read, 0, 0, kMaxRequestPages + 1, 0},
        {SessionOp::Read, 0, 0, 0xffffffff, 0},
        {SessionOp::Discard, 0, 0, 0, 0},
        {SessionOp::Discard, 1, 0, 0xffffffff, 0},
    };
    for (const SessionRequest& request : bad)
        EXPECT_EQ(answer_to(world, request), SessionStatus::BadRequest) << &request - bad;
    EXPECT_EQ(answer_to(world, {SessionOp::Read, kBlocks - 1, pages - 1, 1, 0}), SessionStatus::Ok);
    EXPECT_EQ(answer_to(world, {SessionOp::Read, 0, 0, kMaxRequestPages, 0}), SessionStatus::Ok);
    EXPECT_EQ(world.disk.complaints, std::vector<std::string>{});
}

TEST(BlockDriver, KnowsWhatTheDiskCannot) {
    BlockWorld read_only(1, Disk::kReadOnly | Disk::kVersion1);
    EXPECT_EQ(answer_to(read_only, {SessionOp::Write, 0, 0, 1, 0}), SessionStatus::ReadOnly);
    EXPECT_EQ(answer_to(read_only, {SessionOp::Discard, 0, 0, 1, 0}), SessionStatus::ReadOnly);
    EXPECT_EQ(answer_to(read_only, {SessionOp::Flush, 0, 0, 0, 0}), SessionStatus::Ok) << "there is nothing to flush";
    EXPECT_EQ(read_only.clients[0]->page.flags, SessionPage::kReadOnly);
    BlockWorld plain(1, Disk::kVersion1);
    EXPECT_EQ(answer_to(plain, {SessionOp::Discard, 0, 0, 1, 0}), SessionStatus::Unsupported);
    EXPECT_EQ(answer_to(plain, {SessionOp::Write, 0, 0, 1, 0}), SessionStatus::Ok);
    plain.disk.fail_next = 1;
    EXPECT_EQ(answer_to(plain, {SessionOp::Read, 0, 0, 1, 0}), SessionStatus::Failed);
    EXPECT_EQ(read_only.disk.complaints, std::vector<std::string>{});
}

TEST(BlockDevice, SaysWhatTheDeviceDidWrong) {
    BlockWorld world;
    world.restart();
    world.settle();
    world.disk.use_wild(0, 3, 1, 1);
    EXPECT_FALSE(world.device->complete());
    EXPECT_EQ(world.device->fault(), QueueFault::UsedIndex);
}

/// The disk says that all is well, but has not written all that was asked for.
TEST(BlockDevice, BelievesNoReadThatIsTooShort) {
    BlockWorld world;
    world.restart();
    world.settle();
    const Buffer buffer = world.memory.part(model::kDriverPages * kPageSize, kPageSize).buffer(0, kPageSize);
    ASSERT_TRUE(world.device->submit({.op = SessionOp::Read, .data = {&buffer, 1}, .token = 9}));
    const auto chain = world.disk.next(0);
    chain->writable.back().bytes[0] = std::byte{0};
    world.disk.use(0, chain->head, 512);
    const auto completion = world.device->complete();
    ASSERT_TRUE(completion);
    EXPECT_EQ(completion->token, 9u);
    EXPECT_EQ(completion->status, SessionStatus::Failed);
}

// --- the end of a driver --------------------------------------------------------------------------------------------

/// Two clients, writes and reads and a flush between them, with a disk that works in between.
void story(BlockWorld& world) {
    world.restart();
    for (unsigned round = 0; round < 3; round++) {
        for (unsigned i = 0; i < 2; i++) {
            WorldClient& client = *world.clients[i];
            client.submit(SessionOp::Write, 16 * i + 2 * round, 2);
            client.submit(SessionOp::Flush, 0, 0, false);
            client.submit(SessionOp::Write, 16 * i + 8 + round, 1);
        }
        world.run_driver();
        if (world.disk.fetch() != 0) world.disk.work(1);
        world.run_driver();
    }
    world.settle();
    for (unsigned i = 0; i < 2; i++) world.clients[i]->submit(SessionOp::Read, 16 * i, 2);
    world.settle();
}

TEST(BlockDriver, MayEndAtEveryStep) {
    std::uint64_t steps = 0;
    {
        BlockWorld world(2);
        story(world);
        steps = world.accesses;
    }
    ASSERT_GT(steps, 500u);
    for (std::uint64_t at = 1; at <= steps; at++) {
        BlockWorld world(2);
        world.end_at = at;
        story(world);
        ASSERT_EQ(world.ends, 1u) << at;
        for (auto& client : world.clients) ASSERT_EQ(client->answers, 10u) << "the driver ended at access " << at;
        if (HasFailure()) FAIL() << "the driver ended at access " << at;
    }
}

/// A driver ends, and the next one while it recovers.
TEST(BlockDriver, MayEndTwice) {
    std::mt19937 random(3);
    for (unsigned i = 0; i < 500; i++) {
        BlockWorld world(2);
        const std::uint64_t first = 1 + random() % 700;
        world.end_at = first;
        world.between = [&] {
            if (world.ends == 1 && world.end_at == first) world.end_at = world.accesses + 1 + random() % 200;
        };
        story(world);
        ASSERT_FALSE(testing::Test::HasFailure()) << i;
        for (auto& client : world.clients) ASSERT_EQ(client->answers, 10u) << i;
    }
}

/// A million steps of two clients, the driver and the disk, each of which may act between any two accesses of another;
/// drivers end now and then. At the end, all is answered, and the disk has what was written.
TEST(BlockDriver, AMillionStepsWithDeaths) {
    BlockWorld world(2);
    std::mt19937 random(4);
    world.restart();
    const auto act = [&](bool within_driver) {
        WorldClient& client = *world.clients[random() % 2];
        switch (random() % 8) {
            case 0:
            case 1:
            case 2: client.submit_one(random); break;
            case 3: client.signal_driver(); break;
            case 4:
                if (client.signalled) {
                    client.signalled = false;
                    client.run();
                }
                break;
            default:
                if (world.disk.fetch() != 0) world.disk.work(random(), within_driver && random() % 256 == 0);
        }
    };
    world.between = [&] {
        if (world.in_driver && random() % 64 == 0) act(true);
    };
    for (unsigned step = 0; step < steps(1'000'000u); step++) {
        if (step % 1000 == 0) world.end_at = world.accesses + 1 + random() % 1000;
        if (random() % 3 == 0)
            world.run_driver();
        else
            act(false);
        ASSERT_FALSE(HasFailure()) << "step " << step;
    }
    world.between = nullptr;
    world.end_at = 0;
    for (auto& client : world.clients) client->signal_driver();
    world.settle();
    EXPECT_GT(world.ends, steps(500u));
    EXPECT_GT(world.clients[0]->answers + world.clients[1]->answers, steps(100'000u));
}

TEST(BlockDriver, AfterTheLastDriverAllIsBroken) {
    BlockWorld world;
    world.restart();
    world.settle();
    WorldClient& client = *world.clients[0];
    for (unsigned i = 0; i < 5; i++) EXPECT_TRUE(client.client.submit({SessionOp::Flush, 0, 0, 0, i}));
    world.driver_signalled = true;
    world.run_driver();
    Session(client.page, client.runs).abandon();
    for (unsigned i = 0; i < 5; i++) {
        const auto answer = client.client.take();
        ASSERT_TRUE(answer);
        EXPECT_EQ(answer->cookie, i) << "in order";
        EXPECT_EQ(answer->status, SessionStatus::Broken);
    }
    EXPECT_FALSE(client.client.take());
}

}  // namespace
}  // namespace glenda::driver
