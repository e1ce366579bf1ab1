// SPDX-License-Identifier: MIT
// Reply objects: one more than there are processes, so that each may wait while Factotum receives the next message.
#pragma once

#include "glenda/server.h"
#include "memory.h"

namespace glenda::factotum {

class ReplyStore {
public:
    ReplyStore(Memory& memory, ReplyPool& pool) : memory_(memory), pool_(pool) {}

    /// Makes sure that there are `count`. False if there is no memory. They stay when there are fewer processes.
    bool reach(std::uint64_t count);
    /// How many there are, in use or not.
    std::uint64_t count() const { return made_; }

private:
    Memory& memory_;
    ReplyPool& pool_;
    std::uint64_t made_ = 0;
    PageNumber page_ = kNoPage;  // the Untyped that they are made of
};

}  // namespace glenda::factotum
