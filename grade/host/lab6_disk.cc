// SPDX-License-Identifier: MIT
// Lab 6, exercise 6.6: requests to a disk, of which many are in flight. The disk is a model (driver_model/): it does
// what it is told in any order, and looks at each request as VIRTIO 1.2, section 5.2, describes it.
#include <cstring>
#include <map>

#include "check.h"
#include "disk_model.h"
#include "drivers/blk/block_device.h"

namespace glenda {

namespace {

using namespace driver;
using model::Disk;
using model::Memory;

constexpr unsigned kBlocks = 64, kSectors = 8;  // a block's sectors
constexpr unsigned kFirstData = 16;             // the pages before are the driver's

struct World {
    explicit World(unsigned queue_size = 256) : disk(memory, kBlocks * kSectors, kFeatures, queue_size) {
        DmaPool pool(memory.part(0, kFirstData * kPageSize));
        EXPECT(device.start(pool));
        for (unsigned block = 0; block < kBlocks; block++) std::memset(on_disk(block), int(block), kPageSize);
    }
    std::byte* on_disk(unsigned block) { return &disk.blocks[block * kPageSize]; }
    std::byte* data(unsigned page) { return memory.find(buffer(page).physical, kPageSize); }
    Buffer buffer(unsigned page, std::uint32_t size = kPageSize) {
        return memory.part((kFirstData + page) * kPageSize, kPageSize).buffer(0, size);
    }
    bool submit(SessionOp op, unsigned block, std::span<const Buffer> data, std::uint64_t token) {
        return device.submit({.op = op, .sector = block * kSectors, .sectors = kSectors, .data = data, .token = token});
    }
    /// The only request that is under way, done.
    BlockDevice::Completion finish(host::Caller = std::source_location::current()) {
        EXPECT_EQ(disk.fetch(), std::size_t{1});
        EXPECT(!device.complete());
        disk.work(0);
        const auto done = device.complete();
        EXPECT(done);
        EXPECT(!device.complete());
        for (const std::string& each : disk.complaints) host::fail(each.c_str(), ", says the disk", host::last_check);
        return *done;
    }

    static constexpr std::uint64_t kFeatures = Disk::kFlush | Disk::kDiscard | Disk::kVersion1;
    Memory memory{(kFirstData + 160) * kPageSize};
    Disk disk;
    BlockDevice device{Mmio(disk.address())};
};

bool is_filled(const std::byte* page, unsigned value) {
    for (unsigned i = 0; i < kPageSize; i++) {
        if (page[i] != std::byte(value)) return false;
    }
    return true;
}

/// What the disk finds in each kind of request, and what it does.
void each_kind() {
    World world;
    const Buffer two[] = {world.buffer(0), world.buffer(3)};
    EXPECT(world.submit(SessionOp::Read, 5, two, 71));
    auto done = world.finish();
    EXPECT_EQ(done.token, std::uint64_t{71});
    EXPECT(done.status == SessionStatus::Ok);
    EXPECT(is_filled(world.data(0), 5) && is_filled(world.data(3), 6));

    std::memset(world.data(0), 0xa1, kPageSize);
    std::memset(world.data(3), 0xa2, kPageSize);
    EXPECT(world.submit(SessionOp::Write, 8, two, 72));
    EXPECT(world.finish().status == SessionStatus::Ok);
    EXPECT(is_filled(world.on_disk(8), 0xa1) && is_filled(world.on_disk(9), 0xa2));
    EXPECT(is_filled(world.on_disk(7), 7) && is_filled(world.on_disk(10), 10));

    EXPECT(world.submit(SessionOp::Flush, 33, {}, 73));  // of the whole disk, whatever the block
    done = world.finish();
    EXPECT(done.status == SessionStatus::Ok && done.token == 73);
    EXPECT(is_filled(&world.disk.stable[8 * kPageSize], 0xa1));

    EXPECT(world.submit(SessionOp::Discard, 20, {}, 74));
    EXPECT(world.finish().status == SessionStatus::Ok);
    EXPECT(is_filled(world.on_disk(20), 0) && is_filled(world.on_disk(19), 19) && is_filled(world.on_disk(21), 21));
}

/// As many as there are records, and no more; done in any order, each is told by its own token.
void many_in_flight() {
    World world;
    Buffer pages[BlockDevice::kMaxInFlight];
    for (unsigned i = 0; i < BlockDevice::kMaxInFlight; i++) {
        pages[i] = world.buffer(i);
        std::memset(world.data(i), int(100 + i), kPageSize);
        EXPECT(world.submit(i % 2 == 0 ? SessionOp::Read : SessionOp::Write, i, {&pages[i], 1}, 1000 + i));
    }
    EXPECT(!world.submit(SessionOp::Read, 0, {&pages[0], 1}, 1));
    EXPECT_EQ(world.disk.fetch(), std::size_t{BlockDevice::kMaxInFlight});
    std::map<std::uint64_t, unsigned> done;
    for (unsigned i = 0; i < BlockDevice::kMaxInFlight; i++) {
        world.disk.work(i * 37);
        const auto one = world.device.complete();
        EXPECT(one);
        EXPECT(one->status == SessionStatus::Ok);
        done[one->token]++;
    }
    EXPECT(!world.device.complete());
    for (unsigned i = 0; i < BlockDevice::kMaxInFlight; i++) {
        EXPECT_EQ(done[1000 + i], 1u);
        EXPECT(is_filled(i % 2 == 0 ? world.data(i) : world.on_disk(i), i % 2 == 0 ? i : 100 + i));
    }
    EXPECT(world.disk.complaints.empty());
    EXPECT(world.submit(SessionOp::Read, 0, {&pages[0], 1}, 1));
}

/// A queue with few descriptors: a request that finds no room now changes nothing, and finds it later.
void no_room_now() {
    World world(32);
    std::vector<Buffer> many(BlockDevice::kMaxBuffers, world.buffer(0));
    for (unsigned round = 0; round < 3 * BlockDevice::kMaxInFlight; round++) {
        const unsigned count = BlockDevice::kMaxBuffers - round % 4;
        EXPECT(world.submit(SessionOp::Read, 1, std::span(many).first(count), round));
        EXPECT(!world.submit(SessionOp::Read, 1, many, 9999));
        const auto done = world.finish();
        EXPECT_EQ(done.token, std::uint64_t{round});
        EXPECT(done.status == SessionStatus::Ok);
    }
    many.push_back(world.buffer(0));
    EXPECT(!world.submit(SessionOp::Read, 1, many, 1));
    for (unsigned i = 0; i < 32 / 3; i++) EXPECT(world.submit(SessionOp::Read, 1, std::span(many).first(1), i));
}

/// What the device says of a request, and what it has to be believed.
void status_told() {
    World world;
    const Buffer one = world.buffer(0);
    world.disk.fail_next = 1;
    EXPECT(world.submit(SessionOp::Write, 1, {&one, 1}, 5));
    auto done = world.finish();
    EXPECT(done.status == SessionStatus::Failed);
    EXPECT_EQ(done.token, std::uint64_t{5});
    EXPECT(world.submit(SessionOp::Write, 1, {&one, 1}, 6));
    EXPECT(world.finish().status == SessionStatus::Ok);

    const auto answer = [&](SessionOp op, int status, std::uint32_t written) {
        EXPECT(world.submit(op, 1, {&one, 1}, 7));
        const auto chain = world.disk.next(0);
        EXPECT(chain);
        if (status >= 0) *chain->writable.back().bytes = std::byte(status);
        world.disk.use(0, chain->head, written);
        const auto completed = world.device.complete();
        EXPECT(completed);
        return completed->status;
    };
    EXPECT(answer(SessionOp::Read, 2, 1) == SessionStatus::Unsupported);
    EXPECT(answer(SessionOp::Read, 1, 1) == SessionStatus::Failed);
    EXPECT(answer(SessionOp::Read, 77, kPageSize + 1) == SessionStatus::Failed);
    EXPECT(answer(SessionOp::Read, 0, kPageSize + 1) == SessionStatus::Ok);
    EXPECT(answer(SessionOp::Read, 0, kPageSize) == SessionStatus::Failed);  // something of the data is old
    EXPECT(answer(SessionOp::Read, 0, 1) == SessionStatus::Failed);
    EXPECT(answer(SessionOp::Write, 0, 1) == SessionStatus::Ok);
    EXPECT(answer(SessionOp::Write, 0, 0) == SessionStatus::Failed);
    EXPECT(answer(SessionOp::Write, -1, 1) == SessionStatus::Failed);  // it has not written the status at all
}

/// Nothing of a request is used again before the disk has done it: submitted and done at random.
void in_any_order() {
    World world(64);
    host::Random random(6);
    std::map<std::uint64_t, std::pair<unsigned, unsigned>> under_way;  // token -> block, page
    std::uint64_t next = 0, free_pages = ~std::uint64_t{0};
    for (unsigned step = 0; step < 6000; step++) {
        const std::uint64_t what = random.below(3);
        if (what == 0 && free_pages != 0) {
            const unsigned page = lowest_bit(free_pages), block = unsigned(random.below(kBlocks));
            const Buffer buffer = world.buffer(page);
            std::memset(world.data(page), 0xee, kPageSize);
            if (!world.submit(SessionOp::Read, block, {&buffer, 1}, next)) continue;
            free_pages &= ~bit(page);
            under_way[next++] = {block, page};
        } else if (what == 1) {
            (void)world.disk.fetch();
            world.disk.work(unsigned(random.next()));
        } else if (const auto done = world.device.complete()) {
            EXPECT(under_way.contains(done->token));
            EXPECT(done->status == SessionStatus::Ok);
            const auto [block, page] = under_way[done->token];
            EXPECT(is_filled(world.data(page), block));
            free_pages |= bit(page);
            under_way.erase(done->token);
        }
        EXPECT(world.disk.complaints.empty());
        EXPECT(world.device.fault() == QueueFault::None);
    }
    EXPECT(next > 1000);
}

}  // namespace

}  // namespace glenda

int main(int argc, char** argv) {
    using namespace glenda;
    return host::run_cases(argc, argv,
                           {{"each_kind", each_kind},
                            {"many_in_flight", many_in_flight},
                            {"no_room_now", no_room_now},
                            {"status_told", status_told},
                            {"in_any_order", in_any_order}});
}
