package audience

import (
	"context"
	"fmt"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"tidings/ent"
	entsegmentversion "tidings/ent/segmentversion"
	entsubject "tidings/ent/subject"
	"tidings/ent/viewer"
	"tidings/internal/database"
	"tidings/internal/id"
	"tidings/outreach/fault"
	"tidings/outreach/person"
)

// Version is the newest ready version of a segment.
type Version struct {
	ID         string
	ComputedAt time.Time
	// Members are living people or entities: those that were merged since are
	// whom they were merged into.
	Members *roaring.Bitmap
}

// Held gives the newest ready version of a segment of the project; nil when it
// never was computed.
func Held(ctx context.Context, db *database.DB, projectID string, projectNum int64, segmentID string) (*Version, error) {
	v, err := db.Ent.SegmentVersion.Query().Where(entsegmentversion.ProjectID(projectID), entsegmentversion.SegmentID(segmentID),
		entsegmentversion.StatusEQ(entsegmentversion.StatusReady)).Order(ent.Desc(entsegmentversion.FieldSeq)).First(viewer.System(ctx))
	if ent.IsNotFound(err) {
		return nil, nil //nolint:nilnil // nothing is held: no error
	}
	if err != nil {
		return nil, fmt.Errorf("load version: %w", err)
	}
	members := roaring.New()
	if err := members.UnmarshalBinary(v.Members); err != nil {
		return nil, fmt.Errorf("read members of %s: %w", v.ID, err)
	}
	// Since the computation began by machine time, as merges are noted: a version's own times are business time.
	began := id.Time(v.ID).Add(-time.Duration(v.TookMs) * time.Millisecond)
	members, err = person.Through(ctx, db, projectNum, members, began)
	if err != nil {
		return nil, err
	}
	return &Version{ID: v.ID, ComputedAt: v.ComputedAt, Members: members}, nil
}

// entitiesAtOnce bounds the entities that one statement maps to people.
const entitiesAtOnce = 5000

// entitySQL: project number, resolve ID type, resolve attribute, person IDs.
// Out: the entity's number, its person's.
const (
	entityPostgres = `SELECT e.id & 4294967295, i.person_num FROM persons e JOIN identities i
	ON i.project_num = ? AND i.type = ? AND i.value = jsonb_extract_path_text(e.attributes, ?) WHERE %s`
	entitySQLite = `SELECT e.id & 4294967295, i.person_num FROM persons e JOIN identities i
	ON i.project_num = ? AND i.type = ? AND i.value = CAST(json_extract(e.attributes, '$.' || json_quote(?)) AS text) WHERE %s`
)

// ToPeople maps entities of another subject to the people that they name (R12).
// One that names nobody stays as itself: it has no ID to send to, and ends
// NO_TARGET_ID. Of people nothing is changed.
func ToPeople(ctx context.Context, db *database.DB, projectID string, projectNum int64, subject string, members *roaring.Bitmap) (*roaring.Bitmap, error) {
	if subject == User || subject == "" {
		return members, nil
	}
	kind, err := db.Ent.Subject.Query().Where(entsubject.ProjectID(projectID), entsubject.Code(subject)).Only(viewer.System(ctx))
	if ent.IsNotFound(err) {
		return nil, fault.Errorf(fault.Conflict, "the subject %s is gone", subject).Because("SUBJECT_GONE")
	}
	if err != nil {
		return nil, fmt.Errorf("load subject %s: %w", subject, err)
	}
	if kind.ResolveAttribute == "" || kind.ResolveIDType == "" {
		return members, nil
	}
	text := entitySQLite
	if db.Postgres() {
		text = entityPostgres
	}
	text = db.Rebind(fmt.Sprintf(text, db.In("e.id")))
	out := roaring.New()
	buffer := make([]uint32, entitiesAtOnce)
	for it := members.ManyIterator(); ; {
		n := it.NextMany(buffer)
		if n == 0 {
			return out, nil
		}
		if err := mapEntities(ctx, db, text, projectNum, kind, buffer[:n], out); err != nil {
			return nil, err
		}
	}
}

func mapEntities(ctx context.Context, db *database.DB, text string, projectNum int64, kind *ent.Subject, entities []uint32, out *roaring.Bitmap) error {
	ids := make([]int64, len(entities))
	for i, n := range entities {
		ids[i] = person.ID(projectNum, n)
	}
	rows, err := db.SQL.QueryContext(ctx, text, projectNum, kind.ResolveIDType, kind.ResolveAttribute, db.List(ids))
	if err != nil {
		return fmt.Errorf("map entities: %w", err)
	}
	defer func() { _ = rows.Close() }()
	named := roaring.New()
	for rows.Next() {
		var entity, person uint32
		if err := rows.Scan(&entity, &person); err != nil {
			return fmt.Errorf("map entities: %w", err)
		}
		named.Add(entity)
		out.Add(person)
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("map entities: %w", err)
	}
	for _, n := range entities {
		if !named.Contains(n) {
			out.Add(n)
		}
	}
	return nil
}
