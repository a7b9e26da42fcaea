package graph

import (
	"encoding/base32"
	"encoding/binary"
	"strings"

	"tidings/ent"
	"tidings/graph/model"
	"tidings/outreach/fault"
	"tidings/outreach/person"
)

// personPrefix is how a person's ID begins.
const personPrefix = "psn"

var personText = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// personID is the public ID of a person: psn_ and the key of the row in 13 characters.
func personID(key int64) string {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(key)) //nolint:gosec // keys are positive
	return personPrefix + "_" + personText.EncodeToString(b[:])
}

// personKey reads a public ID; NOT_FOUND when it is none of the project's.
// SECURITY: the project's number is part of the key, so another project's ID ends here.
func personKey(text string, projectNum int64) (int64, error) {
	rest, ok := strings.CutPrefix(text, personPrefix+"_")
	b, err := personText.DecodeString(rest)
	if !ok || err != nil || len(b) != 8 {
		return 0, noPerson()
	}
	key := int64(binary.BigEndian.Uint64(b)) //nolint:gosec // compared below
	if key>>32 != projectNum || personID(key) != text {
		return 0, noPerson()
	}
	return key, nil
}

func noPerson() error { return fault.Errorf(fault.NotFound, "there is no such person") }

// newPerson is a stored person in the API's form.
func newPerson(p *ent.Person, subject string) *model.Person {
	return &model.Person{Person: p, ID: personID(p.ID), Number: int64(person.Num(p.ID)), Subject: subject}
}
