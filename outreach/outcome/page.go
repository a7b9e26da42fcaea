package outcome

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"tidings/ent"
	entidentity "tidings/ent/identity"
	entrun "tidings/ent/run"
	"tidings/ent/viewer"
	"tidings/outreach/delivery"
	"tidings/outreach/fault"
	"tidings/outreach/person"
)

// Filter narrows deliveries; its zero value lets all pass.
type Filter struct {
	Statuses []delivery.Status
	Reasons  []string
	Target   string // exactly this target ID
}

// Row is a delivery with its run.
type Row struct {
	*ent.Delivery
	Run *ent.Run
}

// Key is the delivery's name.
func (r Row) Key() delivery.Key {
	return delivery.Key{Run: r.RunNum, Person: uint32(r.ID), Seq: uint32(r.Seq)} //nolint:gosec // stored from these types
}

// Query asks for deliveries of some runs of one project, in the order of the
// runs as given and of the people's numbers within each.
type Query struct {
	Runs   []*ent.Run // in order
	Filter Filter
	// After and Before are the ends of the part that is asked for, both excluded.
	After, Before *delivery.Key
	// Backward reads from the end; rows come in the order read.
	Backward bool
	Limit    int
}

const columns = `run_at, run_num, person_num, seq, project_num, target, status, reason, text, message_id, tries, content, claimed_at, settled_at`

// Page reads at most Limit deliveries. NOT_FOUND when After or Before names
// none of the runs.
func (r Reader) Page(ctx context.Context, q Query) ([]Row, error) {
	runs, err := q.span()
	if err != nil {
		return nil, err
	}
	find, err := r.narrow(ctx, runs, q.Filter)
	if err != nil || find == nil {
		return nil, err
	}
	if q.Backward {
		runs = slices.Clone(runs)
		slices.Reverse(runs)
	}
	var out []Row
	for _, run := range runs {
		left := q.Limit - len(out)
		if left <= 0 {
			break
		}
		if most, known := find.most[run.Num]; known {
			left = min(left, most) // its totals say that there are no more
		}
		if left == 0 {
			continue
		}
		rows, err := r.readRun(ctx, run, &q, find, left)
		if err != nil {
			return nil, err
		}
		out = append(out, rows...)
	}
	return out, nil
}

// span leaves out the runs before After and behind Before.
func (q *Query) span() ([]*ent.Run, error) {
	runs := q.Runs
	at := func(k *delivery.Key) (int, error) {
		i := slices.IndexFunc(runs, func(run *ent.Run) bool { return run.Num == k.Run })
		if i < 0 {
			return 0, fault.Errorf(fault.Invalid, "the cursor does not belong to this list").Because("CURSOR")
		}
		return i, nil
	}
	if q.Before != nil {
		i, err := at(q.Before)
		if err != nil {
			return nil, err
		}
		runs = runs[:i+1]
	}
	if q.After != nil {
		i, err := at(q.After)
		if err != nil {
			return nil, err
		}
		runs = runs[i:]
	}
	return runs, nil
}

// narrowed is what the totals and the identities say about a filter beforehand.
type narrowed struct {
	person *int64        // the one person that has the target
	most   map[int64]int // how many rows a run has that pass, where that is known
}

// narrow gives nil when nothing can pass.
func (r Reader) narrow(ctx context.Context, runs []*ent.Run, f Filter) (*narrowed, error) {
	out := &narrowed{}
	if len(runs) == 0 {
		return nil, nil //nolint:nilnil // documented
	}
	if f.Target != "" {
		person, ok, err := r.personOf(ctx, runs[0], f.Target)
		if err != nil || !ok {
			return nil, err
		}
		out.person = &person
		return out, nil
	}
	if len(f.Statuses) == 0 && len(f.Reasons) == 0 {
		return out, nil
	}
	nums := make([]int64, len(runs))
	for i, run := range runs {
		nums[i] = run.Num
	}
	totals, err := r.OfRuns(ctx, nums)
	if err != nil {
		return nil, err
	}
	out.most = map[int64]int{}
	for _, run := range runs {
		if n, known := f.count(totals[run.Num]); known {
			out.most[run.Num] = n
		}
	}
	return out, nil
}

// count is how many rows pass, by the totals; not known where a reason is asked
// for that the totals do not tell apart.
func (f Filter) count(p *Progress) (n int, known bool) {
	if p == nil {
		return 0, true
	}
	if f.Target != "" {
		return 0, false
	}
	if len(f.Reasons) == 0 {
		if len(f.Statuses) == 0 {
			return p.Recorded(), true
		}
		for _, s := range slices.Compact(slices.Sorted(slices.Values(f.Statuses))) {
			n += p.Of(s)
		}
		return n, true
	}
	counted := len(f.Statuses) > 0
	for _, s := range f.Statuses {
		counted = counted && (s == delivery.Failed || s == delivery.NotSent)
	}
	if !counted && p.Unconfirmed+p.Deferred+p.Sending > 0 {
		return 0, false
	}
	for _, reason := range p.Reasons {
		if slices.Contains(f.Reasons, reason.Reason) && (len(f.Statuses) == 0 || slices.Contains(f.Statuses, reason.Status)) {
			n += reason.Count
		}
	}
	return n, true
}

// Count is how many deliveries of the runs pass the filter: from the totals
// where they tell, counted where they do not.
func (r Reader) Count(ctx context.Context, runs []*ent.Run, f Filter) (int, error) {
	find, err := r.narrow(ctx, runs, f)
	if err != nil || find == nil {
		return 0, err
	}
	if find.most == nil && find.person == nil { // no filter: everything that is recorded
		f = Filter{Statuses: []delivery.Status{
			delivery.Sending, delivery.Sent, delivery.Failed, delivery.NotSent, delivery.Unconfirmed, delivery.Deferred,
		}}
		if find, err = r.narrow(ctx, runs, f); err != nil {
			return 0, err
		}
	}
	sum := 0
	for _, run := range runs {
		if n, known := find.most[run.Num]; known {
			sum += n
			continue
		}
		c := conditions(run, &Query{Filter: f}, find, r)
		var n int
		if err = r.DB.SQL.QueryRowContext(ctx, r.DB.Rebind("SELECT COUNT(*) FROM deliveries WHERE "+c.text()), c.args...).Scan(&n); err != nil {
			return 0, fmt.Errorf("count deliveries: %w", err)
		}
		sum += n
	}
	return sum, nil
}

// personOf finds who has a target ID on the channel that the runs went over.
func (r Reader) personOf(ctx context.Context, run *ent.Run, target string) (int64, bool, error) {
	ctx = viewer.System(ctx)
	in, err := r.DB.Ent.Run.Query().Where(entrun.ID(run.ID)).WithProject().
		WithTask(func(q *ent.TaskQuery) { q.WithChannel() }).Only(ctx)
	if err != nil {
		return 0, false, fmt.Errorf("find channel of %s: %w", run.ID, err)
	}
	if in.Edges.Task == nil || in.Edges.Task.Edges.Channel == nil {
		return 0, false, nil
	}
	found, err := r.DB.Ent.Identity.Query().Where(
		entidentity.ProjectNum(in.Edges.Project.Num), entidentity.Type(person.WechatOpenID),
		entidentity.Value(person.WechatValue(in.Edges.Task.Edges.Channel.AppID, target)),
	).Only(ctx)
	if ent.IsNotFound(err) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, fmt.Errorf("find person: %w", err)
	}
	return found.PersonNum, true, nil
}

// where is a conjunction with its values.
type where struct {
	parts []string
	args  []any
}

func (w *where) add(part string, args ...any) {
	w.parts = append(w.parts, part)
	w.args = append(w.args, args...)
}

func (w *where) text() string { return strings.Join(w.parts, " AND ") }

func conditions(run *ent.Run, q *Query, find *narrowed, r Reader) *where {
	w := &where{}
	w.add("run_at = ? AND run_num = ?", run.RunAt, run.Num)
	if find.person != nil {
		w.add("person_num = ? AND target = ?", *find.person, q.Filter.Target)
	}
	if q.After != nil && q.After.Run == run.Num {
		w.add("(person_num, seq) > (?, ?)", int64(q.After.Person), int64(q.After.Seq))
	}
	if q.Before != nil && q.Before.Run == run.Num {
		w.add("(person_num, seq) < (?, ?)", int64(q.Before.Person), int64(q.Before.Seq))
	}
	if len(q.Filter.Statuses) > 0 {
		statuses := make([]int64, len(q.Filter.Statuses))
		for i, s := range q.Filter.Statuses {
			statuses[i] = int64(s)
		}
		w.add(r.DB.In("status"), r.DB.List(statuses))
	}
	if len(q.Filter.Reasons) > 0 {
		w.add(r.DB.In("reason"), r.DB.List(q.Filter.Reasons))
	}
	return w
}

func (r Reader) readRun(ctx context.Context, run *ent.Run, q *Query, find *narrowed, limit int) ([]Row, error) {
	w := conditions(run, q, find, r)
	order := "person_num, seq"
	if q.Backward {
		order = "person_num DESC, seq DESC"
	}
	text := fmt.Sprintf("SELECT %s FROM deliveries WHERE %s ORDER BY %s LIMIT %d", columns, w.text(), order, limit)
	rows, err := r.DB.SQL.QueryContext(ctx, r.DB.Rebind(text), w.args...)
	if err != nil {
		return nil, fmt.Errorf("read deliveries: %w", err)
	}
	defer rows.Close() //nolint:errcheck // read to the end
	var out []Row
	for rows.Next() {
		d, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, Row{d, run})
	}
	if err = rows.Err(); err != nil {
		return nil, fmt.Errorf("read deliveries: %w", err)
	}
	return out, nil
}

func scan(rows *sql.Rows) (*ent.Delivery, error) {
	d := new(ent.Delivery)
	var settled sql.NullTime
	err := rows.Scan(&d.RunAt, &d.RunNum, &d.ID, &d.Seq, &d.ProjectNum, &d.Target, &d.Status, &d.Reason, &d.Text, &d.MessageID,
		&d.Tries, &d.Content, &d.ClaimedAt, &settled)
	if err != nil {
		return nil, fmt.Errorf("read delivery: %w", err)
	}
	d.RunAt, d.ClaimedAt = d.RunAt.UTC(), d.ClaimedAt.UTC()
	if settled.Valid {
		at := settled.Time.UTC()
		d.SettledAt = &at
	}
	return d, nil
}

// One reads the delivery of a run; NOT_FOUND when there is none.
func (r Reader) One(ctx context.Context, run *ent.Run, key delivery.Key) (Row, error) {
	text := "SELECT " + columns + " FROM deliveries WHERE run_at = ? AND run_num = ? AND person_num = ? AND seq = ?"
	rows, err := r.DB.SQL.QueryContext(ctx, r.DB.Rebind(text), run.RunAt, run.Num, int64(key.Person), int64(key.Seq))
	if err != nil {
		return Row{}, fmt.Errorf("read delivery: %w", err)
	}
	defer rows.Close() //nolint:errcheck // one row
	if !rows.Next() {
		if err = rows.Err(); err != nil {
			return Row{}, fmt.Errorf("read delivery: %w", err)
		}
		return Row{}, fault.Errorf(fault.NotFound, "there is no delivery %q", key)
	}
	d, err := scan(rows)
	return Row{d, run}, err
}
