// SPDX-License-Identifier: MIT
// A virtio GPU as a frame buffer: pixels in memory, and commands that show them. VIRTIO 1.2, section 5.7, 2D only.
//
// A "resource" is a picture that the host keeps. Memory is attached to it (its backing); Transfer copies pixels from
// there to the host; Flush shows them, if the resource is a screen's (a "scanout"). To paint:
//
//     create, attach, show                     once
//     write pixels, transfer, flush            for each change
//
// Commands are done one after the other: after each, wait for its answer.
#pragma once

#include "driver/virtio_mmio.h"

namespace glenda::driver {

class GpuDevice {
public:
    static constexpr unsigned kMaxRuns = 64;
    static constexpr unsigned kBytesPerPixel = 4;  // blue, green, red, nothing

    struct Rect {
        std::uint32_t x, y, width, height;
    };

    explicit GpuDevice(Mmio registers) : transport_(registers) {}

    VirtioResult<void> start(DmaPool& pool);

    /// Each returns false if a command is under way, or its arguments are too long.
    bool ask_size();
    bool remove(std::uint32_t resource);
    bool create(std::uint32_t resource, std::uint32_t width, std::uint32_t height);
    bool attach(std::uint32_t resource, std::span<const Buffer> backing);
    bool show(std::uint32_t resource, Rect part);
    /// `offset`: of the rectangle's first pixel in the backing, in bytes.
    bool transfer(std::uint32_t resource, Rect part, std::uint64_t offset);
    bool flush(std::uint32_t resource, Rect part);

    enum class Answer { Ok, Refused };
    /// The answer to the last command, once it has come.
    std::optional<Answer> finish();
    /// The first screen's size: after ask_size. Nothing if there is no screen.
    std::optional<Rect> size() const;

    void take_interrupt() { (void)transport_.take_interrupt(); }
    /// The device has given up: it will do nothing before a new start.
    bool needs_reset() const { return transport_.needs_reset(); }
    QueueFault fault() const { return queue_.fault(); }

private:
    static constexpr unsigned kQueue = 0;
    static constexpr std::uint64_t kAnswerAt = 2048;  // in the page of commands
    enum Command : std::uint32_t {
        kGetDisplayInfo = 0x0100,
        kCreate2d = 0x0101,
        kUnref = 0x0102,
        kSetScanout = 0x0103,
        kFlush = 0x0104,
        kTransfer2d = 0x0105,
        kAttachBacking = 0x0106,
    };
    enum Response : std::uint32_t { kOkNoData = 0x1100, kOkDisplayInfo = 0x1101 };
    static constexpr std::uint32_t kFormatBgrx = 2;

    struct Header {
        std::uint32_t type = 0, flags = 0;
        std::uint64_t fence = 0;
        std::uint32_t context = 0, ring = 0;
    };
    struct Create {
        Header header;
        std::uint32_t resource, format, width, height;
    };
    struct Unref {
        Header header;
        std::uint32_t resource, reserved;
    };
    struct Attach {
        Header header;
        std::uint32_t resource, count;
        struct {
            std::uint64_t address;
            std::uint32_t size, reserved;
        } entries[kMaxRuns];
    };
    struct SetScanout {
        Header header;
        Rect part;
        std::uint32_t screen, resource;
    };
    struct Flush {
        Header header;
        Rect part;
        std::uint32_t resource, reserved;
    };
    struct Transfer {
        Header header;
        Rect part;
        std::uint64_t offset;
        std::uint32_t resource, reserved;
    };
    struct DisplayInfo {
        Header header;
        struct {
            Rect place;
            std::uint32_t enabled, flags;
        } screens[16];
    };
    static_assert(sizeof(Header) == 24 && sizeof(DisplayInfo) == 408 && sizeof(Attach) <= kAnswerAt);

    template <typename T>
    bool command(const T& request, std::size_t size = sizeof(T));

    VirtioMmio transport_;
    Virtqueue queue_{};
    DmaMemory page_{};  // the command, and its answer
    Response expected_{};
};

}  // namespace glenda::driver
