package dataimport

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"tidings/ent"
	entchannel "tidings/ent/channel"
	entimport "tidings/ent/dataimport"
	"tidings/ent/viewer"
	"tidings/internal/database"
	"tidings/outreach/event"
	"tidings/outreach/person"
)

// ErrLost says that somebody else holds the import by now, or that it was
// cancelled; what is stored stays.
var ErrLost = errors.New("the import was handed to somebody else or is over")

// retryAfter is how long an import waits that an error stopped.
const retryAfter = 30 * time.Second

// maxBatchBytes bounds the text of the rows of one transaction.
const maxBatchBytes = 4 << 20

// maxID is the most bytes of an ID.
const maxID = 256

// job is the work on one import.
type job struct {
	*Imports
	of      *ent.DataImport
	attempt int
	project *ent.Project
	zone    *time.Location
	table   *ent.DetailTable // of ROWS
	source  *ent.EventSource // of EVENTS
	subject int64            // whom the IDs name
	apps    []string         // of the project's mini programs

	mapping stored
	plan    *plan
	owner   event.Owner // of EVENTS with one name and of all others; see types
	records *records
	repeats *repeats // nil where rows have their own keys
	events  map[string]*eventPlan
	sorted  bool // the columns have their types

	row    int   // of the record read last
	offset int64 // behind it
}

// item is one row on its way into the store.
type item struct {
	row     int
	cells   []string // of the plan's columns
	key     [16]byte
	person  string // the ID
	num     uint32
	at      int64
	event   string
	tag     string
	message string
	data    []byte // JSON object
}

// rowError is a row that was refused.
type rowError struct {
	row                int
	field, rule, value string
}

// batch is what one transaction takes.
type batch struct {
	items     []*item
	errors    []rowError
	rows      int // read, the refused ones too
	refused   int
	stored    int
	duplicate int
}

// Work goes on with an import until its end. A worker calls it with the attempt
// under which it took the row, which somebody renews meanwhile; it stops between
// two batches when stopping is closed. ErrLost when the attempt is over.
func (s *Imports) Work(ctx context.Context, importID string, attempt int, stopping <-chan struct{}) error {
	ctx = viewer.System(ctx)
	of, err := s.DB.Ent.DataImport.Query().Where(entimport.ID(importID)).WithProject().WithTable().WithSource().Only(ctx)
	if ent.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("load import: %w", err)
	}
	if of.Status != entimport.StatusRunning {
		return nil
	}
	if of.Attempt != attempt {
		return ErrLost
	}
	j := &job{Imports: s, of: of, attempt: attempt, project: of.Edges.Project, table: of.Edges.Table, source: of.Edges.Source}
	err = j.run(ctx, stopping)
	if f, ok := errors.AsType[*failure](err); ok {
		return j.end(ctx, entimport.StatusFailed, f)
	}
	if err != nil && ctx.Err() == nil && !errors.Is(err, ErrLost) {
		return errors.Join(err, j.putOff(ctx))
	}
	return err
}

// putOffSQL: time; import, attempt.
const putOffSQL = `UPDATE imports SET due_at = ? WHERE id = ? AND attempt = ? AND status = 'RUNNING'`

// putOff makes an import that failed due later than those that wait: few are
// worked at a time, the one that is due longest first.
func (j *job) putOff(ctx context.Context) error {
	if _, err := j.DB.SQL.ExecContext(ctx, j.DB.Rebind(putOffSQL), j.Clock.Now().Add(retryAfter), j.of.ID, j.attempt); err != nil {
		return fmt.Errorf("put an import off: %w", err)
	}
	return nil
}

func (j *job) run(ctx context.Context, stopping <-chan struct{}) error {
	if err := j.prepare(ctx); err != nil {
		return err
	}
	if err := j.open(ctx); err != nil {
		return err
	}
	for {
		select {
		case <-stopping:
			return nil // the row stays due
		default:
		}
		b, done, err := j.read()
		if err != nil && b == nil {
			return err
		}
		if b.rows > 0 {
			if serr := j.store(ctx, b); serr != nil {
				return serr
			}
		}
		if err != nil {
			return err
		}
		if done {
			return j.end(ctx, entimport.StatusDone, nil)
		}
	}
}

// prepare loads what the rows are judged by.
func (j *job) prepare(ctx context.Context) error {
	if err := j.decodeMapping(); err != nil {
		return err
	}
	zone, err := time.LoadLocation(j.project.TimeZone)
	if err != nil {
		return fmt.Errorf("time zone of the project: %w", err)
	}
	j.zone = zone
	kinds, err := j.People.Kinds(ctx, j.project.Num)
	if err != nil {
		return err
	}
	for _, s := range kinds.Subjects {
		if s.IDType == j.mapping.IDType {
			j.subject = s.Num
		}
	}
	if j.mapping.IDType == person.WechatOpenID {
		j.apps, err = j.DB.Ent.Channel.Query().Where(entchannel.ProjectID(j.project.ID), entchannel.AppIDNEQ("")).Unique(true).Select(entchannel.FieldAppID).Strings(ctx)
		if err != nil {
			return fmt.Errorf("read mini programs: %w", err)
		}
	}
	switch j.of.Kind {
	case entimport.KindPeople:
		j.owner = event.Attributes
	case entimport.KindTags:
		j.owner = event.Tags
	case entimport.KindRows:
		if j.table == nil {
			return fail("NOT_FOUND", "the detail table is gone")
		}
		j.owner, j.repeats = event.OfTable(j.table.ID), newRepeats()
	case entimport.KindEvents:
		if j.source == nil {
			return fail("NOT_FOUND", "the source is gone")
		}
		j.events = map[string]*eventPlan{}
		if j.mapping.MessageColumn == "" {
			j.repeats = newRepeats()
		}
	}
	return nil
}

// open reads the header and goes to the place that the store has reached.
func (j *job) open(ctx context.Context) error {
	stream, err := partsFrom(ctx, j.DB, j.of.ID, 0)
	if err != nil {
		return err
	}
	head := make([]byte, 4)
	n, err := io.ReadFull(stream, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	head = head[:n]
	if found := foreign(head); found != "" {
		return fail(ruleEncoding, "the file must be text in UTF-8 or GBK; this is %s", found)
	}
	begin := int64(0)
	if strings.HasPrefix(string(head), "\xef\xbb\xbf") {
		j.mapping.Found.Charset, begin, head = isUTF8, 3, head[3:]
	}
	r := newRecords(io.MultiReader(strings.NewReader(string(head)), stream), begin, 0)
	first, err := r.next()
	if errors.Is(err, io.EOF) {
		return fail("EMPTY", "the file is empty")
	}
	if err != nil {
		return err
	}
	if first.rule != "" {
		return fail(first.rule, "the first line is no header")
	}
	charset := &j.mapping.Found.Charset
	if !charset.decide(first.line) {
		return fail(ruleEncoding, "the header is neither in UTF-8 nor in GBK")
	}
	header := make([]string, len(first.cells))
	for i, c := range first.cells {
		name, ok := charset.text(c)
		if !ok {
			return fail(ruleEncoding, "the header is neither in UTF-8 nor in GBK")
		}
		header[i] = name
	}
	dateColumn := ""
	if j.table != nil {
		dateColumn = j.table.DateColumn
	}
	if j.plan, err = newPlan(j.of.Kind, j.mapping.Mapping, dateColumn, header); err != nil {
		return err
	}
	r.width, j.offset = len(header), first.end
	j.records = r
	if j.of.Consumed <= first.end {
		return nil
	}
	return j.seek(ctx)
}

// seek goes on where an earlier attempt stopped. Where rows are known by how
// often they came, the rows before are read again, to know how often.
func (j *job) seek(ctx context.Context) error {
	if j.repeats == nil {
		stream, err := partsFrom(ctx, j.DB, j.of.ID, j.of.Consumed)
		if err != nil {
			return err
		}
		j.records = newRecords(stream, j.of.Consumed, len(j.plan.header))
		j.row, j.offset = j.of.Rows, j.of.Consumed
		return nil
	}
	for j.offset < j.of.Consumed {
		if err := ctx.Err(); err != nil {
			return err
		}
		rec, err := j.records.next()
		if err != nil {
			return fmt.Errorf("read the rows before again: %w", err)
		}
		j.row++
		j.offset = rec.end
		j.parse(rec) // counts the row
	}
	if j.row != j.of.Rows || j.offset != j.of.Consumed {
		return fmt.Errorf("import %s: %d rows end at %d; %d at %d were stored", j.of.ID, j.row, j.offset, j.of.Rows, j.of.Consumed)
	}
	return nil
}

// read gathers the rows of the next transaction; done says that there are no
// more. An error beside a batch ends the import after that batch.
func (j *job) read() (b *batch, done bool, err error) {
	b = &batch{}
	for size := 0; b.rows < j.batch && size < maxBatchBytes; {
		rec, err := j.records.next()
		if errors.Is(err, io.EOF) {
			return b, true, nil
		}
		if err != nil {
			return nil, false, err
		}
		if j.row == MaxRows {
			return b, false, fail("TOO_MANY_ROWS", "the file has more than %d rows", MaxRows)
		}
		j.row++
		j.offset = rec.end
		size += len(rec.line)
		b.rows++
		it, bad := j.parse(rec)
		if bad != nil {
			b.refuse(*bad)
			continue
		}
		b.items = append(b.items, it)
	}
	return b, false, nil
}

func (b *batch) refuse(e rowError) {
	b.refused++
	b.errors = append(b.errors, e)
}

// finishSQL: status, failure, text, time, whether the whole file was read; import, attempt.
const finishSQL = `UPDATE imports SET status = ?, failure = ?, failure_text = ?, ended_at = ?, updated_at = %s,
	consumed = CASE WHEN ? THEN received ELSE consumed END,
	due_at = NULL, lease_until = NULL, lease_owner = '' WHERE id = ? AND attempt = ? AND status = 'RUNNING'`

// end closes the import; its file is not needed any more.
func (j *job) end(ctx context.Context, status entimport.Status, why *failure) error {
	word, text := "", ""
	if why != nil {
		word, text = why.word, why.text
	}
	err := j.DB.SQLTx(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, j.DB.Rebind(fmt.Sprintf(finishSQL, j.DB.NowSQL())), status, word, text, j.Clock.Now(), why == nil, j.of.ID, j.attempt)
		if err != nil {
			return fmt.Errorf("end import: %w", err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return errors.Join(ErrLost, err)
		}
		if j.table == nil {
			return nil
		}
		_, err = tx.ExecContext(ctx, j.DB.Rebind(`UPDATE detail_tables SET imported_at = ? WHERE id = ?`), j.Clock.Now(), j.table.ID)
		return err
	})
	if err != nil {
		return err
	}
	if err := j.Learned.Flush(ctx); err != nil {
		j.Log.WarnContext(ctx, "counts of an import not written", "error", err)
	}
	j.dropParts(ctx, j.of.ID)
	return nil
}

// progressSQL: position, rows, stored, duplicate, refused, mapping; import, attempt.
const progressSQL = `UPDATE imports SET consumed = ?, rows = rows + ?, stored = stored + ?, duplicate = duplicate + ?, refused = refused + ?,
	mapping = %s, updated_at = %s WHERE id = ? AND attempt = ? AND status = 'RUNNING'`

// errorsSQL: rows of number, field, rule, value; import.
const errorsSQL = `INSERT INTO import_errors (import_id, row, field, rule, value)
	SELECT %[2]s, u.n, u.field, u.rule, u.value FROM %[1]s WHERE true ON CONFLICT (import_id, row, field) DO NOTHING`

// advance writes how far the import is, in the transaction that stores its rows.
func (j *job) advance(ctx context.Context, tx *sql.Tx, b *batch) error {
	next := j.mapping
	seen := *j.mapping.Found
	next.Found = &seen
	room := max(0, maxErrors-seen.Errors)
	kept := b.errors[:min(room, len(b.errors))]
	seen.Errors += len(kept)
	mapping := "?"
	if j.DB.Postgres() {
		mapping = "CAST(? AS jsonb)"
	}
	q := fmt.Sprintf(progressSQL, mapping, j.DB.NowSQL())
	res, err := tx.ExecContext(ctx, j.DB.Rebind(q), j.offset, b.rows, b.stored, b.duplicate, b.refused, string(next.encode()), j.of.ID, j.attempt)
	if err != nil {
		return fmt.Errorf("store progress: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return errors.Join(ErrLost, err)
	}
	if len(kept) == 0 {
		return nil
	}
	rows, fields, rules, values := make([]int64, len(kept)), make([]string, len(kept)), make([]string, len(kept)), make([]string, len(kept))
	for i, e := range kept {
		rows[i], fields[i], rules[i], values[i] = int64(e.row), e.field, e.rule, e.value
	}
	from, args := j.DB.Values("u", database.Column{Name: "n", Values: rows}, database.Column{Name: "field", Values: fields},
		database.Column{Name: "rule", Values: rules}, database.Column{Name: "value", Values: values})
	of := "?"
	if j.DB.Postgres() {
		of = "?::varchar"
	}
	if _, err := tx.ExecContext(ctx, j.DB.Rebind(fmt.Sprintf(errorsSQL, from, of)), append([]any{j.of.ID}, args...)...); err != nil {
		return fmt.Errorf("store refused rows: %w", err)
	}
	return nil
}
