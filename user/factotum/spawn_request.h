// SPDX-License-Identifier: MIT
// The words of a SPAWN request, decoded and checked as far as they can be without knowing who asks.
#pragma once

#include <span>
#include <string_view>

#include "glenda/server.h"
#include "protocol/factotum.h"

namespace glenda::factotum {

struct SpawnRequest {
    /// Reads `message`, which must live as long as this: texts and capabilities stay there. Error: BadRequest,
    /// NotSupported, PermissionDenied (for a slot of the child that a parent may not fill).
    Answer<void> decode(const Request& message);

    /// The file without its folder.
    std::string_view name() const {
        std::string_view name = file;
        if (const auto slash = name.rfind('/'); slash != name.npos) name.remove_prefix(slash + 1);
        return name;
    }
    /// Finds the arguments, of which the file is the first, and behind them the environment.
    void read_texts(std::span<std::string_view, kMaxTexts> texts) const;
    /// The first capability for the child.
    unsigned first_cap() const { return has(flags, SpawnFlags::Block) ? 1 : 0; }
    /// The child's slot for capability `i` of the message; 0 if a parent may not fill it.
    CPtr target_slot(unsigned i) const;

    SpawnFlags flags = SpawnFlags::None;
    unsigned radix = 0;          // log2 of the number of slots of the child's CNode
    std::uint64_t priority = 0;  // 0: the parent's
    std::uint64_t map = 0;       // slot map
    std::string_view file{};
    std::uint64_t argument_count = 0;
    std::uint64_t variable_count = 0;
    MessageReader texts{{}};        // from the file on
    std::uint64_t block_bytes = 0;  // with Block
    std::uint64_t reserved = 0;     // pages
    std::uint64_t limit = 0;        // pages; 0: none
    Grants grants = Grants::Services;
    std::uint64_t tid = 0;  // of the thread that asks; 0: the oldest
    const Request* message = nullptr;
};

}  // namespace glenda::factotum
