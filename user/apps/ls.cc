// SPDX-License-Identifier: MIT
// Lists the folder of the host that QEMU shares: `run ls`. `run ls bad` first sends what is no message of 9P.
//
// Messages: the 9P2000.L protocol as the Linux kernel's documentation describes it. Numbers are little-endian; a
// message begins with its size (4 bytes), its type (1) and a tag (2).
#include <cstring>

#include "glenda/devices.h"
#include "glenda/environment.h"
#include "glenda/print.h"
#include "glenda/slots.h"
#include "protocol/p9.h"

using namespace glenda;

namespace {

constexpr CPtr kUnicorn = kSlotFirstFree, kDevice = kSlotFirstFree + 1;
enum Type : std::uint8_t { kOpen = 12, kReadDir = 40, kVersion = 100, kAttach = 104, kClunk = 120 };  // requests
constexpr unsigned kHeader = 7;
constexpr std::uint32_t kRoot = 1, kNoFile = ~0u, kNobody = ~0u;
constexpr std::uint32_t kPiece = 800;  // bytes of entries in an answer

/// A message in the making.
class Tmessage {
public:
    explicit Tmessage(Type type) : type_(type) {}

    template <typename T>
    Tmessage& put(T value) {
        std::memcpy(bytes_ + size_, &value, sizeof(T));
        size_ += sizeof(T);
        return *this;
    }
    Tmessage& put_text(std::string_view text) {
        put(std::uint16_t(text.size()));
        std::memcpy(bytes_ + size_, text.data(), text.size());
        size_ += unsigned(text.size());
        return *this;
    }
    /// Sends it, and returns the part of the answer behind its header, which is in `reply`. Broken: not such an answer.
    Answer<std::span<const std::byte>> ask(Received& reply) {
        const std::uint16_t tag = type_ == kVersion ? 0xffff : 1;
        std::memcpy(bytes_, &size_, 4);
        bytes_[4] = std::byte(type_);
        std::memcpy(bytes_ + 5, &tag, 2);
        const std::span<const std::byte> message(bytes_, size_);
        TRY_VOID(transact(Endpoint(kDevice), MessageWriter(P9Method::Transact).bytes(message), reply));
        const auto answer = reply.reader().bytes();
        CHECK(answer.size() >= kHeader && answer[4] == std::byte(type_ + 1), ServerError::Broken);
        return answer.subspan(kHeader);
    }

private:
    std::byte bytes_[128]{};
    std::uint32_t size_ = kHeader;
    Type type_;
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
    const std::uint32_t size = take<std::uint32_t>(answer);
    for (auto left = answer.first(std::min<std::size_t>(size, answer.size())); left.size() >= 24;) {
        left = left.subspan(13);  // what it is, in 13 bytes
        offset = take<std::uint64_t>(left);
        (void)take<std::uint8_t>(left);  // its type
        const std::size_t length = take<std::uint16_t>(left);
        if (length > left.size()) return 0;
        const std::string_view name(reinterpret_cast<const char*>(left.data()), length);
        if (name != "." && name != "..") print("{}\n", name);
        left = left.subspan(length);
    }
    return offset;
}

Answer<void> list() {
    TRY(unicorn, devices::find_unicorn(kUnicorn));
    TRY_VOID(devices::lookup(unicorn, "9p", 0, kDevice));
    Received reply;
    TRY_VOID(Tmessage(kVersion).put(kP9MessageSize).put_text("9P2000.L").ask(reply));
    TRY_VOID(Tmessage(kAttach).put(kRoot).put(kNoFile).put_text("").put_text("").put(kNobody).ask(reply));
    TRY_VOID(Tmessage(kOpen).put(kRoot).put(std::uint32_t{0}).ask(reply));
    for (std::uint64_t offset = 0;;) {
        TRY(entries, Tmessage(kReadDir).put(kRoot).put(offset).put(kPiece).ask(reply));
        offset = print_entries(entries);
        if (offset == 0) break;
    }
    TRY_VOID(Tmessage(kClunk).put(kRoot).ask(reply));
    return {};
}

/// The host's server gives up, and its driver with it. The next request is for the next driver.
void send_garbage() {
    const auto unicorn = devices::find_unicorn(kUnicorn);
    if (!unicorn || !devices::lookup(*unicorn, "9p", 0, kDevice)) return;
    const std::byte bytes[3] = {};
    const auto answer = transact(Endpoint(kDevice), MessageWriter(P9Method::Transact).bytes(bytes));
    print("ls: garbage: {}\n", std::string_view(answer ? "accepted" : name_of(answer.error())));
    (void)environment().cnode.remove(kDevice);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc > 1 && std::string_view(argv[1]) == "bad") send_garbage();
    if (const auto listed = list(); !listed) {
        print("ls: {}\n", listed.error());
        return 1;
    }
    return 0;
}
