// SPDX-License-Identifier: MIT
// The words of a SPAWN request, decoded and checked as far as they can be without knowing who asks.
#pragma once

#include <span>
#include <string_view>

#include "glenda/server.h"
#include "image/argument_block.h"
#include "protocol/factotum.h"

namespace glenda::factotum {

struct SpawnRequest {
    /// Reads `message`, which must live as long as this: texts and capabilities stay there. Error: BadRequest,
    /// NotSupported, PermissionDenied (for a slot of the child that a parent may not fill).
    Answer<void> decode(const Request& message);

    std::string_view file() const { return texts[0]; }
    /// The file without its folder.
    std::string_view name() const {
        std::string_view name = texts[0];
        if (const auto slash = name.rfind('/'); slash != name.npos) name.remove_prefix(slash + 1);
        return name;
    }
    std::span<const std::string_view> arguments() const { return std::span(texts).first(argument_count); }
    std::span<const std::string_view> variables() const {
        return std::span(texts).subspan(argument_count, variable_count);
    }
    /// The child's slot for capability `i`; 0 if a parent may not fill it.
    CPtr target_slot(unsigned i) const;

    SpawnFlags flags = SpawnFlags::None;
    unsigned radix = 0;          // log2 of the number of slots of the child's CNode
    std::uint64_t priority = 0;  // 0: the parent's
    std::uint64_t map = 0;       // slot map
    std::uint64_t argument_count = 0;
    std::uint64_t variable_count = 0;
    std::uint64_t reserved = 0;  // pages
    std::uint64_t limit = 0;     // pages; 0: none
    Grants grants = Grants::Services;
    std::uint64_t tid = 0;  // of the thread that asks; 0: the oldest
    const Request* message = nullptr;
    std::string_view texts[kMaxArguments];  // the program's name, its other arguments, its environment
};

}  // namespace glenda::factotum
