// SPDX-License-Identifier: MIT
// See placement.h.
#include "tasks/placement.h"

namespace glenda::factotum {

std::optional<Schedule> schedule_of(SchedClass wanted, std::int64_t nice) {
    switch (wanted) {
        case SchedClass::System:
            if (nice < Schedule::kLowestSystem || nice > Schedule::kHighestSystem) return std::nullopt;
            return Schedule{unsigned(nice), Schedule::kSlice};
        case SchedClass::Interactive:
            if (nice != 0) return std::nullopt;
            return Schedule{Schedule::kInteractive, Schedule::kSlice};
        case SchedClass::Normal:
            if (nice < -Schedule::kMostNice || nice > Schedule::kMostNice) return std::nullopt;
            return Schedule{unsigned(Schedule::kNormal - nice), Schedule::kSlice};
        case SchedClass::Batch:
            if (nice != 0) return std::nullopt;
            return Schedule{Schedule::kBatch, Schedule::kBatchSlice};
    }
    return std::nullopt;
}

unsigned Placement::least_loaded() const {
    unsigned best = 0;
    for (unsigned hart = 1; hart < harts_; hart++) {
        if (loads_[hart] < loads_[best]) best = hart;
    }
    return best;
}

}  // namespace glenda::factotum
