package archtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2"
	gqlast "github.com/vektah/gqlparser/v2/ast"

	"tidings/outreach/channel/wechat"
)

// What people read is compared with what is there: a page that names a package,
// a file, a setting or a word that does not exist is a bug like any other.

const root = "../.."

// pathOfPackage is a package of ours as documents name it.
var pathOfPackage = regexp.MustCompile(`\b(?:outreach|internal|graph|worker|intake|ent|frontend)/[a-z0-9/]+\b`)

func TestArchitecturePageNamesPackagesThatExist(t *testing.T) {
	t.Parallel()
	page := read(t, "docs/architecture.md")
	for _, name := range pathOfPackage.FindAllString(page, -1) {
		info, err := os.Stat(filepath.Join(root, name))
		if err != nil || !info.IsDir() {
			t.Errorf("docs/architecture.md names %s, which does not exist", name)
		}
	}
	// The words of a path that stands in front of a longer one do not count: outreach/task is not named by outreach/task/state.
	named := map[string]bool{}
	for _, name := range pathOfPackage.FindAllString(page, -1) {
		named[name] = true
	}
	for _, dir := range packagesBelow(t, "outreach") {
		require.True(t, named[dir], "docs/architecture.md does not name %s: say in the table what belongs there", dir)
	}
}

// packagesBelow lists the folders with Go files, tests apart.
func packagesBelow(t *testing.T, dir string) []string {
	t.Helper()
	var out []string
	for _, file := range files(t, dir, ".go") {
		pkg := filepath.ToSlash(filepath.Dir(file))
		if !strings.HasSuffix(file, "_test.go") && !slices.Contains(out, pkg) {
			out = append(out, pkg)
		}
	}
	return out
}

var (
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading = regexp.MustCompile(`(?m)^(#{1,6}) (.+)$`)
	fence   = regexp.MustCompile("(?ms)^```.*?^```$")
)

func TestLinksOfDocumentsLeadSomewhere(t *testing.T) {
	t.Parallel()
	for _, page := range documents(t) {
		text := fence.ReplaceAllString(read(t, page), "")
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			target, anchor, _ := strings.Cut(m[1], "#")
			if strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
				continue
			}
			at := page
			if target != "" {
				at = filepath.Join(filepath.Dir(page), target)
			}
			if _, err := os.Stat(filepath.Join(root, at)); err != nil {
				t.Errorf("%s: nothing is at %s", page, m[1])
				continue
			}
			if anchor != "" && strings.HasSuffix(at, ".md") && !slices.Contains(anchors(read(t, at)), anchor) {
				t.Errorf("%s: %s has no heading #%s", page, at, anchor)
			}
		}
	}
}

// anchors are the headings of a page as GitHub links to them.
func anchors(text string) []string {
	var out []string
	for _, m := range heading.FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
		out = append(out, strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-' || r == '_':
				return unicode.ToLower(r)
			}
			return -1
		}, m[2]))
	}
	return out
}

func TestDocumentsNameSettingsAndTargetsThatExist(t *testing.T) {
	t.Parallel()
	settings, makefile := read(t, "docs/configuration.md"), read(t, "Makefile")
	variable, target := regexp.MustCompile(`\bTIDINGS_[A-Z_]*[A-Z]\b`), regexp.MustCompile("(?m)(?:`|^ *)make ([a-z]+)")
	for _, page := range documents(t) {
		text := read(t, page)
		for _, name := range variable.FindAllString(text, -1) {
			if !strings.Contains(settings, "`"+strings.TrimSuffix(name, "_FILE")+"`") {
				t.Errorf("%s: there is no setting %s", page, name)
			}
		}
		for _, m := range target.FindAllStringSubmatch(text, -1) {
			if !regexp.MustCompile(`(?m)^` + m[1] + `:`).MatchString(makefile) {
				t.Errorf("%s: there is no make %s", page, m[1])
			}
		}
	}
}

func TestBothLanguagesSayTheSame(t *testing.T) {
	t.Parallel()
	twins := map[string]string{"README.md": "README.zh-CN.md"}
	for _, page := range documents(t) {
		if strings.HasPrefix(page, "docs/guide/") && !strings.HasSuffix(page, ".en.md") {
			twins[page] = strings.TrimSuffix(page, ".md") + ".en.md"
		}
	}
	for one, other := range twins {
		require.Equal(t, shape(read(t, one)), shape(read(t, other)), "%s and %s differ in headings, code blocks or tables", one, other)
	}
}

// shape is what two languages have in common: the order of headings, blocks and rows.
func shape(text string) string {
	var out strings.Builder
	inside := false
	for line := range strings.SplitSeq(text, "\n") {
		switch {
		case strings.HasPrefix(line, "```"):
			inside = !inside
			out.WriteString("`")
		case inside:
		case strings.HasPrefix(line, "#"):
			out.WriteString("\n" + strings.SplitN(line, " ", 2)[0])
		case strings.HasPrefix(line, "|"):
			out.WriteString("|")
		}
	}
	return out.String()
}

func TestQueriesOfDocumentsFitTheSchema(t *testing.T) {
	t.Parallel()
	schema, err := gqlparser.LoadSchema(&gqlast.Source{Name: "frontend/schema.graphql", Input: read(t, "frontend/schema.graphql")})
	require.NoError(t, err)
	for _, page := range documents(t) {
		for _, m := range regexp.MustCompile("(?ms)^```graphql$(.*?)^```$").FindAllStringSubmatch(read(t, page), -1) {
			if _, errs := gqlparser.LoadQueryWithRules(schema, m[1], nil); len(errs) > 0 {
				t.Errorf("%s: %v in %s", page, errs, m[1])
			}
		}
	}
}

// word is a code, reason or rule as the API carries it.
var word = regexp.MustCompile(`^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$`)

func TestErrorPageHasEveryWord(t *testing.T) {
	t.Parallel()
	listed := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([A-Z0-9_]+)`").FindAllStringSubmatch(read(t, "docs/errors.md"), -1) {
		listed[m[1]] = true
	}
	used, literals := words(t)
	for w, where := range used {
		if !listed[w] {
			t.Errorf("docs/errors.md does not explain %s, used in %s", w, where)
		}
	}
	for w := range listed {
		if !literals[w] {
			t.Errorf("docs/errors.md explains %s, which no code uses", w)
		}
	}
}

func TestErrorPageHasTheChannelsCodes(t *testing.T) {
	t.Parallel()
	page := read(t, "docs/errors.md")
	for _, c := range wechat.Codes() {
		if c.Code == 0 {
			continue
		}
		row := fmt.Sprintf("| %d | %s | %s | %s |", c.Code, c.Outcome, c.Scope, c.EN)
		require.Contains(t, page, row, "docs/errors.md lacks the row of a WeChat code")
	}
}

// words finds the reasons and rules that users may meet, with the file of each,
// and all string literals that look like words.
func words(t *testing.T) (used map[string]string, literals map[string]bool) {
	t.Helper()
	used, literals = map[string]string{}, map[string]bool{}
	var all []string
	for _, dir := range []string{"outreach", "graph", "intake", "worker", "internal/web"} {
		all = append(all, files(t, dir, ".go")...)
	}
	constants := map[string]string{}
	parsed := map[string]*ast.File{}
	for _, file := range all {
		if strings.HasSuffix(file, "_test.go") || strings.HasPrefix(file, "graph/generated/") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, file), nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		parsed[file] = f
		ast.Inspect(f, func(n ast.Node) bool {
			if spec, ok := n.(*ast.ValueSpec); ok {
				for i, name := range spec.Names {
					if i < len(spec.Values) {
						constants[filepath.Dir(file)+"."+name.Name] = literal(spec.Values[i])
					}
				}
			}
			if lit, ok := n.(*ast.BasicLit); ok && word.MatchString(literal(lit)) {
				literals[literal(lit)] = true
			}
			return true
		})
	}
	for file, f := range parsed {
		note := func(e ast.Expr) {
			text := literal(e)
			if name, ok := e.(*ast.Ident); ok {
				text = constants[filepath.Dir(file)+"."+name.Name]
			}
			if word.MatchString(text) {
				used[text] = file
			}
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				name := ""
				switch called := n.Fun.(type) {
				case *ast.SelectorExpr:
					name = called.Sel.Name
				case *ast.Ident:
					name = called.Name
				}
				switch {
				case name == "Because" || name == "inUse":
					note(n.Args[0])
				case (name == "At" || name == "Add" || name == "refuse") && len(n.Args) >= 3:
					note(n.Args[1])
				}
			case *ast.KeyValueExpr:
				if key, ok := n.Key.(*ast.Ident); ok && (key.Name == "Reason" || key.Name == "Rule" || key.Name == "word") {
					note(n.Value)
				}
			}
			return true
		})
	}
	return used, literals
}

// literal is the value of a string literal, also inside a conversion.
func literal(e ast.Expr) string {
	if call, ok := e.(*ast.CallExpr); ok && len(call.Args) == 1 {
		e = call.Args[0]
	}
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return ""
	}
	text, err := strconv.Unquote(lit.Value)
	if err != nil {
		return ""
	}
	return text
}

// documents are the pages for people, relative to the root.
func documents(t *testing.T) []string {
	t.Helper()
	pages, err := filepath.Glob(filepath.Join(root, "*.md"))
	require.NoError(t, err)
	for i, page := range pages {
		pages[i] = filepath.Base(page)
	}
	return append(pages, files(t, "docs", ".md")...)
}

func files(t *testing.T, dir, ext string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(filepath.Join(root, dir), func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && filepath.Ext(path) == ext {
			name, rerr := filepath.Rel(root, path)
			out = append(out, filepath.ToSlash(name))
			return rerr
		}
		return err
	})
	require.NoError(t, err)
	return out
}

func read(t *testing.T, page string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, page))
	require.NoError(t, err)
	return string(text)
}
