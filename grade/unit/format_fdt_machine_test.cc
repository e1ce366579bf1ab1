// SPDX-License-Identifier: MIT
// What a kernel and its drivers need to know of a machine, from its device tree: memory, harts, the initrd, the
// console, its interrupt controller (lib/format/fdt_machine.h, fdt_find.cc). Shows L3.
#include "fdt_trees.h"
#include "format/fdt_machine.h"

namespace glenda::test {
namespace {

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

}  // namespace
}  // namespace glenda::test
