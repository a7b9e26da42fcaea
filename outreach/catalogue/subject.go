package catalogue

import (
	"context"
	"fmt"

	"tidings/ent"
	entidentity "tidings/ent/identity"
	entsegment "tidings/ent/segment"
	entsubject "tidings/ent/subject"
	enttask "tidings/ent/task"
	"tidings/ent/viewer"
	"tidings/internal/id"
	"tidings/outreach/access"
	"tidings/outreach/event"
	"tidings/outreach/fault"
)

// User is the code of people, the subject that every project has; its number is 0.
const User = "user"

// SubjectInput is what a subject says of itself; code and ID type cannot change,
// nil leaves alone.
type SubjectInput struct {
	Code, IDType                    *string
	Name                            string
	ResolveAttribute, ResolveIDType *string
}

// CreateSubject defines another subject (R12): a store, a car.
//
// UNAUTHENTICATED, FORBIDDEN (data.import), INVALID (input.…), CONFLICT (NAME_TAKEN; MULTI_SUBJECT where the project has people only).
func (s *Service) CreateSubject(ctx context.Context, in SubjectInput) (*ent.Subject, error) {
	if err := access.Require(ctx, access.DataImport); err != nil {
		return nil, err
	}
	project, err := s.db.Ent.Project.Get(ctx, viewer.From(ctx).ProjectID)
	if err != nil {
		return nil, fmt.Errorf("read the project: %w", err)
	}
	if !project.MultiSubject {
		return nil, fault.Errorf(fault.Conflict, "the project has no other subjects than people").Because("MULTI_SUBJECT")
	}
	var fs fault.Fields
	code, idType := text(in.Code), text(in.IDType)
	switch {
	case code == User:
		fs.Add("input.code", "NAME_TAKEN", "user is the subject of people")
	case !Code(code):
		fs.Add("input.code", "INVALID_FORMAT", "lower-case letters, digits and _, a letter first, at most 40")
	}
	if err := s.checkSubject(ctx, &fs, &in, idType); err != nil {
		return nil, err
	}
	if err := s.checkFree(ctx, &fs, idType); err != nil {
		return nil, err
	}
	if err := fs.Err(); err != nil {
		return nil, err
	}
	var out *ent.Subject
	err = s.db.Tx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		var err error
		out, err = tx.Subject.Create().SetProjectID(viewer.From(ctx).ProjectID).SetNum(id.Num()).SetCode(code).SetName(in.Name).SetIDType(idType).
			SetResolveAttribute(text(in.ResolveAttribute)).SetResolveIDType(text(in.ResolveIDType)).Save(ctx)
		if ent.IsConstraintError(err) {
			return NameTaken("input.code", "subject")
		}
		if err != nil {
			return fmt.Errorf("save subject: %w", err)
		}
		return access.Audit(ctx, tx, "subject.create", out.ID, out.Code, map[string]any{"idType": idType})
	})
	if err != nil {
		return nil, err
	}
	return out.Unwrap(), nil
}

// UpdateSubject renames a subject or changes how it resolves to people.
//
// UNAUTHENTICATED, FORBIDDEN (data.import), NOT_FOUND, INVALID (input.…).
func (s *Service) UpdateSubject(ctx context.Context, subjectID string, in SubjectInput) (*ent.Subject, error) {
	if err := access.Require(ctx, access.DataImport); err != nil {
		return nil, err
	}
	old, err := s.db.Ent.Subject.Get(ctx, subjectID)
	if err != nil {
		return nil, err
	}
	var fs fault.Fields
	for _, fixed := range []struct {
		path     string
		was      string
		now      *string
		sentence string
	}{{"input.code", old.Code, in.Code, "the code is in rules"}, {"input.idType", old.IDType, in.IDType, "its entities are known by it"}} {
		if fixed.now != nil && *fixed.now != fixed.was {
			fs.Add(fixed.path, "IMMUTABLE", "cannot change: %s", fixed.sentence)
		}
	}
	if err := s.checkSubject(ctx, &fs, &in, old.IDType); err != nil {
		return nil, err
	}
	if err := fs.Err(); err != nil {
		return nil, err
	}
	var out *ent.Subject
	err = s.db.Tx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		var err error
		out, err = tx.Subject.UpdateOneID(subjectID).SetName(in.Name).SetNillableResolveAttribute(in.ResolveAttribute).
			SetNillableResolveIDType(in.ResolveIDType).Save(ctx)
		if err != nil {
			return fmt.Errorf("save subject: %w", err)
		}
		return access.Audit(ctx, tx, "subject.update", out.ID, out.Code,
			map[string]any{"name": out.Name, "resolveAttribute": out.ResolveAttribute, "resolveIdType": out.ResolveIDType})
	})
	if err != nil {
		return nil, err
	}
	return out.Unwrap(), nil
}

func (s *Service) checkSubject(ctx context.Context, fs *fault.Fields, in *SubjectInput, idType string) error {
	in.Name = Clean(in.Name)
	CheckText(fs, "input.name", in.Name, maxName, true)
	known, err := s.Knows(ctx, idType)
	if err != nil {
		return err
	}
	if !known {
		fs.Add("input.idType", "UNKNOWN", "there is no ID type %q; add it first", idType)
	}
	attribute, resolve := text(in.ResolveAttribute), text(in.ResolveIDType)
	if attribute != "" && !event.GoodName(attribute) {
		fs.Add("input.resolveAttribute", "INVALID_FORMAT", "this is no attribute's name")
	}
	switch known, err := s.Knows(ctx, resolve); {
	case err != nil:
		return err
	case attribute != "" && resolve == "":
		fs.Add("input.resolveIdType", "REQUIRED", "say of which type the ID in the attribute is")
	case resolve != "" && !known:
		fs.Add("input.resolveIdType", "UNKNOWN", "there is no ID type %q", resolve)
	}
	return nil
}

// checkFree refuses an ID type that names somebody else already: people, or the
// entities of another subject.
func (s *Service) checkFree(ctx context.Context, fs *fault.Fields, idType string) error {
	if BuiltIn(idType) {
		fs.Add("input.idType", "OF_PEOPLE", "IDs of the type %q are people's; add a type for the subject", idType)
		return nil
	}
	taken, err := s.db.Ent.Subject.Query().Where(entsubject.IDType(idType)).Exist(ctx)
	if err != nil {
		return fmt.Errorf("look for subjects: %w", err)
	}
	if taken {
		fs.Add("input.idType", "OF_SUBJECT", "another subject is known by IDs of the type %q", idType)
		return nil
	}
	// SECURITY: identities are of the viewer's project by its number.
	held, err := s.db.Ent.Identity.Query().Where(entidentity.ProjectNum(viewer.From(ctx).ProjectNum), entidentity.Type(idType)).Exist(ctx)
	if err != nil {
		return fmt.Errorf("look for IDs: %w", err)
	}
	if held {
		fs.Add("input.idType", "OF_PEOPLE", "people hold IDs of the type %q already", idType)
	}
	return nil
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// DeleteSubject removes a subject that nothing uses.
//
// UNAUTHENTICATED, FORBIDDEN (data.import), NOT_FOUND, CONFLICT (IN_USE: segments or tasks are for it).
func (s *Service) DeleteSubject(ctx context.Context, subjectID string) error {
	if err := access.Require(ctx, access.DataImport); err != nil {
		return err
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		old, err := tx.Subject.Get(ctx, subjectID)
		if err != nil {
			return err
		}
		// SECURITY: what the viewer's roles hide counts too, in this project only.
		all := viewer.System(ctx)
		segments, err := tx.Segment.Query().Where(entsegment.ProjectID(old.ProjectID), entsegment.Subject(old.Code)).Exist(all)
		if err != nil {
			return fmt.Errorf("look for segments: %w", err)
		}
		tasks, err := tx.Task.Query().Where(enttask.ProjectID(old.ProjectID), enttask.Subject(old.Code)).Exist(all)
		if err != nil {
			return fmt.Errorf("look for tasks: %w", err)
		}
		if segments || tasks {
			return fault.Errorf(fault.Conflict, "segments or tasks are for this subject").Because("IN_USE")
		}
		if err := tx.Subject.DeleteOneID(subjectID).Exec(ctx); err != nil {
			return fmt.Errorf("delete subject: %w", err)
		}
		return access.Audit(ctx, tx, "subject.delete", old.ID, old.Code, nil)
	})
}

// SubjectNum gives the number that persons carry for a subject; NOT_FOUND when the project has none of the code.
func (s *Service) SubjectNum(ctx context.Context, code string) (int64, error) {
	if code == User {
		return 0, nil
	}
	found, err := s.db.Ent.Subject.Query().Where(entsubject.Code(code)).Only(ctx)
	if ent.IsNotFound(err) {
		return 0, fault.Errorf(fault.NotFound, "there is no subject %q", code)
	}
	if err != nil {
		return 0, fmt.Errorf("read subject: %w", err)
	}
	return found.Num, nil
}
