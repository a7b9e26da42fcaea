package intake_test

import (
	"bufio"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/intake"
	"tidings/internal/clock"
	"tidings/internal/database"
	"tidings/internal/factory"
	"tidings/internal/testdb"
	"tidings/outreach/audience"
)

// TestAborted: a browser that goes away in the middle of a list leaves nothing,
// wherever it stops, though chunks were stored already.
func TestAborted(t *testing.T) {
	t.Parallel()

	testdb.Each(t, func(t *testing.T, db *database.DB) {
		w := factory.NewTeam(t, db)
		log := slog.New(slog.DiscardHandler)
		door := &intake.Upload{Uploads: audience.NewUploads(audience.Deps{DB: db, Clock: clock.NewFake(time.Unix(0, 0)), Log: log}), Log: log}
		done := make(chan struct{})
		server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			defer close(done)
			door.ServeHTTP(rw, r.WithContext(w.AsMarketer))
		}))
		defer server.Close()

		var list strings.Builder
		for i := range 12_000 {
			fmt.Fprintln(&list, factory.OpenID(i))
		}
		conn, err := net.Dial("tcp", server.Listener.Addr().String())
		require.NoError(t, err)
		_, err = fmt.Fprintf(conn, "POST /upload?channel=%s HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\nContent-Length: %d\r\n\r\n%s",
			w.Channel.ID, list.Len()+1000, list.String())
		require.NoError(t, err)
		require.NoError(t, conn.(*net.TCPConn).CloseWrite())
		answer, err := http.ReadResponse(bufio.NewReader(conn), nil) //nolint:bodyclose // the connection is closed below
		require.NoError(t, err)
		body, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		require.NoError(t, conn.Close())
		<-done
		require.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode)
		require.Contains(t, string(body), "INCOMPLETE")
		require.Zero(t, db.Ent.Upload.Query().CountX(w.System))
		require.Zero(t, db.Ent.UploadChunk.Query().CountX(w.System))
	})
}
