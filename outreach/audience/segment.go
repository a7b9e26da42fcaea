package audience

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"entgo.io/ent/dialect/sql"
	"github.com/RoaringBitmap/roaring/v2"

	"tidings/ent"
	entsegment "tidings/ent/segment"
	entsubject "tidings/ent/subject"
	"tidings/ent/viewer"
	"tidings/internal/clock"
	"tidings/internal/database"
	"tidings/outreach/audience/compile"
	"tidings/outreach/audience/rule"
	"tidings/outreach/fault"
	naming "tidings/outreach/name"
)

const (
	// maxSegments is how many segments a project has in its list (spec §9.1).
	// Those that tasks make for themselves off the list do not count.
	maxSegments = 500
	// maxSegmentName is the most characters of a segment's name.
	maxSegmentName = 100
	// maxSegmentText is the most characters of its description.
	maxSegmentText = 500
	// User is the subject that people are.
	User = "user"
)

// SegmentDeps is what Segments needs.
type SegmentDeps struct {
	DB    *database.DB
	Clock clock.Clock
	Log   *slog.Logger
	// Estimates bounds the estimates that a process makes at a time; 0 is 4.
	Estimates int
}

// Segments holds the commands on segments, their computation and the estimates.
type Segments struct {
	db    *database.DB
	clock clock.Clock
	log   *slog.Logger
	slots chan struct{} // one for each estimate at a time
	limit time.Duration // of an estimate

	compiled compile.Evaluator
	// evaluate computes a rule; tests stop it half way.
	evaluate func(context.Context, compile.Scope, *rule.Node, compile.Options) (*roaring.Bitmap, error)
}

// NewSegments makes the service; one serves the whole process.
func NewSegments(d SegmentDeps) *Segments {
	if d.Estimates <= 0 {
		d.Estimates = 4
	}
	s := &Segments{db: d.DB, clock: d.Clock, log: d.Log, slots: make(chan struct{}, d.Estimates), limit: estimateLimit, compiled: compile.Evaluator{DB: d.DB}}
	s.evaluate = s.compiled.Evaluate
	return s
}

// orTaken turns the database's word for two equal names into ours.
func orTaken(err error) error {
	if err == nil || !database.IsUnique(err) {
		return err
	}
	return naming.Taken("segment")
}

// ZoneOf is where a project's times of day are.
func ZoneOf(p *ent.Project) *time.Location {
	if loc, err := time.LoadLocation(p.TimeZone); err == nil {
		return loc
	}
	return time.UTC
}

// scopeOf is whom the rules of a project's subject choose from. NOT_FOUND at
// subject when the project knows no such subject.
func scopeOf(ctx context.Context, client *ent.Client, p *ent.Project, subject string, now time.Time) (compile.Scope, error) {
	u := compile.Scope{ProjectID: p.ID, ProjectNum: p.Num, Zone: ZoneOf(p), Now: now}
	if subject == User || subject == "" {
		return u, nil
	}
	found, err := client.Subject.Query().Where(entsubject.ProjectID(p.ID), entsubject.Code(subject)).Only(viewer.System(ctx))
	if ent.IsNotFound(err) {
		return u, fault.At("subject", "NOT_FOUND", "there is no subject %q", subject)
	}
	if err != nil {
		return u, fmt.Errorf("load subject: %w", err)
	}
	u.Subject = found.Num
	return u, nil
}

// nestingOf reads which living segments of a project name which.
func nestingOf(ctx context.Context, client *ent.Client, projectID string) (nesting, error) {
	found, err := client.Segment.Query().Where(entsegment.ProjectID(projectID), entsegment.RuleNotNil(), namesSegments).
		Select(entsegment.FieldID, entsegment.FieldRule).All(viewer.System(ctx))
	if err != nil {
		return nil, fmt.Errorf("read the rules of segments: %w", err)
	}
	out := make(nesting, len(found))
	for _, seg := range found {
		out[seg.ID] = names(seg.Rule)
	}
	return out, nil
}

// NamesOthers leaves the segments whose rules name other segments, and few more.
func NamesOthers(q *ent.SegmentQuery) *ent.SegmentQuery {
	return q.Where(entsegment.RuleNotNil(), namesSegments)
}

// namesSegments leaves the segments whose rule seems to name another.
func namesSegments(s *sql.Selector) {
	s.Where(sql.ExprP("CAST(" + s.C(entsegment.FieldRule) + " AS text) LIKE '%seg\\_%' ESCAPE '\\'"))
}
