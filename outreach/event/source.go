package event

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"tidings/ent"
	enteventsource "tidings/ent/eventsource"
	"tidings/ent/viewer"
	"tidings/internal/clock"
	"tidings/internal/database"
	"tidings/internal/id"
	"tidings/outreach/access"
	"tidings/outreach/fault"
)

const (
	// sourceTTL is how long a process believes what it read of a write key.
	sourceTTL = 5 * time.Second
	// maxSources bounds the keys in memory, wrong ones included.
	maxSources = 10_000
	// maxSourceName is the most characters of a source's name.
	maxSourceName = 60
)

// Source is who sends: a source with what intake needs of its project.
type Source struct {
	ID, ProjectID   string
	Num, ProjectNum int64
	// Daily says that a server sends whole days; its key is in no app or page.
	Daily bool
	// RetentionDays is how old an event may be; 0: any age.
	RetentionDays int
}

// Sources holds the commands on event sources, which need data.import, and
// finds the source of a write key. A key is shown once; its hash is stored.
type Sources struct {
	db *database.DB

	mu    sync.Mutex
	known map[string]knownSource // by the key's hash
}

type knownSource struct {
	source *Source // nil: nobody's key
	until  time.Time
}

// NewSources makes the service.
func NewSources(db *database.DB) *Sources {
	return &Sources{db: db, known: map[string]knownSource{}}
}

// Create makes a source and gives its write key, which is stored nowhere.
// UNAUTHENTICATED, FORBIDDEN, INVALID (name), CONFLICT (NAME_TAKEN).
func (s *Sources) Create(ctx context.Context, name string, kind enteventsource.Kind) (out *ent.EventSource, key string, err error) {
	key = newKey()
	out, err = s.CreateWithKey(ctx, name, kind, key)
	return out, key, err
}

// CreateWithKey is Create with a key that is known already, as the demo's is.
func (s *Sources) CreateWithKey(ctx context.Context, name string, kind enteventsource.Kind, key string) (out *ent.EventSource, err error) {
	err = s.command(ctx, &name, func(ctx context.Context, tx *ent.Tx) error {
		out, err = tx.EventSource.Create().SetProjectID(viewer.From(ctx).ProjectID).SetNum(id.Num()).SetName(name).SetKind(kind).
			SetKeyHash(hashKey(key)).SetKeyHint(hint(key)).Save(ctx)
		if err != nil {
			return fmt.Errorf("save event source: %w", err)
		}
		return access.Audit(ctx, tx, "event_source.create", out.ID, name, map[string]any{"kind": kind})
	})
	if err != nil {
		return nil, err
	}
	s.forget()
	return out.Unwrap(), nil
}

// Update renames a source, or turns it on or off; nil leaves one as it is. A
// source that is off takes nothing. Errors as of Create, and NOT_FOUND.
func (s *Sources) Update(ctx context.Context, sourceID string, name *string, enabled *bool) (out *ent.EventSource, err error) {
	err = s.command(ctx, name, func(ctx context.Context, tx *ent.Tx) error {
		old, err := loadSource(ctx, tx, sourceID)
		if err != nil {
			return err
		}
		if out, err = tx.EventSource.UpdateOneID(sourceID).SetNillableName(name).SetNillableEnabled(enabled).Save(ctx); err != nil {
			return fmt.Errorf("save event source: %w", err)
		}
		return access.Audit(ctx, tx, "event_source.update", sourceID, out.Name,
			map[string]any{"from": map[string]any{"name": old.Name, "enabled": old.Enabled}})
	})
	if err != nil {
		return nil, err
	}
	s.forget()
	return out.Unwrap(), nil
}

// Rotate gives a source a new write key. The old one stops at once in this
// process and within seconds in the others.
// UNAUTHENTICATED, FORBIDDEN, NOT_FOUND.
func (s *Sources) Rotate(ctx context.Context, sourceID string) (out *ent.EventSource, key string, err error) {
	key = newKey()
	err = s.command(ctx, nil, func(ctx context.Context, tx *ent.Tx) error {
		old, err := loadSource(ctx, tx, sourceID)
		if err != nil {
			return err
		}
		if out, err = tx.EventSource.UpdateOneID(sourceID).SetKeyHash(hashKey(key)).SetKeyHint(hint(key)).Save(ctx); err != nil {
			return fmt.Errorf("save event source: %w", err)
		}
		return access.Audit(ctx, tx, "event_source.rotate_key", sourceID, old.Name, map[string]any{"from": old.KeyHint, "to": out.KeyHint})
	})
	if err != nil {
		return nil, "", err
	}
	s.forget()
	return out.Unwrap(), key, nil
}

// byKeySQL: the key's hash, true. Out: the source and its project.
const byKeySQL = `SELECT s.id, s.num, s.project_id, p.num, p.event_retention_days, s.kind = 'OFFLINE_DAILY' FROM event_sources s
	JOIN projects p ON p.id = s.project_id WHERE s.key_hash = ? AND s.enabled = ?`

// ByKey finds the enabled source of a write key. UNAUTHENTICATED (WRITE_KEY).
func (s *Sources) ByKey(ctx context.Context, key string) (*Source, error) {
	if key == "" {
		return nil, wrongKey()
	}
	hash, now := hashKey(key), clock.Wall()
	s.mu.Lock()
	known, ok := s.known[hash]
	s.mu.Unlock()
	if !ok || now.After(known.until) {
		known = knownSource{source: new(Source), until: now.Add(sourceTTL)}
		from := known.source
		err := s.db.SQL.QueryRowContext(ctx, s.db.Rebind(byKeySQL), hash, true).Scan(&from.ID, &from.Num, &from.ProjectID, &from.ProjectNum, &from.RetentionDays, &from.Daily)
		if errors.Is(err, sql.ErrNoRows) {
			known.source = nil
		} else if err != nil {
			return nil, fmt.Errorf("find write key: %w", err)
		}
		s.mu.Lock()
		if len(s.known) >= maxSources {
			clear(s.known)
		}
		s.known[hash] = known
		s.mu.Unlock()
	}
	if known.source == nil {
		return nil, wrongKey()
	}
	return known.source, nil
}

func wrongKey() error {
	return fault.Errorf(fault.Unauthenticated, "the write key is missing, wrong or switched off").Because("WRITE_KEY")
}

// forget makes this process read every key again.
func (s *Sources) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.known)
}

// command is what the commands have in common: permission, a clean name, a
// transaction, and the word for a name that is taken.
func (s *Sources) command(ctx context.Context, name *string, do func(context.Context, *ent.Tx) error) error {
	if err := access.Require(ctx, access.DataImport); err != nil {
		return err
	}
	if name != nil {
		*name = norm.NFC.String(strings.TrimSpace(*name))
		var fs fault.Fields
		switch n := utf8.RuneCountInString(*name); {
		case n == 0:
			fs.Add("name", "REQUIRED", "a name is needed")
		case n > maxSourceName:
			fs.Add("name", "TOO_LONG", "a name has at most %d characters", maxSourceName)
			fs.With(map[string]any{"limit": maxSourceName})
		case !utf8.ValidString(*name) || strings.ContainsFunc(*name, unicode.IsControl):
			fs.Add("name", "INVALID_VALUE", "a name has no control characters")
		}
		if err := fs.Err(); err != nil {
			return err
		}
	}
	err := s.db.Tx(ctx, do)
	if err != nil && database.IsUnique(err) {
		var fs fault.Fields
		fs.Add("name", "NAME_TAKEN", "another event source has this name")
		return &fault.Error{Code: fault.Conflict, Reason: "NAME_TAKEN", Message: "the name is taken", Fields: fs}
	}
	return err
}

func loadSource(ctx context.Context, tx *ent.Tx, sourceID string) (*ent.EventSource, error) {
	s, err := tx.EventSource.Query().Where(enteventsource.ID(sourceID)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, fault.Errorf(fault.NotFound, "there is no event source %q", sourceID)
	}
	if err != nil {
		return nil, fmt.Errorf("load event source: %w", err)
	}
	return s, nil
}

// newKey is a write key of 130 random bits.
func newKey() string { return "wk_" + strings.ToLower(rand.Text()) }

func hashKey(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:])
}

// hint is what people tell keys apart by.
func hint(key string) string { return key[max(0, len(key)-4):] }
