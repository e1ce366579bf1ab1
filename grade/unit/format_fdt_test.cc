// SPDX-License-Identifier: MIT
// lib/format/fdt.h: a tree like QEMU's gives its nodes and properties. Each kind of damage gives its own error.
// Whatever `parse` accepts after random damage can be walked to its end. Shows L3.
#include "fdt_trees.h"
#include "format/fdt.h"
#include "fuzz/parser.h"
#include "steps.h"

namespace glenda::test {
namespace {

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
    EXPECT_GT(accepted, steps(1'000u));
    EXPECT_LT(accepted, steps(19'000u));
}

INSTANTIATE_TEST_SUITE_P(Fdt, DamagedTree, testing::Values("", "fdt-two-plics.dtb", "fdt-first-uart-disabled.dtb"));

}  // namespace
}  // namespace glenda::test
