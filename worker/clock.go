package worker

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"tidings/internal/clock"
	"tidings/internal/database"
	"tidings/outreach/dispatch"
	"tidings/outreach/fault"
	"tidings/outreach/trigger"
)

// offsetKey is the setting that holds how far business time is ahead, in microseconds.
const offsetKey = "clock_offset_us"

// SyncClock takes the business clock's offset from the database.
func SyncClock(ctx context.Context, db *database.DB, c *clock.Offset) error {
	var text string
	err := db.SQL.QueryRowContext(ctx, db.Rebind(`SELECT value FROM settings WHERE id = ?`), offsetKey).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the clock: %w", err)
	}
	us, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return fmt.Errorf("read the clock: %w", err)
	}
	c.Set(time.Duration(us) * time.Microsecond)
	return nil
}

// Mover moves business time in demo mode, forwards only. It stops at every
// instant at which something falls due and waits until the workers are through
// with it, so that what happens on the way happens in order.
type Mover struct {
	db    *database.DB
	clock *clock.Offset
}

// NewMover makes a mover.
func NewMover(db *database.DB, c *clock.Offset) *Mover { return &Mover{db: db, clock: c} }

// Now is business time.
func (m *Mover) Now() time.Time { return m.clock.Now() }

// Advance moves the clock by a duration and answers when everything that fell
// due on the way is done. INVALID at advance when it is negative.
func (m *Mover) Advance(ctx context.Context, by time.Duration) (time.Time, error) {
	if by < 0 {
		return time.Time{}, fault.At("advance", "BACKWARDS", "the clock only goes forwards")
	}
	if err := SyncClock(ctx, m.db, m.clock); err != nil {
		return time.Time{}, err
	}
	return m.move(ctx, m.clock.Now().Add(by))
}

// MoveTo moves the clock to an instant; INVALID at now when it has passed.
func (m *Mover) MoveTo(ctx context.Context, to time.Time) (time.Time, error) {
	if err := SyncClock(ctx, m.db, m.clock); err != nil {
		return time.Time{}, err
	}
	if to.Before(m.clock.Now()) {
		return time.Time{}, fault.At("now", "BACKWARDS", "the clock only goes forwards")
	}
	return m.move(ctx, to)
}

func (m *Mover) move(ctx context.Context, to time.Time) (time.Time, error) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		at, ok, err := m.earliest(ctx)
		if err != nil {
			return time.Time{}, err
		}
		// The instant after the look: what a worker made due while the look went on is
		// due, and not to come.
		now := m.clock.Now()
		switch {
		case ok && !at.After(now):
			select {
			case <-ctx.Done():
				return time.Time{}, notDone(ctx.Err())
			case <-tick.C:
			}
		case now.Before(to):
			if !ok || at.After(to) {
				at = to
			}
			if err := m.set(ctx, at); err != nil {
				return time.Time{}, err
			}
		default:
			return now, nil
		}
	}
}

func notDone(err error) error {
	return fault.Errorf(fault.Unavailable, "what fell due is not done yet; no worker runs, or it needs longer").Wrap(err)
}

// set moves all processes' clock; they read it with their next poll.
func (m *Mover) set(ctx context.Context, at time.Time) error {
	by := at.Sub(clock.Wall()) + time.Microsecond
	if by <= m.clock.By() {
		return nil
	}
	const text = `INSERT INTO settings (id, value) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET value = excluded.value
		WHERE CAST(settings.value AS bigint) < CAST(excluded.value AS bigint)`
	if _, err := m.db.SQL.ExecContext(ctx, m.db.Rebind(text), offsetKey, strconv.FormatInt(by.Microseconds(), 10)); err != nil {
		return fmt.Errorf("move the clock: %w", err)
	}
	m.clock.Set(by)
	return nil
}

// Rows that wait for the clock or for a worker; what waits for a person (a
// paused or abnormal task) or for a provider (a paused channel) does not count.
const (
	openRuns = `FROM runs w WHERE ` + dispatch.Runnable
	// When repeating tasks end that stand still.
	openPauses = `FROM (SELECT t.ends_at AS due_at FROM tasks t WHERE t.type = 'REPEAT' AND t.run_status IN ('PAUSED', 'ABNORMAL')
		AND EXISTS (SELECT 1 FROM runs r WHERE r.task_id = t.id AND r.kind = 'SCHEDULED' AND r.due_at <= t.ends_at)) w WHERE true`
	openShards = `FROM shards w JOIN runs r ON r.num = w.run_num JOIN tasks t ON t.id = w.task_id JOIN channels c ON c.id = w.channel_id
		WHERE (` + recordable + ` OR (t.run_status NOT IN ('PAUSED', 'ABNORMAL') AND c.state <> 'ABNORMAL'
		AND (c.paused_until IS NULL OR c.paused_until <= %s)))`
	openUploads   = `FROM uploads w WHERE w.status = 'RESOLVING'`
	openApprovals = `FROM approvals w WHERE true`
	openSegments  = `FROM segments w WHERE w.deleted_at IS NULL`
	openImports   = `FROM imports w WHERE w.status = 'RUNNING'`
	openBatches   = `FROM event_batches w WHERE true`
	// By kind, as the index has them: the next of a hundred thousand is found at once.
	openTouches = `FROM touches w JOIN tasks t ON t.id = w.task_id WHERE w.run_num IS NULL AND w.kind = %d AND t.run_status = 'RUNNING'`
	// When triggered tasks begin and end.
	openStarts = `FROM (SELECT starts_at AS due_at FROM tasks WHERE type IN ('DONE_A', 'DONE_A_NOT_B') AND run_status = 'WAITING' AND ends_at IS NOT NULL) w WHERE true`
	openEnds   = `FROM (SELECT ends_at AS due_at FROM tasks WHERE type IN ('DONE_A', 'DONE_A_NOT_B')
		AND run_status IN ('WAITING', 'RUNNING', 'PAUSED', 'ABNORMAL') AND ended_at IS NULL) w WHERE true`
)

func (m *Mover) open() []string {
	return []string{
		openRuns, openPauses, fmt.Sprintf(openShards, m.db.NowSQL()), openUploads, openApprovals, openSegments, openImports,
		openBatches, fmt.Sprintf(openTouches, trigger.Judge), fmt.Sprintf(openTouches, trigger.Send), openStarts, openEnds,
	}
}

// earliest is when the first open row of all kinds is or was due. It is one
// statement: work that hands over from one kind to another, a segment to the run that
// waits for it, must not slip through between two.
func (m *Mover) earliest(ctx context.Context) (at time.Time, ok bool, err error) {
	now := m.clock.Now()
	var parts []string
	var args []any
	for _, from := range m.open() {
		parts = append(parts, `SELECT * FROM (SELECT w.due_at AS due_at `+from+` AND w.due_at IS NOT NULL ORDER BY w.due_at LIMIT 1) AS part`)
		for range strings.Count(from, "?") {
			args = append(args, now)
		}
	}
	var t sql.NullTime
	err = m.db.SQL.QueryRowContext(ctx, m.db.Rebind(strings.Join(parts, " UNION ALL ")+` ORDER BY 1 LIMIT 1`), args...).Scan(&t)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return at, false, nil
	case err != nil && ctx.Err() != nil:
		return at, false, notDone(err)
	case err != nil:
		return at, false, fmt.Errorf("look for due work: %w", err)
	}
	return t.Time.UTC(), t.Valid, nil
}
