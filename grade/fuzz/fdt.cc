// SPDX-License-Identifier: MIT
// What lib/format/fdt.h promises: a tree that `parse` has accepted can be walked to its end, whatever it says.
#include "format/fdt.h"

#include "format/fdt_machine.h"
#include "parser.h"

namespace glenda::fuzz {

namespace {

/// Returns the number of properties.
std::size_t use_properties(const FdtNode& node) {
    std::size_t count = 0;
    for (const FdtProperty property : node.properties()) {
        count++;
        touch(property.bytes());
        touch(property.name());
        touch(property.string());
        (void)property.lists("okay");
        (void)property.number();
        (void)property.cell(1);
    }
    return count;
}

void use_node(const FdtNode& node) {
    expect(node.depth() < Fdt::kMaxDepth, "depth is bounded");
    touch(node.name());
    touch(node.base_name());
    touch(node.string("status"));
    for (std::size_t i = 0; i < 8 && node.reg(i); ++i) {
    }
    (void)node.is_available();
    (void)node.is_compatible("ns16550a");
    (void)node.interrupt();
    (void)node.interrupt_parent();
    if (const auto registers = node.registers())
        expect(registers->width <= 1u << registers->shift, "registers do not overlap");
}

void use_machine(const Fdt& tree) {
    for (std::size_t i = 0; i < tree.reservation_count(); ++i)
        expect(tree.reservation(i).has_value(), "a reservation that is counted is there");
    if (const auto machine = FdtMachine::survey(tree)) {
        for (const FdtHart& hart : machine->harts()) touch(hart.isa);
        touch(machine->bootargs());
    }
    (void)tree.find_device("ns16550a");
    (void)tree.find_plic();
    (void)tree.find_compatible("virtio,mmio");
    (void)tree.find_path("serial0:9600");
    (void)tree.find_path("/soc/serial@10000000");
}

}  // namespace

bool fdt(Bytes blob) {
    if (blob.size() >= Fdt::kHeaderSize) (void)Fdt::size_from_header(blob);
    const auto tree = Fdt::parse(blob);
    if (!tree) return false;
    expect(tree->total_size() <= blob.size(), "the tree is in the blob");
    std::size_t tokens = 0;
    for (FdtWalk walk{*tree}; const auto node = walk.next();) {
        use_node(*node);
        tokens += 1 + use_properties(*node);
        expect(tokens <= blob.size() / 4, "a walk meets each token once");
    }
    use_machine(*tree);
    return true;
}

}  // namespace glenda::fuzz
