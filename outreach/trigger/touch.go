package trigger

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"tidings/internal/database"
)

// Kind says what is to be done when a touch is due. The numbers are stored.
type Kind int

const (
	// Judge looks whether B was done.
	Judge Kind = 1
	// Send sends, or records why not.
	Send Kind = 2
)

// touch is a row of touches to come.
type touch struct {
	task   string
	person uint32
	kind   Kind
	due    time.Time
	base   int64
	a      int64
	props  []byte
	reason string
}

// touchSQL: project, and rows of task, person, kind, due, base, a, props, reason.
const touchSQL = `INSERT INTO touches (project_num, task_id, person_num, kind, due_at, base_at, a_num, a_props, reason)
	SELECT CAST(? AS bigint), u.task, u.person, u.kind, %s, u.base, u.a, %s, u.reason FROM %s`

// touchesAtOnce bounds the rows of one statement.
const touchesAtOnce = 2000

func insertTouches(ctx context.Context, db *database.DB, tx *sql.Tx, projectNum int64, touches []touch) error {
	due, props := "u.due", "NULLIF(u.props, '')"
	if db.Postgres() {
		due, props = "u.due::timestamptz", "NULLIF(u.props, '')::jsonb"
	}
	for len(touches) > 0 {
		n := min(len(touches), touchesAtOnce)
		people, kinds, bases, as := make([]int64, n), make([]int64, n), make([]int64, n), make([]int64, n)
		tasks, dues, contents, reasons := make([]string, n), make([]string, n), make([]string, n), make([]string, n)
		for i, t := range touches[:n] {
			tasks[i], people[i], kinds[i], dues[i] = t.task, int64(t.person), int64(t.kind), instant(t.due)
			bases[i], as[i], contents[i], reasons[i] = t.base, t.a, string(t.props), t.reason
		}
		from, args := db.Values("u", database.Column{Name: "task", Values: tasks}, database.Column{Name: "person", Values: people},
			database.Column{Name: "kind", Values: kinds}, database.Column{Name: "due", Values: dues},
			database.Column{Name: "base", Values: bases}, database.Column{Name: "a", Values: as},
			database.Column{Name: "props", Values: contents}, database.Column{Name: "reason", Values: reasons})
		if _, err := tx.ExecContext(ctx, db.Rebind(fmt.Sprintf(touchSQL, due, props, from)), append([]any{projectNum}, args...)...); err != nil {
			return fmt.Errorf("write touches: %w", err)
		}
		touches = touches[n:]
	}
	return nil
}

// instant is a time as both databases read it, and as SQLite sorts it.
func instant(t time.Time) string {
	return t.UTC().Truncate(time.Microsecond).Format("2006-01-02 15:04:05.999999999-07:00")
}
