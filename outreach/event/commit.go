package event

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lib/pq"

	"tidings/internal/clock"
	"tidings/internal/database"
	"tidings/outreach/person"
)

// commitWithin bounds a commit; beyond it the store does not answer.
const commitWithin = 30 * time.Second

// commit stores the requests of a group: who they are about, in transactions of
// their own, and then the rest in one.
func (s *Store) commit(ctx context.Context, group []*request) error {
	ctx, cancel := context.WithTimeout(ctx, commitWithin)
	defer cancel()
	if err := s.identify(ctx, group); err != nil {
		return err
	}
	all := make([]*ready, 0, groupSize)
	months := map[int]bool{}
	for _, r := range group {
		for _, m := range r.messages {
			m.duplicate = false
			all = append(all, m)
			if m.event != nil {
				months[database.Month(m.at)] = true
			}
		}
	}
	for month := range months {
		if err := s.DB.EnsureEventPartition(ctx, month); err != nil {
			return err
		}
	}
	err := s.store(ctx, group, all, true)
	if errors.Is(err, errSeen) {
		err = s.store(ctx, group, all, false)
	}
	if err != nil {
		return err
	}
	s.note(group)
	return nil
}

// identify finds the people, a project at a time.
func (s *Store) identify(ctx context.Context, group []*request) error {
	byProject := map[int64][]*ready{}
	for _, r := range group {
		byProject[r.source.ProjectNum] = append(byProject[r.source.ProjectNum], r.messages...)
	}
	for projectNum, messages := range byProject {
		claims := make([]person.Claim, 0, len(messages))
		for _, m := range messages {
			claims = append(claims, m.claim)
			if m.entity != nil {
				claims = append(claims, *m.entity)
			}
		}
		nums, err := s.People.Identify(ctx, projectNum, claims)
		if err != nil {
			return err
		}
		i := 0
		for _, m := range messages {
			m.person = nums[i]
			i++
			if m.entity != nil {
				m.entityNum = nums[i]
				i++
			}
		}
	}
	return nil
}

// errSeen says that some message of a group was taken before.
var errSeen = errors.New("seen before")

// store writes a group in one transaction. With hope it takes for granted that
// all messages are new, which is cheaper, and gives errSeen when they are not.
func (s *Store) store(ctx context.Context, group []*request, all []*ready, hope bool) error {
	var batches []int64
	err := s.DB.SQLTx(ctx, func(tx *sql.Tx) error {
		fresh, err := s.take(ctx, tx, all, hope)
		if err != nil {
			return err
		}
		if batches, err = s.copyEvents(ctx, tx, fresh); err != nil {
			return err
		}
		if err := s.setAttributes(ctx, tx, fresh); err != nil {
			return err
		}
		return s.bury(ctx, tx, group)
	})
	if err != nil {
		return err
	}
	s.enqueue(batches)
	return nil
}

// take notes which messages were seen, and gives those that were not before. Of
// messages with one ID in the group the first counts.
func (s *Store) take(ctx context.Context, tx *sql.Tx, all []*ready, hope bool) ([]*ready, error) {
	first := make(map[[16]byte]*ready, len(all))
	hashes := make([]string, 0, len(all))
	distinct := make([][16]byte, 0, len(all))
	for _, m := range all {
		if _, ok := first[m.hash]; !ok {
			first[m.hash] = m
			distinct = append(distinct, m.hash)
		}
	}
	slices.SortFunc(distinct, func(a, b [16]byte) int { return slices.Compare(a[:], b[:]) }) // one order for all
	for _, h := range distinct {
		hashes = append(hashes, hex.EncodeToString(h[:]))
	}
	if len(hashes) == 0 {
		return nil, nil
	}
	if hope {
		n, err := s.takeAll(ctx, tx, hashes)
		if err != nil {
			return nil, err
		}
		if n != len(hashes) {
			return nil, errSeen
		}
		return pick(all, func(m *ready) bool { return first[m.hash] == m }), nil
	}
	taken, err := s.takeNew(ctx, tx, hashes)
	if err != nil {
		return nil, err
	}
	return pick(all, func(m *ready) bool { return first[m.hash] == m && taken[m.hash] }), nil
}

// pick gives the messages that count and marks the others as duplicates.
func pick(all []*ready, counts func(*ready) bool) []*ready {
	out := make([]*ready, 0, len(all))
	for _, m := range all {
		if m.duplicate = !counts(m); !m.duplicate {
			out = append(out, m)
		}
	}
	return out
}

// seenSQL: hashes in order, time.
func (s *Store) seenSQL() string {
	if s.DB.Postgres() {
		return `INSERT INTO event_seen (hash, seen_at) SELECT h::uuid, $2::bigint FROM unnest($1::text[]) AS h ON CONFLICT (hash) DO NOTHING`
	}
	return `INSERT INTO event_seen (hash, seen_at) SELECT unhex(value), ?2 FROM json_each(?1) WHERE true ON CONFLICT (hash) DO NOTHING`
}

// takeAll notes messages of which none was seen before. On PostgreSQL it copies
// them, which costs half of an insertion that looks for conflicts.
func (s *Store) takeAll(ctx context.Context, tx *sql.Tx, hashes []string) (int, error) {
	if s.DB.Postgres() {
		at := clock.Wall().UnixMilli()
		rows := make([][]any, len(hashes))
		for i, h := range hashes {
			rows[i] = []any{h, at}
		}
		err := copyIn(ctx, tx, "event_seen", []string{"hash", "seen_at"}, rows)
		if database.IsUnique(err) {
			return 0, errSeen
		}
		if err != nil {
			return 0, fmt.Errorf("note messages: %w", err)
		}
		return len(hashes), nil
	}
	res, err := tx.ExecContext(ctx, s.seenSQL(), s.DB.List(hashes), clock.Wall().UnixMilli())
	if err != nil {
		return 0, fmt.Errorf("note messages: %w", err)
	}
	n, err := res.RowsAffected()
	if err != nil {
		return 0, fmt.Errorf("note messages: %w", err)
	}
	return int(n), nil
}

func (s *Store) takeNew(ctx context.Context, tx *sql.Tx, hashes []string) (map[[16]byte]bool, error) {
	returning := ` RETURNING lower(hex(hash))`
	if s.DB.Postgres() {
		returning = ` RETURNING hash`
	}
	rows, err := tx.QueryContext(ctx, s.seenSQL()+returning, s.DB.List(hashes), clock.Wall().UnixMilli())
	if err != nil {
		return nil, fmt.Errorf("note messages: %w", err)
	}
	defer func() { _ = rows.Close() }()
	out := make(map[[16]byte]bool, len(hashes))
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, fmt.Errorf("note messages: %w", err)
		}
		b, err := hex.DecodeString(strings.ReplaceAll(text, "-", ""))
		if err != nil || len(b) != 16 {
			return nil, fmt.Errorf("note messages: hash %q", text)
		}
		out[[16]byte(b)] = true
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("note messages: %w", err)
	}
	return out, nil
}

// eventColumns are those of the events table, in the order of eventArgs; the batch follows.
var eventColumns = []string{"project_num", "event_num", "person_num", "at", "received_at", "num", "source_num", "props", "batch"}

func eventArgs(m *ready) []any {
	var props any
	if len(m.props) > 2 {
		props = string(m.props)
	}
	return []any{m.projectNum, m.event.Num, int64(m.person), m.at, m.received, NumOf(m.hash), m.sourceNum, props}
}

// copyEvents stores the events, and gives the batches that are due.
func (s *Store) copyEvents(ctx context.Context, tx *sql.Tx, fresh []*ready) ([]int64, error) {
	rows := make([][]any, 0, len(fresh))
	for _, m := range fresh {
		if m.event != nil && m.person != 0 {
			rows = append(rows, eventArgs(m))
		}
	}
	batches, err := copyBatch(ctx, s.DB, tx, rows, s.Clock.Now(), false, s.Enqueue != nil)
	if err != nil {
		return nil, fmt.Errorf("store events: %w", err)
	}
	return batches, nil
}

// sqliteRows is how many events a statement on SQLite stores; fifty are fastest.
const sqliteRows = 50

// Copy stores rows of events (project_num, event_num, person_num, at,
// received_at, num, source_num, props) in the fastest way a database has, for no
// trigger to see. The partitions have to be there.
func Copy(ctx context.Context, db *database.DB, tx *sql.Tx, rows [][]any) error {
	without := make([][]any, len(rows))
	for i, row := range rows {
		without[i] = append(slices.Clone(row), nil)
	}
	return copyRows(ctx, db, tx, without)
}

func copyRows(ctx context.Context, db *database.DB, tx *sql.Tx, rows [][]any) error {
	if len(rows) == 0 {
		return nil
	}
	if db.Postgres() {
		return copyIn(ctx, tx, "events", eventColumns, rows)
	}
	one := `(?` + strings.Repeat(`, ?`, len(eventColumns)-1) + `)`
	for part := range slices.Chunk(rows, sqliteRows) {
		args := make([]any, 0, len(part)*len(eventColumns))
		for _, row := range part {
			args = append(args, row...)
		}
		q := `INSERT INTO events (` + strings.Join(eventColumns, ", ") + `) VALUES ` + one + strings.Repeat(`, `+one, len(part)-1)
		if _, err := tx.ExecContext(ctx, q, args...); err != nil {
			return err
		}
	}
	return nil
}

// copyIn is COPY on PostgreSQL.
func copyIn(ctx context.Context, tx *sql.Tx, table string, columns []string, rows [][]any) error {
	st, err := tx.PrepareContext(ctx, pq.CopyIn(table, columns...)) //nolint:staticcheck // lib/pq has no other COPY
	if err != nil {
		return err
	}
	defer func() { _ = st.Close() }()
	for _, row := range rows {
		if _, err := st.ExecContext(ctx, row...); err != nil {
			return err
		}
	}
	_, err = st.ExecContext(ctx)
	return err
}

// setAttributes writes what identify and group said, a project after the other.
func (s *Store) setAttributes(ctx context.Context, tx *sql.Tx, fresh []*ready) error {
	byProject := map[int64][]person.Change{}
	for _, m := range fresh {
		num := m.person
		if m.entity != nil {
			num = m.entityNum
		}
		if len(m.traits) > 2 && num != 0 {
			byProject[m.projectNum] = append(byProject[m.projectNum], person.Change{Num: num, Attributes: m.traits})
		}
	}
	projects := make([]int64, 0, len(byProject))
	for p := range byProject {
		projects = append(projects, p)
	}
	slices.Sort(projects)
	for _, p := range projects {
		if err := person.Set(ctx, s.DB, tx, p, byProject[p]); err != nil {
			return err
		}
	}
	return nil
}

// burySQL: rows of project, source, rule, field, message, body; time.
const burySQL = `INSERT INTO refused_events (project_num, source_num, received_at, rule, field, message, body)
	SELECT u.project, u.source, %[2]s, u.rule, u.field, u.message, u.body FROM %[1]s`

// bury keeps what was refused, for a look.
func (s *Store) bury(ctx context.Context, tx *sql.Tx, group []*request) error {
	var projects, sources []int64
	var rules, fields, messages, bodies []string
	for _, r := range group {
		for _, d := range r.refused {
			projects, sources = append(projects, r.source.ProjectNum), append(sources, r.source.Num)
			rules, fields, messages, bodies = append(rules, d.Rule), append(fields, d.Field), append(messages, d.Message), append(bodies, d.body)
		}
	}
	if len(projects) == 0 {
		return nil
	}
	from, args := s.DB.Values("u", database.Column{Name: "project", Values: projects}, database.Column{Name: "source", Values: sources},
		database.Column{Name: "rule", Values: rules}, database.Column{Name: "field", Values: fields},
		database.Column{Name: "message", Values: messages}, database.Column{Name: "body", Values: bodies})
	at := "?"
	if s.DB.Postgres() {
		at = "?::timestamptz"
	}
	if _, err := tx.ExecContext(ctx, s.DB.Rebind(fmt.Sprintf(burySQL, from, at)), append([]any{s.Clock.Now()}, args...)...); err != nil {
		return fmt.Errorf("keep refused events: %w", err)
	}
	return nil
}

// note remembers when sources sent last, and shows the newest events.
func (s *Store) note(group []*request) {
	now := s.Clock.Now().Truncate(time.Millisecond)
	byProject := map[int64][]Seen{}
	s.mu.Lock()
	for _, r := range group {
		if len(r.messages) > 0 {
			s.last[r.source.ID] = now
		}
	}
	s.mu.Unlock()
	if s.Stream == nil {
		return
	}
	for _, r := range group {
		p := r.source.ProjectNum
		for _, m := range r.messages[max(0, len(r.messages)-recentShown):] {
			if m.duplicate {
				continue
			}
			e := Seen{ReceivedAt: m.received, At: m.at, Person: m.person, Identity: m.identity, Props: m.props}
			if m.event != nil {
				e.Event = m.event.Name
			} else {
				e.Event, e.Props = m.kind, m.traits
			}
			if len(e.Props) > shownProps {
				e.Props = nil
			}
			byProject[p] = append(byProject[p], e)
		}
		for _, d := range r.refused {
			byProject[p] = append(byProject[p], Seen{ReceivedAt: now.UnixMilli(), Event: d.event, Field: d.Field, Rule: d.Rule, Message: d.Message})
		}
	}
	for p, seen := range byProject {
		select {
		case s.seen <- shown{p, seen[max(0, len(seen)-recentShown):]}:
		default: // nobody waits for a slow Redis
		}
	}
}
