// SPDX-License-Identifier: MIT
// Finding a program in the initrd, and refusing what cannot run.
#pragma once

#include <expected>
#include <string_view>

#include "format/elf.h"
#include "glenda/format.h"
#include "protocol/errors.h"

namespace glenda::factotum {

/// Why a program cannot be started: the error for the caller, the reason for people.
struct LoadFailure {
    ServerError error;
    FixedText<176> reason;
};

struct ProgramFile {
    ElfFile elf;
    Bytes bytes;
};

/// The program `name` in the archive: "bin/hello", or "hello" for short. Every segment leaves room for what Factotum
/// itself puts into the address space.
std::expected<ProgramFile, LoadFailure> find_program(Bytes archive, std::string_view name);

}  // namespace glenda::factotum
