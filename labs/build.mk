# SPDX-License-Identifier: MIT
# The labs: published from this tree, and proved. See labs/exporter/__init__.py.

# Why a published file changes, for students: make labs REASON='The comment said the opposite.'
REASON ?=
# For make in the labs' trees: what was said on this make's command line.
LABS_SAID = $(foreach v,CXX_RISCV HOST_CXX QEMU,$(if $(filter command%,$(origin $(v))),--make '$(v)=$($(v))'))
EXPORTER = cd labs && $(PYTHON) -m exporter --build '$(abspath $(BUILD))' $(LABS_SAID)

.PHONY: labs lint-labs check-labs check-mutants calibrate
labs: ## publish the labs into build/labs/public.git and private.git; only adds
	$(Q)$(EXPORTER) publish $(if $(REASON),--reason '$(REASON)')

lint-labs: ## what is wrong in the sources of the labs, in a second
	$(Q)$(EXPORTER) lint

check-labs: ## prove the labs: every stopping point boots and scores, students can merge, nothing leaks; QUICK=1
	$(Q)$(EXPORTER) check $(if $(QUICK),--quick)
	$(Q)GLENDA_BUILD='$(BUILD)' $(PYTHON) -m pytest -q -c grade/pytest.ini labs/proofs

check-mutants: ## try wrong solutions: the tests must catch every one; LAB=2 ONLY=2.1-rights-gained,... CARRIED=1
	$(Q)$(EXPORTER) mutants $(if $(LAB),--lab $(LAB)) $(if $(ONLY),--only '$(ONLY)') $(if $(CARRIED),--carried)

calibrate: ## record the score of every stopping point and the tests' limits in lab.toml; LAB=2
	$(Q)$(EXPORTER) calibrate $(if $(LAB),--lab $(LAB))

# --- as students and instructors see it -------------------------------------------------------------------

# The solved tree of a lab, with nothing of the others' solutions. What is built there stays, so the next time is quick.
LAB_TREE = $(BUILD)/labs/trees/sol$(LAB)
# Lab 1 begins with a kernel that works, and takes it apart: its walk leads through the beginning.
walk: LAB_TREE = $(BUILD)/labs/trees/$(if $(filter 1,$(LAB)),lab,sol)$(LAB)
IN_LAB_TREE = $(EXPORTER) tree $(notdir $(LAB_TREE)) '$(abspath $(LAB_TREE))' && $(MAKE) --no-print-directory -C '$(abspath $(LAB_TREE))' LAB=$(LAB)

.PHONY: walk grade-class
walk: ## GDB leads through a lab's path: LAB=2; PAUSE=1 waits for Enter at each stop
	$(if $(LAB),,$(error Say which: make walk LAB=1))
	$(Q)$(IN_LAB_TREE) walk PAUSE=$(PAUSE)

# MACHINES=file: one ssh login a line; SLURM=1: write an array job; HIDDEN=folder; JOBS=n. Folders and files come by the
# environment, so they may have any name.
grade-class: ## grade a folder of submissions, each in a sandbox: DIR=submissions LAB=2
	$(if $(and $(DIR),$(LAB)),,$(error Say what: make grade-class DIR=submissions LAB=2))
	$(Q)cd grade && GLENDA_BUILD='$(BUILD)' $(PYTHON) -m classroom --lab $(LAB) $(if $(JOBS),--jobs $(JOBS)) $(if $(SLURM),--slurm) \
	  $(if $(MACHINES),--machines "$$MACHINES") $(if $(HIDDEN),--hidden "$$HIDDEN") "$$DIR"
