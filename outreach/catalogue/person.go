package catalogue

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strconv"

	"tidings/ent"
	"tidings/ent/viewer"
	"tidings/outreach/access"
	"tidings/outreach/event"
	"tidings/outreach/fault"
	"tidings/outreach/person"
)

// EditPerson sets attributes and tags by hand: JSON objects, null takes one
// away. Values are read as those of the data are; what does not fit its type,
// is switched off, or has a name that cannot be, is refused here, because
// somebody is there to put it right.
//
// UNAUTHENTICATED, FORBIDDEN (data.import), INVALID (attributes.…, tags.…).
func (s *Service) EditPerson(ctx context.Context, num uint32, attributes, tags json.RawMessage) error {
	if err := access.Require(ctx, access.DataImport); err != nil {
		return err
	}
	v := viewer.From(ctx)
	fitter, err := s.learned.Fitter(ctx, v.ProjectID)
	if err != nil {
		return err
	}
	change := person.Change{Num: num}
	var fs fault.Fields
	for _, part := range []struct {
		path  string
		owner event.Owner
		in    json.RawMessage
		out   *[]byte
	}{{"attributes", event.Attributes, attributes, &change.Attributes}, {"tags", event.Tags, tags, &change.Tags}} {
		if len(part.in) == 0 || string(part.in) == "null" {
			continue
		}
		if part.in[0] != '{' || !json.Valid(part.in) {
			fs.Add(part.path, "INVALID_VALUE", "an object of names and values is wanted")
			continue
		}
		stored, notices, known := fitter.Fit(part.owner, part.in, true)
		if !known {
			if err := fitter.Learn(ctx); err != nil {
				return err
			}
			stored, notices, _ = fitter.Fit(part.owner, part.in, true)
		}
		for _, n := range notices {
			fs.Add(part.path+"."+n.Field, n.Rule, "%q cannot be set to this", n.Field)
		}
		*part.out = stored
	}
	if err := fs.Err(); err != nil {
		return err
	}
	err = s.db.SQLTx(ctx, func(tx *sql.Tx) error { return person.Set(ctx, s.db, tx, v.ProjectNum, []person.Change{change}) })
	if err != nil {
		return fmt.Errorf("change a person: %w", err)
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		return access.Audit(ctx, tx, "person.update", strconv.FormatUint(uint64(num), 10), "",
			map[string]any{"attributes": json.RawMessage(orEmpty(attributes)), "tags": json.RawMessage(orEmpty(tags))})
	})
}

func orEmpty(object json.RawMessage) json.RawMessage {
	if len(object) == 0 {
		return json.RawMessage("{}")
	}
	return object
}
