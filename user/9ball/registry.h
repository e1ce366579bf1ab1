// SPDX-License-Identifier: MIT
// The name service: maps names to endpoints, and keeps the clients that wait for a name.
//
// 9Ball keeps each registered capability, without the right to receive, and hands out copies whose badge is the
// client's process identifier. server.cc checks permissions.
#pragma once

#include <string_view>

#include "glenda/bootstrap.h"
#include "glenda/server.h"
#include "init_config.h"
#include "protocol/nineball.h"

namespace glenda::nineball {

class Registry {
public:
    static constexpr unsigned kMaxWaiting = 16;

    explicit Registry(Bootstrap& bootstrap) : bootstrap_(bootstrap) {}

    /// Registers the capability in slot `index` of `from` under `name`, replaces an earlier one, and replies to the
    /// clients that wait for it. `name` must outlive the registry.
    Answer<void> add(std::string_view name, CNode from, std::uint64_t index);
    /// Removes the name of a server that has ended.
    void remove(std::string_view name);

    /// What is registered under `name`, as its clients get it; 0 if nothing is.
    Endpoint endpoint(std::string_view name);

    /// Replies with the capability, for `badge`: at once, or, if the name is unknown and `flags` has Wait, when it is
    /// registered. `name` must outlive the registry.
    Reaction look_up(std::string_view name, Request& request, LookupFlags flags, Badge badge);
    /// Cancels the waits of a client that has ended.
    void forget_client(Badge client);

private:
    struct Entry {
        std::string_view name{};  // empty: free
        CPtr slot = 0;
    };
    struct Waiting {
        std::string_view name{};  // empty: free
        Badge client = 0;
        ReplyHandle reply{};
    };

    Entry* find(std::string_view name);
    void reply_to(ReplyHandle& caller, const Entry& entry, Badge client);
    void drop(CPtr slot);

    Bootstrap& bootstrap_;
    Entry entries_[InitConfig::kMaxServices];
    Waiting waiting_[kMaxWaiting];
};

}  // namespace glenda::nineball
