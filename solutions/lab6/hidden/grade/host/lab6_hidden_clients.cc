// SPDX-License-Identifier: MIT
// Lab 6, exercises 6.5 to 6.8: three clients of one disk with a small queue, each at its own blocks. The driver ends at
// random, the disk answers in any order, and each block has what was last written to it.
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

constexpr unsigned kClients = 3, kBlocksEach = 16, kDriverPages = 8;

struct Client {
    SessionPage page{};
    SessionClient requests{page};
    DataRun run{};
    std::array<bool, kBlocksEach> is_busy{};
    std::array<std::uint64_t, kBlocksEach> content{};
    std::array<std::uint64_t, kBlocksEach> wanted{};  // what a read must find
};

struct World {
    World() {
        for (unsigned i = 0; i < kClients; i++) {
            start_session(clients[i].page);
            const std::uint64_t first = kDriverPages + i * kBlocksEach;
            clients[i].run = {memory.part(first * kPageSize, kPageSize).physical, kBlocksEach};
        }
        shared::before_access = [this] {
            if (is_driving && random.below(700) == 0) throw Ended{};
        };
    }
    ~World() { shared::before_access = nullptr; }

    std::uint64_t& word(Client& client, unsigned block) {
        return *reinterpret_cast<std::uint64_t*>(memory.find(client.run.physical + block * kPageSize, 8));
    }
    void submit(Client& client, unsigned number) {
        const auto block = unsigned(random.below(kBlocksEach));
        if (client.is_busy[block]) return;
        client.is_busy[block] = true;
        const bool is_write = random.below(2) == 0;
        if (is_write) client.content[block] = ++next;
        client.wanted[block] = client.content[block];
        word(client, block) = is_write ? next : ~std::uint64_t{0};
        EXPECT(client.requests.submit({.op = is_write ? SessionOp::Write : SessionOp::Read,
                                       .block = number * kBlocksEach + block,
                                       .data_page = block,
                                       .pages = 1,
                                       .cookie = block}));
    }
    void take(Client& client) {
        while (const auto answer = client.requests.take()) {
            EXPECT(answer->status == SessionStatus::Ok);
            EXPECT(answer->cookie < kBlocksEach && client.is_busy[answer->cookie]);
            client.is_busy[answer->cookie] = false;
            EXPECT_EQ(word(client, unsigned(answer->cookie)), client.wanted[answer->cookie]);
            answers++;
        }
    }
    void drive() {
        is_driving = true;
        try {
            if (!driver) {
                DmaPool pool(memory.part(0, kDriverPages * kPageSize));
                device.emplace(Mmio(disk.address()));
                EXPECT(device->start(pool));
                driver.emplace(*device);
                for (unsigned i = 0; i < kClients; i++) driver->open(i, Session(clients[i].page, {&clients[i].run, 1}));
            }
            device->take_interrupt();
            driver->complete();
            driver->submit();
            (void)driver->may_wait();
        } catch (const Ended&) {
            driver.reset();
            device.reset();
            ends++;
        }
        is_driving = false;
        EXPECT(disk.complaints.empty());
    }

    Memory memory{(kDriverPages + kClients * kBlocksEach) * kPageSize};
    Disk disk{memory, kClients* kBlocksEach * 8, Disk::kFlush | Disk::kVersion1, 32};
    std::array<Client, kClients> clients;
    std::optional<BlockDevice> device;
    std::optional<BlockDriver> driver;
    host::Random random{66};
    std::uint64_t next = 0;
    unsigned answers = 0, ends = 0;
    bool is_driving = false;
};

void at_random() {
    World world;
    for (unsigned step = 0; step < 6000; step++) {
        const auto number = unsigned(world.random.below(kClients));
        world.submit(world.clients[number], number);
        world.drive();
        (void)world.disk.fetch();
        world.disk.work(unsigned(world.random.next()), world.random.below(8) == 0);
        world.take(world.clients[world.random.below(kClients)]);
    }
    EXPECT(world.ends > 20 && world.answers > 1500);
}

}  // namespace

}  // namespace glenda

int main(int argc, char** argv) {
    using namespace glenda;
    return host::run_cases(argc, argv, {{"at_random", at_random}});
}
