// SPDX-License-Identifier: MIT
// A real disk by interrupt: directly, and through a session with a driver in a thread of its own, which may end.
//
// grade/tests/test_virtio.py makes the disk's image, and looks at it afterwards.
#include "driver/session_client.h"
#include "drivers/blk/block_driver.h"
#include "glenda/print.h"
#include "virtio/virtio.h"

namespace glenda::ktest {

using namespace driver;

namespace {

constexpr unsigned kFromHost = 256;  // the first of the blocks that the host has filled, 64 of them
constexpr unsigned kData = 64;       // blocks with a place in memory each
constexpr std::uint64_t kSectors = kPageSize / BlockDevice::kSectorSize;

/// What word `i` of a block has to be, on either side.
constexpr std::uint64_t word_of(std::uint64_t block, unsigned i) { return block * 1'000'003 + i; }

void fill(const DmaMemory& page, std::uint64_t block) {
    for (unsigned i = 0; i < kPageSize / 8; i++) page.at<std::uint64_t>(8 * i) = word_of(block, i);
}

bool has(const DmaMemory& page, std::uint64_t block) {
    for (unsigned i = 0; i < kPageSize / 8; i++) {
        if (page.at<std::uint64_t>(8 * i) != word_of(block, i)) return false;
    }
    return true;
}

/// The disk, and memory of which the first part is the device's and the rest is data.
struct Disk {
    Disk() { start(); }
    /// As a new driver does.
    void start() {
        DmaPool pool({dma.memory.address, dma.memory.physical, kOwn});
        need_started(device.start(pool));
    }
    DmaMemory page(unsigned i) const {
        return {dma.memory.address + kOwn + i * kPageSize, physical() + i * kPageSize, kPageSize};
    }
    std::uint64_t physical() const { return dma.memory.physical + kOwn; }

    static constexpr std::uint64_t kOwn = 64 * kKiB;
    VirtioDevice hardware{VirtioId::Block};
    DmaFrame dma{};
    BlockDevice device{hardware.registers};
};

/// Transfers blocks first to last, `depth` at a time, to or from the data pages, page 0 for the first.
void transfer(Disk& disk, SessionOp op, unsigned first, unsigned count, unsigned depth) {
    unsigned begun = 0, done = 0;
    while (done < count) {
        while (begun < count && begun - done < depth) {
            const Buffer buffer = disk.page(begun).buffer(0, kPageSize);
            if (!disk.device.submit(
                    {.op = op, .sector = (first + begun) * kSectors, .data = {&buffer, 1}, .token = begun}))
                break;
            begun++;
        }
        disk.device.kick();
        const auto completion = disk.hardware.await(disk.device, [&] { return disk.device.complete(); });
        EXPECT_EQ(completion->status, SessionStatus::Ok);
        done++;
    }
}

void reads_and_writes(unsigned first, unsigned depth) {
    Disk disk;
    EXPECT_EQ(disk.device.fault(), QueueFault::None);
    transfer(disk, SessionOp::Read, kFromHost, kData, depth);
    for (unsigned i = 0; i < kData; i++) EXPECT(has(disk.page(i), kFromHost + i));
    for (unsigned i = 0; i < kData; i++) fill(disk.page(i), first + i);
    transfer(disk, SessionOp::Write, first, kData, depth);
    for (unsigned i = 0; i < kData; i++) fill(disk.page(i), 0);
    transfer(disk, SessionOp::Read, first, kData, depth);
    for (unsigned i = 0; i < kData; i++) EXPECT(has(disk.page(i), first + i));
    if (disk.device.can_flush()) {
        EXPECT(disk.device.submit({.op = SessionOp::Flush}));
        disk.device.kick();
        EXPECT_EQ(disk.hardware.await(disk.device, [&] { return disk.device.complete(); })->status, SessionStatus::Ok);
    }
    EXPECT(disk.device.reset());
    give_back_devices();
}

void depth_1() { reads_and_writes(0, 1); }
void depth_32() { reads_and_writes(64, 32); }

// --- through a session ----------------------------------------------------------------------------------------------

constexpr Badge kInterrupt = 1, kClient = 2, kEnd = 4;

/// A driver's main loop. It ends when it is told to: in the middle of its work, without a word to anybody.
struct DriverThread {
    Disk& disk;
    SessionPage& page;
    Notification client_bell;
    void operator()() {
        disk.start();
        BlockDriver driver(disk.device);
        const DataRun run{disk.physical(), kData};
        driver.open(0, Session(page, {&run, 1}));
        for (;;) {
            do {
                driver.complete();
                driver.submit();
                if (driver.owed_signals() != 0) need(client_bell.signal());
            } while (!driver.may_wait());
            const Badge why = need(disk.hardware.bell.wait());
            if ((why & kEnd) != 0) return;
            if ((why & kInterrupt) == 0) continue;
            disk.device.take_interrupt();
            need(disk.hardware.irq.ack());
        }
    }
};

alignas(16) constinit std::byte driver_stack[64 * kKiB]{};

/// A disk, its driver, and this thread as the client.
struct Service {
    Service() {
        start_session(page);
        thread.start();
    }
    void end_driver() { need(driver_end.signal()); }

    Disk disk{};
    SessionPage& page = *reinterpret_cast<SessionPage*>(disk.dma.memory.address + kMiB);
    Notification bell = need(pool().notification());
    Notification driver_bell = badged(disk.hardware.bell, kClient), driver_end = badged(disk.hardware.bell, kEnd);
    SessionClient client{page};
    DriverThread body{disk, page, badged(bell, 1)};
    Thread thread{body, {.name = "driver", .stack = driver_stack}};
};

/// Transfers `count` blocks from `first` on, over and over the same kData, `depth` at a time.
void transfer(Service& service, SessionOp op, unsigned first, unsigned count, unsigned depth,
              bool driver_ends = false) {
    unsigned begun = 0, done = 0;
    while (done < count) {
        while (begun < count && begun - done < depth) {
            const unsigned i = begun % kData;
            if (!service.client.submit({op, first + i, i, 1, i})) break;
            begun++;
        }
        if (service.client.owes_signal()) need(service.driver_bell.signal());
        if (driver_ends && done % 8 == 0) {
            service.end_driver();
            service.thread.join();
            service.thread.start();
        }
        const unsigned before = done;
        while (const auto answer = service.client.take()) {
            EXPECT_EQ(answer->status, SessionStatus::Ok);
            done++;
        }
        if (done == before && service.client.may_wait()) (void)need(service.bell.wait());
    }
}

void finish(Service& service) {
    service.end_driver();
    service.thread.join();
    EXPECT(service.disk.device.reset());
    give_back_devices();
}

void session() {
    Service service;
    for (unsigned i = 0; i < kData; i++) fill(service.disk.page(i), 128 + i);
    transfer(service, SessionOp::Write, 128, kData, 32);
    for (unsigned i = 0; i < kData; i++) fill(service.disk.page(i), 0);
    transfer(service, SessionOp::Read, 128, kData, 32);
    for (unsigned i = 0; i < kData; i++) EXPECT(has(service.disk.page(i), 128 + i));
    EXPECT_EQ(service.page.epoch, 1);
    finish(service);
}

/// The driver ends at least sixteen times while requests are under way, and is started anew.
void session_driver_ends() {
    Service service;
    for (unsigned i = 0; i < kData; i++) fill(service.disk.page(i), 192 + i);
    transfer(service, SessionOp::Write, 192, kData, 16, true);
    for (unsigned i = 0; i < kData; i++) fill(service.disk.page(i), 0);
    transfer(service, SessionOp::Read, 192, kData, 16, true);
    for (unsigned i = 0; i < kData; i++) EXPECT(has(service.disk.page(i), 192 + i));
    EXPECT(service.page.epoch > 4);
    finish(service);
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {{"block_depth_1", depth_1},
                                      {"block_depth_32", depth_32},
                                      {"block_session", session},
                                      {"block_session_driver_ends", session_driver_ends}};
    return run_cases(kCases);
}
