// SPDX-License-Identifier: MIT
// The name service: which endpoint stands behind a name, and who waits for one.
//
// 9Ball keeps each registered capability in a slot of its own, without the right to receive, and gives out copies that
// carry the client's process identifier. Who may ask is the server's business.
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

    /// Remember the capability in `index` of `from` under `name`, instead of any that was known before, and answer who
    /// waited for it. `name` must live as long as this.
    Answer<void> add(std::string_view name, CNode from, std::uint64_t index);
    /// Forget the name: its server has ended.
    void remove(std::string_view name);

    /// Answer with the capability, now or, if the name is not known and `flags` says so, when it is. `name` must live
    /// as long as this.
    Reaction look_up(std::string_view name, Request& request, LookupFlags flags);
    /// A client has ended: nobody waits any more.
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
