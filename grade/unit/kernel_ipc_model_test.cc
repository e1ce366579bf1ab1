// SPDX-License-Identifier: MIT
//
// kernel/ipc/: random IPC between threads agrees with a naive model after each step, with and without the fast path.
#include <algorithm>

#include "call/switches.h"
#include "model/ipc_model.h"

namespace glenda::test {
namespace {

TEST_F(IpcModel, RandomConversationsMatchAndTheFastPathDecidesNothingDifferently) {
    for (unsigned seed = 1; seed <= 4; seed++) {
        std::vector<std::uint64_t> seen[2];
        for (const bool is_fast : {false, true}) {
            begin(seed);
            fast_path_is_on = is_fast;
            converse(seen[is_fast]);
            if (HasFatalFailure()) FAIL() << "seed " << seed << (is_fast ? ", fast" : ", slow");
        }
        const auto differ = std::mismatch(seen[0].begin(), seen[0].end(), seen[1].begin(), seen[1].end());
        ASSERT_TRUE(differ.first == seen[0].end()) << "seed " << seed << ", step " << differ.first - seen[0].begin();
        for (unsigned step = 0; step < kSteps; step++) EXPECT_GT(done_[step], 15u) << "step " << step;
    }
}

}  // namespace
}  // namespace glenda::test
