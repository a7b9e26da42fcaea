// Package event takes behaviour in: what people did, where and when.
//
//	request ─▶ Parse (pure: shape, time, names) ─▶ Catalogue (learned types) ─▶ Store.Add
//	Store.Add ─▶ a group of requests, a few milliseconds ─▶ person.Identify ─▶ one transaction ─▶ answers
//
// A message that was acknowledged is committed. Of messages with one ID in one
// project the first counts, whatever else they carry; event_seen remembers IDs
// for seven days. A message that breaks a rule is refused alone, with its index
// and the rule; the others of its request are taken.
//
// What a project sends is learned into its catalogue: event names, and the
// types of properties and of people's attributes, each from the first value.
// Catalogue and sources are kept in memory for some seconds, so a change by
// hand takes that long to reach every process.
package event
