// SPDX-License-Identifier: MIT
// Reads a file of the folder that QEMU shares, and prints how long it is and a sum: `run fetch NAME [DRIVERS]`, over
// again until so many drivers have served the folder. The sum: each byte is added to 31 times what is before it.
#include "driver/process/file_server.h"
#include "glenda/number.h"
#include "glenda/print.h"

using namespace glenda;
using namespace glenda::driver;

namespace {

constexpr std::uint32_t kFile = 2;
constexpr std::uint32_t kPiece = FileServer::kMessageSize - 64;  // of the file, in an answer

FileServer server;

struct File {
    std::uint64_t size = 0, sum = 0;  // of what has been read
    bool is_whole = false;
};

Answer<void> open_file(std::string_view name) {
    TRY_VOID(server.attach());
    TRY_VOID(server.ask(p9::kWalk, [&](p9::Request& ask) {
        ask.put(FileServer::kRoot).put(kFile).put(std::uint16_t{1}).put_text(name);
    }));
    TRY_VOID(server.ask(p9::kOpen, [](p9::Request& ask) { ask.put(kFile).put(std::uint32_t{0}); }));
    return {};
}

/// Goes on where it was interrupted.
Answer<void> read_rest(std::string_view name, File& file) {
    TRY_VOID(open_file(name));
    while (!file.is_whole) {
        TRY(answer, server.ask(p9::kRead, [&](p9::Request& ask) { ask.put(kFile).put(file.size).put(kPiece); }));
        const auto piece = p9::take_counted(answer);
        for (const std::byte byte : piece) file.sum = file.sum * 31 + std::uint64_t(byte);
        file.size += piece.size();
        file.is_whole = piece.empty();
    }
    return {};
}

Answer<File> read(std::string_view name) {
    File file;
    for (;;) {
        const auto done = read_rest(name, file);
        if (done) return file;
        CHECK(done.error() == ServerError::Interrupted, done.error());
    }
}

Answer<void> fetch(std::string_view name, std::uint64_t drivers) {
    TRY_VOID(server.open(0));
    TRY(file, read(name));
    std::uint64_t times = 1;
    for (; server.epoch() < drivers; times++) {
        TRY(again, read(name));
        if (again.size != file.size || again.sum != file.sum) print("fetch: another file: {} bytes\n", again.size);
    }
    print("{} bytes, sum {:016x}, {} times, {} drivers\n", file.size, file.sum, times, server.epoch());
    return server.close();
}

}  // namespace

int main(int argc, char** argv) {
    const auto drivers = to_number(argc > 2 ? argv[2] : "1");
    if (argc < 2 || argc > 3 || !drivers) {
        print("usage: fetch NAME [DRIVERS]\n");
        return 2;
    }
    if (const auto done = fetch(argv[1], *drivers); !done) {
        print("fetch: {}\n", done.error());
        return 1;
    }
    return 0;
}
