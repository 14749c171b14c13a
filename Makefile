# The words people and CI use. `make` alone prints them; the text after ## is their sentence.
SHELL := /bin/bash
MAKEFLAGS += --no-print-directory
# The pinned Node, nx, vitest and slipway, without the 250 ms that npx takes to find them.
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

ENGINE := infra/engine/engine.sh
# A refusal (status 3) is printed and left to those targets and tests that need an engine.
TRY_ENGINE := $(ENGINE) start || [ $$? -eq 3 ]

.DEFAULT_GOAL := help
.PHONY: help setup run images test check bench engine rootfs smoke ci clean

help:
	@awk -F ': .*## ' '/^[a-z]+: .*## / { printf "make %-7s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: ## Install the pinned Node, the npm packages and what Debian packages are missing; quick when nothing is.
	@scripts/setup.sh

run: setup ## Build, deploy and prove the example fleet.
	@$(TRY_ENGINE)
	@slipway run

images: setup ## Build the agents of examples/fleet on each base, and start every image.
	@$(TRY_ENGINE)
	@node scripts/images.ts

test: ## Run every test, unit and end-to-end.
	@scripts/setup.sh tests
	@$(TRY_ENGINE)
	@vitest run $(VITEST_FLAGS)

check: setup ## Check format, lint, types, unused code, forbidden text and the architecture.
	@scripts/check.sh

bench: setup ## Measure against C, git, b3sum, openssl, Nx and Turborepo; ROWS=cold,warm for parts, KEEP=folder for its trees.
	@node scripts/bench.ts

engine: setup ## Use the container engine in reach, or install and start one of our own, which needs root.
	@$(ENGINE) start

rootfs: setup ## Build the Debian root file system and push it to the loopback registry.
	@nx run rootfs:push

smoke: setup ## Run every sealed smoke run and verify its signed transcript.
	@slipway run --targets=verify-boot

ci: ## Do what CI does: every test, every check, one line of totals.
	@.ci/run

clean: ## Remove what runs here left behind and stop the engine that we started.
	@if [ -x node_modules/.bin/slipway ]; then slipway clean; fi
	@$(ENGINE) stop
