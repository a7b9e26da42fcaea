// Package archtest keeps the dependencies pointing one way:
//
//	server → internal/app → {graph, worker, intake, frontend} → outreach → ent → (leaf)
//
// The linter forbids direct imports; this test sees those that come through
// other packages too. A rule whose package does not exist yet says nothing, and
// begins to bind with the package's first file.
package archtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// rule forbids packages to reach others, through whatever they import. A
// pattern is a package path; with /... it includes those below.
type rule struct {
	from    string
	except  []string
	mayNot  []string
	because string
}

var rules = []rule{
	{
		from:    "tidings/outreach/...",
		mayNot:  []string{"tidings/graph/...", "tidings/worker/...", "tidings/intake/...", "tidings/frontend", "tidings/internal/app/..."},
		because: "the product serves every door and knows none; a rule that needs a door is in the wrong place",
	},
	{
		from:    "tidings/outreach/...",
		mayNot:  []string{"github.com/99designs/gqlgen/graphql/handler/..."},
		because: "no product package serves GraphQL (ent's generated types import gqlgen's scalars, which is why the library as a whole is not named)",
	},
	{
		from: "tidings/outreach/gate/...", mayNot: impure,
		because: "may we send? is decided from facts alone, so that the same decision is tested without a database and made inside any transaction",
	},
	{
		from: "tidings/outreach/schedule/...", mayNot: impure,
		because: "when is it due? is arithmetic",
	},
	{
		from: "tidings/outreach/render/...", mayNot: impure,
		because: "template and person in, text out: preflight, preview and sending must not differ",
	},
	{
		from: "tidings/outreach/experiment/...", mayNot: impure,
		because: "who is in which variant is arithmetic on the person's number",
	},
	{
		from: "tidings/outreach/fault/...", mayNot: []string{"tidings/..."}, except: []string{"tidings/outreach/fault/..."},
		because: "every package may refuse in the users' words, so the words depend on nothing",
	},
	{
		from: "tidings/graph/...", mayNot: []string{"tidings/worker/...", "tidings/intake/...", "github.com/hibiken/asynq/..."},
		because: "doors do not know each other; a resolver never enqueues itself",
	},
	{
		from: "tidings/worker/...", mayNot: []string{"tidings/graph/...", "tidings/intake/...", "tidings/frontend"},
		because: "doors do not know each other; a worker process needs no API",
	},
	{
		from: "tidings/intake/...", mayNot: []string{"tidings/graph/...", "tidings/worker/..."},
		because: "doors do not know each other",
	},
	{
		from: "tidings/ent/schema", mayNot: []string{"tidings/outreach/...", "tidings/graph/...", "tidings/worker/...", "tidings/internal/app/...", "tidings/internal/database/..."},
		because: "generated code imports the schema; anything of ours above the store would be a cycle and a rule hidden in a save",
	},
	{
		from: "tidings/ent/...", mayNot: []string{"tidings/outreach/...", "tidings/graph/...", "tidings/worker/...", "tidings/intake/..."},
		because: "the store knows nothing of what it is used for",
	},
	{
		// Not plumbing: app wires, web is what the doors share of HTTP (sessions, origins), bench, demo and factory use the product.
		from:    "tidings/internal/...",
		except:  []string{"tidings/internal/app/...", "tidings/internal/web/...", "tidings/internal/bench/...", "tidings/internal/demo/...", "tidings/internal/factory/..."},
		mayNot:  []string{"tidings/outreach/...", "tidings/graph/...", "tidings/worker/...", "tidings/intake/..."},
		because: "plumbing has no opinion about marketing",
	},
	{
		from:    "tidings",
		mayNot:  testOnly,
		because: "the program carries nothing that exists for tests",
	},
}

var impure = []string{
	"tidings/ent/...", "tidings/internal/database/...", "tidings/internal/queue/...", "tidings/internal/redisx/...",
	"database/sql", "github.com/redis/go-redis/...", "net/http",
}

var testOnly = []string{
	"testing", "github.com/stretchr/testify/...", "tidings/internal/testdb/...", "tidings/internal/testredis/...",
	"tidings/internal/factory/...", "tidings/internal/golden/...", "tidings/internal/archtest/...",
}

func TestDependenciesPointOneWay(t *testing.T) {
	t.Parallel()
	packages := load(t)
	for _, r := range rules {
		for _, p := range packages {
			if !matches(r.from, p.ImportPath) || matchesAny(r.except, p.ImportPath) {
				continue
			}
			for _, dep := range p.Deps {
				if matchesAny(r.mayNot, dep) && !matchesAny(r.except, dep) && ours(packages, p, dep) {
					t.Errorf("%s must not depend on %s: %s.\n\tthe way there: %s", p.ImportPath, dep, r.because,
						strings.Join(way(packages, p.ImportPath, dep), " → "))
				}
			}
		}
	}
}

// A rule that names what no longer exists would hold of anything; a renamed library must rename its rules.
func TestLibrariesOfTheRulesExist(t *testing.T) {
	t.Parallel()
	packages := load(t)
	if _, wired := packages["tidings/internal/app"]; !wired {
		t.Skip("nothing wires the libraries yet")
	}
	for _, r := range rules {
		for _, pattern := range r.mayNot {
			if strings.HasPrefix(pattern, "tidings") {
				continue
			}
			found := false
			for path := range packages {
				found = found || matches(pattern, path)
			}
			require.True(t, found, "no package of the build matches %s", pattern)
		}
	}
}

func TestMatches(t *testing.T) {
	t.Parallel()
	require.True(t, matches("tidings/ent/...", "tidings/ent"))
	require.True(t, matches("tidings/ent/...", "tidings/ent/task"))
	require.False(t, matches("tidings/ent/...", "tidings/entgen"))
	require.False(t, matches("net/http", "net/http/httptest"))
}

// ours tells whether a package of ours on the way imports dep itself. Of
// "testing" only that counts: a code generator that a library links in has it
// too, which is nobody's to change here.
func ours(packages map[string]pkg, from pkg, dep string) bool {
	if dep != "testing" {
		return true
	}
	imports := func(path string) bool {
		return strings.HasPrefix(path, "tidings") && slices.Contains(packages[path].Imports, dep)
	}
	return imports(from.ImportPath) || slices.ContainsFunc(from.Deps, imports)
}

type pkg struct {
	ImportPath string
	Imports    []string
	Deps       []string
	Error      *struct{ Err string }
}

// load asks the go command for every package of the program and what it reaches, tests left out.
func load(t *testing.T) map[string]pkg {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", "-e", "-json=ImportPath,Imports,Deps,Error", "./...")
	cmd.Dir = "../.."
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, stderr.String())

	packages := make(map[string]pkg)
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			require.NoError(t, err)
		}
		packages[p.ImportPath] = p
	}
	require.Contains(t, packages, "tidings/outreach/fault", "go list sees the tree")
	return packages
}

// way finds a shortest chain of imports, for the message.
func way(packages map[string]pkg, from, to string) []string {
	before := map[string]string{from: ""}
	for queue := []string{from}; len(queue) > 0; queue = queue[1:] {
		for _, next := range packages[queue[0]].Imports {
			if _, seen := before[next]; seen {
				continue
			}
			before[next] = queue[0]
			queue = append(queue, next)
		}
	}
	var chain []string
	for at := to; at != ""; at = before[at] {
		chain = append(chain, at)
	}
	slices.Reverse(chain)
	return chain
}

func matches(pattern, path string) bool {
	if parent, ok := strings.CutSuffix(pattern, "/..."); ok {
		return path == parent || strings.HasPrefix(path, parent+"/")
	}
	return path == pattern
}

func matchesAny(patterns []string, path string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool { return matches(pattern, path) })
}
