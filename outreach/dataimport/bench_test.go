package dataimport

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	entimport "tidings/ent/dataimport"
	"tidings/internal/database"
	"tidings/internal/testdb"
	"tidings/outreach/person"
)

// TestALongFileInBoundedMemory imports 20,000 rows of each kind, or as many as
// TIDINGS_TEST_ROWS says, and tells how fast. Memory is what the heap holds
// after it: it may not grow with the file but for a hash of each row.
func TestALongFileInBoundedMemory(t *testing.T) {
	t.Parallel()
	n := 20_000
	if text := os.Getenv("TIDINGS_TEST_ROWS"); text != "" { //nolint:forbidigo // a test's size
		var err error
		n, err = strconv.Atoi(text)
		require.NoError(t, err)
	}
	run := func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		table := b.table("orders")
		for _, in := range []Input{
			people(),
			{Kind: entimport.KindRows, TableID: table.ID},
			{Kind: entimport.KindEvents, Mapping: Mapping{PersonColumn: "user", IDType: person.UserID, Event: "purchase", TimeColumn: "date"}},
		} {
			r, w := io.Pipe()
			go func() {
				out := bufio.NewWriter(w)
				_, _ = out.WriteString("user,date,amount,note\n")
				for i := range n {
					_, _ = fmt.Fprintf(out, "user%07d,2021-%02d-%02d,%d.%02d,\"note, %d\"\n", i%(n/3+1), 1+i%12, 1+i%28, i%500, i%100, i)
				}
				_ = out.Flush()
				_ = w.Close()
			}()
			begun, err := b.imports.Create(b.admin, in)
			require.NoError(t, err)
			received := time.Now() //nolint:forbidigo // a measurement
			_, err = b.imports.Append(b.admin, begun.ID, 0, r, true)
			require.NoError(t, err)
			took := time.Since(received)
			before := heap()
			began := time.Now() //nolint:forbidigo // a measurement
			done := b.work(begun.ID)
			worked := time.Since(began)
			require.Equal(t, n, done.Stored)
			grown := heap() - before
			t.Logf("%s %d rows, %d MB: received in %v, stored in %v, %.0f rows/s, heap +%d KB, RSS %d MB", in.Kind, n, done.Received>>20,
				took.Round(time.Millisecond), worked.Round(time.Millisecond), float64(n)/worked.Seconds(), grown>>10, rss())
			require.Less(t, grown, int64(64<<20))
		}
	}
	testdb.Each(t, run)
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc) //nolint:gosec // a test's
}

// rss is what the process holds now at most, by the system's account; 0 where it keeps none.
func rss() int {
	raw, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	var kb int
	for line := range strings.Lines(string(raw)) {
		if _, err := fmt.Sscanf(line, "VmHWM: %d kB", &kb); err == nil {
			return kb >> 10
		}
	}
	return 0
}
