// SPDX-License-Identifier: MIT
//
// lib/format/fdt*.h: a tree like QEMU's gives its nodes, properties and the facts that a kernel needs. Each kind of
// damage gives its own error. Whatever `parse` accepts after random damage can be walked to its end. Shows L3.

#include "format/fdt.h"
#include "format/fdt_machine.h"
#include "format_builders.h"
#include "fuzz/parser.h"

namespace glenda::test {
namespace {

std::string list(std::initializer_list<const char*> strings) {
    std::string all;
    for (const char* string : strings) all += (all.empty() ? std::string{} : std::string(1, '\0')) + string;
    return all;
}

void add_hart(FdtBuilder& tree, uint32_t id, const char* status) {
    tree.begin("cpu@" + std::to_string(id)).string("device_type", "cpu").cells("reg", {id});
    if (status != nullptr) tree.string("status", status);
    tree.string("riscv,isa", "rv64imafdc").begin("interrupt-controller").cells("phandle", {id + 1}).end().end();
}

/// A machine like QEMU's virt with four harts, of which one is disabled.
FdtBuilder machine() {
    FdtBuilder tree;
    tree.reserve(0x80000000, 0x40000);
    tree.begin("").cells("#address-cells", {2}).cells("#size-cells", {2}).string("compatible", "riscv-virtio");
    tree.begin("chosen").string("bootargs", "quiet").string("stdout-path", "/soc/serial@10000000:115200n8");
    tree.cells("linux,initrd-end", {0, 0x84001234}).cells("linux,initrd-start", {0x84000000}).end();
    tree.begin("memory@80000000").string("device_type", "memory");
    tree.cells("reg", {0, 0x80000000, 0, 0x8000000, 1, 0, 2, 0}).end();
    tree.begin("reserved-memory").cells("#address-cells", {2}).cells("#size-cells", {2}).value("ranges", {});
    tree.begin("mmode_resv0@80000000").cells("reg", {0, 0x80000000, 0, 0x20000}).value("no-map", {}).end();
    tree.begin("off@1").cells("reg", {0, 1, 0, 1}).string("status", "disabled").end().end();
    tree.begin("cpus").cells("#address-cells", {1}).cells("#size-cells", {0});
    tree.cells("timebase-frequency", {10000000});
    add_hart(tree, 0, "okay");
    add_hart(tree, 1, nullptr);
    add_hart(tree, 2, "disabled");
    add_hart(tree, 7, "ok");
    tree.begin("cpu-map").end().end();
    tree.nop().begin("soc").cells("#address-cells", {2}).nop().cells("#size-cells", {2});
    tree.begin("serial@10000000").cells("interrupts", {10}).cells("reg", {0, 0x10000000, 0, 0x100}).nop();
    tree.string("compatible", "ns16550a").end();
    tree.begin("test@100000").string("compatible", list({"sifive,test1", "sifive,test0", "syscon"})).end();
    tree.begin("pci@30000000").cells("#address-cells", {3}).cells("#size-cells", {2});
    tree.begin("device@1").cells("reg", {0, 0, 1, 0, 1}).end().end();
    tree.begin("legacy").begin("thing@5").cells("reg", {0, 5, 6}).end().end();
    return tree.end().end().finish();
}

/// The error of parse, or "".
std::string fault(const Buffer& blob, std::size_t* where = nullptr) {
    const ExactCopy copy{blob};
    const auto tree = Fdt::parse(copy.bytes());
    if (tree) return "";
    if (where != nullptr) *where = tree.error().where;
    return tree.error().what;
}

/// A valid header and blocks with this structure.
std::string fault(FdtBuilder tree) { return fault(tree.build()); }

/// The valid tree with the i-th number of its header replaced.
std::string header_fault(std::size_t index, uint32_t number) {
    return fault(machine().build([&](std::vector<uint32_t>& header) { header[index] = number; }));
}

class SoundTree : public testing::Test {
protected:
    const ExactCopy blob{machine().build()};
    const std::expected<Fdt, ParseError> tree = Fdt::parse(blob.bytes());

    void SetUp() override { ASSERT_TRUE(tree) << tree.error().what << " at " << tree.error().where; }
};

TEST_F(SoundTree, NodesInOrder) {
    std::string seen;
    for (FdtWalk walk{*tree}; const auto node = walk.next();)
        if (node->depth() < 2) seen += std::to_string(node->depth()) + std::string(node->base_name()) + " ";
    EXPECT_EQ(seen, "0 1chosen 1memory 1reserved-memory 1cpus 1soc ");
    FdtWalk walk{*tree};
    while (walk.next()) {
    }
    EXPECT_FALSE(walk.next()) << "the end stays";
}

TEST_F(SoundTree, Size) {
    EXPECT_EQ(tree->total_size(), blob.bytes().size());
    EXPECT_EQ(Fdt::size_from_header(blob.bytes().first(40)), blob.bytes().size());
    Buffer longer = machine().build();
    longer.resize(longer.size() + 100);
    EXPECT_EQ(Fdt::parse(ExactCopy{longer}.bytes())->total_size(), blob.bytes().size());
}

TEST_F(SoundTree, Reservations) {
    ASSERT_EQ(tree->reservation_count(), 1u);
    EXPECT_EQ(tree->reservation(0)->base, 0x80000000u);
    EXPECT_EQ(tree->reservation(0)->size, 0x40000u);
    EXPECT_FALSE(tree->reservation(1));
}

TEST_F(SoundTree, FindCompatible) {
    const auto serial = tree->find_compatible("ns16550a");
    ASSERT_TRUE(serial);
    EXPECT_EQ(serial->name(), "serial@10000000");
    EXPECT_EQ(serial->reg()->base, 0x10000000u);
    EXPECT_EQ(serial->reg()->size, 0x100u);
    EXPECT_FALSE(serial->reg(1));
    EXPECT_EQ(serial->interrupt(), 10u);
    for (const char* device : {"sifive,test1", "sifive,test0", "syscon"})
        EXPECT_EQ(tree->find_compatible(device)->base_name(), "test") << device;
    for (const char* device : {"sifive,test", "ifive,test1", "syscon1", "ns16550", "16550a"})
        EXPECT_FALSE(tree->find_compatible(device)) << device;
}

TEST_F(SoundTree, FindPath) {
    EXPECT_EQ(tree->find_path("/")->name(), "");
    EXPECT_EQ(tree->find_path("/soc/serial@10000000:115200n8")->name(), "serial@10000000");
    EXPECT_EQ(tree->find_path("/cpus/cpu@7")->reg()->base, 7u);
    EXPECT_EQ(tree->find_path("/soc//serial@10000000/")->name(), "serial@10000000");
    for (const char* path : {"/serial@10000000", "/soc/serial", "/chosen/cpu@0", "/cpus/interrupt-controller", "/x", "",
                             "soc", ":", "/chosen/soc", "/cpus/cpu@1/soc"})
        EXPECT_FALSE(tree->find_path(path)) << path;
}

TEST_F(SoundTree, RegIsWrittenInTheParentsCells) {
    EXPECT_EQ(tree->find_path("/cpus/cpu@1")->reg()->size, 0u) << "no size cells";
    EXPECT_FALSE(tree->find_path("/soc/pci@30000000/device@1")->reg()) << "96-bit addresses";
    const auto thing = tree->find_path("/soc/legacy/thing@5");
    EXPECT_EQ(thing->cells().address, 2u) << "where the parent does not say, the defaults hold";
    EXPECT_EQ(thing->reg()->base, 5u);
    EXPECT_EQ(thing->reg()->size, 6u);
    EXPECT_EQ(tree->find_path("/memory@80000000")->reg(1)->base, 0x1'0000'0000u);
    EXPECT_EQ(tree->find_path("/memory@80000000")->reg(1)->size, 0x2'0000'0000u);
    EXPECT_FALSE(tree->find_path("/chosen")->reg());
}

TEST_F(SoundTree, Properties) {
    const auto chosen = tree->find_path("/chosen");
    std::string names;
    for (const FdtProperty property : chosen->properties()) names += std::string(property.name()) + " ";
    EXPECT_EQ(names, "bootargs stdout-path linux,initrd-end linux,initrd-start ");
    EXPECT_EQ(chosen->string("bootargs"), "quiet");
    EXPECT_EQ(chosen->string("boot"), "");
    EXPECT_EQ(chosen->number("linux,initrd-end"), 0x84001234u);
    EXPECT_EQ(chosen->number("stdout-path"), std::nullopt) << "neither 4 nor 8 bytes";
    EXPECT_EQ(chosen->property("linux,initrd-end")->cell(1), 0x84001234u);
    EXPECT_EQ(chosen->property("linux,initrd-end")->cell(2), std::nullopt);
    EXPECT_FALSE(chosen->interrupt());
    EXPECT_FALSE(chosen->is_compatible("quiet"));

    const auto hart = tree->find_path("/cpus/cpu@0");
    EXPECT_EQ(hart->property("reg")->string(), "") << "a number has no NUL at its end, or only NULs";
    EXPECT_FALSE(tree->find_path("/reserved-memory")->property("ranges")->lists(""));
}

TEST_F(SoundTree, Machine) {
    const auto facts = FdtMachine::survey(*tree);
    ASSERT_TRUE(facts);
    ASSERT_EQ(facts->memory().size(), 2u);
    EXPECT_EQ(facts->memory()[0].base, 0x80000000u);
    EXPECT_EQ(facts->memory()[1].size, 0x2'0000'0000u);
    ASSERT_EQ(facts->reserved().size(), 2u);
    EXPECT_EQ(facts->reserved()[0].size, 0x20000u);
    EXPECT_EQ(facts->reserved()[1].size, 0x40000u);
    ASSERT_EQ(facts->harts().size(), 3u);
    EXPECT_EQ(facts->hart_count(), 3u);
    EXPECT_EQ(facts->harts()[1].id, 1u);
    EXPECT_EQ(facts->harts()[2].id, 7u);
    EXPECT_EQ(facts->harts()[2].isa, "rv64imafdc");
    EXPECT_EQ(facts->timebase_frequency(), 10000000u);
    EXPECT_EQ(facts->initrd()->base, 0x84000000u);
    EXPECT_EQ(facts->initrd()->size, 0x1234u);
    EXPECT_EQ(facts->bootargs(), "quiet");
}

TEST_F(SoundTree, Console) {
    EXPECT_EQ(tree->find_device("ns16550a")->name(), "serial@10000000");
    EXPECT_EQ(tree->find_device("syscon")->base_name(), "test");
    EXPECT_FALSE(tree->find_device("nobody,knows"));
    EXPECT_FALSE(tree->find_plic());
}

/// A bus with two UARTs and two PLICs; `change` adds to the second UART, `path` is the console's.
Buffer two_uarts(
    const char* path, const std::function<void(FdtBuilder&)>& change = [](FdtBuilder&) {}) {
    FdtBuilder tree;
    tree.begin("").cells("#address-cells", {1}).cells("#size-cells", {1}).cells("interrupt-parent", {1});
    tree.begin("soc").cells("#address-cells", {1}).cells("#size-cells", {1});
    for (const uint32_t number : {1u, 2u}) {
        tree.begin("plic@" + std::to_string(number)).string("compatible", "sifive,plic-1.0.0");
        tree.cells("phandle", {number}).cells("reg", {number << 26, 1 << 22}).end();
    }
    tree.begin("serial@1")
        .string("compatible", "ns16550a")
        .cells("reg", {0x1000, 0x100})
        .cells("interrupts", {10})
        .end();
    tree.begin("serial@2").string("compatible", list({"vendor,uart", "ns16550a"})).cells("reg", {0x2000, 0x100});
    tree.cells("interrupts", {11, 4}).cells("interrupt-parent", {2});
    change(tree);
    tree.end().end();
    tree.begin("chosen").string("stdout-path", path).end();
    tree.begin("aliases").string("serial0", "/soc/serial@1").string("serial1", "/soc/serial@2");
    tree.string("loop", "loop").string("empty", "").cells("number", {0x2f736f63}).end();
    return tree.end().finish().build();
}

std::string console(const Buffer& blob) {
    const ExactCopy copy{blob};
    const auto node = Fdt::parse(copy.bytes())->find_device("ns16550a");
    return node ? std::string(node->name()) : "";
}

TEST(FdtConsole, StdoutPath) {
    for (const char* path : {"/soc/serial@2", "/soc/serial@2:115200n8", "serial1", "serial1:9600", "serial1:/x"})
        EXPECT_EQ(console(two_uarts(path)), "serial@2") << path;
    for (const char* path : {"/soc/serial@1", "serial0:9600"}) EXPECT_EQ(console(two_uarts(path)), "serial@1") << path;
    for (const char* path : {"", ":", "/", "serial2", "loop", "empty", "number", "/soc/plic@2", "/soc/serial", "soc"})
        EXPECT_EQ(console(two_uarts(path)), "serial@1") << "the first where the path leads nowhere: " << path;
}

TEST(FdtConsole, SwitchedOff) {
    for (const char* status : {"disabled", "fail", "fail-sss", "reserved", ""})
        EXPECT_EQ(console(two_uarts("serial1", [&](FdtBuilder& tree) { tree.string("status", status); })), "serial@1")
            << status;
    for (const char* status : {"okay", "ok"})
        EXPECT_EQ(console(two_uarts("serial1", [&](FdtBuilder& tree) { tree.string("status", status); })), "serial@2")
            << status;
}

TEST(FdtConsole, FirstUartIsSwitchedOff) {
    const ExactCopy copy{read_case("fdt-first-uart-disabled.dtb")};
    const auto tree = Fdt::parse(copy.bytes());
    ASSERT_TRUE(tree);
    EXPECT_EQ(tree->find_device("ns16550a")->reg()->base, 0x1000'0000u);
    EXPECT_EQ(tree->find_compatible("ns16550a")->reg()->base, 0x1000'0000u);
    EXPECT_FALSE(tree->find_path("/soc/serial@10300000")->is_available());
}

TEST(FdtConsole, ItsInterruptController) {
    const auto plic = [](const Buffer& blob) {
        const ExactCopy copy{blob};
        return Fdt::parse(copy.bytes())->find_plic()->name() == "plic@1" ? 1 : 2;
    };
    EXPECT_EQ(plic(two_uarts("serial0")), 1) << "inherited";
    EXPECT_EQ(plic(two_uarts("serial1")), 2);
    const auto extended = [](FdtBuilder& tree) { tree.cells("interrupts-extended", {1, 7}); };
    EXPECT_EQ(plic(two_uarts("serial1", extended)), 1) << "counts more than interrupt-parent";
    const auto child = [](FdtBuilder& tree) { tree.begin("child").end(); };
    EXPECT_EQ(plic(two_uarts("serial1", child)), 2);

    const ExactCopy copy{two_uarts("serial1", extended)};
    const auto tree = Fdt::parse(copy.bytes());
    EXPECT_EQ(tree->find_device("ns16550a")->interrupt(), 7u);
    EXPECT_EQ(tree->find_path("/soc/serial@1")->interrupt(), 10u);
    EXPECT_EQ(tree->find_path("/soc/serial@1")->phandle(), 0u);
    EXPECT_EQ(tree->find_path("/soc/serial@1")->interrupt_parent(), 1u);
}

TEST(FdtConsole, TwoPlics) {
    const ExactCopy copy{read_case("fdt-two-plics.dtb")};
    const auto tree = Fdt::parse(copy.bytes());
    ASSERT_TRUE(tree);
    EXPECT_EQ(tree->find_plic()->reg()->base, 0xc00'0000u);
}

TEST(FdtNodes, WhatIsInsideASwitchedOffNodeIsOff) {
    FdtBuilder builder;
    builder.begin("").cells("#address-cells", {1}).cells("#size-cells", {1});
    builder.begin("bus@1").string("status", "disabled");
    builder.begin("inner").string("status", "okay").begin("a").string("compatible", "x").end().end().end();
    builder.begin("bus@2").begin("b").string("compatible", "x").string("status", "disabled").end();
    builder.begin("c").string("compatible", "x").end().end();
    const Buffer blob = builder.end().finish().build();
    const auto tree = Fdt::parse(blob);
    EXPECT_FALSE(tree->find_path("/bus@1")->is_available());
    EXPECT_FALSE(tree->find_path("/bus@1/inner/a")->is_available());
    EXPECT_TRUE(tree->find_path("/bus@2")->is_available());
    EXPECT_EQ(tree->find_compatible("x")->name(), "c");
}

TEST(FdtNodes, Registers) {
    using Numbers = std::initializer_list<uint32_t>;
    const auto registers = [](Numbers shift, Numbers width) {
        const Buffer blob = two_uarts("serial1", [&](FdtBuilder& tree) {
            if (shift.size() != 0) tree.cells("reg-shift", shift);
            if (width.size() != 0) tree.cells("reg-io-width", width);
        });
        const auto found = Fdt::parse(blob)->find_device("ns16550a")->registers();
        if (!found) return std::string();
        return std::to_string(found->base) + " " + std::to_string(found->shift) + " " + std::to_string(found->width);
    };
    EXPECT_EQ(registers({}, {}), "8192 0 1");
    EXPECT_EQ(registers({0}, {1}), "8192 0 1");
    EXPECT_EQ(registers({2}, {}), "8192 2 1");
    EXPECT_EQ(registers({2}, {4}), "8192 2 4");
    EXPECT_EQ(registers({0, 3}, {0, 4}), "8192 3 4");
    EXPECT_EQ(registers({8}, {4}), "8192 8 4");
    for (const uint32_t shift : {9u, 64u, 1u << 31}) EXPECT_EQ(registers({shift}, {}), "") << shift;
    EXPECT_EQ(registers({1, 2}, {}), "") << "beyond 32 bits";
    for (const uint32_t width : {0u, 2u, 3u, 8u, 256u}) EXPECT_EQ(registers({2}, {width}), "") << width;
    EXPECT_EQ(registers({1}, {4}), "") << "registers would overlap";
    EXPECT_FALSE(Fdt::parse(two_uarts("serial0"))->find_path("/chosen")->registers()) << "there are none";
}

TEST(FdtMachineTest, InterruptsOfHarts) {
    const ExactCopy copy{read_case("fdt-two-plics.dtb")};
    const auto facts = FdtMachine::survey(*Fdt::parse(copy.bytes()));
    ASSERT_EQ(facts->harts().size(), 4u);
    const uint32_t expected[] = {8, 6, 4, 2};
    for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(facts->harts()[i].interrupts, expected[i]) << i;
}

TEST(FdtMachineTest, OnlyAUsedHartHasInterrupts) {
    FdtBuilder tree;
    tree.begin("").begin("cpus").cells("#address-cells", {1}).cells("#size-cells", {0});
    tree.begin("cpu@0").cells("reg", {0}).begin("cache").cells("phandle", {7}).end().end();
    tree.begin("cpu@1").cells("reg", {1}).string("status", "disabled");
    tree.begin("interrupt-controller").cells("phandle", {8}).end().end();
    tree.begin("l2").begin("interrupt-controller").cells("phandle", {9}).end().end().end();
    tree.begin("x").begin("y").begin("interrupt-controller").cells("phandle", {10}).end().end().end();
    const Buffer blob = tree.end().finish().build();
    const auto facts = FdtMachine::survey(*Fdt::parse(blob));
    ASSERT_EQ(facts->harts().size(), 1u);
    EXPECT_EQ(facts->harts()[0].interrupts, 0u);
}

TEST(FdtMachineTest, NothingInTheTree) {
    const Buffer blob = FdtBuilder{}.begin("").end().finish().build();
    const auto facts = FdtMachine::survey(*Fdt::parse(blob));
    EXPECT_TRUE(facts->memory().empty());
    EXPECT_TRUE(facts->harts().empty());
    EXPECT_FALSE(facts->initrd());
    EXPECT_FALSE(facts->timebase_frequency());
}

TEST(FdtMachineTest, MoreHartsThanFit) {
    FdtBuilder tree;
    tree.begin("").begin("cpus").cells("#address-cells", {1}).cells("#size-cells", {0});
    for (uint32_t id = 0; id < 12; ++id)
        tree.begin("cpu@" + std::to_string(id)).cells("reg", {id}).cells("timebase-frequency", {0, 5}).end();
    const Buffer blob = tree.end().end().finish().build();
    const auto facts = FdtMachine::survey(*Fdt::parse(blob));
    EXPECT_EQ(facts->harts().size(), 8u);
    EXPECT_EQ(facts->hart_count(), 12u);
    EXPECT_EQ(facts->timebase_frequency(), 5u) << "some trees give it in each hart";
}

TEST(FdtMachineTest, MoreReservationsThanFit) {
    FdtBuilder tree;
    for (uint64_t i = 0; i < 17; ++i) tree.reserve(0x1000 * i, 0x1000);
    const Buffer blob = tree.begin("").end().finish().build();
    EXPECT_STREQ(FdtMachine::survey(*Fdt::parse(blob)).error().what, "more than 16 reserved pieces of memory");
}

TEST(FdtMachineTest, InitrdThatEndsBeforeItStarts) {
    FdtBuilder tree;
    tree.begin("").begin("chosen").cells("linux,initrd-start", {8}).cells("linux,initrd-end", {8}).end().end();
    const Buffer blob = tree.finish().build();
    EXPECT_FALSE(FdtMachine::survey(*Fdt::parse(blob))->initrd());
}

TEST(Fdt, BadHeaders) {
    const ExactCopy blob{machine().build()};
    EXPECT_STREQ(Fdt::parse(blob.bytes().subspan(4)).error().what, "the device tree is not aligned to 8 bytes");
    EXPECT_STREQ(Fdt::parse(blob.bytes().first(39)).error().what, "too short for a device tree's header");
    EXPECT_STREQ(Fdt::parse(blob.bytes().first(300)).error().what, "the device tree is cut short");
    EXPECT_EQ(header_fault(0, 0xedfe0dd0), "not a device tree");
    EXPECT_EQ(header_fault(1, 39), "the device tree is cut short");
    EXPECT_EQ(header_fault(1, ~0u), "the device tree is cut short");
    EXPECT_EQ(header_fault(5, 16), "not version 17 of the device tree format");
    EXPECT_EQ(header_fault(6, 18), "not version 17 of the device tree format");
    EXPECT_EQ(header_fault(6, 17), "");
    for (const std::size_t number : {2u, 9u})
        EXPECT_EQ(header_fault(number, ~3u), "the structure block lies outside the blob");
    EXPECT_EQ(header_fault(2, 58), "the structure block lies outside the blob");
    for (const std::size_t number : {3u, 8u})
        EXPECT_EQ(header_fault(number, ~3u), "the strings block lies outside the blob");
    EXPECT_EQ(header_fault(8, 5), "the last name in the strings block does not end");
    EXPECT_EQ(header_fault(4, ~7u), "the memory reservation block lies outside the blob");
    EXPECT_EQ(header_fault(4, 44), "the memory reservation block lies outside the blob");
    const auto near_end = static_cast<uint32_t>(blob.bytes().size() / 8 * 8);
    EXPECT_EQ(header_fault(4, near_end), "the memory reservation block does not end");
}

TEST(Fdt, BadStructures) {
    EXPECT_EQ(fault(FdtBuilder{}.begin("").word(5)), "an unknown token");
    EXPECT_EQ(fault(FdtBuilder{}.begin("").begin("a").end().finish()), "the tree ends inside a node");
    EXPECT_EQ(fault(FdtBuilder{}.finish()), "the tree ends inside a node") << "there is no root";
    EXPECT_EQ(fault(FdtBuilder{}.begin("").end()), "the tree ends without an END token");
    EXPECT_EQ(fault(FdtBuilder{}), "the tree ends without an END token");
    EXPECT_EQ(fault(FdtBuilder{}.begin("").end().begin("").end().finish()), "a second root node");
    EXPECT_EQ(fault(FdtBuilder{}.word(1).word(0x61616161)), "a node's name does not end");
    EXPECT_EQ(fault(FdtBuilder{}.word(1)), "a node's name does not end");
    EXPECT_EQ(fault(FdtBuilder{}.begin("").end().end()), "the end of a node that was not begun");
    EXPECT_EQ(fault(FdtBuilder{}.begin("").word(3).word(0)), "a property is cut short");
    EXPECT_EQ(fault(FdtBuilder{}.begin("").cells("a", {}).word(3).word(5).word(0).word(9)),
              "a property reaches past the end of the tree");
    EXPECT_EQ(fault(FdtBuilder{}.begin("").cells("a", {}).word(3).word(~0u).word(0)),
              "a property reaches past the end of the tree");
    EXPECT_EQ(fault(FdtBuilder{}.begin("").cells("a", {}).word(3).word(0).word(2)),
              "a property's name is not in the blob");
    EXPECT_EQ(fault(FdtBuilder{}.begin("").begin("a").end().cells("late", {1})),
              "a property after a child node, or outside all nodes");
    EXPECT_EQ(fault(FdtBuilder{}.cells("early", {1})), "a property after a child node, or outside all nodes");
}

TEST(Fdt, FaultsNameTheirPlace) {
    std::size_t where = 0;
    EXPECT_EQ(fault(FdtBuilder{}.begin("").nop().word(5).build(), &where), "an unknown token");
    EXPECT_EQ(where, 40u + 16 + 8 + 4);
}

TEST(Fdt, DepthIsBounded) {
    for (const unsigned depth : {16u, 17u}) {
        FdtBuilder tree;
        for (unsigned i = 0; i < depth; ++i) tree.begin(i == 0 ? "" : "n").cells("#address-cells", {i});
        for (unsigned i = 0; i < depth; ++i) tree.end();
        const Buffer blob = tree.finish().build();
        EXPECT_EQ(fault(blob), depth == 16 ? "" : "nodes nested more than 16 deep");
        if (depth != 16) continue;
        unsigned deepest = 0;
        const auto parsed = Fdt::parse(blob);
        for (FdtWalk walk{*parsed}; const auto node = walk.next();) deepest = std::max(deepest, node->depth());
        EXPECT_EQ(deepest, 15u);
    }
}

class DamagedTree : public testing::TestWithParam<const char*> {};

TEST_P(DamagedTree, CanBeWalked) {
    const unsigned accepted = damage(*GetParam() == '\0' ? machine().build() : read_case(GetParam()), fuzz::fdt);
    EXPECT_GT(accepted, 1'000u);
    EXPECT_LT(accepted, 19'000u);
}

INSTANTIATE_TEST_SUITE_P(Fdt, DamagedTree, testing::Values("", "fdt-two-plics.dtb", "fdt-first-uart-disabled.dtb"));

}  // namespace
}  // namespace glenda::test
