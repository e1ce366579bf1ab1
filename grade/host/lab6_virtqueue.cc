// SPDX-License-Identifier: MIT
// Lab 6, exercise 6.5: a virtqueue, against a device that follows the specification (driver_model/), and against one
// that follows nothing.
#include <algorithm>
#include <map>

#include "check.h"
#include "driver/shared.h"
#include "driver/virtqueue.h"
#include "virtio_model.h"

namespace glenda {

namespace {

using namespace driver;
using model::Chain;
using model::Device;
using model::Memory;

constexpr unsigned kSize = 16;

/// A queue of a device that has been started.
struct World {
    explicit World(unsigned size = kSize) : device(memory, 4, std::uint64_t{1} << 32, 1, size) {
        queue = Virtqueue(memory.part(0, Virtqueue::bytes(size)), size);
        // clang-format off
        const std::pair<unsigned, std::uint64_t> writes[] = {
            {0x70, 0}, {0x70, 3}, {0x24, 1}, {0x20, 1}, {0x70, 11}, {0x30, 0}, {0x38, size},
            {0x80, queue.descriptors_at()}, {0x84, queue.descriptors_at() >> 32}, {0x90, queue.available_at()},
            {0x94, queue.available_at() >> 32}, {0xa0, queue.used_at()}, {0xa4, queue.used_at() >> 32}, {0x44, 1},
            {0x70, 15}};
        // clang-format on
        for (const auto& [offset, value] : writes) device.write(offset, std::uint32_t(value));
    }
    ~World() { shared::before_access = nullptr; }
    Buffer buffer(unsigned page, std::uint32_t size) {
        return memory.part((8 + page) * kPageSize, kPageSize).buffer(0, size);
    }
    /// A request of one buffer that the device writes.
    std::optional<std::uint16_t> add_one(std::uint32_t size = 8) {
        const Buffer one = buffer(0, size);
        return queue.add({}, {&one, 1});
    }
    void expect_no_complaints(host::Caller = std::source_location::current()) {
        for (const std::string& each : device.complaints)
            host::fail(each.c_str(), ", says the device", host::last_check);
    }

    Memory memory{64 * kPageSize};
    Device device;
    Virtqueue queue;
};

/// The device sees what was added: which buffers, how large, in which order, and which of them it may write.
void chain_arrives() {
    World world;
    const Buffer readable[] = {world.buffer(0, 16), world.buffer(1, 100)};
    const Buffer writable[] = {world.buffer(2, 512), world.buffer(3, 1)};
    const auto head = world.queue.add(readable, writable);
    EXPECT(head);
    EXPECT_EQ(world.queue.free(), kSize - 4u);
    EXPECT_EQ(world.queue.in_flight(), 1u);
    const auto chain = world.device.next(0);
    EXPECT(chain);
    EXPECT_EQ(chain->head, *head);
    EXPECT_EQ(chain->readable.size(), std::size_t{2});
    EXPECT_EQ(chain->writable.size(), std::size_t{2});
    for (unsigned i = 0; i < 2; i++) {
        EXPECT_EQ(chain->readable[i].size, readable[i].size);
        EXPECT_EQ(chain->writable[i].size, writable[i].size);
        EXPECT(chain->readable[i].bytes == world.memory.find(readable[i].physical, 1));
        EXPECT(chain->writable[i].bytes == world.memory.find(writable[i].physical, 1));
    }
    EXPECT(!world.queue.pop());
    EXPECT_EQ(world.queue.free(), kSize - 4u);
    world.device.use(0, *head, 513);
    const auto used = world.queue.pop();
    EXPECT(used);
    EXPECT_EQ(used->head, *head);
    EXPECT_EQ(used->written, 513u);
    EXPECT_EQ(world.queue.free(), kSize);
    EXPECT_EQ(world.queue.in_flight(), 0u);
    EXPECT(!world.queue.pop());
    const Buffer only = world.buffer(0, 4);
    EXPECT(world.queue.add({&only, 1}, {}));
    const auto second = world.device.next(0);
    EXPECT(second && second->readable.size() == 1 && second->writable.empty());
    world.expect_no_complaints();
}

void full_when_it_is() {
    World world;
    const std::vector<Buffer> all(kSize + 1, world.buffer(0, 8));
    const std::span<const Buffer> buffers(all);
    EXPECT(!world.queue.add(buffers, {}));
    EXPECT(!world.queue.add({}, {}));
    EXPECT_EQ(world.queue.free(), kSize);
    EXPECT_EQ(world.queue.in_flight(), 0u);
    for (unsigned i = 0; i < kSize / 3; i++) EXPECT(world.queue.add(buffers.first(3), {}));
    EXPECT(!world.queue.add(buffers.first(1), buffers.first(1)));  // one descriptor is left
    EXPECT(world.queue.add({}, buffers.first(1)));
    EXPECT_EQ(world.queue.free(), 0u);
    EXPECT(!world.queue.add(buffers.first(1), {}));
    while (const auto chain = world.device.next(0)) world.device.use(0, chain->head, 0);
    while (world.queue.pop()) {
    }
    EXPECT_EQ(world.queue.free(), kSize);
    EXPECT(world.queue.add(buffers.first(kSize), {}));
    const auto chain = world.device.next(0);
    EXPECT(chain && chain->readable.size() == kSize);
    world.expect_no_complaints();
}

/// The indices count for ever, and wrap after 65,535.
void wraps() {
    World world(4);
    for (unsigned i = 0; i < 70'000; i++) {
        const auto head = world.add_one();
        EXPECT(head);
        const auto chain = world.device.next(0);
        EXPECT(chain && chain->head == *head);
        world.device.use(0, *head, i % 9);
        const auto used = world.queue.pop();
        EXPECT(used && used->head == *head && used->written == i % 9);
    }
    world.expect_no_complaints();
}

/// Requests of all shapes, done in any order: each comes back once, with what was written.
void any_order() {
    World world;
    host::Random random(1);
    std::map<std::uint16_t, unsigned> added;  // head -> descriptors
    std::vector<Chain> taken;
    std::map<std::uint16_t, std::uint32_t> done;
    unsigned free = kSize;
    for (unsigned step = 0; step < 40'000; step++) {
        const std::uint64_t what = random.below(4);
        if (what == 0) {
            std::vector<Buffer> readable(random.below(4)), writable(random.below(4));
            for (Buffer& each : readable) each = world.buffer(unsigned(random.below(8)), 1 + random.below(4096));
            for (Buffer& each : writable) each = world.buffer(unsigned(random.below(8)), 1 + random.below(4096));
            const auto count = unsigned(readable.size() + writable.size());
            const auto head = world.queue.add(readable, writable);
            EXPECT_EQ(head.has_value(), count != 0 && count <= free);
            if (!head) continue;
            EXPECT(added.emplace(*head, count).second);
            free -= count;
        } else if (what == 1) {
            const auto chain = world.device.next(0);
            if (!chain) continue;
            EXPECT(added.contains(chain->head));
            EXPECT_EQ(chain->readable.size() + chain->writable.size(), std::size_t{added[chain->head]});
            taken.push_back(*chain);
        } else if (what == 2 && !taken.empty()) {
            std::swap(taken[random.below(taken.size())], taken.back());
            std::uint64_t room = 0;
            for (const auto& part : taken.back().writable) room += part.size;
            const auto written = std::uint32_t(random.below(room + 1));
            world.device.use(0, taken.back().head, written);
            done[taken.back().head] = written;
            taken.pop_back();
        } else if (what == 3) {
            const auto used = world.queue.pop();
            EXPECT_EQ(used.has_value(), !done.empty());
            if (!used) continue;
            EXPECT(done.contains(used->head));
            EXPECT_EQ(used->written, done[used->head]);
            free += added[used->head];
            added.erase(used->head);
            done.erase(used->head);
        }
        EXPECT_EQ(world.queue.free(), free);
        EXPECT_EQ(world.queue.in_flight(), unsigned(added.size()));
        EXPECT(world.queue.fault() == QueueFault::None);
    }
    world.expect_no_complaints();
}

/// A device looks at every moment: it finds a request whole, or not at all.
void published_whole() {
    World world;
    const Buffer readable[] = {world.buffer(0, 16), world.buffer(1, 100)}, writable[] = {world.buffer(2, 512)};
    std::vector<Chain> seen;
    EXPECT(world.add_one() && world.device.next(0));  // it stays in flight, so that no other head is 0
    for (unsigned i = 0; i < 100; i++) {
        seen.clear();
        shared::before_access = [&] {
            while (const auto chain = world.device.next(0)) seen.push_back(*chain);
        };
        const auto head = world.queue.add(readable, writable);
        shared::before_access();
        shared::before_access = nullptr;
        world.expect_no_complaints();
        EXPECT_EQ(seen.size(), std::size_t{1});
        EXPECT_EQ(seen[0].head, *head);
        EXPECT_EQ(seen[0].readable.size(), std::size_t{2});
        EXPECT_EQ(seen[0].readable[1].size, 100u);
        EXPECT_EQ(seen[0].writable.size(), std::size_t{1});
        world.device.use(0, *head, 7);
        EXPECT(world.queue.pop());
    }
}

// --- a device without sense -----------------------------------------------------------------------------------------

/// Two requests are in flight: head 0 of 8 bytes to write, head 1 of none.
void expect_fault(QueueFault fault, std::uint32_t head, std::uint32_t written, unsigned step,
                  host::Caller = std::source_location::current()) {
    World world;
    const Buffer one = world.buffer(0, 8);
    EXPECT(world.queue.add({}, {&one, 1}) == 0);
    EXPECT(world.queue.add({&one, 1}, {}) == 1);
    world.device.use_wild(0, head, written, step);
    EXPECT(!world.queue.pop());
    EXPECT(world.queue.fault() == fault);
    EXPECT(!world.queue.pop());  // for ever
    EXPECT_EQ(world.queue.in_flight(), 2u);
    EXPECT_EQ(world.queue.free(), kSize - 2);
}

void wild_index() {
    expect_fault(QueueFault::UsedIndex, 0, 0, 3);
    expect_fault(QueueFault::UsedIndex, 0, 0, kSize + 1);
    expect_fault(QueueFault::UsedIndex, 0, 0, 0xffff);
}

void wild_head() {
    for (const std::uint32_t head : {2u, kSize - 1, kSize, kSize + 1, 0x100u, 0x10000u, 0x10001u, 0xffffffffu})
        expect_fault(QueueFault::UsedHead, head, 0, 1);
}

void wild_length() {
    expect_fault(QueueFault::UsedLength, 0, 9, 1);
    expect_fault(QueueFault::UsedLength, 1, 1, 1);
    expect_fault(QueueFault::UsedLength, 0, 0xffffffff, 1);
}

/// Of a chain in the middle of which a descriptor is named; and of one that is done already.
void used_wrongly() {
    World world;
    const std::vector<Buffer> three(3, world.buffer(0, 8));
    const auto first = world.queue.add({}, three);
    EXPECT(first && world.add_one());
    world.device.use_wild(0, *first, 24, 1);
    EXPECT(world.queue.pop());
    world.device.use_wild(0, *first, 24, 1);
    EXPECT(!world.queue.pop());
    EXPECT(world.queue.fault() == QueueFault::UsedHead);
    World other;
    EXPECT(other.queue.add({}, three) == 0);
    other.device.use_wild(0, 1, 8, 1);
    EXPECT(!other.queue.pop());
    EXPECT(other.queue.fault() == QueueFault::UsedHead);
}

/// What the device writes between the driver's looks: what was checked is what counts.
void changes_its_mind() {
    for (unsigned moment = 1; moment <= 8; moment++) {
        World world;
        EXPECT(world.add_one(8) == 0);
        world.device.use_wild(0, 0, 8, 1);
        auto* const used = world.memory.find(world.queue.used_at(), 12);
        unsigned accesses = 0;
        shared::before_access = [&] {
            if (++accesses != moment) return;
            const std::uint32_t wild[] = {200, 5000};
            std::copy_n(reinterpret_cast<const std::byte*>(wild), 8, used + 4);
        };
        const auto popped = world.queue.pop();
        shared::before_access = nullptr;
        if (popped) EXPECT(popped->head == 0 && popped->written <= 8);
        EXPECT(popped.has_value() == (world.queue.fault() == QueueFault::None));
        EXPECT_EQ(world.queue.in_flight(), popped ? 0u : 1u);
    }
}

}  // namespace

}  // namespace glenda

int main(int argc, char** argv) {
    using namespace glenda;
    return host::run_cases(argc, argv,
                           {{"chain_arrives", chain_arrives},
                            {"full_when_it_is", full_when_it_is},
                            {"wraps", wraps},
                            {"any_order", any_order},
                            {"published_whole", published_whole},
                            {"wild_index", wild_index},
                            {"wild_head", wild_head},
                            {"wild_length", wild_length},
                            {"used_wrongly", used_wrongly},
                            {"changes_its_mind", changes_its_mind}});
}
