// SPDX-License-Identifier: MIT
// See loading.h.
#include "loading.h"

#include "format/cpio.h"
#include "glenda/format.h"

namespace glenda::shell {

std::optional<ElfFile> find_program(std::string_view name) {
    static constinit long size = 0;  // of the initrd, which is mapped when it is first needed
    if (size <= 0) size = space::map_initrd(kInitrd);
    if (size < 0) return std::nullopt;
    const Cpio files({reinterpret_cast<const std::byte*>(kInitrd), std::size_t(size)});
    const auto file = files.find(FixedText<64>("bin/{}", name).view());
    if (!file) return std::nullopt;
    const auto program = ElfFile::parse(file->data);
    return program ? std::optional(*program) : std::nullopt;
}

long give_pages(long to, std::uint64_t address, std::uint64_t size, MapFlags flags, std::uint64_t offset,
                Bytes contents) {
    if (const long error = space::map(kOwnVSpace, kWindow, size, MapFlags::ReadWrite); error < 0) return error;
    __builtin_memcpy(reinterpret_cast<std::byte*>(kWindow) + offset, contents.data(), contents.size());
    const long result = space::share(to, address, size, flags, kWindow);
    space::unmap(kOwnVSpace, kWindow, size);
    return result;
}

long give_stack(long to, char** arguments, FirstRegisters& first) {
    // The last page of the stack:    | ... | argv[0] argv[1] ... null | texts |
    alignas(16) static std::byte page[kPageSize];
    constexpr std::uint64_t kPage = kStackTop - kPageSize;
    std::size_t count = 0, bytes = 0;
    for (; arguments[count] != nullptr; count++) bytes += __builtin_strlen(arguments[count]) + 1;
    const std::size_t pointers = (count + 1) * sizeof(std::uint64_t);
    if (bytes + pointers + 16 > kPageSize) return -long(Error::BadArgument);

    std::size_t text = kPageSize - bytes;
    const std::size_t argv = align_down(text - pointers, 16);
    for (std::size_t i = 0; i < count; i++) {
        const std::uint64_t address = kPage + text;
        __builtin_memcpy(page + argv + i * sizeof(address), &address, sizeof(address));
        const std::size_t size = __builtin_strlen(arguments[i]) + 1;
        __builtin_memcpy(page + text, arguments[i], size);
        text += size;
    }
    __builtin_memset(page + argv + count * sizeof(std::uint64_t), 0, sizeof(std::uint64_t));
    first.sp = first.a1 = kPage + argv;
    first.a0 = count;
    return give_pages(to, kStackTop - kStackSize, kStackSize, MapFlags::ReadWrite, kStackSize - kPageSize, page);
}

}  // namespace glenda::shell
