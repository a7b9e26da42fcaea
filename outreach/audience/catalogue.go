package audience

import (
	"context"
	"fmt"
	"slices"

	"tidings/ent"
	entdetailtable "tidings/ent/detailtable"
	enteventtype "tidings/ent/eventtype"
	entidtype "tidings/ent/idtype"
	entproperty "tidings/ent/property"
	"tidings/ent/viewer"
	"tidings/outreach/audience/rule"
	"tidings/outreach/person"
)

// catalogue is what a project knows of the names that one rule uses.
type catalogue struct {
	attributes, tags, events, tables map[string]rule.Entry
	eventProperties, columns         map[[2]string]rule.Entry
	idTypes                          map[string]bool // beside the built-in ones
	segments                         map[string]rule.SegmentEntry
}

var _ rule.Catalogue = (*catalogue)(nil)

func (c *catalogue) Attribute(name string) rule.Entry { return c.attributes[name] }
func (c *catalogue) Tag(name string) rule.Entry       { return c.tags[name] }
func (c *catalogue) Event(name string) rule.Entry     { return c.events[name] }
func (c *catalogue) Table(name string) rule.Entry     { return c.tables[name] }
func (c *catalogue) EventProperty(event, name string) rule.Entry {
	return c.eventProperties[[2]string{event, name}]
}

func (c *catalogue) Column(table, name string) rule.Entry { return c.columns[[2]string{table, name}] }

func (c *catalogue) IDType(code string) rule.Entry {
	return rule.Entry{Known: c.idTypes[code] || person.BuiltIn(code)}
}
func (c *catalogue) Segment(id string) rule.SegmentEntry { return c.segments[id] }

// readCatalogue looks up what a rule names. Segments are the caller's to judge:
// whether one may be named depends on who asks.
func readCatalogue(ctx context.Context, client *ent.Client, projectID string, tree *rule.Node) (*catalogue, error) {
	ctx = viewer.System(ctx)
	refs := rule.References(tree)
	c := &catalogue{
		attributes: map[string]rule.Entry{}, tags: map[string]rule.Entry{}, events: map[string]rule.Entry{}, tables: map[string]rule.Entry{},
		eventProperties: map[[2]string]rule.Entry{}, columns: map[[2]string]rule.Entry{}, idTypes: map[string]bool{}, segments: map[string]rule.SegmentEntry{},
	}
	owners := map[string]func(string, rule.Entry){
		"": func(string, rule.Entry) {},
	}
	events, err := client.EventType.Query().Where(enteventtype.ProjectID(projectID), enteventtype.NameIn(refs.Events...)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("look up events: %w", err)
	}
	for _, e := range events {
		c.events[e.Name] = rule.Entry{Known: true, Disabled: !e.Enabled}
		owners[e.ID] = func(name string, entry rule.Entry) { c.eventProperties[[2]string{e.Name, name}] = entry }
	}
	tables, err := client.DetailTable.Query().Where(entdetailtable.ProjectID(projectID), entdetailtable.NameIn(refs.Tables...)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("look up detail tables: %w", err)
	}
	for _, t := range tables {
		c.tables[t.Name] = rule.Entry{Known: true}
		owners[t.ID] = func(name string, entry rule.Entry) { c.columns[[2]string{t.Name, name}] = entry }
	}
	ids := make([]string, 0, len(owners))
	for id := range owners {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	properties, err := client.Property.Query().Where(entproperty.ProjectID(projectID), entproperty.Or(
		entproperty.And(entproperty.OwnerEQ(entproperty.OwnerAttribute), entproperty.NameIn(refs.Attributes...)),
		entproperty.And(entproperty.OwnerEQ(entproperty.OwnerTag), entproperty.NameIn(refs.Tags...)),
		entproperty.And(entproperty.OwnerIn(entproperty.OwnerEvent, entproperty.OwnerTable), entproperty.OwnerIDIn(ids...)),
	)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("look up properties: %w", err)
	}
	for _, p := range properties {
		entry := rule.Entry{Known: true, Disabled: !p.Enabled, Type: rule.Type(p.Type)}
		switch p.Owner {
		case entproperty.OwnerAttribute:
			c.attributes[p.Name] = entry
		case entproperty.OwnerTag:
			c.tags[p.Name] = entry
		case entproperty.OwnerEvent, entproperty.OwnerTable:
			owners[p.OwnerID](p.Name, entry)
		}
	}
	types, err := client.IDType.Query().Where(entidtype.ProjectID(projectID), entidtype.CodeIn(refs.IDTypes...)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("look up ID types: %w", err)
	}
	for _, t := range types {
		c.idTypes[t.Code] = true
	}
	for _, id := range refs.Segments {
		c.segments[id] = rule.SegmentEntry{Known: true, Depth: 1}
	}
	return c, nil
}
