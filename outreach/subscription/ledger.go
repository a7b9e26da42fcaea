// Package subscription keeps the ledger of users' authorisations for WeChat's
// subscription messages (spec §13.6): how many messages of a template a user
// still allows, as far as it is known. The mini program reports what users
// answer; sending takes away. No row means that nothing is known.
package subscription

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	enttemplate "tidings/ent/template"
	"tidings/internal/clock"
	"tidings/internal/database"
	"tidings/outreach/fault"
	"tidings/outreach/person"
)

const (
	// maxAnswers is how many templates one report may speak of; WeChat asks for three at a time.
	maxAnswers = 20
	// maxText bounds IDs.
	maxText = 128
	// knownTTL is how long a process believes whether the ledger has rows of a template.
	knownTTL = 30 * time.Second
)

// Answer is what a user said about a template: accept, reject, ban (the template
// is blocked) or filter (another of the same title was asked for).
type Answer struct {
	TemplateID string `json:"templateId"`
	Status     string `json:"status"`
}

// Reported is a user's answers to one request.
type Reported struct {
	AppID, OpenID string
	Answers       []Answer
	At            *time.Time
	// ID names the request; reported again it changes nothing. Without one, the time does.
	ID string
}

// Outcome says how many answers changed the ledger, and how many were known.
type Outcome struct{ Counted, Duplicate int }

// Ledger is the service. It is safe for concurrent use.
type Ledger struct {
	db     *database.DB
	clock  clock.Clock
	people *person.Resolver

	mu    sync.Mutex
	known map[string]known
}

type known struct {
	has, oneTime bool
	until        time.Time
}

// New makes it.
func New(db *database.DB, c clock.Clock, people *person.Resolver) *Ledger {
	return &Ledger{db: db, clock: c, people: people, known: map[string]known{}}
}

var (
	appForm  = regexp.MustCompile(`^wx[0-9a-zA-Z]{8,30}$`)
	openForm = regexp.MustCompile(`^[A-Za-z0-9_-]{16,64}$`)
)

// Report takes a user's answers: accept adds one, reject leaves what there is,
// ban and filter say nothing. INVALID (appId, openid, answers, id).
func (l *Ledger) Report(ctx context.Context, projectNum int64, in Reported) (Outcome, error) {
	if err := check(&in); err != nil {
		return Outcome{}, err
	}
	key := person.Key{Type: person.WechatOpenID, Value: person.WechatValue(in.AppID, in.OpenID)}
	nums, err := l.people.Identify(ctx, projectNum, []person.Claim{{Keys: []person.Key{key}}})
	if err != nil {
		return Outcome{}, err
	}
	answers := slices.Clone(in.Answers)
	slices.SortFunc(answers, func(a, b Answer) int { return strings.Compare(a.TemplateID, b.TemplateID) })
	var out Outcome
	err = l.db.SQLTx(ctx, func(tx *sql.Tx) error {
		out = Outcome{}
		for _, a := range answers {
			if a.Status != "accept" && a.Status != "reject" {
				continue
			}
			fresh, err := l.take(ctx, tx, projectNum, &in, a)
			if err != nil {
				return err
			}
			if !fresh {
				out.Duplicate++
				continue
			}
			if err := l.put(ctx, tx, projectNum, &in, a, nums[0]); err != nil {
				return err
			}
			out.Counted++
		}
		return nil
	})
	if err != nil {
		return Outcome{}, fmt.Errorf("report subscription: %w", err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	clear(l.known)
	return out, nil
}

func check(in *Reported) error {
	var fs fault.Fields
	if !appForm.MatchString(in.AppID) {
		fs.Add("appId", "INVALID_FORMAT", "an AppID begins with wx")
	}
	if !openForm.MatchString(in.OpenID) {
		fs.Add("openid", "INVALID_ID", "an openid is 16 to 64 letters, digits, _ or -")
	}
	if len(in.Answers) == 0 {
		fs.Add("answers", "REQUIRED", "there are no answers")
	}
	if len(in.Answers) > maxAnswers {
		fs.Add("answers", "TOO_MANY", "at most %d answers", maxAnswers)
		fs.With(map[string]any{"limit": maxAnswers})
	}
	for i, a := range in.Answers {
		if a.TemplateID == "" || len(a.TemplateID) > maxText || strings.ContainsRune(a.TemplateID, 0) {
			fs.Add(fmt.Sprintf("answers.%d.templateId", i), "REQUIRED", "an answer names the template")
		}
		if !slices.Contains([]string{"accept", "reject", "ban", "filter"}, a.Status) {
			fs.Add(fmt.Sprintf("answers.%d.status", i), "UNKNOWN", "the status is accept, reject, ban or filter")
		}
	}
	if in.ID == "" && in.At != nil {
		in.ID = in.At.UTC().Format(time.RFC3339Nano)
	}
	if in.ID == "" || len(in.ID) > maxText {
		fs.Add("id", "REQUIRED", "an ID of the request, or its time, tells it from others")
	}
	return fs.Err()
}

// take notes an answer among the messages that were seen; false: it was before.
func (l *Ledger) take(ctx context.Context, tx *sql.Tx, projectNum int64, in *Reported, a Answer) (bool, error) {
	b := binary.BigEndian.AppendUint64(nil, uint64(projectNum)) //nolint:gosec // a key, not a number
	for _, part := range []string{"wechat subscription", in.AppID, in.OpenID, a.TemplateID, in.ID} {
		b = append(append(b, 0), part...)
	}
	sum := sha256.Sum256(b)
	q := `INSERT INTO event_seen (hash, seen_at) VALUES (unhex(?), ?) ON CONFLICT (hash) DO NOTHING`
	if l.db.Postgres() {
		q = `INSERT INTO event_seen (hash, seen_at) VALUES (CAST(? AS uuid), ?) ON CONFLICT (hash) DO NOTHING`
	}
	res, err := tx.ExecContext(ctx, l.db.Rebind(q), hex.EncodeToString(sum[:16]), clock.Wall().UnixMilli())
	if err != nil {
		return false, fmt.Errorf("note answer: %w", err)
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// putSQL: project, app, template, person, openid, number, rejected, time.
const putSQL = `INSERT INTO wechat_subscriptions (project_num, app_id, template_id, person_num, openid, remaining, rejected, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
	ON CONFLICT (project_num, app_id, template_id, openid) DO UPDATE SET remaining = wechat_subscriptions.remaining + excluded.remaining,
	rejected = excluded.rejected, person_num = excluded.person_num, updated_at = excluded.updated_at`

func (l *Ledger) put(ctx context.Context, tx *sql.Tx, projectNum int64, in *Reported, a Answer, num uint32) error {
	more := 0
	if a.Status == "accept" {
		more = 1
	}
	_, err := tx.ExecContext(ctx, l.db.Rebind(putSQL), projectNum, in.AppID, a.TemplateID, num, in.OpenID, more, a.Status == "reject", l.clock.Now())
	if err != nil {
		return fmt.Errorf("write ledger: %w", err)
	}
	return nil
}

// Settle takes away what sending used up: one of each user who got a message of
// a one-time template, everything of those of whom WeChat says that they allow
// no more (43101). It costs nothing where the ledger has no row of the template.
func (l *Ledger) Settle(ctx context.Context, projectNum int64, appID, templateID string, sent, refused []string) error {
	if len(sent)+len(refused) == 0 {
		return nil
	}
	k, err := l.look(ctx, projectNum, appID, templateID)
	if err != nil || !k.has {
		return err
	}
	if !k.oneTime {
		sent = nil
	}
	err = l.db.SQLTx(ctx, func(tx *sql.Tx) error {
		for _, change := range []struct {
			set     string
			openIDs []string
		}{{"remaining - 1", sent}, {"0", refused}} {
			if len(change.openIDs) == 0 {
				continue
			}
			q := `UPDATE wechat_subscriptions SET remaining = ` + change.set + `, updated_at = ? WHERE project_num = ? AND app_id = ? AND template_id = ? AND remaining > 0 AND ` + l.db.In("openid")
			if _, err := tx.ExecContext(ctx, l.db.Rebind(q), l.clock.Now(), projectNum, appID, templateID, l.db.List(change.openIDs)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("settle subscriptions: %w", err)
	}
	return nil
}

// lookSQL: project, app and template twice, the kind in between. Out: whether the ledger
// has rows of the template, and whether it is a one-time one.
const lookSQL = `SELECT EXISTS (SELECT 1 FROM wechat_subscriptions WHERE project_num = ? AND app_id = ? AND template_id = ?),
	EXISTS (SELECT 1 FROM templates t JOIN channels c ON c.id = t.channel_id JOIN projects p ON p.id = t.project_id
		WHERE p.num = ? AND c.app_id = ? AND t.provider_id = ? AND t.kind = ?)`

// look tells what is known about a template, as of some seconds ago.
func (l *Ledger) look(ctx context.Context, projectNum int64, appID, templateID string) (known, error) {
	key, now := fmt.Sprint(projectNum, " ", appID, " ", templateID), clock.Wall()
	l.mu.Lock()
	k, ok := l.known[key]
	l.mu.Unlock()
	if ok && now.Before(k.until) {
		return k, nil
	}
	err := l.db.SQL.QueryRowContext(ctx, l.db.Rebind(lookSQL), projectNum, appID, templateID, projectNum, appID, templateID, enttemplate.KindOneTime).Scan(&k.has, &k.oneTime)
	if err != nil {
		return k, fmt.Errorf("look into the ledger: %w", err)
	}
	k.until = now.Add(knownTTL)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.known[key] = k
	return k, nil
}
