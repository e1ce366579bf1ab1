// SPDX-License-Identifier: MIT
// A CSpace: the table of what a thread can name. A handle is an index in it.
//
// Threads may share a CSpace. It lives as long as it has references: from threads that use it, and from handles in
// other CSpaces. Then all its handles are closed. A handle of a VSpace or CSpace is a reference to that; a handle of a
// thread is the thread's life: when it is closed, the thread ends.
//
// So a thread that uses the CSpace in which its own handle lies keeps both alive: only its own program can end it. A
// table of handles knows no owner who could take everything back.
//
// Handles below kFirstHandle mean the caller's own things (abi.h); they are not in the table.
#pragma once

#include "abi.h"
#include "util/result.h"

namespace glenda {

constexpr unsigned kMaxCSpaces = 64;

enum class HandleKind : std::uint8_t { Empty, Thread, VSpace, CSpace };

class CSpace {
public:
    /// Returns a CSpace without handles, with one reference. Error: NotEnoughMemory, if there are kMaxCSpaces.
    static Result<CSpace*> create();
    /// Adds a reference.
    void share() { references_++; }
    /// Drops a reference. With the last one all handles are closed.
    void release();

    /// Makes a handle for `object`: a ThreadNumber, or the address of a VSpace or CSpace. It takes over the caller's
    /// reference. Error: NotEnoughMemory, if there are kMaxHandles.
    Result<std::uint64_t> add(HandleKind kind, std::uint64_t object);
    /// Returns the object of a handle. Errors: InvalidCapability, if there is no such handle; WrongType.
    Result<std::uint64_t> find(std::uint64_t handle, HandleKind kind) const;
    /// Closes a handle. Error: InvalidCapability.
    Result<void> close(std::uint64_t handle);

private:
    struct Handle {
        HandleKind kind = HandleKind::Empty;
        std::uint64_t object = 0;
    };

    static CSpace* find_dying();
    void close_all();

    Handle handles_[kMaxHandles] = {};
    std::uint64_t references_ = 0;
    bool is_dying_ = false;  // has no reference any more, and perhaps still handles
};

}  // namespace glenda
