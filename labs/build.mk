# SPDX-License-Identifier: MIT
# The labs: published from this tree, and proved. See labs/exporter/__init__.py.

# Why a published file changes, for students: make labs REASON='The comment said the opposite.'
REASON ?=
# For make in the labs' trees: what was said on this make's command line.
LABS_SAID = $(foreach v,CXX_RISCV HOST_CXX QEMU,$(if $(filter command%,$(origin $(v))),--make '$(v)=$($(v))'))
EXPORTER = cd labs && $(PYTHON) -m exporter --build '$(abspath $(BUILD))' $(LABS_SAID)

.PHONY: labs lint-labs check-labs calibrate
labs: ## publish the labs into build/labs/public.git and private.git; only adds
	$(Q)$(EXPORTER) publish $(if $(REASON),--reason '$(REASON)')

lint-labs: ## what is wrong in the sources of the labs, in a second
	$(Q)$(EXPORTER) lint

check-labs: ## prove the labs: every stopping point boots and scores, students can merge, nothing leaks; QUICK=1
	$(Q)$(EXPORTER) check $(if $(QUICK),--quick)

calibrate: ## record the score of every stopping point and the tests' limits in lab.toml; LAB=2
	$(Q)$(EXPORTER) calibrate $(if $(LAB),--lab $(LAB))
