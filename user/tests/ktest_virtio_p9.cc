// SPDX-License-Identifier: MIT
// Lists a folder of the host through 9P.
//
// Messages: the 9P2000.L protocol as the Linux kernel's documentation describes it. Numbers are little-endian; a
// message begins with its size (4 bytes), its type (1) and a tag (2).
#include <cstring>

#include "drivers/p9/p9_channel.h"
#include "glenda/print.h"
#include "virtio/virtio.h"

namespace glenda::ktest {

using namespace driver;

namespace {

enum Type : std::uint8_t { kOpen = 12, kReadDir = 40, kVersion = 100, kAttach = 104 };  // requests
constexpr unsigned kHeader = 7;
constexpr std::uint32_t kRoot = 1, kNoFile = ~0u, kNobody = ~0u;

/// A file server, asked one thing at a time.
class Folder {
public:
    Folder() {
        DmaPool pool(dma_.memory);
        need_started(channel_.start(pool));
    }
    P9Channel& channel() { return channel_; }

    Folder& begin(Type type) {
        type_ = type;
        size_ = kHeader;
        return *this;
    }
    template <typename T>
    Folder& put(T value) {
        std::memcpy(channel_.request().data() + size_, &value, sizeof(T));
        size_ += sizeof(T);
        return *this;
    }
    Folder& put_text(std::string_view text) {
        put(std::uint16_t(text.size()));
        std::memcpy(channel_.request().data() + size_, text.data(), text.size());
        size_ += unsigned(text.size());
        return *this;
    }
    /// Sends the message, and returns the answer's part behind its header. Empty if it is another type's.
    std::span<const std::byte> ask() {
        const std::uint32_t size = size_;
        const std::uint16_t tag = type_ == kVersion ? 0xffff : 1;
        std::memcpy(channel_.request().data(), &size, 4);
        channel_.request()[4] = std::byte(type_);
        std::memcpy(channel_.request().data() + 5, &tag, 2);
        EXPECT(channel_.send(size_));
        const auto answer = *hardware_.await(channel_, [&] { return channel_.take(); });
        EXPECT(answer.size() >= kHeader);
        EXPECT_EQ(answer[4], type_ + 1);
        return answer.size() >= kHeader && answer[4] == std::byte(type_ + 1) ? answer.subspan(kHeader)
                                                                             : answer.first(0);
    }

private:
    VirtioDevice hardware_{VirtioId::P9};
    DmaFrame dma_{};
    P9Channel channel_{hardware_.registers};
    Type type_{};
    unsigned size_ = 0;
};

template <typename T>
T take(std::span<const std::byte>& bytes) {
    T value{};
    if (bytes.size() < sizeof(T)) return value;
    std::memcpy(&value, bytes.data(), sizeof(T));
    bytes = bytes.subspan(sizeof(T));
    return value;
}

/// Prints a line for each entry of the answer to a ReadDir. Returns the offset of the next, or 0 at the end.
std::uint64_t print_entries(std::span<const std::byte> answer) {
    std::uint64_t offset = 0;
    for (auto left = answer.subspan(4); left.size() >= 24;) {
        left = left.subspan(13);  // what it is, in 13 bytes
        offset = take<std::uint64_t>(left);
        (void)take<std::uint8_t>(left);  // its type
        const std::size_t length = take<std::uint16_t>(left);
        if (length > left.size()) break;
        print("entry {}\n", std::string_view(reinterpret_cast<const char*>(left.data()), length));
        left = left.subspan(length);
    }
    return offset;
}

void list() {
    Folder folder;
    char tag[32];
    print("share {}\n", std::string_view(tag, folder.channel().tag(tag)));
    auto version = folder.begin(kVersion).put(std::uint32_t{P9Channel::kMaxMessage}).put_text("9P2000.L").ask();
    EXPECT(take<std::uint32_t>(version) <= P9Channel::kMaxMessage);
    EXPECT_EQ(folder.begin(kAttach).put(kRoot).put(kNoFile).put_text("").put_text("").put(kNobody).ask().size(), 13);
    (void)folder.begin(kOpen).put(kRoot).put(std::uint32_t{0}).ask();
    for (std::uint64_t offset = 0;;) {
        offset = print_entries(folder.begin(kReadDir).put(kRoot).put(offset).put(std::uint32_t{1024}).ask());
        if (offset == 0) break;
    }
    give_back_devices();
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {{"p9_list", list}};
    return run_cases(kCases);
}
