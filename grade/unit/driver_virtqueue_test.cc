// SPDX-License-Identifier: MIT
// user/driver/virtqueue.h against a device that follows the specification, and against one that follows nothing.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "driver/virtqueue.h"
#include "steps.h"
#include "virtio_model.h"

namespace glenda::driver {
namespace {

using model::Chain;
using model::Device;
using model::Memory;

constexpr unsigned kSize = 16;

/// A queue of a device that has been started.
struct Started {
    explicit Started(unsigned size = kSize) : device(memory, 4, std::uint64_t{1} << 32, 1, size) { start(size); }
    void start(unsigned size) {
        queue = Virtqueue(memory.part(0, Virtqueue::bytes(size)), size);
        for (const auto& [offset, value] :
             std::initializer_list<std::pair<unsigned, std::uint64_t>>{{0x70, 0},
                                                                       {0x70, 1},
                                                                       {0x70, 3},
                                                                       {0x24, 1},
                                                                       {0x20, 1},
                                                                       {0x70, 11},
                                                                       {0x30, 0},
                                                                       {0x38, size},
                                                                       {0x80, queue.descriptors_at()},
                                                                       {0x84, queue.descriptors_at() >> 32},
                                                                       {0x90, queue.available_at()},
                                                                       {0x94, queue.available_at() >> 32},
                                                                       {0xa0, queue.used_at()},
                                                                       {0xa4, queue.used_at() >> 32},
                                                                       {0x44, 1},
                                                                       {0x70, 15}})
            device.write(offset, std::uint32_t(value));
    }
    Buffer buffer(unsigned page, std::uint32_t size) {
        return memory.part((2 + page) * kPageSize, kPageSize).buffer(0, size);
    }

    Memory memory{64 * kPageSize};
    Device device;
    Virtqueue queue;
};

class VirtqueueTest : public testing::Test, protected Started {
protected:
    void TearDown() override { EXPECT_EQ(device.complaints, std::vector<std::string>{}); }
};

TEST_F(VirtqueueTest, AChainArrivesAsItWasAdded) {
    const Buffer readable[] = {buffer(0, 16), buffer(1, 100)}, writable[] = {buffer(2, 512), buffer(3, 1)};
    const auto head = queue.add(readable, writable);
    ASSERT_TRUE(head);
    EXPECT_EQ(queue.free(), kSize - 4u);
    const auto chain = device.next(0);
    ASSERT_TRUE(chain);
    EXPECT_EQ(chain->head, *head);
    ASSERT_EQ(chain->readable.size(), 2u);
    ASSERT_EQ(chain->writable.size(), 2u);
    EXPECT_EQ(chain->readable[1].size, 100u);
    EXPECT_EQ(chain->readable[1].bytes, memory.find(readable[1].physical, 1));
    EXPECT_EQ(chain->writable[0].bytes, memory.find(writable[0].physical, 1));
    EXPECT_FALSE(queue.pop());
    device.use(0, *head, 513);
    const auto used = queue.pop();
    ASSERT_TRUE(used);
    EXPECT_EQ(used->head, *head);
    EXPECT_EQ(used->written, 513u);
    EXPECT_EQ(queue.free(), kSize);
    EXPECT_FALSE(queue.pop());
}

TEST_F(VirtqueueTest, IsFullOnlyWhenItIs) {
    const std::vector<Buffer> three(3, buffer(0, 8)), many(kSize + 1, buffer(0, 8));
    EXPECT_FALSE(queue.add(many, {}));
    EXPECT_FALSE(queue.add({}, {}));
    for (unsigned i = 0; i < kSize / 3; i++) EXPECT_TRUE(queue.add(three, {}));
    EXPECT_FALSE(queue.add(three, {})) << "one descriptor is left";
    EXPECT_TRUE(queue.add({}, std::span(three).first(1)));
    EXPECT_EQ(queue.free(), 0u);
    while (const auto chain = device.next(0)) device.use(0, chain->head, 0);
    while (queue.pop()) {
    }
    EXPECT_EQ(queue.free(), kSize);
    EXPECT_TRUE(queue.add(std::span(many).first(kSize), {}));
    EXPECT_TRUE(device.next(0));
}

TEST_F(VirtqueueTest, AKickThatNobodyWantsIsSpared) {
    const Buffer one = buffer(0, 8);
    (void)queue.add({&one, 1}, {});
    EXPECT_TRUE(queue.wants_kick());
    device.ignores_kicks = true;
    device.use(0, device.next(0)->head, 0);
    EXPECT_FALSE(queue.wants_kick());
}

TEST_F(VirtqueueTest, ClearsWhatADeadDriverLeft) {
    const Buffer one = buffer(0, 8);
    for (unsigned i = 0; i < 5; i++) (void)queue.add({&one, 1}, {});
    while (const auto chain = device.next(0)) device.use(0, chain->head, 0);
    start(kSize);
    EXPECT_FALSE(queue.pop());
    EXPECT_FALSE(device.next(0));
    ASSERT_TRUE(queue.add({&one, 1}, {}));
    EXPECT_TRUE(device.next(0));
}

/// A million steps: requests of all shapes, done in any order, and each comes back once with what was written.
TEST_F(VirtqueueTest, RandomRequestsAgainstAModel) {
    std::mt19937 random(1);
    std::map<std::uint16_t, unsigned> added;  // head -> descriptors
    std::vector<Chain> taken;
    std::map<std::uint16_t, std::uint32_t> done;
    unsigned free = kSize;
    for (unsigned step = 0; step < steps(1'000'000u); step++) {
        switch (random() % 4) {
            case 0: {
                std::vector<Buffer> readable(random() % 4), writable(random() % 4);
                for (Buffer& each : readable) each = buffer(random() % 8, 1 + random() % 4096);
                for (Buffer& each : writable) each = buffer(random() % 8, 1 + random() % 4096);
                const unsigned count = unsigned(readable.size() + writable.size());
                const auto head = queue.add(readable, writable);
                ASSERT_EQ(head.has_value(), count != 0 && count <= free);
                if (!head) break;
                ASSERT_TRUE(added.emplace(*head, count).second);
                free -= count;
                break;
            }
            case 1:
                if (const auto chain = device.next(0)) {
                    ASSERT_TRUE(added.contains(chain->head));
                    ASSERT_EQ(chain->readable.size() + chain->writable.size(), added[chain->head]);
                    taken.push_back(*chain);
                }
                break;
            case 2: {
                if (taken.empty()) break;
                std::swap(taken[random() % taken.size()], taken.back());
                std::uint32_t room = 0;
                for (const auto& part : taken.back().writable) room += part.size;
                const std::uint32_t written = random() % (room + 1);
                device.use(0, taken.back().head, written);
                done[taken.back().head] = written;
                taken.pop_back();
                break;
            }
            case 3: {
                const auto used = queue.pop();
                ASSERT_EQ(used.has_value(), !done.empty());
                if (!used) break;
                ASSERT_EQ(done.at(used->head), used->written);
                free += added.at(used->head);
                added.erase(used->head);
                done.erase(used->head);
            }
        }
        ASSERT_EQ(queue.free(), free);
        ASSERT_EQ(queue.in_flight(), added.size());
    }
    EXPECT_EQ(queue.fault(), QueueFault::None);
}

// --- a device without sense -----------------------------------------------------------------------------------------

struct Wild {
    const char* name;
    std::uint32_t head, written;
    unsigned step;
    QueueFault fault;
};

class WildDevice : public testing::TestWithParam<Wild>, protected Started {};

TEST_P(WildDevice, IsReportedAndHarmsNothing) {
    const Buffer one = buffer(0, 8);
    ASSERT_EQ(queue.add({}, {&one, 1}), 0);
    ASSERT_EQ(queue.add({&one, 1}, {}), 1);
    device.use_wild(0, GetParam().head, GetParam().written, GetParam().step);
    EXPECT_FALSE(queue.pop());
    EXPECT_EQ(queue.fault(), GetParam().fault);
    EXPECT_FALSE(queue.pop()) << "for ever";
    EXPECT_EQ(queue.in_flight(), 2u);
}

INSTANTIATE_TEST_SUITE_P(All, WildDevice,
                         testing::Values(Wild{"index", 0, 0, 3, QueueFault::UsedIndex},
                                         Wild{"index_far", 0, 0, 0xffff, QueueFault::UsedIndex},
                                         Wild{"head_unused", 2, 0, 1, QueueFault::UsedHead},
                                         Wild{"head_outside", kSize, 0, 1, QueueFault::UsedHead},
                                         Wild{"head_wide", 0x10000, 0, 1, QueueFault::UsedHead},
                                         Wild{"head_far", 0xffffffff, 0, 1, QueueFault::UsedHead},
                                         Wild{"length", 0, 9, 1, QueueFault::UsedLength},
                                         Wild{"length_of_read_only", 1, 1, 1, QueueFault::UsedLength},
                                         Wild{"length_far", 0, 0xffffffff, 1, QueueFault::UsedLength}),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(WildDeviceTest, UsesARequestTwice) {
    Started started;
    const Buffer one = started.buffer(0, 8);
    ASSERT_EQ(started.queue.add({}, {&one, 1}), 0);
    ASSERT_EQ(started.queue.add({}, {&one, 1}), 1);
    started.device.use_wild(0, 0, 8, 1);
    EXPECT_TRUE(started.queue.pop());
    started.device.use_wild(0, 0, 8, 1);
    EXPECT_FALSE(started.queue.pop());
    EXPECT_EQ(started.queue.fault(), QueueFault::UsedHead);
}

/// A million steps in which the device also writes anywhere in the queue's memory. Whatever comes back was in flight,
/// and nothing comes back twice.
TEST(WildDeviceTest, ScribblesOverTheQueue) {
    Started started;
    std::mt19937 random(2);
    std::set<std::uint16_t> in_flight;
    unsigned faults = 0;
    const DmaMemory bytes = started.memory.part(0, Virtqueue::bytes(kSize));
    for (unsigned step = 0; step < steps(1'000'000u); step++) {
        switch (random() % 4) {
            case 0:
                if (const Buffer one = started.buffer(0, 8); const auto head = started.queue.add({}, {&one, 1})) {
                    ASSERT_TRUE(in_flight.insert(*head).second);
                }
                break;
            case 1: bytes.at<std::uint8_t>(random() % bytes.size) = std::uint8_t(random()); break;
            case 2: started.device.use_wild(0, random() % 4 == 0 ? random() : random() % kSize, random() % 9, 1); break;
            case 3:
                if (const auto used = started.queue.pop()) {
                    ASSERT_EQ(in_flight.erase(used->head), 1u);
                }
        }
        ASSERT_EQ(started.queue.in_flight(), in_flight.size());
        ASSERT_EQ(started.queue.free() + in_flight.size(), kSize);
        if (started.queue.fault() == QueueFault::None || random() % 8 != 0) continue;
        faults++;
        in_flight.clear();
        started.start(kSize);
    }
    EXPECT_GT(faults, 1000u);
}

TEST(VirtqueueNames, EachFaultHasOne) {
    std::set<std::string> names;
    for (unsigned i = 0; i < 4; i++) names.insert(name_of(QueueFault(i)));
    EXPECT_EQ(names.size(), 4u);
}

}  // namespace
}  // namespace glenda::driver
