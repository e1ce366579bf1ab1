// SPDX-License-Identifier: MIT
// See gpu_device.h.
#include "gpu_device.h"

#include <cstring>

#include "driver/shared.h"
#include "util/result.h"

namespace glenda::driver {

VirtioResult<void> GpuDevice::start(DmaPool& pool) {
    TRY_VOID(transport_.begin(VirtioId::Gpu, 0));
    TRY(queue, transport_.make_queue(kQueue, 4, pool));
    const auto page = pool.take(kPageSize);
    CHECK(page, VirtioError::NoMemory);
    queue_ = queue;
    page_ = *page;
    transport_.go();
    return {};
}

/// Sends the first `size` bytes of `request`.
template <typename T>
bool GpuDevice::command(const T& request, std::size_t size) {
    if (queue_.in_flight() != 0) return false;
    expected_ = request.header.type == kGetDisplayInfo ? kOkDisplayInfo : kOkNoData;
    std::memcpy(page_.address, &request, size);
    std::memset(page_.address + kAnswerAt, 0, sizeof(DisplayInfo));
    const Buffer asked = page_.buffer(0, size), answer = page_.buffer(kAnswerAt, sizeof(DisplayInfo));
    if (!queue_.add({&asked, 1}, {&answer, 1})) return false;
    transport_.kick(kQueue, queue_);
    return true;
}

bool GpuDevice::ask_size() {
    struct {
        Header header;
    } request{{.type = kGetDisplayInfo}};
    return command(request);
}

bool GpuDevice::create(std::uint32_t resource, std::uint32_t width, std::uint32_t height) {
    return command(Create{{.type = kCreate2d}, resource, kFormatBgrx, width, height});
}

bool GpuDevice::remove(std::uint32_t resource) { return command(Unref{{.type = kUnref}, resource, 0}); }

bool GpuDevice::attach(std::uint32_t resource, std::span<const Buffer> backing) {
    if (backing.size() > kMaxRuns) return false;
    Attach request{{.type = kAttachBacking}, resource, std::uint32_t(backing.size()), {}};
    for (std::size_t i = 0; i < backing.size(); i++) request.entries[i] = {backing[i].physical, backing[i].size, 0};
    return command(request, offsetof(Attach, entries) + backing.size() * sizeof(request.entries[0]));
}

bool GpuDevice::show(std::uint32_t resource, Rect part) {
    return command(SetScanout{{.type = kSetScanout}, part, 0, resource});
}

bool GpuDevice::transfer(std::uint32_t resource, Rect part, std::uint64_t offset) {
    return command(Transfer{{.type = kTransfer2d}, part, offset, resource, 0});
}

bool GpuDevice::flush(std::uint32_t resource, Rect part) { return command(Flush{{.type = kFlush}, part, resource, 0}); }

std::optional<GpuDevice::Answer> GpuDevice::finish() {
    if (!queue_.pop()) return std::nullopt;
    const std::uint32_t type = shared::load(page_.at<Header>(kAnswerAt).type);
    return type == expected_ ? Answer::Ok : Answer::Refused;
}

std::optional<GpuDevice::Rect> GpuDevice::size() const {
    const DisplayInfo& info = page_.at<DisplayInfo>(kAnswerAt);
    if (info.header.type != kOkDisplayInfo || info.screens[0].enabled == 0) return std::nullopt;
    return info.screens[0].place;
}

}  // namespace glenda::driver
