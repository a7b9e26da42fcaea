package intake_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"tidings/internal/database"
	"tidings/internal/testdb"
)

// A commit that fails leaves nothing half-stored, and what is sent again is
// stored whole; requests beside a bad one are stored.
func TestCommitErrors(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := newTracking(t, db)
		trigger := []string{`CREATE TRIGGER no_poison BEFORE INSERT ON events WHEN NEW.props LIKE '%poison%' BEGIN SELECT RAISE(ABORT, 'poison'); END`}
		drop := `DROP TRIGGER no_poison`
		if db.Postgres() {
			trigger = []string{
				`CREATE FUNCTION no_poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.props::text LIKE '%poison%' THEN RAISE EXCEPTION 'poison'; END IF; RETURN NEW; END $$`,
				`CREATE TRIGGER no_poison BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION no_poison()`,
			}
			drop += ` ON events`
		}
		for _, q := range trigger {
			_, err := db.SQL.ExecContext(t.Context(), q)
			require.NoError(t, err)
		}
		bad := batch(m{"type": "identify", "userId": "p", "messageId": "p0", "traits": m{"city": "x"}}, bought("p1", "p", 1), bought("p2", "p", "poison"))
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				status, _ := b.post(t, "batch", b.key, batch(bought(fmt.Sprint("good", i), "g", 1)))
				if status != 200 {
					t.Errorf("a good request got %d", status)
				}
			})
		}
		status, _ := b.post(t, "batch", b.key, bad)
		wg.Wait()
		require.Equal(t, http.StatusInternalServerError, status)
		require.Equal(t, 8, b.count(t, "events"))
		var seen int
		require.NoError(t, db.SQL.QueryRowContext(t.Context(), `SELECT count(*) FROM event_seen`).Scan(&seen))
		require.Equal(t, 8, seen)
		for _, p := range db.Ent.Person.Query().AllX(b.w.System) {
			require.Empty(t, p.Attributes)
		}
		_, err := db.SQL.ExecContext(t.Context(), drop)
		require.NoError(t, err)
		_, a := b.post(t, "batch", b.key, bad)
		require.Equal(t, []int{3, 0}, []int{a.Accepted, a.Duplicate})
	})
}

// Many senders at once: each message is stored once, whoever sends it how often.
func TestConcurrentSenders(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := newTracking(t, db)
		const senders, batches, size = 8, 6, 20
		var wg sync.WaitGroup
		var mu sync.Mutex
		accepted, duplicate := 0, 0
		for sender := range senders {
			wg.Go(func() {
				for n := range batches {
					var messages []m
					for i := range size {
						id := (n*size + i + sender*7) % (batches * size) // all send the same messages, each in another order
						messages = append(messages, m{
							"type": "track", "messageId": fmt.Sprint("c", id), "userId": fmt.Sprint("u", id%17), "anonymousId": fmt.Sprint("a", id), "event": fmt.Sprint("e", id%5),
							"properties": m{fmt.Sprint("p", id%9): id},
						})
					}
					status, a := b.post(t, "batch", b.key, m{"batch": messages})
					if status != 200 || len(a.Refused) > 0 {
						t.Errorf("got %d %v", status, a)
					}
					mu.Lock()
					accepted, duplicate = accepted+a.Accepted, duplicate+a.Duplicate
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		require.Equal(t, []int{batches * size, (senders - 1) * batches * size}, []int{accepted, duplicate})
		require.Equal(t, batches*size, b.count(t, "events"))
		require.Equal(t, 17, b.count(t, "persons"))
		require.Equal(t, 5, db.Ent.EventType.Query().CountX(b.w.System))
	})
}
