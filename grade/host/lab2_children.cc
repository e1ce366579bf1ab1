// SPDX-License-Identifier: MIT
// Copies and their place in the derivation tree: copy_of() and Slot::fill_as_child() against a naive model.
#include <memory>

#include "tree.h"

namespace glenda::host {

namespace {

/// A copy has the rights that both sides allow, and whatever else says which object it leads to, and how.
void copies() {
    int object = 0;
    for (unsigned held = 0; held < 8; held++) {
        for (unsigned wanted = 0; wanted < 8; wanted++) {
            Capability cap = capability(CapType::Endpoint, Rights(held));
            cap.object = &object;
            cap.badge = 0x1234;
            const Capability copy = copy_of(cap, Rights(wanted));
            EXPECT_EQ(copy.rights, Rights(held & wanted));
            EXPECT(copy.same_object(cap));
            EXPECT_EQ(copy.badge, Badge{0x1234});
        }
    }
    Capability node = capability(CapType::CNode);
    node.size_bits = 4;
    node.guard_bits = 60;
    node.guard = 17;
    EXPECT_EQ(copy_of(node, Rights::Read).size_bits, std::uint8_t{4});
    EXPECT_EQ(copy_of(node, Rights::Read).guard_bits, std::uint32_t{60});
    EXPECT_EQ(copy_of(node, Rights::Read).guard, std::uint64_t{17});
    Capability space = capability(CapType::VSpace);
    space.space = 99;
    EXPECT_EQ(copy_of(space, Rights::All).space, std::uint64_t{99});  // its identity: it is the same space
}

/// A mapping stays with the capability that made it; that memory is a device's, or a slot a Tcb's, is another matter.
void frames_and_flags() {
    Capability frame = capability(CapType::Frame);
    frame.size_bits = 12;
    frame.flags = CapFlags::Device | CapFlags::InTcb;
    frame.mapped_at = 0x5000;
    frame.space = 99;
    const Capability copy = copy_of(frame, Rights::All);
    EXPECT_EQ(copy.mapped_at, std::uint64_t{0});
    EXPECT_EQ(copy.space, std::uint64_t{0});
    EXPECT_EQ(copy.flags, CapFlags::Device);
    EXPECT_EQ(copy.size_bits, std::uint8_t{12});
    EXPECT_EQ(frame.mapped_at, std::uint64_t{0x5000});
}

/// The newest child is the first.
void one_and_two() {
    Node parent, child, second;
    parent.slot.fill_as_root(capability(CapType::Untyped));
    add_child(parent, child, capability(CapType::Tcb, Rights::Write));
    EXPECT_EQ(child.slot.cap.type, CapType::Tcb);
    EXPECT_EQ(child.slot.cap.rights, Rights::Write);
    EXPECT(!child.slot.has_children());
    expect_links(parent);
    add_child(parent, second, capability(CapType::Frame));
    expect_links(parent);
    EXPECT_EQ(parent.slot.cap.type, CapType::Untyped);
}

void many() {
    for (std::uint64_t seed = 1; seed <= 20; seed++) {
        Random random(seed);
        std::vector<std::unique_ptr<Node>> nodes;
        nodes.push_back(std::make_unique<Node>());
        nodes[0]->slot.fill_as_root(capability(CapType::Untyped));
        for (unsigned i = 1; i < 200; i++) {
            Node& parent = *nodes[random.below(nodes.size())];
            nodes.push_back(std::make_unique<Node>());
            add_child(parent, *nodes.back(), capability(CapType::Endpoint));
            expect_links(parent);
        }
        for (const auto& node : nodes) expect_links(*node);
    }
}

}  // namespace
}  // namespace glenda::host

int main(int argc, char** argv) {
    using namespace glenda::host;
    return run_cases(
        argc, argv,
        {{"copies", copies}, {"frames_and_flags", frames_and_flags}, {"one_and_two", one_and_two}, {"many", many}});
}
