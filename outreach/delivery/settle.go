package delivery

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"tidings/internal/database"
	"tidings/outreach/channel"
)

// maxSettleWait bounds the pause between tries to write answers down.
const maxSettleWait = 2 * time.Second

// outcome is what is written down about one call.
type outcome struct {
	person  uint32
	tries   int // which claim of the person it answers
	status  Status
	reason  string // the channel's code
	text    string
	message string
	wait    time.Duration // of a deferred one
}

// judge turns an answer into what is written down. plan says whether somebody
// wants unconfirmed ones sent again.
func judge(r *run, c *candidate) outcome {
	o := outcome{person: c.person, tries: c.tries, reason: c.result.Code, text: c.result.Text, message: c.result.MessageID}
	switch res := c.result; {
	case res.Outcome == channel.Sent:
		o.status, o.reason, o.text = Sent, "", ""
	case res.Outcome == channel.Failed && res.Scope == channel.ScopeChannel:
		// The channel is at fault, not the message: it waits until the channel works again.
		o.status = Deferred
	case res.Outcome == channel.Failed:
		o.status = Failed
	case res.Outcome == channel.Later && (res.Code == channel.NotWritten || res.Scope == channel.ScopeChannel):
		// Never left this machine, or the channel's quota is spent: no try was used up.
		o.status = Deferred
	case res.Outcome == channel.Later && res.RetryAfter > 0:
		o.status, o.wait = Deferred, res.RetryAfter
	case res.Outcome == channel.Later:
		wait, again := channel.Backoff(c.tries)
		o.status, o.wait = Deferred, wait
		if !again {
			o.status = Failed
		}
	case r.plan.ResendUnconfirmed:
		wait, again := channel.Backoff(c.tries)
		o.status, o.wait = Deferred, wait
		if !again {
			o.status = Unconfirmed
		}
	default:
		o.status = Unconfirmed
	}
	return o
}

// settle writes the answers of a grant down, and then what they say about the
// task and the channel. It does not give up while the process lives: the
// answers are known nowhere else.
func (w *Worker) settle(ctx context.Context, sh *shard, r *run, ch *channelState, calls []*candidate) error {
	outcomes := make([]outcome, len(calls))
	for i, c := range calls {
		outcomes[i] = judge(r, c)
	}
	for wait := 20 * time.Millisecond; ; wait = min(2*wait, maxSettleWait) {
		err := w.write(ctx, sh, r, outcomes)
		if err == nil {
			break
		}
		if ctx.Err() != nil {
			return fmt.Errorf("settle: %w", err)
		}
		w.Log.WarnContext(ctx, "answers not written yet", "shard", sh.id, "error", err)
		pause := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			pause.Stop()
			return fmt.Errorf("settle: %w", err)
		case <-pause.C:
		}
	}
	return w.consequences(ctx, sh, r, ch, calls)
}

// write settles in one transaction what is still SENDING, and what somebody
// called UNCONFIRMED meanwhile; it may run again without counting anything twice.
func (w *Worker) write(ctx context.Context, sh *shard, r *run, outcomes []outcome) error {
	if w.DB.Postgres() && !sh.retry && allSent(outcomes) {
		n, err := w.settleSent(ctx, sh, r, outcomes)
		if err != nil || n == len(outcomes) {
			return err
		}
		// Somebody took the shard over: some rows are UNCONFIRMED by now.
	}
	return w.DB.SQLTx(ctx, func(tx *sql.Tx) error {
		var n counts
		var later []outcome
		for _, from := range []Status{Sending, Unconfirmed} {
			done, err := w.settleFrom(ctx, tx, sh, r, from, outcomes)
			if err != nil {
				return err
			}
			n.add2(from, -len(done))
			for _, o := range done {
				n.add(o.status, o.reason)
				if o.status == Deferred {
					later = append(later, o)
				}
			}
			if len(done) == len(outcomes) {
				break
			}
		}
		if err := w.putOffAll(ctx, tx, sh, later); err != nil {
			return err
		}
		return n.write(ctx, w.DB, tx, sh)
	})
}

func allSent(outcomes []outcome) bool {
	for i := range outcomes {
		if outcomes[i].status != Sent {
			return false
		}
	}
	return true
}

// span is the least and the greatest person of a grant. The bulk statements name
// them beside the list of persons: PostgreSQL has no statistics of a run that has
// just begun, takes it for a handful of rows and would read all of it to find a
// grant; between the two there is nobody but the grant.
func span(outcomes []outcome) (least, most int64) {
	least, most = math.MaxInt64, math.MinInt64
	for i := range outcomes {
		p := int64(outcomes[i].person)
		least, most = min(least, p), max(most, p)
	}
	return least, most
}

// settleSentSQL is the common case in one statement without a transaction
// around it, for first tries. In: persons, message IDs, time, run_at, run number,
// shard, span, seq. Out: how many rows were SENDING and are SENT now.
const settleSentSQL = `WITH d AS (
	UPDATE deliveries SET status = 2, message_id = u.message, settled_at = $3
	FROM unnest($1::bigint[], $2::text[]) AS u(person, message)
	WHERE run_at = $4 AND run_num = $5 AND person_num = u.person AND person_num BETWEEN $7 AND $8 AND seq = $9 AND status = 1 AND tries = 1 RETURNING 1)
UPDATE shards SET sending = sending - n, sent = sent + n FROM (SELECT count(*) AS n FROM d) AS c WHERE id = $6 RETURNING n`

func (w *Worker) settleSent(ctx context.Context, sh *shard, r *run, outcomes []outcome) (int, error) {
	people, messages := make([]int64, len(outcomes)), make([]string, len(outcomes))
	for i, o := range outcomes {
		people[i], messages[i] = int64(o.person), o.message
	}
	least, most := span(outcomes)
	var n int
	st, err := w.DB.Prepared(ctx, settleSentSQL) //nolint:sqlclosecheck // it lives as long as the database
	if err != nil {
		return 0, fmt.Errorf("settle: %w", err)
	}
	err = st.QueryRowContext(ctx, w.DB.List(people), w.DB.List(messages), w.Clock.Now(), r.at, sh.runNum, sh.id, least, most, sh.seq).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("settle: %w", err)
	}
	return n, nil
}

// settleSQL: time, rows of person, tries, status, reason, text, message; run_at,
// run number, span, seq, the status before. Out: the persons whose row changed. A row that
// was claimed again meanwhile waits for the answer to that call, not to ours.
const settleSQL = `UPDATE deliveries SET status = u.status, reason = u.reason, text = u.text, message_id = u.message, settled_at = ?
	FROM %s WHERE run_at = ? AND run_num = ? AND person_num = u.person AND person_num BETWEEN ? AND ? AND seq = ?
	AND deliveries.tries = u.tries AND deliveries.status = ? RETURNING person_num`

func (w *Worker) settleFrom(ctx context.Context, tx *sql.Tx, sh *shard, r *run, from Status, outcomes []outcome) ([]outcome, error) {
	size := len(outcomes)
	people, tries, statuses := make([]int64, size), make([]int64, size), make([]int64, size)
	reasons, texts, messages := make([]string, size), make([]string, size), make([]string, size)
	at := make(map[uint32]outcome, size)
	for i, o := range outcomes {
		people[i], tries[i], statuses[i], reasons[i], texts[i], messages[i] = int64(o.person), int64(o.tries), int64(o.status), o.reason, o.text, o.message
		at[o.person] = o
	}
	values, args := w.DB.Values("u", database.Column{Name: "person", Values: people}, database.Column{Name: "tries", Values: tries},
		database.Column{Name: "status", Values: statuses}, database.Column{Name: "reason", Values: reasons},
		database.Column{Name: "text", Values: texts}, database.Column{Name: "message", Values: messages})
	least, most := span(outcomes)
	args = append(append([]any{w.Clock.Now()}, args...), r.at, r.num, least, most, sh.seq, int(from))
	rows, err := tx.QueryContext(ctx, w.DB.Rebind(fmt.Sprintf(settleSQL, values)), args...)
	if err != nil {
		return nil, fmt.Errorf("settle: %w", err)
	}
	changed, err := uint32s(rows)
	if err != nil {
		return nil, fmt.Errorf("settle: %w", err)
	}
	done := make([]outcome, len(changed))
	for i, p := range changed {
		done[i] = at[p]
	}
	return done, nil
}

// putOffAll makes retry shards for deferred deliveries, one for each wait.
func (w *Worker) putOffAll(ctx context.Context, tx *sql.Tx, sh *shard, later []outcome) error {
	byWait := map[time.Duration][]uint32{}
	for _, o := range later {
		byWait[o.wait] = append(byWait[o.wait], o.person)
	}
	for wait, people := range byWait {
		if err := w.putOff(ctx, tx, sh, people, w.Clock.Now().Add(wait)); err != nil {
			return err
		}
	}
	return nil
}

// reopenSQL: time, run number. It locks the run, so that a shard that ends at
// the same time sees the new one; a run that was thought done goes on.
const reopenSQL = `UPDATE runs SET updated_at = ?, status = CASE WHEN status = 'DONE' THEN 'SENDING' ELSE status END WHERE num = ?`

// putOffSQL: project, run, task, channel, class, seq, touch, try, size, slice, due.
const putOffSQL = `INSERT INTO shards (project_num, run_num, task_id, channel_id, class, seq, touch, retry, try, size, slice, due_at, attempt, lease_owner, cursor, done,
	sending, sent, failed, not_sent, unconfirmed, deferred) VALUES (?, ?, ?, ?, ?, ?, ?, true, ?, ?, ?, ?, 0, '', 0, false, 0, 0, 0, 0, 0, 0)`

// putOff makes a shard of people whose delivery waits for another try.
func (w *Worker) putOff(ctx context.Context, tx *sql.Tx, sh *shard, people []uint32, at time.Time) error {
	if len(people) == 0 {
		return nil
	}
	slice, err := roaring.BitmapOf(people...).ToBytes()
	if err != nil {
		return fmt.Errorf("write slice: %w", err)
	}
	if _, err := tx.ExecContext(ctx, w.DB.Rebind(reopenSQL), w.Clock.Now(), sh.runNum); err != nil {
		return fmt.Errorf("put off: %w", err)
	}
	if _, err := tx.ExecContext(ctx, w.DB.Rebind(putOffSQL), sh.projectNum, sh.runNum, sh.taskID, sh.channelID, sh.class, sh.seq, sh.touch, sh.try+1, len(people), slice, at); err != nil {
		return fmt.Errorf("put off: %w", err)
	}
	return nil
}
