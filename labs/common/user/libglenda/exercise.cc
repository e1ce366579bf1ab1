// SPDX-License-Identifier: MIT
// What a program does where code is missing that you have not written yet: it names the exercise, and ends. See
// kernel/debug/exercise.h.
//
// The root task ends by switching the machine off. Any other program says the same and exits, and whoever watches it
// goes on.
#include "../../kernel/debug/exercise.h"

#include "glenda/environment.h"
#include "glenda/print.h"

namespace glenda {

void report_missing(const Exercise& exercise) {
    print("\nExercise {} is missing: {}, {}()\n", exercise.number, exercise.file, exercise.function);
    exit(1);
}

}  // namespace glenda
