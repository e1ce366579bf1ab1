// SPDX-License-Identifier: MIT
// Compiled once, for speed: what most files of user space include (grade/build.mk). Each still includes what it uses.
#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>
