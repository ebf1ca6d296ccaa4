# Every habit of this repository by its name; `make` alone lists them.

PYTHON ?= python3
RUN := .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help demo test lint fmt bench messages lock

help: ## List these commands.
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile

demo: .venv/installed ## Set everything up and serve the portal on http://127.0.0.1:8000 (PORT= changes it).
	@PORT="$(PORT)" exec $(RUN) -m reform_portal.demo

test: .venv/installed ## Run every test (ARGS= goes to pytest, as in ARGS="-k journey").
	@$(RUN) -m pytest --numprocesses=auto --dist=worksteal $(ARGS)

lint: .venv/installed ## Check style, templates, import directions, migrations and settings.
	@$(RUN) -m ruff check .
	@$(RUN) -m ruff format --check .
	@.venv/bin/djlint templates --lint --quiet
	@.venv/bin/lint-imports
	@$(RUN) manage.py makemigrations --check --dry-run
	@HTTPS=on DATABASE_URL=postgresql://portal@localhost/portal ALLOWED_HOSTS=portal.example \
		SECRET_KEY="$$(head -c 48 /dev/urandom | base64)" $(RUN) manage.py check --deploy --fail-level WARNING

fmt: .venv/installed ## Put the code in shape (templates are linted, never reformatted).
	@$(RUN) -m ruff check --fix .
	@$(RUN) -m ruff format .

bench: .venv/installed ## Measure pages and sealing (takes a minute).
	@$(RUN) tests/load/bench.py

messages: .venv/installed ## Extract and compile translations (needs gettext).
	@$(RUN) manage.py makemessages --locale=vi --add-location=file --no-obsolete --ignore=.venv --ignore=var --ignore=tests --ignore=fixtures
	@$(RUN) manage.py compilemessages --ignore=.venv

lock: ## Rewrite requirements.lock from pyproject.toml (needs uv).
	@uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 \
		--generate-hashes --no-header --output-file requirements.lock

.venv/installed: requirements.lock
	@command -v $(PYTHON) >/dev/null || { echo "Python is missing: apt-get install python3 python3-venv"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "$(PYTHON) is older than 3.11, which the portal needs: name a newer one, as in: make demo PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
		|| { echo "Python's venv module is missing: apt-get install python3-venv"; exit 1; }
	@echo "Installing the Python packages into .venv (about half a minute)"
	@$(RUN) -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv
	@$(RUN) -m pip install --disable-pip-version-check --no-input --require-hashes --requirement requirements.lock
	@touch $@
