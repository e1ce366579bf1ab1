// SPDX-License-Identifier: MIT
// The initial RAM disk: all files that there are, in one archive that the firmware's loader has put into memory.
#pragma once

#include <optional>
#include <string_view>

#include "boot/hardware.h"

namespace glenda {

/// Says where the initrd is. Call it once, at boot.
void use_initrd(const Hardware& hardware);

/// All bytes of the initrd. It begins on a page.
Bytes initrd();

/// Returns the bytes of the file `path`, such as "bin/sh".
std::optional<Bytes> find_file(std::string_view path);

}  // namespace glenda
