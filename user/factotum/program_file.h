// SPDX-License-Identifier: MIT
// Finds a program in the initrd, and rejects what cannot run.
#pragma once

#include <expected>
#include <string_view>

#include "format/elf.h"
#include "glenda/format.h"
#include "protocol/errors.h"

namespace glenda::factotum {

/// Why a program cannot be started: an error code for the caller, and a reason for people.
struct LoadFailure {
    ServerError error;
    FixedText<176> reason;
};

struct ProgramFile {
    ElfFile elf;
    Bytes bytes;
};

/// Finds the program `name` in the archive: "bin/hello", or "hello" for short. Its segments overlap nothing that
/// Factotum itself puts into the address space.
std::expected<ProgramFile, LoadFailure> find_program(Bytes archive, std::string_view name);

}  // namespace glenda::factotum
