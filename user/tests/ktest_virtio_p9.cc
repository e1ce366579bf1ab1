// SPDX-License-Identifier: MIT
// Lists a folder of the host through 9P.
#include "drivers/p9/p9_channel.h"
#include "drivers/p9/p9_message.h"
#include "glenda/print.h"
#include "virtio/virtio.h"

namespace glenda::ktest {

using namespace driver;

namespace {

constexpr std::uint32_t kRoot = 1;
constexpr std::uint32_t kRoom = 8192;  // for an answer

/// A file server, asked one thing at a time.
class Folder {
public:
    Folder() {
        DmaPool pool({dma_.memory.address, dma_.memory.physical, kMiB});
        need_started(channel_.start(pool));
    }
    const P9Channel& channel() const { return channel_; }

    /// Asks what `fill` has written. Returns the answer's part behind its header; empty if it is another type's.
    template <typename Fill>
    std::span<const std::byte> ask(p9::Type type, Fill fill) {
        p9::Request request(dma_.memory.address + kMiB, type);
        fill(request);
        const Buffer room = dma_.memory.buffer(kMiB + kPageSize, kRoom);
        EXPECT(channel_.send(dma_.memory.buffer(kMiB, request.finish()), {&room, 1}, 7));
        channel_.kick();
        const auto done = *hardware_.await(channel_, [&] { return channel_.complete(); });
        EXPECT_EQ(done.token, 7);
        const auto answer = p9::answer_to(type, {dma_.memory.address + kMiB + kPageSize, done.length});
        EXPECT(answer.has_value());
        return answer.value_or(std::span<const std::byte>());
    }

private:
    VirtioDevice hardware_{VirtioId::P9};
    DmaFrame dma_{};
    P9Channel channel_{hardware_.registers};
};

void list() {
    Folder folder;
    char tag[32];
    print("share {}\n", std::string_view(tag, folder.channel().tag(tag)));
    auto version = folder.ask(p9::kVersion, [](p9::Request& ask) { ask.put(kRoom).put_text("9P2000.L"); });
    EXPECT(p9::take<std::uint32_t>(version) <= kRoom);
    const auto attached = folder.ask(p9::kAttach, [](p9::Request& ask) {
        ask.put(kRoot).put(p9::kNoFile).put_text("").put_text("").put(p9::kNobody);
    });
    EXPECT_EQ(attached.size(), 13);
    (void)folder.ask(p9::kOpen, [](p9::Request& ask) { ask.put(kRoot).put(std::uint32_t{0}); });
    std::uint64_t offset = 0;
    do {
        const auto entries =
            folder.ask(p9::kReadDir, [&](p9::Request& ask) { ask.put(kRoot).put(offset).put(std::uint32_t{1024}); });
        offset = p9::each_entry(entries, [](std::string_view name) { print("entry {}\n", name); });
    } while (offset != 0);
    give_back_devices();
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {{"p9_list", list}};
    return run_cases(kCases);
}
