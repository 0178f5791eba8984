# Wherry. `make run` sets up everything and opens the notebook; `make test`
# sets up everything and passes the tests. `make help` lists the rest.

SHELL   := /bin/bash
VERSION := $(shell sed -n 's/^ *Version = "\(.*\)"/\1/p' FyneApp.toml)
COMMIT  := $(shell git rev-parse --short=12 HEAD 2>/dev/null || echo unknown)
LDFLAGS := -s -w -X wherry/cmd/internal/build.Version=$(VERSION) -X wherry/cmd/internal/build.commit=$(COMMIT)
# One set of flags for everything that compiles Fyne's C code: each other set
# costs minutes. x11: the window runs on X11 and, through XWayland, on Wayland.
TAGS    := x11,migrated_fynedo
export GOFLAGS = -trimpath -buildvcs=false
WINDOWLESS = $$(go list ./... | grep -v -e '^wherry/cmd/wherry$$' -e '^wherry/app/simtest/window$$')

.PHONY: help run test lint ctl window vet quick race shown bench fuzz torture golden dist clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

run: ## set up, build and open the notebook (without a display: drive the sample case, leave a screenshot)
	@scripts/setup.sh build show
	@$(MAKE) --no-print-directory window
	@scripts/run.sh

test: ## set up everything and pass the tests
	@scripts/setup.sh build show window test
	@$(MAKE) --no-print-directory vet quick race window shown

ctl: ## build wherryctl and wherry-endpoint into bin/
	CGO_ENABLED=0 go build -ldflags '$(LDFLAGS)' -o bin/ ./cmd/wherryctl ./cmd/wherry-endpoint

window: ctl ## build the desktop notebook into bin/
	CGO_ENABLED=1 go build -tags $(TAGS) -ldflags '$(LDFLAGS)' -o bin/wherry ./cmd/wherry

vet: ## formatting and go vet, without cgo
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); exit 1; }
	CGO_ENABLED=0 go vet $(WINDOWLESS)

lint: ## the linters of .golangci.yml, at the version that tools/go.mod pins
	CGO_ENABLED=0 go tool -modfile=tools/go.mod golangci-lint run $(WINDOWLESS)

quick: ## all tests but the window's, without cgo
	CGO_ENABLED=0 go test -timeout 30m $(WINDOWLESS)

race: ## the same packages under the race detector (cgo, but no GL)
	CGO_ENABLED=1 go test -race -short -timeout 30m $(WINDOWLESS)

shown: ## drive the real window under a display of its own
	CGO_ENABLED=0 go test -count=1 -timeout 30m ./app/simtest/window

bench: ## ratios against a baseline in the same run; WHERRY_SCALE=1000000 for the largest notebook
	CGO_ENABLED=0 go test -run '^$$' -bench Ratio -benchtime 1x ./app/simtest/bench

fuzz: ## each fuzz target for half a minute
	scripts/fuzz.sh 30s

torture: ## the release counts: bounded, seedable with SEED, resumable; prints a table
	scripts/torture.sh

golden: ## renew the pictures of the screens that differ; look at each before it is committed
	-CGO_ENABLED=0 go test -count=1 ./app/desktop/... >/dev/null
	@if [ -d app/desktop/testdata/failed ]; then cp -rv app/desktop/testdata/failed/. app/desktop/testdata/ && rm -r app/desktop/testdata/failed; fi

dist: window ## a tarball of the three binaries in dist/
	@mkdir -p dist/wherry-$(VERSION)
	cp bin/wherry bin/wherryctl bin/wherry-endpoint README.md LICENSE CHANGELOG.md dist/wherry-$(VERSION)/
	cp docs/licences.md docs/licences/third-party.txt app/export/pdf/fonts/*.txt dist/wherry-$(VERSION)/
	tar -C dist -czf dist/wherry-$(VERSION)-linux-$$(go env GOARCH).tar.gz wherry-$(VERSION)
	@ls -l dist/*.tar.gz

clean: ## remove what was built
	rm -rf bin dist
