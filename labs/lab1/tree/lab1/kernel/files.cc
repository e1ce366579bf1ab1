// SPDX-License-Identifier: MIT
// Opens, reads, writes and closes; see files.h.
#include "files.h"

#include "abi.h"
#include "console.h"
#include "initrd.h"
#include "memory.h"
#include "process.h"

namespace glenda {

namespace {

/// Returns an open file. Error: OutOfRange.
Result<OpenFile*> find_open(Process& process, std::uint64_t file) {
    CHECK(file < kMaxFiles && process.files[file].kind != OpenFile::Kind::None, Error::OutOfRange);
    return &process.files[file];
}

}  // namespace

Result<std::uint64_t> open_file(Process& process, VirtAddr path) {
    char name[kMaxPath];
    TRY(length, copy_text_in(process.root(), name, path));
    const auto data = find_file({name, length});
    CHECK(data, kNoSuchFile);
    for (std::uint64_t file = 0; file < kMaxFiles; file++) {
        if (process.files[file].kind != OpenFile::Kind::None) continue;
        process.files[file] = {OpenFile::Kind::File, *data, 0};
        return file;
    }
    return Failure(Error::OutOfRange);
}

Result<std::uint64_t> close_file(Process& process, std::uint64_t file) {
    TRY(open, find_open(process, file));
    *open = {};
    return 0;
}

Result<std::uint64_t> read_file(Process& process, std::uint64_t file, VirtAddr address, std::uint64_t bytes) {
    TRY(open, find_open(process, file));
    if (open->kind == OpenFile::Kind::Console) {
        if (bytes != 0 && console_input().empty()) {
            sleep_on(process, kConsoleChan);
            return 0;
        }
        return read_console(process.root(), address, bytes);
    }
    const Bytes rest = open->data.subspan(open->position);
    const std::uint64_t count = std::min<std::uint64_t>(bytes, rest.size());
    TRY_VOID(copy_out(process.root(), address, rest.data(), count));
    open->position += count;
    return count;
}

Result<std::uint64_t> write_file(Process& process, std::uint64_t file, VirtAddr address, std::uint64_t bytes) {
    TRY(open, find_open(process, file));
    CHECK(open->kind == OpenFile::Kind::Console, Error::NoRights);
    return write_console(process.root(), address, bytes);
}

}  // namespace glenda
