// SPDX-License-Identifier: MIT
// A disk, a driver that may end between any two accesses to memory, and clients, each with a session: who is asleep
// wakes only by a signal or an interrupt. What must hold is checked as it goes.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <random>

#include "disk_model.h"
#include "driver/session_client.h"
#include "drivers/blk/block_driver.h"

namespace glenda::driver::model {

/// Thrown where the driver ends.
struct DriverEnded {};

constexpr unsigned kBlocks = 32;    // of the disk
constexpr unsigned kPagesEach = 2;  // of data memory, for each request
constexpr std::uint64_t kSessionPages = kPagesEach * kSessionSlots;
constexpr std::uint64_t kScatteredPages = kSessionPages + 20;  // with the gaps between its runs
constexpr std::uint64_t kDriverPages = 16;

class BlockWorld;

/// A client that keeps within the rules. No two of its requests that are under way name the same block, so each block
/// has a known content; each write has a number of its own, which is the content.
class WorldClient {
public:
    WorldClient(BlockWorld& world, unsigned number, unsigned first_block, unsigned blocks);

    /// A request, of a kind and size that `random` chooses. Signals the driver if that is wanted.
    void submit_one(std::mt19937& random);
    void submit(SessionOp op, unsigned block, unsigned pages, bool may_signal = true);
    void signal_driver();
    /// Takes all answers there are, checks them, and goes to sleep.
    void run();
    unsigned outstanding() const { return client.outstanding(); }

    SessionPage page{};
    SessionClient client{page};
    std::vector<DataRun> runs;
    bool signalled = false;
    unsigned answers = 0;

private:
    struct Pending {
        SessionOp op{};
        unsigned block = 0, pages = 0;
        bool is_used = false;
        std::array<std::uint64_t, kBlocks> due{};  // Flush: what has to be on the disk
    };
    void check(unsigned number, SessionStatus status);
    std::byte* data(unsigned request, unsigned page) const;

    BlockWorld& world_;
    unsigned number_, first_block_, blocks_;
    std::array<Pending, kSessionSlots> pending_{};
    std::array<bool, kBlocks> is_busy_{};
    std::array<std::uint64_t, kBlocks> content_{};  // the number of the last write
};

class BlockWorld {
public:
    explicit BlockWorld(unsigned clients = 1, std::uint64_t features = Disk::kFlush | Disk::kDiscard | Disk::kVersion1,
                        unsigned queue_size = 256);
    ~BlockWorld();

    /// The driver's main loop, once: if it is awake. It may end in there, and a new one starts.
    void run_driver();
    /// A new driver, for the sessions as they are.
    void restart();
    /// Runs all until nobody has anything to do. Fails if requests are left unanswered.
    void settle();

    Memory memory;
    Disk disk;
    std::vector<std::unique_ptr<WorldClient>> clients;
    std::unique_ptr<BlockDevice> device;
    std::unique_ptr<BlockDriver> driver;
    bool driver_signalled = false;
    bool in_driver = false;
    std::uint64_t next_number = 1;
    std::uint64_t accesses = 0;  // that drivers have made
    std::uint64_t end_at = 0;    // the driver ends at this access; 0: never
    unsigned ends = 0;
    std::function<void()> between;  // called before each access of driver and clients, but not within itself

private:
    void drive();
    void signal(std::uint64_t which);
    bool in_between_ = false;
};

}  // namespace glenda::driver::model
