// SPDX-License-Identifier: MIT
// Describes an address in the kernel's state in words: "thread 3, registers.a1".
#pragma once

#include <string>
#include <vector>

#include "object/ipc_objects.h"
#include "sched/hart.h"

namespace glenda::test {

/// A field of a structure; arrays of words are counted.
struct Field {
    std::size_t offset;
    const char* name;
};

class Places {
public:
    /// From now on [begin, begin + size) is called `name`; `fields`, in the order of their offsets, outlives this.
    void add(std::string name, const void* begin, std::size_t size, const std::vector<Field>& fields);
    void add(std::string name, const Tcb& tcb);
    void add(std::string name, const Hart& hart);
    void add(std::string name, const Endpoint& endpoint);
    void add(std::string name, const Notification& notification);
    void add(std::string name, const Reply& reply);
    void add(std::string name, const Slot* slots, std::size_t count);
    /// The name of the place added last among those that contain `address`.
    std::string name_of(const void* address) const;

private:
    struct Place {
        std::string name;
        std::uintptr_t begin;
        std::size_t size;
        const std::vector<Field>* fields;
    };
    std::vector<Place> places_;
};

}  // namespace glenda::test
