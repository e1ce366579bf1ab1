// SPDX-License-Identifier: MIT
// Files: those of the initrd, which can only be read, and the console.
//
// A process knows an open file by its index in Process::files. A child gets a copy of its parent's files, and from then
// on each has its own position.
#pragma once

#include "format/bytes.h"
#include "util/address.h"
#include "util/result.h"

namespace glenda {

struct Process;

constexpr std::uint64_t kMaxPath = 64;  // characters, with the NUL

struct OpenFile {
    enum class Kind : std::uint8_t { None, Console, File };

    Kind kind = Kind::None;
    Bytes data;                  // File: all of it
    std::uint64_t position = 0;  // File: what is read next

    static OpenFile console() { return {Kind::Console, {}, 0}; }
};

/// Opens the file that `path` in the process's memory names, for reading. Returns its index. Errors: kNoSuchFile,
/// NotMapped, MessageTooLong; OutOfRange, if the process has kMaxFiles open.
Result<std::uint64_t> open_file(Process& process, VirtAddr path);

/// Closes a file. Error: OutOfRange, if it is not open.
Result<std::uint64_t> close_file(Process& process, std::uint64_t file);

/// Reads up to `bytes` from a file to `address`. Returns how many, 0 at its end. If it is the console and nobody has
/// typed anything, the process sleeps. Errors: OutOfRange, NotMapped.
Result<std::uint64_t> read_file(Process& process, std::uint64_t file, VirtAddr address, std::uint64_t bytes);

/// Writes up to `bytes` from `address` to a file, which must be the console. Returns how many: not all of them, if
/// there are many. Errors: OutOfRange, NotMapped; NoRights, for a file that can only be read.
Result<std::uint64_t> write_file(Process& process, std::uint64_t file, VirtAddr address, std::uint64_t bytes);

}  // namespace glenda
