# SPDX-License-Identifier: MIT
# The student's side: grading and handing in.

# Results of all labs lie together in build/grade, whatever folder a lab builds in.
LAB_HOME := $(patsubst %/lab$(LAB),%,$(BUILD))
LAB_RUN = cd grade && GLENDA_BUILD='$(LAB_HOME)' $(PYTHON) -m lab
# What was said on make's command line, for the make that the grader runs.
LAB_SAID = $(foreach v,BUILD CXX_RISCV HOST_CXX QEMU FAST_PATH,$(if $(filter command%,$(origin $(v))),--make '$(v)=$($(v))'))
TEST ?=
EX ?=
HIDDEN ?=
JOBS ?=

.PHONY: grade handin lab-built
grade: qemu-is-new-enough ## run the lab's tests: LAB=2, TEST=name, EX=2.3, JOBS=4
	$(Q)$(LAB_RUN) grade --lab $(LAB) $(if $(TEST),--test '$(TEST)') $(if $(EX),--ex '$(EX)') $(if $(JOBS),-j $(JOBS)) \
	  $(if $(HIDDEN),--hidden '$(abspath $(HIDDEN))') $(if $(STRICT),--strict) $(LAB_SAID)

handin: ## pack your work into build/grade/, to hand it in
	$(Q)$(LAB_RUN) handin --lab $(LAB) $(LAB_SAID)

# For the grader: everything, and where it is.
lab-built: all
	@echo 'built $(KERNEL) $(INITRD)'

# --- help on the way --------------------------------------------------------------------------------------

.PHONY: hint progress next-lab doctor walk record replay
hint: ## one hint more: EX=2.3
	$(Q)$(LAB_RUN) hint --ex '$(EX)'

progress: ## what is solved, what it scored, and what comes next
	$(Q)$(LAB_RUN) progress --lab $(LAB)

next-lab: ## fetch the next lab, or mends, and merge them into your work
	$(Q)$(LAB_RUN) next-lab

doctor: ## is this computer ready? What is not, and the command that mends it
	$(Q)$(LAB_RUN) doctor

# These use what this lab builds; a recording has its own copy of it.
LAB_HERE = cd grade && GLENDA_BUILD='$(BUILD)' $(PYTHON) -m lab
walk: all ## GDB leads through the lab's path; PAUSE=1 waits for Enter at each stop
	$(Q)GLENDA_PAUSE=$(PAUSE) && export GLENDA_PAUSE && $(LAB_HERE) walk --lab $(LAB)

record: all ## run one test and keep the run: TEST=name
	$(Q)$(LAB_HERE) replay --record --test '$(TEST)'

replay: ## GDB in the recorded run, forwards and backwards: TEST=name
	$(Q)$(LAB_HERE) replay --test '$(TEST)'
