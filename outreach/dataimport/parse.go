package dataimport

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash"
	"strings"

	entimport "tidings/ent/dataimport"
	"tidings/outreach/person"
)

func (j *job) decodeMapping() error {
	if err := json.Unmarshal(j.of.Mapping, &j.mapping); err != nil {
		return fmt.Errorf("read the mapping of %s: %w", j.of.ID, err)
	}
	if j.mapping.Found == nil {
		j.mapping.Found = &found{}
	}
	return nil
}

// parse reads one row as far as that needs no types. Every row that is well
// formed is counted, the refused ones too, so that what is counted depends on the
// file alone.
func (j *job) parse(rec record) (*item, *rowError) {
	bad := func(field, rule, value string) *rowError {
		return &rowError{row: j.row, field: field, rule: rule, value: asText(value)}
	}
	charset := &j.mapping.Found.Charset
	if rec.rule != "" {
		return nil, bad("", rec.rule, string(rec.line[:min(len(rec.line), 1<<10)]))
	}
	if !charset.decide(rec.line) {
		return nil, bad("", ruleEncoding, "")
	}
	it := &item{row: j.row, cells: make([]string, len(j.plan.values))}
	texts := make([]string, len(rec.cells))
	for i, c := range rec.cells {
		text, ok := charset.text(c)
		if !ok {
			return nil, bad(j.plan.header[i], ruleEncoding, "")
		}
		texts[i] = text
	}
	for i, c := range j.plan.values {
		it.cells[i] = texts[c.at]
	}
	var whole bool
	it.person, whole = j.personOf(texts[j.plan.person])
	if j.repeats != nil {
		it.key = j.contentKey(texts, it.person)
	}
	header := j.plan.header
	switch {
	case it.person == "":
		return nil, bad(header[j.plan.person], ruleRequired, "")
	case !whole || len(it.person) > maxID:
		return nil, bad(header[j.plan.person], "INVALID_ID", it.person)
	}
	switch j.of.Kind {
	case entimport.KindEvents, entimport.KindRows:
		if e := j.date(it, texts[j.plan.time]); e != nil {
			return nil, e
		}
	case entimport.KindTags:
		if j.plan.tag >= 0 {
			it.tag, it.cells = texts[j.plan.tag], []string{texts[j.plan.value]}
		}
	case entimport.KindPeople:
	}
	if j.of.Kind == entimport.KindEvents {
		it.event = j.mapping.Event
		if j.plan.event >= 0 {
			it.event = texts[j.plan.event]
		}
		if j.plan.message >= 0 {
			it.message = texts[j.plan.message]
		}
	}
	return it, nil
}

// personOf completes an ID: an openid alone is of the project's only mini
// program; false when there is not exactly one.
func (j *job) personOf(text string) (string, bool) {
	if j.mapping.IDType != person.WechatOpenID || text == "" || strings.Contains(text, ":") {
		return text, true
	}
	if len(j.apps) != 1 {
		return text, false
	}
	return person.WechatValue(j.apps[0], text), true
}

// contentKey is what a row is known by that says nothing of itself: what it says,
// and how many rows of the file said so before it. Names and texts count as they
// stand in the file, so that a change of types does not make old rows new; the
// order of columns does not count, nor do empty cells. An event is its person's:
// the type of the ID counts, so that a file whose ID type was wrong can come again.
func (j *job) contentKey(texts []string, whom string) (key [16]byte) {
	h := sha256.New()
	p := j.plan
	put := func(name, text string) {
		if text == "" {
			return
		}
		writeSized(h, name)
		writeSized(h, text)
	}
	if j.of.Kind == entimport.KindEvents {
		put("\x00idType", j.mapping.IDType)
		put("\x00person", whom)
	} else {
		put("\x00person", texts[p.person])
	}
	if p.time >= 0 {
		put("\x00time", texts[p.time])
	}
	if p.event >= 0 {
		put("\x00event", texts[p.event])
	} else {
		put("\x00event", j.mapping.Event)
	}
	for _, c := range p.values {
		put(c.name, texts[c.at])
	}
	var sum [sha256.Size]byte
	h.Sum(sum[:0])
	n := j.repeats.next(binary.BigEndian.Uint64(sum[:8]))
	h.Reset()
	_, _ = h.Write(sum[:])
	_, _ = h.Write(binary.BigEndian.AppendUint32(nil, n))
	h.Sum(sum[:0])
	copy(key[:], sum[:])
	return key
}

func writeSized(h hash.Hash, s string) {
	_, _ = h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(s)))) //nolint:gosec // a cell has 64 KB at most
	_, _ = h.Write([]byte(s))
}
