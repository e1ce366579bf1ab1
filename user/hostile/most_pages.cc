// SPDX-License-Identifier: MIT
// See most_pages.h.
#include "most_pages.h"

#include "driver/process/client_session.h"

namespace glenda::hostile {

std::uint64_t most_pages(const Target& target) {
    constexpr unsigned kPool = 512;  // more than there are
    driver::ClientSession session;
    for (unsigned pages = kPool; pages != 0; pages--) {
        if (!session.open(target.device_class, 0, pages)) continue;
        (void)session.close();
        return pages;
    }
    return 0;
}

}  // namespace glenda::hostile
