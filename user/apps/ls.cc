// SPDX-License-Identifier: MIT
// Lists the folder of the host that QEMU shares: `run ls`. `run ls bad` first sends what is no message of 9P.
#include "driver/process/file_server.h"
#include "glenda/print.h"

using namespace glenda;
using namespace glenda::driver;

namespace {

FileServer server;

Answer<void> list() {
    TRY_VOID(server.attach());
    TRY_VOID(server.ask(p9::kOpen, [](p9::Request& ask) { ask.put(FileServer::kRoot).put(std::uint32_t{0}); }));
    std::uint64_t offset = 0;
    do {
        TRY(entries, server.ask(p9::kReadDir, [&](p9::Request& ask) {
            ask.put(FileServer::kRoot).put(offset).put(std::uint32_t{2000});
        }));
        offset = p9::each_entry(entries, [](std::string_view name) {
            if (name != "." && name != "..") print("{}\n", name);
        });
    } while (offset != 0);
    return {};
}

/// The host's server gives up, and its driver with it. The next request is for the next driver.
void send_garbage() {
    std::memset(server.request(), 0, 3);
    const auto answer = server.transact(3);
    print("ls: garbage: {}\n", std::string_view(answer ? "accepted" : name_of(answer.error())));
}

}  // namespace

int main(int argc, char** argv) {
    auto done = server.open(0);
    if (done && argc > 1 && std::string_view(argv[1]) == "bad") send_garbage();
    if (done) done = list();
    if (done) done = server.close();
    if (!done) print("ls: {}\n", done.error());
    return done ? 0 : 1;
}
