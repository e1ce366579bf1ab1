// SPDX-License-Identifier: MIT
// Lab 6, exercise 6.1: the devices of a machine, as its device tree names them.
#include "check.h"
#include "lab6_fdt.h"
#include "unicorn/machine.h"

namespace glenda {

namespace {

using host::TreeWriter;
using unicorn::DriverTable;
using unicorn::MachineDevice;
using unicorn::MachineDevices;

constexpr std::uint32_t kPlic = 1, kOther = 7;  // phandles

constexpr std::string_view kTable = R"(
[[driver]]
compatible = "acme,serial"
path = "bin/old"
class = "serial"
[[driver]]
compatible = "ns16550a"
path = "bin/uart"
class = "serial"
[[driver]]
virtio = 2
path = "bin/blk"
class = "block"
)";

/// A tree that begins with its interrupt controller, and says where the firmware prints.
TreeWriter machine(std::string_view console = "/bus/serial@9000") {
    TreeWriter tree;
    tree.begin("").cells("#address-cells", {1}).cells("#size-cells", {1});
    tree.begin("chosen").strings("stdout-path", {console}).end();
    tree.begin("plic@c000").strings("compatible", {"riscv,plic0"}).cells("reg", {0xc000, 0x1000});
    tree.cells("phandle", {kPlic}).cells("#interrupt-cells", {1}).flag("interrupt-controller").end();
    tree.begin("bus").strings("compatible", {"simple-bus"}).cells("#address-cells", {1}).cells("#size-cells", {1});
    tree.flag("ranges");
    return tree;
}

struct Node {
    std::string_view name;
    std::initializer_list<std::string_view> compatible;
    std::uint32_t base = 0;  // 0: no registers
    std::uint32_t interrupt = 0, parent = kPlic;
    std::string_view status = "okay";
};
void add(TreeWriter& tree, const Node& node) {
    tree.begin(node.name);
    if (node.compatible.size() != 0) tree.strings("compatible", node.compatible);
    if (node.base != 0) tree.cells("reg", {node.base, 0x100});
    if (node.interrupt != 0) tree.cells("interrupts", {node.interrupt}).cells("interrupt-parent", {node.parent});
    tree.strings("status", {node.status}).end();
}

/// What Unicorn sees of a tree, whose bus and root are still open.
struct World {
    explicit World(TreeWriter& writer) : file(writer.end().end().finish()), tree(Fdt::parse(file)) {
        EXPECT(table.parse(kTable));
        EXPECT(tree);
        devices.enumerate(*tree, table);
    }
    const MachineDevice* find(std::string_view name) const {
        for (const MachineDevice& device : devices.all()) {
            if (device.name == name) return &device;
        }
        return nullptr;
    }
    const MachineDevice& need(std::string_view name, host::Caller = std::source_location::current()) const {
        EXPECT(find(name) != nullptr);
        return *find(name);
    }

    std::vector<std::byte> file;
    std::expected<Fdt, ParseError> tree;
    DriverTable table;
    MachineDevices devices;
};

void described() {
    TreeWriter tree = machine();
    tree.begin("serial@9000").strings("compatible", {"snps,dw-apb-uart", "ns16550a"}).cells("reg", {0x9010, 0x100});
    tree.cells("interrupts", {12}).cells("interrupt-parent", {kPlic});
    tree.cells("reg-shift", {2}).cells("reg-io-width", {4}).end();
    add(tree, {"clock@3000", {"acme,clock", "clock"}, 0x3000, 5});
    add(tree, {"virtio_mmio@4000", {"virtio,mmio"}, 0x4000, 6});
    const World world(tree);
    EXPECT_EQ(world.devices.all().size(), std::size_t{3});
    EXPECT_EQ(world.devices.left_out(), 0u);
    const MachineDevice& serial = world.need("serial@9000");
    EXPECT(serial.is_usable && serial.is_console && !serial.is_virtio);
    EXPECT_EQ(serial.interrupt, 12u);
    EXPECT_EQ(serial.registers.base, std::uint64_t{0x9010});
    EXPECT_EQ(serial.registers.shift, 2u);
    EXPECT_EQ(serial.registers.width, 4u);
    const MachineDevice& clock = world.need("clock@3000");
    EXPECT(clock.is_usable && !clock.is_console && !clock.is_virtio && clock.driver == nullptr);
    EXPECT_EQ(clock.compatible, std::string_view("acme,clock"));
    EXPECT_EQ(clock.interrupt, 5u);
    const MachineDevice& virtio = world.need("virtio_mmio@4000");
    EXPECT(virtio.is_usable && virtio.is_virtio && virtio.driver == nullptr);
}

/// A device is matched by all names that the tree has for it, and the table's order decides.
void matched() {
    TreeWriter tree = machine();
    add(tree, {"a@1000", {"acme,new", "ns16550a"}, 0x1000, 3});
    add(tree, {"b@2000", {"ns16550a", "acme,serial"}, 0x2000, 4});
    add(tree, {"c@3000", {"acme,serial2"}, 0x3000, 5});
    const World world(tree);
    EXPECT(world.need("a@1000").driver == &world.table.drivers()[1]);
    EXPECT_EQ(world.need("a@1000").compatible, std::string_view("ns16550a"));
    EXPECT(world.need("b@2000").driver == &world.table.drivers()[0]);
    EXPECT_EQ(world.need("b@2000").compatible, std::string_view("acme,serial"));
    EXPECT(world.need("c@3000").driver == nullptr);
    EXPECT_EQ(world.need("c@3000").compatible, std::string_view("acme,serial2"));
}

/// Without registers, or without an interrupt that the kernel gets, a device is listed only if somebody could miss it.
void unusable() {
    TreeWriter tree = machine();
    add(tree, {"deaf@2000", {"ns16550a"}, 0x2000});
    add(tree, {"else@3000", {"ns16550a"}, 0x3000, 4, kOther});
    add(tree, {"bare", {"acme,serial"}, 0, 9});
    add(tree, {"quiet@5000", {"virtio,mmio"}, 0x5000});
    add(tree, {"unknown@6000", {"acme,fan"}, 0x6000});
    add(tree, {"unknown@7000", {"acme,fan"}, 0x7000, 4, kOther});
    add(tree, {"nameless@8000", {}, 0x8000, 4});
    const World world(tree);
    for (const std::string_view name : {"deaf@2000", "else@3000", "bare", "quiet@5000"}) {
        EXPECT(world.find(name) != nullptr);
        EXPECT(!world.need(name).is_usable);
    }
    for (const std::string_view name : {"unknown@6000", "unknown@7000", "nameless@8000", "plic@c000", "bus"})
        EXPECT(world.find(name) == nullptr);
    EXPECT_EQ(world.need("deaf@2000").registers.base, std::uint64_t{0x2000});
}

void disabled() {
    TreeWriter tree = machine("/bus/serial@1000");
    add(tree, {"serial@1000", {"ns16550a"}, 0x1000, 3, kPlic, "disabled"});
    add(tree, {"serial@2000", {"ns16550a"}, 0x2000, 4});
    const World world(tree);
    EXPECT(world.find("serial@1000") == nullptr);
    EXPECT(world.need("serial@2000").is_usable && !world.need("serial@2000").is_console);
}

/// By address, however the tree sorts them: the pages of registers are cut in that order.
void in_order() {
    TreeWriter tree = machine();
    const std::uint32_t bases[] = {0x5000, 0x1000, 0x9000, 0x3000, 0x3800, 0x7000};
    for (const std::uint32_t base : bases) add(tree, {"x", {"acme,x"}, base, 3});
    const World world(tree);
    EXPECT_EQ(world.devices.all().size(), std::size(bases));
    for (std::size_t i = 1; i < world.devices.all().size(); i++)
        EXPECT(world.devices.all()[i - 1].registers.base < world.devices.all()[i].registers.base);
}

void too_many() {
    TreeWriter tree = machine();
    for (unsigned i = 0; i < MachineDevices::kMax + 3; i++)
        add(tree, {"x", {"acme,x"}, 0x1000 * (2 * unsigned(MachineDevices::kMax) - i), 3});
    const World world(tree);
    EXPECT_EQ(world.devices.all().size(), MachineDevices::kMax);
    EXPECT_EQ(world.devices.left_out(), 3u);
    for (std::size_t i = 1; i < world.devices.all().size(); i++)
        EXPECT(world.devices.all()[i - 1].registers.base < world.devices.all()[i].registers.base);
}

/// No console, no interrupt controller: such a machine has nothing that can be used, and that is no reason to fall.
void poor_machine() {
    TreeWriter tree;
    tree.begin("").cells("#address-cells", {1}).cells("#size-cells", {1}).begin("bus");
    tree.cells("#address-cells", {1}).cells("#size-cells", {1}).flag("ranges");
    add(tree, {"serial@1000", {"ns16550a"}, 0x1000, 3});
    add(tree, {"x@2000", {"acme,x"}, 0x2000, 3});
    const World world(tree);
    EXPECT_EQ(world.devices.all().size(), std::size_t{1});
    EXPECT(!world.need("serial@1000").is_usable && !world.need("serial@1000").is_console);
}

}  // namespace

}  // namespace glenda

int main(int argc, char** argv) {
    using namespace glenda;
    return host::run_cases(argc, argv,
                           {{"described", described},
                            {"matched", matched},
                            {"unusable", unusable},
                            {"disabled", disabled},
                            {"in_order", in_order},
                            {"too_many", too_many},
                            {"poor_machine", poor_machine}});
}
