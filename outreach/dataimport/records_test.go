package dataimport

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
)

type row struct {
	cells string
	rule  string
}

func readAll(t *testing.T, from io.Reader, offset int64, width int) ([]row, []int64) {
	t.Helper()
	r := newRecords(from, offset, width)
	var out []row
	var ends []int64
	for {
		rec, err := r.next()
		if errors.Is(err, io.EOF) {
			return out, ends
		}
		require.NoError(t, err)
		texts := make([]string, len(rec.cells))
		for i, c := range rec.cells {
			texts[i] = string(c)
		}
		if rec.rule != "" && rec.rule != ruleColumns {
			texts = []string{string(rec.line[:min(20, len(rec.line))])}
		}
		out = append(out, row{strings.Join(texts, "|"), rec.rule})
		ends = append(ends, rec.end)
	}
}

func TestRowsOfAFile(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		in   string
		want []row
	}{
		"cells, and a last line without its end":      {"a,b\nc,d", []row{{"a|b", ""}, {"c|d", ""}}},
		"all line ends":                               {"a,b\r\nc,d\re,f\n", []row{{"a|b", ""}, {"c|d", ""}, {"e|f", ""}}},
		"quotes with commas, quotes and line breaks":  {"\"a,\"\"x\"\"\",\"b\r\nb\"\nc,\"\"\n", []row{{"a,\"x\"|b\r\nb", ""}, {"c|", ""}}},
		"blank lines are none":                        {"\n\na,b\n\r\n", []row{{"a|b", ""}}},
		"a quote inside a plain cell is a character":  {"5\" disk,b\n", []row{{"5\" disk|b", ""}}},
		"too few and too many cells":                  {"a\na,b,c\na,b,,\n", []row{{"a", ruleColumns}, {"a|b|c", ruleColumns}, {"a|b", ""}}},
		"text behind a closing quote breaks the line": {"a,b\n\"x\"y,z\nc,d\n", []row{{"a|b", ""}, {"\"x\"y,z", ruleBrokenQuotes}, {"c|d", ""}}},
		"a quote that is not closed breaks its own line only": {
			"a,b\n\"x,y\nc,d\n\"e\",f\n", []row{{"a|b", ""}, {"\"x,y", ruleBrokenQuotes}, {"c|d", ""}, {"e|f", ""}},
		},
		"a quote that is not closed until the end": {"a,b\n\"x,y\nc,d\ne,f", []row{{"a|b", ""}, {"\"x,y", ruleBrokenQuotes}, {"c|d", ""}, {"e|f", ""}}},
		"two broken lines that close each other":   {"\"x,y\nz\",\"w\nc,d\n", []row{{"\"x,y", ruleBrokenQuotes}, {"z\",\"w", ruleBrokenQuotes}, {"c|d", ""}}},
		"nothing":                                  {"", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, _ := readAll(t, strings.NewReader(c.in), 0, 2)
			require.Equal(t, c.want, got)
			got, _ = readAll(t, iotest.OneByteReader(strings.NewReader(c.in)), 0, 2)
			require.Equal(t, c.want, got, "byte by byte")
		})
	}
}

func TestLongRowsAreRefusedAndSkipped(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 3*MaxRow)
	got, _ := readAll(t, strings.NewReader("a,b\n"+long+",c\nd,e\n"), 0, 2)
	require.Equal(t, []row{{"a|b", ""}, {long[:20], ruleTooLong}, {"d|e", ""}}, got)
	// A quote that is opened before very much text.
	got, _ = readAll(t, strings.NewReader("a,b\n\"q,\n"+strings.Repeat("x,y\n", MaxRow)+"z,z"), 0, 2)
	require.Equal(t, row{"\"q,", ruleBrokenQuotes}, got[1])
	require.Len(t, got, MaxRow+3)
	got, _ = readAll(t, strings.NewReader("a,b\n"+long), 0, 2)
	require.Equal(t, ruleTooLong, got[1].rule)
}

// What is well formed reads as encoding/csv reads it, and reading can begin
// again at the end of any row.
func TestRowsAgreeWithTheStandardLibrary(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // a test's
	pieces := []string{"a", "", " ", "中文", "\"", ",", "\n", "\r\n", "=1+1", "x y", "\t"}
	for round := range 200 {
		var file strings.Builder
		w := csv.NewWriter(&file)
		w.UseCRLF = round%2 == 0
		var want []row
		for range rng.IntN(30) {
			cells := make([]string, 3)
			for i := range cells {
				for range rng.IntN(4) {
					cells[i] += pieces[rng.IntN(len(pieces))]
				}
			}
			require.NoError(t, w.Write(cells))
		}
		w.Flush()
		r := csv.NewReader(strings.NewReader(file.String()))
		for {
			cells, err := r.Read()
			if err != nil {
				require.ErrorIs(t, err, io.EOF)
				break
			}
			want = append(want, row{strings.Join(cells, "|"), ""})
		}
		got, ends := readAll(t, strings.NewReader(file.String()), 0, 3)
		for i := range got { // csv makes every line end in a cell one \n
			got[i].cells = strings.ReplaceAll(got[i].cells, "\r\n", "\n")
		}
		require.Equal(t, want, got, fmt.Sprintf("%q", file.String()))
		for i, end := range ends {
			rest, _ := readAll(t, strings.NewReader(file.String()[end:]), end, 3)
			require.Len(t, rest, len(got)-i-1)
		}
	}
}
