package trigger

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"tidings/ent"
	"tidings/internal/clock"
	"tidings/internal/database"
)

// Deps are what a Service needs.
type Deps struct {
	DB    *database.DB
	Clock clock.Clock
	// Plan freezes what a task sends (dispatch.Plan, as JSON); its *fault.Error is
	// a reason for which the task cannot go on.
	Plan func(ctx context.Context, taskID string) (json.RawMessage, error)
	// Select gives whom a rule selects now (audience.Segments.Select), for backtests
	// of drafts that have a rule of their own.
	Select func(ctx context.Context, p *ent.Project, subject string, rule json.RawMessage, now time.Time) (*roaring.Bitmap, error)
	// Changed is told of every task whose status or runs changed; nil: nobody.
	Changed func(taskID string)
	Log     *slog.Logger
}

// Service counts, fires, judges and cuts. It is safe for concurrent use, by any
// number of processes.
type Service struct {
	Deps

	mu       sync.Mutex
	projects map[int64]*project // by number
	segments map[string]*held   // by segment
}

// New makes a service.
func New(d Deps) *Service {
	if d.Changed == nil {
		d.Changed = func(string) {}
	}
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	return &Service{Deps: d, projects: map[int64]*project{}, segments: map[string]*held{}}
}

// changedSQL: project. WAITING is a triggered task whose window has not begun; one
// that is ABNORMAL goes on counting, and sends when its creator runs it again.
const changedSQL = `UPDATE projects SET triggers_rev = triggers_rev + 1, live_triggers = (SELECT count(*) FROM tasks t WHERE t.project_id = projects.id
	AND t.type IN ('DONE_A', 'DONE_A_NOT_B') AND t.run_status IN ('WAITING', 'RUNNING', 'PAUSED', 'ABNORMAL') AND t.deleted_at IS NULL) WHERE id = $1`

// Changed has to be called in every transaction that changes the status, the
// pauses or the audience of a triggered task, after the change: from its commit
// on, the project's batches of events are matched against what it says.
func Changed(ctx context.Context, tx *ent.Tx, projectID string) error {
	if _, err := tx.ExecContext(ctx, changedSQL, projectID); err != nil {
		return fmt.Errorf("note changed triggers: %w", err)
	}
	return nil
}

// utc is an instant in milliseconds as a time.
func utc(ms int64) time.Time { return time.UnixMilli(ms).UTC() }
