# SPDX-License-Identifier: MIT
# The handouts as a site. Nothing comes from the network, neither when it is built nor when it is read.

PORT ?= 8000
MKDOCS = $(PYTHON) -m mkdocs
# Whatever folder a student's lab builds in.
SITE = $(or $(LAB_HOME),$(BUILD))/handouts

# Few need the site, so its packages are not among those of `make deps`.
.PHONY: handouts handouts-serve handouts-pdf handouts-figures handouts-tools
handouts-tools:
	$(Q)$(PYTHON) -c 'import pymdownx, mkdocs.utils as u; assert "material" in u.get_theme_names()' 2> /dev/null || { \
	  echo '  The site is made with MkDocs and its theme Material, which are not here yet.'; sh grade/deps.sh mkdocs mkdocs-material; }

handouts: handouts-tools ## the handouts as a site, in build/handouts
	$(call say,MKDOCS,$(SITE)/index.html)
	$(Q)$(MKDOCS) build --quiet --strict --clean --site-dir '$(abspath $(SITE))'

handouts-serve: handouts-tools ## the same, at http://127.0.0.1:8000 (PORT=n), as it is while you edit it
	$(Q)$(MKDOCS) serve --quiet --dev-addr 127.0.0.1:$(PORT)

handouts-pdf: handouts ## the same on paper: a PDF a page, in build/handouts-pdf
	$(call say,PDF,$(SITE)-pdf)
	$(Q)$(PYTHON) handouts/pdf.py '$(SITE)' '$(SITE)-pdf'

# The pictures are in the tree, so that nobody else needs Graphviz.
handouts-figures: ## draw the handouts' pictures anew from their .dot files
	$(Q)command -v dot > /dev/null || sh grade/deps.sh graphviz
	$(Q)$(PYTHON) handouts/figures.py
