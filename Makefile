# Two commands for a newcomer: `make run` and `make test`. The others keep the project whole.
#
# Everything is built with cargo's dev profile. `make run` and `make test` then share one
# build of the dependencies (about three minutes on two cores, paid once), where a profile of
# its own for `make run` would build nearly all of them again; and the dev profile already
# compiles the crates whose slowness is felt (hashing, encryption, decimals) optimised.
# `make run PROFILE=release` serves at full speed, after a build of some five minutes.

PROFILE ?= dev

.DEFAULT_GOAL := help
.PHONY: help run test bench check format clippy sqlx-offline contract licences scripts lint
.PHONY: openapi clients browser oidc fuzz

help: ## Say what each target does
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Set up what is missing, build, start Anju with the demo programme
	@scripts/setup compiler database
	@exec scripts/env cargo run --profile $(PROFILE) -- serve --demo

test: ## Run all tests
	@scripts/setup compiler postgres
	@scripts/env cargo test

bench: ## Measure Anju beside the limits of this machine, and print the ratios
	@scripts/setup compiler postgres python wrk
	@scripts/env benches/run
	@cargo bench --bench compensation

check: format clippy sqlx-offline contract licences scripts lint ## All that needs no running Anju

format: ## Is the source formatted?
	@cargo fmt --check

clippy: ## Is the source free of clippy's warnings?
	@scripts/setup compiler
	@cargo clippy --all-targets -- -D warnings

sqlx-offline: ## Does .sqlx/ belong to the queries and the schema of today?
	@scripts/setup compiler postgres
	@scripts/env .ci/sqlx-offline --check

contract: ## Is the committed contract what the program says it is?
	@scripts/setup compiler
	@openapi/drift

lint: ## Does the contract keep Spectral's, Redocly's and our rules, and do ours bite?
	@openapi/lint --test
	@openapi/lint

licences: ## May every dependency be used in an Apache-2.0 program?
	@scripts/setup python
	@scripts/licences

scripts: ## Are the shell scripts, the container file and the unit sound?
	@scripts/check

openapi: ## Write the contract anew
	@cargo openapi

clients: ## Generate and compile the clients, and run their journeys
	@tests/clients/run

browser: ## Use the resident page in a real browser, and look for what keeps people out
	@tests/browser/run

oidc: ## Sign in with tokens of an independent OpenID Connect server
	@tests/oidc/run

fuzz: ## Hold generated requests' answers against the contract for two minutes
	@tests/contract-fuzz/run
