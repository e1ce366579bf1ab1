// SPDX-License-Identifier: MIT
// The arguments of a program that is being started, if there are too many for a message: a memory object in slot
// kSlotBlock, with the block that Factotum will map at the end of the program's stack.
#pragma once

#include "glenda/argument_block.h"
#include "glenda/sync.h"
#include "protocol/errors.h"

namespace glenda {

class ArgumentObject {
public:
    /// Waits until no other thread uses the slot.
    ArgumentObject();
    /// Destroys the object, unless it is somebody else's.
    ~ArgumentObject();
    ArgumentObject(const ArgumentObject&) = delete;
    ArgumentObject& operator=(const ArgumentObject&) = delete;

    /// Makes the object and writes the block into it, once. Returns the block's size in bytes. Error: MessageTooLong,
    /// if even that cannot hold them.
    Answer<std::uint64_t> fill(const TextList& arguments, const TextList& variables);
    /// Factotum has used the object up.
    void release() { number_ = 0; }

private:
    Guard<Mutex> guard_;
    std::uint64_t number_ = 0;  // 0: none
};

}  // namespace glenda
