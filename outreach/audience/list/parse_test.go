package list_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/simplifiedchinese"

	"tidings/outreach/audience/list"
	"tidings/outreach/fault"
)

const appID = "wx0123456789abcdef"

func openID(n int) string { return fmt.Sprintf("o%027d", n) }

var limits = list.Limits{AppID: appID, MaxBytes: 1 << 20, MaxRows: 1000}

func parse(from io.Reader, l list.Limits) (list.Report, []string, error) {
	var ids []string
	r, err := list.Parse(from, l, func(part []string) error {
		ids = append(ids, part...)
		return nil
	})
	return r, ids, err
}

func TestParse(t *testing.T) {
	t.Parallel()

	a, b := openID(1), openID(2)
	long := strings.Repeat("x", 129)
	gbk := func(s string) string {
		out, err := simplifiedchinese.GBK.NewEncoder().String(s)
		require.NoError(t, err)
		return out
	}
	type bad = list.BadLine
	for name, c := range map[string]struct {
		in    string
		ids   []string
		total int
		bad   []bad
	}{
		"one column without a header":                      {a + "\n" + b + "\n", []string{a, b}, 2, nil},
		"one column with a header":                         {"openid\n" + a, []string{a}, 1, nil},
		"a header in capitals with spaces and quotes":      {"\" OpenID \"\r\n" + a, []string{a}, 1, nil},
		"two columns":                                      {"app_id,openid\n" + appID + "," + a, []string{a}, 1, nil},
		"two columns the other way round":                  {"openid,app_id\n" + a + "," + appID, []string{a}, 1, nil},
		"two columns without a header":                     {appID + "," + a + "\n", []string{a}, 1, nil},
		"another mini program's IDs are invalid":           {"app_id,openid\nwxffff," + a + "\n" + appID + "," + b, []string{b}, 2, []bad{{2, "wxffff," + a, "WRONG_APP"}}},
		"an app_id column that is empty is the wrong app":  {"app_id,openid\n," + a + "\n" + appID + "," + b, []string{b}, 2, []bad{{2, "," + a, "WRONG_APP"}}},
		"line ends of all systems":                         {a + "\r\n" + b + "\r" + openID(3) + "\n", []string{a, b, openID(3)}, 3, nil},
		"blank lines and empty cells count for nothing":    {"\n\n" + a + "\n , ,\n\t\n" + b + ",\n\n", []string{a, b}, 2, nil},
		"IDs are trimmed of spaces, also the wide one":     {"\u3000" + a + "\t \n\u200b" + b + "\u00a0", []string{a, b}, 2, nil},
		"duplicates are removed":                           {a + "\n" + b + "\n" + a + "\n", []string{a, b}, 3, []bad{{3, a, "DUPLICATE"}}},
		"a byte order mark is no part of the first ID":     {"\ufeff" + a, []string{a}, 1, nil},
		"a byte order mark before a header":                {"\ufeffopenid\n" + a, []string{a}, 1, nil},
		"UTF-8 in a bad line":                              {a + "\n张三\n", []string{a}, 2, []bad{{2, "张三", "INVALID_ID"}}},
		"GBK in a bad line":                                {a + "\n" + gbk("张三") + "\n", []string{a}, 2, []bad{{2, "张三", "INVALID_ID"}}},
		"a name of the column that nobody knows":           {gbk("用户标识") + "\n" + a, []string{a}, 2, []bad{{1, "用户标识", "INVALID_ID"}}},
		"too short, too long and strange IDs":              {a + "\nabc\n" + strings.Repeat("y", 65) + "\n" + long + "\no" + strings.Repeat("é", 20), []string{a}, 5, []bad{{2, "abc", "INVALID_ID"}, {3, strings.Repeat("y", 60) + "…", "INVALID_ID"}, {4, strings.Repeat("x", 60) + "…", "TOO_LONG"}, {5, "o" + strings.Repeat("é", 20), "INVALID_ID"}}},
		"a row with too many cells":                        {a + "\n" + b + ",13800000000,x\n", []string{a}, 2, []bad{{2, b + ",13800000000,x", "TOO_MANY_COLUMNS"}}},
		"a row with more cells than the header":            {"openid\n" + a + "\n" + b + ",x\n", []string{a}, 2, []bad{{3, b + ",x", "TOO_MANY_COLUMNS"}}},
		"quoted IDs":                                       {`"` + a + "\"\n\"" + b + `"`, []string{a, b}, 2, nil},
		"a stray quote spoils its own line only":           {a + "\n\"oops\n" + b + "\n", []string{a, b}, 3, []bad{{2, `"oops`, "INVALID_ID"}}},
		"formulas are text that is no ID":                  {a + "\n=cmd|' /C calc'!A0\n@SUM(1)\n=\"" + b + "\"\n", []string{a}, 4, []bad{{2, "=cmd|' /C calc'!A0", "INVALID_ID"}, {3, "@SUM(1)", "INVALID_ID"}, {4, `="` + b + `"`, "INVALID_ID"}}},
		"a line longer than any buffer":                    {a + "\n" + strings.Repeat("z", 200_000) + "\n" + b, []string{a, b}, 3, []bad{{2, strings.Repeat("z", 60) + "…", "TOO_LONG"}}},
		"lines are counted as an editor does (blank, too)": {"openid\n\n\n" + a + "\n\nbad\n", []string{a}, 2, []bad{{6, "bad", "INVALID_ID"}}},
	} {
		t.Run(name+" (R38, §9.5)", func(t *testing.T) {
			t.Parallel()
			r, ids, err := parse(strings.NewReader(c.in), limits)
			require.NoError(t, err)
			require.Equal(t, c.ids, ids)
			require.Equal(t, c.total, r.Total)
			require.Equal(t, len(c.ids), r.Valid)
			require.Equal(t, r.Total, r.Valid+r.Duplicate+r.Invalid)
			require.Equal(t, int64(len(c.in)), r.Bytes)
			require.ElementsMatch(t, c.bad, r.BadLines)
			// How the network cuts the stream changes nothing.
			slow, slowIDs, err := parse(iotest.OneByteReader(strings.NewReader(c.in)), limits)
			require.NoError(t, err)
			require.Equal(t, r, slow)
			require.Equal(t, ids, slowIDs)
		})
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()

	a := openID(1)
	wide := func(s string, little bool) string {
		var b bytes.Buffer
		for _, u := range append([]uint16{0xfeff}, utf16.Encode([]rune(s))...) {
			if little {
				b.Write([]byte{byte(u), byte(u >> 8)})
			} else {
				b.Write([]byte{byte(u >> 8), byte(u)})
			}
		}
		return b.String()
	}
	for name, c := range map[string]struct{ in, rule string }{
		"nothing":                  {"", "EMPTY"},
		"blank lines only":         {"\n \n,,\n", "EMPTY"},
		"a header only":            {"openid\n", "EMPTY"},
		"UTF-16":                   {wide("openid\n"+a, true), "ENCODING"},
		"UTF-16 of the other kind": {wide("openid\n"+a, false), "ENCODING"},
		"UTF-16 without its mark":  {wide("openid\n"+a, true)[2:], "ENCODING"},
		"a spreadsheet":            {"PK\x03\x04\x14\x01\x08" + a, "ENCODING"},
		"Latin-1":                  {a + "\nJos\xe9\n", "ENCODING"},
		"UTF-8 and GBK mixed":      {"张三\n" + a + "\n\xd5\xc5\xc8\xfd\n", "ENCODING"},
		"a mark of UTF-8 and then something else": {"\ufeff" + a + "\n\xd5\xc5\xc8\xfd\n", "ENCODING"},
		"other columns":                  {"name,phone\n张三,13800000000\n", "NO_COLUMN"},
		"another column":                 {"phone\n13800000000\n", "NO_COLUMN"},
		"many other columns":             {"id,name,phone\n1,张三,13800000000\n", "NO_COLUMN"},
		"only the app's column":          {"app_id\n" + appID + "\n", "NO_COLUMN"},
		"an ID and a name":               {"openid,name\n" + a + ",张三\n", "UNKNOWN_COLUMN"},
		"an ID among much else":          {"openid,name,phone\n" + a + ",张三,13800000000\n", "TOO_MANY_COLUMNS"},
		"three columns without a header": {a + ",张三,13800000000\n", "TOO_MANY_COLUMNS"},
		"bad rows only":                  {"openid\nabc\ndef\n", "NO_VALID_ROW"},
		"too many rows":                  {strings.Repeat("x\n", 1001), "TOO_MANY_ROWS"},
	} {
		t.Run(name+" (§9.5)", func(t *testing.T) {
			t.Parallel()
			_, _, err := parse(strings.NewReader(c.in), limits)
			var f *fault.Error
			require.ErrorAs(t, err, &f)
			require.Equal(t, fault.Invalid, f.Code)
			require.Equal(t, "file", f.Fields[0].Path)
			require.Equal(t, c.rule, f.Fields[0].Rule)
		})
	}
	t.Run("too many bytes are refused, not cut (§9.5)", func(t *testing.T) {
		t.Parallel()
		_, _, err := parse(strings.NewReader(strings.Repeat(a+"\n", 50_000)), list.Limits{AppID: appID, MaxBytes: 1 << 20, MaxRows: 100_000})
		require.True(t, fault.Is(err, fault.TooLarge))
	})
	t.Run("a stream that breaks is no end of the file", func(t *testing.T) {
		t.Parallel()
		_, _, err := parse(io.MultiReader(strings.NewReader(a+"\n"), iotest.ErrReader(io.ErrUnexpectedEOF)), limits)
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	})
	t.Run("an error of the store ends it", func(t *testing.T) {
		t.Parallel()
		full := errors.New("disk full")
		_, err := list.Parse(strings.NewReader(a), limits, func([]string) error { return full })
		require.ErrorIs(t, err, full)
	})
	t.Run("the first hundred bad lines are shown, mistakes before duplicates", func(t *testing.T) {
		t.Parallel()
		r, _, err := parse(strings.NewReader(strings.Repeat(a+"\n", 200)+strings.Repeat("bad\n", 30)), limits)
		require.NoError(t, err)
		require.Len(t, r.BadLines, 100)
		require.Equal(t, list.BadLine{Line: 2, Value: a, Rule: "DUPLICATE"}, r.BadLines[0])
		require.Equal(t, list.BadLine{Line: 230, Value: "bad", Rule: "INVALID_ID"}, r.BadLines[99])
		require.Equal(t, 199, r.Duplicate)
		require.Equal(t, 30, r.Invalid)
	})
}

// FuzzParse: whatever arrives, nothing panics, the counts add up, only valid IDs
// come out, each once, and line numbers are within the file.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"openid\n" + openID(1), "app_id,openid\r\n" + appID + "," + openID(1) + "\r", "\"a\"\",\n=1,2,3", "\xd5\xc5\n\xff\xfe", "\ufeff,\n\"", "x,,\n\r\r\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		r, ids, err := parse(bytes.NewReader(in), limits)
		r2, ids2, err2 := parse(iotest.HalfReader(bytes.NewReader(in)), limits)
		require.Equal(t, err == nil, err2 == nil)
		if err != nil {
			require.NotEqual(t, fault.Internal, fault.CodeOf(err))
			return
		}
		require.Equal(t, r, r2)
		require.Equal(t, ids, ids2)
		require.Equal(t, r.Total, r.Valid+r.Duplicate+r.Invalid)
		require.Len(t, ids, r.Valid)
		seen := map[string]bool{}
		for _, id := range ids {
			require.True(t, list.ValidID(id))
			require.False(t, seen[id])
			seen[id] = true
		}
		for _, b := range r.BadLines {
			require.Positive(t, b.Line)
			require.LessOrEqual(t, b.Line, len(in)+1)
		}
	})
}

// BenchmarkParse reads the largest list there may be.
func BenchmarkParse(b *testing.B) {
	const rows = list.MaxRows
	var heap uint64
	for b.Loop() {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		r, err := list.Parse(&series{n: rows}, list.Limits{AppID: appID, MaxBytes: list.MaxBytes, MaxRows: rows}, func([]string) error { return nil })
		require.NoError(b, err)
		require.Equal(b, rows, r.Valid)
		runtime.ReadMemStats(&after)
		heap = max(heap, after.Sys-before.Sys)
	}
	b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(float64(heap>>20), "MB")
}

// series is a file that is made while it is read.
type series struct {
	n, i int
	rest []byte
}

func (s *series) Read(p []byte) (int, error) {
	for len(s.rest) < len(p) && s.i < s.n {
		s.rest = fmt.Appendf(s.rest, "o%027d\n", s.i)
		s.i++
	}
	if len(s.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(p, s.rest)
	s.rest = append(s.rest[:0], s.rest[n:]...)
	return n, nil
}
