// SPDX-License-Identifier: MIT
// Compiled once, for speed: what most files of user space include (grade/build.mk). Each still includes what it uses.
#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#if __STDC_HOSTED__
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>
#endif
