// SPDX-License-Identifier: MIT
// Prints so many lines of 64 bytes, each with its number: `run text LINES`.
#include "glenda/format.h"
#include "glenda/number.h"
#include "glenda/print.h"

using namespace glenda;

namespace {

constexpr std::string_view kRest = ": the quick brown fox jumps over the lazy dog again, as";  // 55 bytes

/// Collects lines, so that a message has as many as fit.
struct Page {
    char bytes[832];
    std::size_t size = 0;

    void add(std::string_view text) { size += text.copy(bytes + size, sizeof(bytes) - size); }
    void flush() {
        write_output({bytes, size});
        size = 0;
    }
};

}  // namespace

int main(int argc, char** argv) {
    const auto lines = to_number(argc == 2 ? argv[1] : "");
    if (!lines) {
        print("usage: text LINES\n");
        return 2;
    }
    static Page page;
    for (std::uint64_t i = 0; i < *lines; i++) {
        page.add(FixedText<9>("{:>08}", i).view());
        page.add(kRest);
        page.add("\n");
        if (page.size + 64 > sizeof(page.bytes)) page.flush();
    }
    page.flush();
    return 0;
}
