// SPDX-License-Identifier: MIT
// Children come, move and go in any order, against a naive model. Each public test tries one of the three at a time.
#include <algorithm>
#include <memory>

#include "tree.h"

namespace glenda::host {

namespace {

using Nodes = std::vector<std::unique_ptr<Node>>;

/// The node whose child `node` is, or null for the root.
Node* parent_of(const Nodes& nodes, const Node* node) {
    for (const auto& each : nodes) {
        if (std::find(each->children.begin(), each->children.end(), node) != each->children.end()) return each.get();
    }
    return nullptr;
}

void move(Node* parent, Node& from, Node& to) {
    to.slot.take(from.slot);
    to.children.swap(from.children);
    if (parent != nullptr) std::replace(parent->children.begin(), parent->children.end(), &from, &to);
    expect_empty(from.slot);
}

/// Its children stand in its place.
void clear(Node& parent, Node& node) {
    node.slot.clear();
    const auto place = parent.children.erase(std::find(parent.children.begin(), parent.children.end(), &node));
    parent.children.insert(place, node.children.begin(), node.children.end());
    node.children.clear();
    expect_empty(node.slot);
}

void mixed() {
    for (std::uint64_t seed = 201; seed <= 220; seed++) {
        Random random(seed);
        Nodes nodes;
        nodes.push_back(std::make_unique<Node>());
        nodes[0]->slot.fill_as_root(capability(CapType::Untyped));
        for (unsigned step = 0; step < 400; step++) {
            const std::size_t which = random.below(nodes.size());
            Node* const parent = parent_of(nodes, nodes[which].get());
            const std::uint64_t what = random.below(4);
            if (what < 2) {
                nodes.push_back(std::make_unique<Node>());
                add_child(*nodes[which], *nodes.back(), capability(CapType::Endpoint));
            } else if (what == 2) {
                auto fresh = std::make_unique<Node>();
                move(parent, *nodes[which], *fresh);
                nodes[which] = std::move(fresh);
            } else if (parent != nullptr) {
                clear(*parent, *nodes[which]);
                nodes.erase(nodes.begin() + static_cast<std::ptrdiff_t>(which));
            }
            if (parent != nullptr) expect_links(*parent);
        }
        for (const auto& node : nodes) expect_links(*node);
    }
}

}  // namespace
}  // namespace glenda::host

int main(int argc, char** argv) {
    using namespace glenda::host;
    return run_cases(argc, argv, {{"mixed", mixed}});
}
