// SPDX-License-Identifier: MIT
// A naive model of the ready threads: a list for each priority.
#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <map>

#include "object/tcb.h"

namespace glenda::test {

/// A list for each priority, the highest first.
struct NaiveQueue {
    std::map<int, std::deque<Tcb*>, std::greater<>> queues;

    int highest() const {
        for (const auto& [priority, queue] : queues)
            if (!queue.empty()) return priority;
        return -1;
    }
    void erase(Tcb& tcb) {
        for (auto& [priority, queue] : queues) std::erase(queue, &tcb);
    }
    bool contains(Tcb& tcb) const {
        return std::any_of(queues.begin(), queues.end(), [&](const auto& entry) {
            return std::find(entry.second.begin(), entry.second.end(), &tcb) != entry.second.end();
        });
    }
    Tcb* pop() {
        const int at = highest();
        if (at < 0) return nullptr;
        Tcb* const first = queues[at].front();
        queues[at].pop_front();
        return first;
    }
};

}  // namespace glenda::test
