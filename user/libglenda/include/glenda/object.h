// SPDX-License-Identifier: MIT
// Every typed capability wrapper.
#pragma once

#include "glenda/device_object.h"  // IWYU pragma: export
#include "glenda/memory_object.h"  // IWYU pragma: export
#include "glenda/thread_object.h"  // IWYU pragma: export
