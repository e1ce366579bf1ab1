# SPDX-License-Identifier: MIT
# The labs: published from this tree. See labs/exporter/__init__.py.

# Why a published file changes, for students: make labs REASON='The comment said the opposite.'
REASON ?=
EXPORTER = cd labs && $(PYTHON) -m exporter --build '$(abspath $(BUILD))'

.PHONY: labs
labs: ## publish the labs into build/labs/public.git and private.git; only adds
	$(Q)$(EXPORTER) publish $(if $(REASON),--reason '$(REASON)')
