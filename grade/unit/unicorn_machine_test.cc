// SPDX-License-Identifier: MIT
// Which devices Unicorn sees in a device tree, and which pages of the DMA pool are in use.
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "format_builders.h"
#include "steps.h"
#include "unicorn/machine.h"
#include "unicorn/page_pool.h"

namespace glenda::unicorn {
namespace {

using namespace test;

struct World {
    explicit World(const Buffer& file) : blob(file), tree(Fdt::parse(blob)) {
        EXPECT_TRUE(table.parse(kUsualTable));
        devices.enumerate(*tree, table);
    }
    const MachineDevice* find(std::string_view name) const {
        for (const MachineDevice& device : devices.all()) {
            if (device.name == name) return &device;
        }
        return nullptr;
    }
    Buffer blob;
    DriverTable table;
    std::expected<Fdt, ParseError> tree;
    MachineDevices devices;
};

TEST(MachineDevices, AreAllThoseOfTheTreeByAddress) {
    const World world(read_case("fdt-two-plics.dtb"));
    std::vector<std::string> names;
    for (const MachineDevice& device : world.devices.all()) names.emplace_back(device.name);
    EXPECT_EQ(names,
              (std::vector<std::string>{"rtc@101000", "serial@10000000", "virtio_mmio@10001000", "virtio_mmio@10002000",
                                        "virtio_mmio@10003000", "virtio_mmio@10004000", "virtio_mmio@10005000",
                                        "virtio_mmio@10006000", "virtio_mmio@10007000", "virtio_mmio@10008000"}));
    EXPECT_EQ(world.devices.left_out(), 0u);
    const MachineDevice& serial = *world.find("serial@10000000");
    EXPECT_TRUE(serial.is_console && serial.is_usable && !serial.is_virtio && serial.driver != nullptr);
    EXPECT_EQ(serial.interrupt, 10u);
    const MachineDevice& clock = *world.find("rtc@101000");
    EXPECT_TRUE(!clock.is_console && clock.is_usable && clock.driver == nullptr);
    EXPECT_EQ(clock.compatible, "google,goldfish-rtc");
    EXPECT_TRUE(world.find("virtio_mmio@10008000")->is_virtio);
}

TEST(MachineDevices, ThatAreDisabledAreNotThere) {
    const World world(read_case("fdt-first-uart-disabled.dtb"));
    EXPECT_EQ(world.find("serial@10300000"), nullptr);
    EXPECT_TRUE(world.find("serial@10000000")->is_console);
}

/// With a PLIC of phandle 1, a console, and more devices than there is room for.
FdtBuilder machine(unsigned devices) {
    FdtBuilder tree;
    tree.begin("").cells("#address-cells", {1}).cells("#size-cells", {1});
    tree.begin("plic@1000").string("compatible", "riscv,plic0").cells("phandle", {1}).cells("reg", {0x1000, 0x1000});
    tree.value("interrupt-controller", {}).end();
    tree.begin("deaf@2000").string("compatible", "ns16550a").cells("reg", {0x2000, 0x100}).end();
    tree.begin("other@3000").string("compatible", "ns16550a").cells("reg", {0x3000, 0x100}).cells("interrupts", {4});
    tree.cells("interrupt-parent", {7}).end();
    for (unsigned i = 0; i < devices; i++) {
        const std::uint32_t base = 0x10000 * (devices - i);
        tree.begin("x@" + std::to_string(i)).string("compatible", "x").cells("reg", {base, 0x100});
        tree.cells("interrupts", {5}).cells("interrupt-parent", {1}).end();
    }
    tree.end().finish();
    return tree;
}

TEST(MachineDevices, ThatCannotBeUsedAreNamed) {
    const World world(machine(1).build());
    for (const char* name : {"deaf@2000", "other@3000"}) {
        ASSERT_NE(world.find(name), nullptr);
        EXPECT_FALSE(world.find(name)->is_usable);
    }
    EXPECT_EQ(why_unusable(*world.tree, "deaf@2000").view(),
              "the device tree gives it no interrupt, or registers that cannot be used");
    EXPECT_TRUE(why_unusable(*world.tree, "other@3000").view().starts_with("it interrupts nothing that the device"));
}

TEST(MachineDevices, AreCountedIfThereIsNoRoom) {
    const World world(machine(MachineDevices::kMax + 3).build());
    EXPECT_EQ(world.devices.all().size(), MachineDevices::kMax);
    EXPECT_EQ(world.devices.left_out(), 5u);
    for (std::size_t i = 1; i < world.devices.all().size(); i++)
        EXPECT_LE(world.devices.all()[i - 1].registers.base, world.devices.all()[i].registers.base);
}

TEST(PagePool, MatchesAModel) {
    constexpr unsigned kPages = 64;
    PagePool<kPages> pool;
    std::vector<PageRun> runs;
    std::array<unsigned, kPages> owner{};
    std::mt19937 random(1);
    for (unsigned step = 1; step < steps(1'000'000u); step++) {
        if (random() % 2 == 0 && !runs.empty()) {
            const std::size_t which = random() % runs.size();
            for (unsigned i = 0; i < runs[which].count; i++) owner[runs[which].first + i] = 0;
            pool.give(runs[which]);
            runs.erase(runs.begin() + std::ptrdiff_t(which));
            continue;
        }
        const unsigned count = random() % 20;
        unsigned longest = 0, length = 0;
        for (const unsigned page : owner) {
            length = page == 0 ? length + 1 : 0;
            longest = std::max(longest, length);
        }
        ASSERT_EQ(pool.longest(), longest);
        const auto run = pool.take(count);
        ASSERT_EQ(run.has_value(), count <= longest);
        if (!run || count == 0) continue;
        for (unsigned i = 0; i < count; i++) ASSERT_EQ(std::exchange(owner[run->first + i], step), 0u);
        runs.push_back(*run);
    }
    EXPECT_EQ(pool.free(), unsigned(std::count(owner.begin(), owner.end(), 0u)));
}

}  // namespace
}  // namespace glenda::unicorn
