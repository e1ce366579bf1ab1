// SPDX-License-Identifier: MIT
// Compiled once, for speed: the large headers of the tests (grade/build.mk). Each test still includes what it uses.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>
