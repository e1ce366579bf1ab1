// SPDX-License-Identifier: MIT
// Device trees that are sound: a machine like QEMU's virt, and one with two UARTs.
#pragma once

#include <functional>
#include <string>

#include "format/fdt.h"
#include "format_builders.h"

namespace glenda::test {

inline std::string list(std::initializer_list<const char*> strings) {
    std::string all;
    for (const char* string : strings) all += (all.empty() ? std::string{} : std::string(1, '\0')) + string;
    return all;
}

inline void add_hart(FdtBuilder& tree, uint32_t id, const char* status) {
    tree.begin("cpu@" + std::to_string(id)).string("device_type", "cpu").cells("reg", {id});
    if (status != nullptr) tree.string("status", status);
    tree.string("riscv,isa", "rv64imafdc").begin("interrupt-controller").cells("phandle", {id + 1}).end().end();
}

/// A machine like QEMU's virt with four harts, of which one is disabled.
inline FdtBuilder machine() {
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
class SoundTree : public testing::Test {
protected:
    const ExactCopy blob{machine().build()};
    const std::expected<Fdt, ParseError> tree = Fdt::parse(blob.bytes());

    void SetUp() override { ASSERT_TRUE(tree) << tree.error().what << " at " << tree.error().where; }
};

/// A bus with two UARTs and two PLICs; `change` adds to the second UART, `path` is the console's.
inline Buffer two_uarts(
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

}  // namespace glenda::test
